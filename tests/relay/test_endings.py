"""How a stream ends over real sockets: whole, cut, with an error in it, or unreadable; and which words stay."""

import asyncio

import pytest

from chatbot.errors import (
    AnswerTooLarge,
    MalformedStream,
    RelayError,
    StreamCut,
    UpstreamErrorEvent,
    UpstreamRefusalEvent,
)
from chatbot.events import AttemptEnded, TextAdded, Usage
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import (
    DONE,
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
    usage,
)


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
