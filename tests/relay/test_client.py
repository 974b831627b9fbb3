"""One attempt over real sockets: what is asked, and a whole answer in whatever shape it comes."""

import asyncio
from contextlib import aclosing

import pytest

from chatbot.errors import ConfigurationError
from chatbot.events import AttemptEnded, AttemptStarted, TextAdded, Usage
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import (
    DONE,
    KEY,
    REPORTED,
    STREAM_HEAD,
    WHOLE,
    Exchange,
    Upstream,
    ask,
    chunk,
    endpoint,
    hear,
    plain,
    response,
)


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
    "url", ["", "relay.example/v1", "ftp://relay.example", "https://", "https://a:b@relay.example"]
)
def test_an_endpoint_that_cannot_work_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="'default'"):
        HttpRelay(endpoint(url))
