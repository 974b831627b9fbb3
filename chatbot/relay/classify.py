"""What kind of failure it is: by status, then by content type, then by the body's structured fields. Never by words.

These tables are closed. What they do not name is not worth another try (`RelayRejected`, `UpstreamRefusalEvent`).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

import aiohttp
import httpx

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

Shape = Literal["stream", "plain", "unlabelled"]

_BY_STATUS: Final[Mapping[int, type[RelayError]]] = {
    401: RelayUnauthorized,
    403: RelayUnauthorized,
    408: RelayOverloaded,
    409: RelayOverloaded,
    425: RelayOverloaded,
    429: RelayRateLimited,
}
_BY_CONTENT_TYPE: Final[Mapping[str, Shape]] = {
    "text/event-stream": "stream",
    "application/json": "plain",
    "": "unlabelled",
    "text/plain": "unlabelled",
    "application/octet-stream": "unlabelled",
}
# Codes that tell more than the status beside them: a spent quota is a 429 that no waiting cures.
_FINAL_CODES: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
# A key that is refused with a 400 (Google's way).
_KEY_CODES: Final = frozenset({"API_KEY_INVALID"})
# `code` and `type` of error objects after which the same request may succeed.
_PASSING_CODES: Final = frozenset(
    {
        "api_error",
        "engine_overloaded",
        "internal_error",
        "internal_server_error",
        "InternalServerError",
        "DEADLINE_EXCEEDED",
        "INTERNAL",
        "RESOURCE_EXHAUSTED",
        "UNAVAILABLE",
        "overloaded",
        "overloaded_error",
        "rate_limit_error",
        "rate_limit_exceeded",
        "server_error",
        "service_unavailable",
        "timeout",
        "timeout_error",
        "upstream_error",
    }
)
# In this order: aiohttp's connector errors are also its connection errors.
_BY_EXCEPTION: Final[tuple[tuple[tuple[type[Exception], ...], type[RelayError]], ...]] = (
    ((aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL), RelayUnreachable),
    ((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError), StreamCut),
    ((aiohttp.ClientError,), BadGatewayBody),  # an answer that is not HTTP
    ((httpx.ConnectError, httpx.TimeoutException, httpx.UnsupportedProtocol), RelayUnreachable),
    ((httpx.HTTPError, OSError), StreamCut),
)
TRANSPORT_FAILURES: Final = (aiohttp.ClientError, httpx.HTTPError, OSError)

ABSURD_S: Final = 86_400.0
_SECONDS: Final = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)


def status_failure(status: int, codes: tuple[int | str, ...] = ()) -> type[RelayError] | None:
    """The failure that a status says, None for 200. `codes` are the `code` and `type` of the body's error object."""
    if status == 200:
        return None
    if not _FINAL_CODES.isdisjoint(codes):
        return RelayRejected
    if not _KEY_CODES.isdisjoint(codes):
        return RelayUnauthorized
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return RelayRejected
    return RelayOverloaded if status >= 500 else BadGatewayBody


def shape(content_type: str, content_encoding: str = "") -> Shape | None:
    """How the body of a 200 is to be read; None when it is no answer (a web page, a body packed unasked)."""
    if content_encoding.strip().lower() not in ("", "identity"):
        return None
    return _BY_CONTENT_TYPE.get(content_type.partition(";")[0].strip().lower())


def sniffed(start: bytes) -> Shape | None:
    """The shape of an unlabelled body by its first bytes; None when it is no answer."""
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "plain"
    if start.startswith((b"data:", b"event:", b"id:", b"retry:", b":")):
        return "stream"
    return None


def event_failure(codes: tuple[int | str, ...]) -> type[UpstreamErrorEvent]:
    """The failure that an error object inside a 200 says; `codes` are its status, `code` and `type`, as they came.

    A number speaks first, by the same table as a status. An object that names nothing is taken for a passing fault: a
    request that is wrong in itself is refused before a stream begins.
    """
    if not _FINAL_CODES.isdisjoint(codes):
        return UpstreamRefusalEvent
    for code in codes:
        status = int(code) if isinstance(code, int) or code.isdecimal() else 0
        if 400 <= status < 600:
            failure = status_failure(status)
            return UpstreamErrorEvent if failure is not None and failure.retryable else UpstreamRefusalEvent
    if not codes or not _PASSING_CODES.isdisjoint(codes):
        return UpstreamErrorEvent
    return UpstreamRefusalEvent


def transport_failure(error: Exception) -> type[RelayError]:
    """The failure behind an exception of the HTTP libraries.

    The transport maps aiohttp's exceptions to httpx's with some loss (a refused connection becomes a timeout), so the
    cause is asked first.
    """
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    for kinds, failure in _BY_EXCEPTION:
        if isinstance(cause, kinds):
            return failure
    return StreamCut


def retry_after_s(value: str, date: str = "") -> float | None:
    """Seconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3); None when absent, unreadable or absurd.

    Absurd is what is negative or longer than a day (`ABSURD_S`): nobody means it, so it says no more than its absence.
    A date is measured against the answer's own `Date`, so that a clock that is off on either side does no harm.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        wait_s = float(value)
    elif (until := _moment(value)) is not None:
        wait_s = (until - (_moment(date) or datetime.now(UTC))).total_seconds()
    else:
        return None
    return wait_s if 0 <= wait_s <= ABSURD_S else None


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
