"""Upstreams that do not answer, over real sockets: nobody there, an error status, or a body that is no answer."""

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
)
from chatbot.events import AttemptEnded, AttemptStarted, Usage
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import WHOLE, Upstream, endpoint, hear, response


async def test_a_connection_closed_before_any_answer_is_a_cut_stream(upstream: Upstream) -> None:
    upstream.plays(b"")

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert isinstance(heard.error, StreamCut)
    assert heard.ended[0].outcome == "failed"
    nothing = Usage(input_tokens=0, cached_input_tokens=0, output_tokens=0, source="estimated")
    assert heard.ended[0].usage == nothing  # nobody had begun to answer


async def test_a_refused_connection_is_unreachable(upstream: Upstream) -> None:
    heard = await hear(HttpRelay(endpoint("http://127.0.0.1:1/v1")))

    assert isinstance(heard.error, RelayUnreachable)
    assert [type(event) for event in heard.events] == [AttemptStarted, AttemptEnded]


async def test_an_unknown_host_is_unreachable() -> None:
    heard = await hear(HttpRelay(endpoint("http://relay.invalid/v1")))

    assert isinstance(heard.error, RelayUnreachable)


async def test_a_handshake_that_hangs_is_unreachable_after_the_connect_limit(upstream: Upstream) -> None:
    heard = await hear(HttpRelay(endpoint(upstream.url.replace("http:", "https:"), connect_s=0.05)))

    assert isinstance(heard.error, RelayUnreachable)
    assert heard.ended[0].total_ms < 1000


async def test_an_answer_that_is_not_http_is_a_bad_gateway_body(upstream: Upstream) -> None:
    upstream.plays(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert isinstance(heard.error, BadGatewayBody)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (response(401), RelayUnauthorized),
        (response(403), RelayUnauthorized),
        (response(404, b'{"error":{"code":"model_not_found"}}'), RelayRejected),
        (response(408), RelayOverloaded),
        (response(429), RelayRateLimited),
        (response(429, b'{"error":{"code":"insufficient_quota"}}'), RelayRejected),
        (response(500, b"<h1>oops</h1>", Content_Type="text/html"), RelayOverloaded),
        (response(500, WHOLE, Content_Type="text/event-stream"), RelayOverloaded),
        (response(503), RelayOverloaded),
        (response(529), RelayOverloaded),
        (b"HTTP/1.1 204 No Content\r\n\r\n", BadGatewayBody),
        (response(302, Location="/elsewhere"), BadGatewayBody),
        (response(200, b"<html>log in</html>", Content_Type="text/html"), BadGatewayBody),
        (response(200, b"<html>log in</html>"), BadGatewayBody),
        (response(200, b"", Content_Type="application/json"), BadGatewayBody),
        (response(200, b"[1]", Content_Type="application/json"), BadGatewayBody),
        (response(200, b'{"choices":[]}', Content_Type="application/json"), BadGatewayBody),
        (response(200, WHOLE, Content_Type="text/event-stream", Content_Encoding="gzip"), BadGatewayBody),
        (response(200, b"", Content_Type="text/event-stream"), StreamCut),
    ],
)
async def test_each_answer_that_is_none_is_its_failure(
    upstream: Upstream, answer: bytes, failure: type[RelayError]
) -> None:
    upstream.plays(answer)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert type(heard.error) is failure
    assert [type(event) for event in heard.events] == [AttemptStarted, AttemptEnded]
    assert (heard.ended[0].outcome, heard.ended[0].error_code) == ("failed", failure.code)
    assert len(upstream.requests) == 1  # no redirect was followed


async def test_the_wait_that_the_upstream_asks_for_is_on_the_error(upstream: Upstream) -> None:
    date = "Mon, 23 Nov 2026 12:00:00 GMT"
    upstream.plays(
        response(429, Retry_After="7"),
        response(503, Retry_After="Mon, 23 Nov 2026 12:00:09 GMT", Date=date),
        response(429, Retry_After="-5"),
    )
    relay = HttpRelay(endpoint(upstream.url))

    waits = [(await hear(relay)).error.retry_after_s for _ in range(3)]  # type: ignore[union-attr]

    assert waits == [7.0, 9.0, None]
