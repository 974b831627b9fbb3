"""Each row of the failure tables."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import httpx
import pytest

from chatbot.errors import (
    BadGatewayBody,
    RelayError,
    RelayOverloaded,
    RelayRateLimited,
    RelayRejected,
    RelayUnauthorized,
    RelayUnreachable,
    StreamCut,
    UpstreamErrorEvent,
    UpstreamRefusalEvent,
)
from chatbot.relay.classify import event_failure, retry_after_s, shape, sniffed, status_failure, transport_failure


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (201, BadGatewayBody),
        (204, BadGatewayBody),
        (206, BadGatewayBody),
        (301, BadGatewayBody),
        (307, BadGatewayBody),
        (400, RelayRejected),
        (401, RelayUnauthorized),
        (402, RelayRejected),
        (403, RelayUnauthorized),
        (404, RelayRejected),
        (408, RelayOverloaded),
        (409, RelayOverloaded),
        (413, RelayRejected),
        (422, RelayRejected),
        (425, RelayOverloaded),
        (429, RelayRateLimited),
        (500, RelayOverloaded),
        (502, RelayOverloaded),
        (503, RelayOverloaded),
        (504, RelayOverloaded),
        (529, RelayOverloaded),
    ],
)
def test_each_status_is_its_failure(status: int, failure: type[RelayError] | None) -> None:
    assert status_failure(status) is failure


def test_a_spent_quota_is_not_tried_again_although_it_is_a_429() -> None:
    assert status_failure(429, ("insufficient_quota",)) is RelayRejected


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("text/event-stream", "stream"),
        ("Text/Event-Stream; charset=utf-8", "stream"),
        ("application/json", "plain"),
        ("application/json;charset=utf-8", "plain"),
        ("", "unlabelled"),
        ("text/plain", "unlabelled"),
        ("text/html", None),
        ("image/png", None),
    ],
)
def test_each_content_type_is_its_shape(content_type: str, form: str | None) -> None:
    assert shape(content_type) == form


def test_a_packed_body_is_no_answer() -> None:
    assert shape("text/event-stream", "gzip") is None
    assert shape("text/event-stream", "identity") == "stream"


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b'{"id":1}', "plain"),
        (b"\xef\xbb\xbf\n{", "plain"),
        (b"data: {", "stream"),
        (b": ping", "stream"),
        (b"event: x", "stream"),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_an_unlabelled_body_is_known_by_its_first_bytes(start: bytes, form: str | None) -> None:
    assert sniffed(start) == form


@pytest.mark.parametrize(
    ("codes", "failure"),
    [
        ((), UpstreamErrorEvent),
        ((500,), UpstreamErrorEvent),
        (("502",), UpstreamErrorEvent),
        ((429, "rate_limit_exceeded"), UpstreamErrorEvent),
        (("overloaded_error",), UpstreamErrorEvent),
        (("server_error",), UpstreamErrorEvent),
        ((400, "BadRequestError"), UpstreamRefusalEvent),
        ((401,), UpstreamRefusalEvent),
        ((400, "server_error"), UpstreamRefusalEvent),
        (("invalid_api_key", "invalid_request_error"), UpstreamRefusalEvent),
        (("never heard of",), UpstreamRefusalEvent),
        ((429, "insufficient_quota"), UpstreamRefusalEvent),
    ],
)
def test_each_error_object_is_its_failure(codes: tuple[int | str, ...], failure: type[RelayError]) -> None:
    assert event_failure(codes) is failure


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (aiohttp.ServerDisconnectedError(), StreamCut),
        (aiohttp.ClientOSError(104, "reset"), StreamCut),
        (aiohttp.ClientPayloadError(), StreamCut),
        (aiohttp.ConnectionTimeoutError(), RelayUnreachable),
        (aiohttp.InvalidURL("x"), RelayUnreachable),
        (httpx.ConnectError("x"), RelayUnreachable),
        (httpx.ConnectTimeout("x"), RelayUnreachable),
        (httpx.ReadError("x"), StreamCut),
        (httpx.RemoteProtocolError("x"), StreamCut),
        (ConnectionResetError(), StreamCut),
    ],
)
def test_each_exception_of_the_http_libraries_is_its_failure(error: Exception, failure: type[RelayError]) -> None:
    assert transport_failure(error) is failure


def test_the_cause_speaks_before_what_the_transport_made_of_it() -> None:
    error = httpx.ConnectTimeout("disconnected")
    error.__cause__ = aiohttp.ServerDisconnectedError()

    assert transport_failure(error) is StreamCut


NOON = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1", 1.0),
        (" 2.5 ", 2.5),
        ("0", 0.0),
        ("3600", 3600.0),
        ("86400", 86400.0),
        ("1000000000", None),
        ("Mon, 23 Nov 2026 12:00:02 GMT", 2.0),
        ("Mon, 23 Nov 2026 21:00:02 +0900", 2.0),
        ("Mon, 23 Nov 2026 11:59:00 GMT", None),
        ("-1", None),
        ("inf", None),
        ("nan", None),
        ("1e9", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s(value, NOON) == seconds


def test_a_date_without_the_answers_own_clock_is_measured_against_ours() -> None:
    seconds = retry_after_s(format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True))

    assert seconds == pytest.approx(7200, abs=5)
