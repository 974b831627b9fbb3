"""One attempt over real sockets: every way an answer can end, and who closes the connection."""

import asyncio
import traceback
from contextlib import aclosing

import pytest

from chatbot.errors import (
    AnswerTooLarge,
    BadGatewayBody,
    ConfigurationError,
    MalformedStream,
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
from chatbot.events import AttemptEnded, AttemptStarted, TextAdded, Usage
from chatbot.relay.base import Endpoint
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import (
    DONE,
    KEY,
    STREAM_HEAD,
    WHOLE,
    Exchange,
    Upstream,
    ask,
    chunk,
    chunked,
    data,
    endpoint,
    hear,
    plain,
    response,
    usage,
)

REPORTED = Usage(input_tokens=13, output_tokens=21, source="reported")


async def test_an_answer_is_started_words_and_one_end(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE)
    request = ask(number=4)

    heard = await hear(HttpRelay(endpoint(upstream.url)), request)

    assert heard.error is None
    assert heard.text == "Hello world"
    assert heard.events[0] == AttemptStarted(attempt=request.attempt, endpoint="default", model="gpt-4.1", number=4)
    [ended] = heard.ended
    assert heard.events[-1] is ended
    assert ended == AttemptEnded(
        attempt=request.attempt,
        outcome="answered",
        usage=REPORTED,
        served_model="served-1",
        upstream_id="chatcmpl-1",
        finish_reason="stop",
        first_word_ms=ended.first_word_ms,
        total_ms=ended.total_ms,
    )
    assert ended.first_word_ms is not None
    assert 0 <= ended.first_word_ms <= ended.total_ms


async def test_the_request_says_who_asks_what_and_nothing_else(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE)

    await hear(HttpRelay(endpoint(upstream.url + "/")), ask(user="v-1"))

    [sent] = upstream.requests
    lines = sent.head.lower().splitlines()
    assert lines[0] == "post /v1/chat/completions http/1.1"
    assert f"authorization: bearer {KEY}" in lines
    assert "accept-encoding: identity" in lines
    assert not [line for line in lines if line.startswith("cookie")]


async def test_the_request_leaves_only_when_the_next_event_is_asked_for(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE)

    async with aclosing(HttpRelay(endpoint(upstream.url)).stream(ask())) as events:
        await anext(events)
        await asyncio.sleep(0.02)
        assert upstream.connections == 0
        await anext(events)
        assert len(upstream.requests) == 1


async def test_one_read_gives_one_event_with_all_its_words(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + b"".join(chunk(f"{n} ") for n in range(20)) + chunk(finish="stop") + DONE)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.text == "".join(f"{n} " for n in range(20))
    assert len([event for event in heard.events if isinstance(event, TextAdded)]) <= 2


async def test_words_come_through_whatever_bytes_a_read_ends_at(upstream: Upstream) -> None:
    body = chunk("안녕하세요 😀\u2028") + chunk(finish="stop") + DONE

    async def byte_by_byte(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD)
        for at in range(len(body)):
            await exchange.send(body[at : at + 1])
            await asyncio.sleep(0)
        exchange.writer.close()

    upstream.plays(byte_by_byte)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert (heard.text, heard.error) == ("안녕하세요 😀\u2028", None)


async def test_a_finish_reason_without_done_is_a_whole_answer(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + chunk("Hi") + chunk(finish="length"))

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.error is None
    assert (heard.ended[0].outcome, heard.ended[0].finish_reason) == ("answered", "length")
    assert heard.ended[0].usage == Usage()


async def test_done_without_a_finish_reason_is_whole_only_with_text_and_usage(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + chunk("Hi") + usage() + DONE, STREAM_HEAD + chunk("Hi") + DONE)
    relay = HttpRelay(endpoint(upstream.url))

    counted, uncounted = await hear(relay), await hear(relay)

    assert (counted.error, counted.ended[0].outcome) == (None, "answered")
    assert isinstance(uncounted.error, StreamCut)
    assert uncounted.ended[0].outcome == "incomplete"


async def test_what_follows_done_is_ignored(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE + chunk("more") + b"\xff\xfe rubbish")

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert (heard.text, heard.error) == ("Hello world", None)


@pytest.mark.parametrize(
    "head_and_words",
    [
        STREAM_HEAD + chunk("Hel") + chunk("lo"),
        chunked(chunk("Hello"), end=False),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n" + chunk("Hello"),
    ],
)
async def test_a_stream_that_ends_too_early_is_incomplete_with_its_exact_words(
    upstream: Upstream, head_and_words: bytes
) -> None:
    upstream.plays(head_and_words)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.text == "Hello"
    assert isinstance(heard.error, StreamCut)
    assert (heard.ended[0].outcome, heard.ended[0].error_code) == ("incomplete", "stream_cut")


async def test_a_stream_that_ends_before_its_first_word_has_failed(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + data({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}))

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert isinstance(heard.error, StreamCut)
    assert (heard.ended[0].outcome, heard.ended[0].first_word_ms) == ("failed", None)
    assert heard.ended[0].usage == Usage()  # the model was at work: somebody has to estimate what that cost


async def test_a_reset_after_words_is_a_cut_stream(upstream: Upstream) -> None:
    read_so_far = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD + chunk("Hello"))
        await read_so_far.wait()
        exchange.reset()

    upstream.plays(play)
    events = HttpRelay(endpoint(upstream.url)).stream(ask())

    first = [await anext(events), await anext(events)]
    read_so_far.set()
    ended = await anext(events)

    assert first[1] == TextAdded(text="Hello")
    assert isinstance(ended, AttemptEnded)
    assert ended.outcome == "incomplete"
    with pytest.raises(StreamCut):
        await anext(events)


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


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_in_one_piece_gives_the_same_kinds_of_events(upstream: Upstream, stream: bool) -> None:
    upstream.plays(plain("안녕 😀"))

    heard = await hear(HttpRelay(endpoint(upstream.url)), ask(stream=stream))

    assert [type(event) for event in heard.events] == [AttemptStarted, TextAdded, AttemptEnded]
    assert heard.text == "안녕 😀"
    assert heard.ended[0].usage == Usage(input_tokens=3, output_tokens=2, source="reported")
    assert (heard.ended[0].upstream_id, heard.ended[0].finish_reason) == ("chatcmpl-2", "stop")


async def test_a_stream_is_read_as_one_although_a_plain_answer_was_asked_for(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE)

    heard = await hear(HttpRelay(endpoint(upstream.url)), ask(stream=False))

    assert (heard.text, heard.error) == ("Hello world", None)


@pytest.mark.parametrize("body", [WHOLE, b": ping\n\n" + WHOLE])
async def test_an_unlabelled_stream_is_read_as_one(upstream: Upstream, body: bytes) -> None:
    upstream.plays(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert (heard.text, heard.error) == ("Hello world", None)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (data({"error": {"message": "x", "code": 502}}), UpstreamErrorEvent),
        (data({"error": {"message": "x", "type": "server_error"}}), UpstreamErrorEvent),
        (data({"error": "gone"}), UpstreamErrorEvent),
        (data({"object": "error", "message": "x", "type": "BadRequestError", "code": 400}), UpstreamRefusalEvent),
        (b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n', UpstreamErrorEvent),
        (b"event: error\ndata: gone\n\n", UpstreamErrorEvent),
        (chunk(finish="error", error={"code": 429}), UpstreamErrorEvent),
    ],
)
async def test_an_error_inside_a_stream_keeps_the_words_before_it(
    upstream: Upstream, error: bytes, failure: type[RelayError]
) -> None:
    upstream.plays(STREAM_HEAD + chunk("Hello") + error + chunk(" never") + DONE)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.text == "Hello"
    assert type(heard.error) is failure
    assert (heard.ended[0].outcome, heard.ended[0].error_code) == ("incomplete", "upstream_error_event")


async def test_a_few_unreadable_chunks_are_skipped(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + b'data: {"cho\n\n' * 5 + WHOLE)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert (heard.text, heard.error) == ("Hello world", None)


async def test_too_many_unreadable_chunks_are_a_malformed_stream(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + chunk("Hello") + b"data: nonsense\n\n" * 6 + WHOLE)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.text == "Hello"
    assert isinstance(heard.error, MalformedStream)


async def test_a_line_without_end_is_too_large(upstream: Upstream) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD + chunk("Hello") + b"data: ")
        await exchange.send(*[b"x" * 65536] * 32)
        await exchange.until_gone()
        exchange.writer.close()

    upstream.plays(play)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.text == "Hello"
    assert isinstance(heard.error, AnswerTooLarge)


async def test_no_cookie_of_the_upstream_is_sent_back(upstream: Upstream) -> None:
    upstream.plays(response(429, Set_Cookie="a=1; Path=/"), STREAM_HEAD + WHOLE)
    relay = HttpRelay(endpoint(upstream.url))

    await hear(relay)
    await hear(relay)

    assert "cookie" not in upstream.requests[1].head.lower()


async def test_no_proxy_of_the_environment_is_used(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    upstream.plays(STREAM_HEAD + WHOLE)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.error is None


@pytest.mark.parametrize(
    "answer",
    [
        response(401, f'{{"error":{{"message":"bad key {KEY}","code":"{KEY}"}}}}'.encode()),
        STREAM_HEAD + data({"error": {"message": KEY, "code": KEY}}),
        b"nonsense " + KEY.encode() + b"\r\n\r\n",
        b"",
    ],
)
async def test_an_error_names_the_endpoint_and_the_model_and_no_secret(upstream: Upstream, answer: bytes) -> None:
    upstream.plays(answer)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.error is not None
    assert "'default'" in str(heard.error)
    assert "gpt-4.1" in str(heard.error)
    chain: BaseException | None = heard.error
    while chain is not None:
        assert KEY not in repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__
    told = traceback.TracebackException.from_exception(heard.error, capture_locals=True)
    assert KEY not in "".join(told.format())
    assert KEY not in repr(heard.events)


async def test_no_repr_holds_the_key() -> None:
    relay = HttpRelay(endpoint("https://relay.example/v1"))

    assert KEY not in repr(relay) + repr(vars(relay)) + repr(endpoint("https://relay.example/v1"))


@pytest.mark.parametrize(
    "url", ["", "relay.example/v1", "ftp://relay.example", "https://", "https://a:b@relay.example"]
)
def test_an_endpoint_that_cannot_work_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="'default'"):
        HttpRelay(endpoint(url))


@pytest.mark.parametrize("key", ["sk-1\n", "sk 1", "sk-한"])
def test_a_key_that_no_header_can_hold_is_a_configuration_error_without_the_key(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HttpRelay(Endpoint(name="default", url="https://relay.example", key=key))

    assert key not in str(caught.value)
