"""How long an attempt waits, for what, and what silence comes to; over real sockets."""

import asyncio
from contextlib import aclosing

import pytest

from chatbot.errors import FirstTokenTimeout, StallTimeout, TotalTimeout
from chatbot.events import TextAdded
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import (
    CHUNKED_HEAD,
    DONE,
    STREAM_HEAD,
    WHOLE,
    Exchange,
    Upstream,
    ask,
    chunk,
    endpoint,
    hear,
    plain,
    then_silence,
)


async def test_silence_before_the_first_word_is_a_first_token_timeout(upstream: Upstream) -> None:
    upstream.plays(then_silence(), then_silence(STREAM_HEAD), then_silence(STREAM_HEAD, b": ping\n\n"))
    relay = HttpRelay(endpoint(upstream.url, first_token_s=0.05))

    for _ in range(3):
        heard = await hear(relay)
        assert isinstance(heard.error, FirstTokenTimeout)
        assert heard.ended[0].outcome == "failed"
        assert 40 <= heard.ended[0].total_ms < 1000


async def test_pings_do_not_put_off_the_first_token_timeout(upstream: Upstream) -> None:
    async def ping(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD)
        while not exchange.writer.is_closing():
            await exchange.send(b": ping\n\n")
            await asyncio.sleep(0.01)

    upstream.plays(ping)

    heard = await hear(HttpRelay(endpoint(upstream.url, first_token_s=0.08)))

    assert isinstance(heard.error, FirstTokenTimeout)


async def test_silence_between_words_is_a_stall(upstream: Upstream) -> None:
    upstream.plays(then_silence(STREAM_HEAD, chunk("Hello")))

    heard = await hear(HttpRelay(endpoint(upstream.url, between_tokens_s=0.05)))

    assert heard.text == "Hello"
    assert isinstance(heard.error, StallTimeout)
    assert heard.ended[0].outcome == "incomplete"
    assert 45 <= heard.ended[0].total_ms < 1000
    await upstream.gone.wait()


async def test_pings_between_words_keep_an_answer_alive(upstream: Upstream) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD + chunk("Hello"))
        for _ in range(10):
            await asyncio.sleep(0.02)
            await exchange.send(b": ping\n\n")
        await exchange.send(chunk(" again") + chunk(finish="stop") + DONE)
        exchange.writer.close()

    upstream.plays(play)

    heard = await hear(HttpRelay(endpoint(upstream.url, between_tokens_s=0.15)))

    assert (heard.text, heard.error) == ("Hello again", None)


async def test_a_steady_drip_ends_at_the_total_limit(upstream: Upstream) -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD)
        while not exchange.writer.is_closing():
            await exchange.send(chunk("."))
            await asyncio.sleep(0.01)

    upstream.plays(drip)

    heard = await hear(HttpRelay(endpoint(upstream.url, total_s=0.1)))

    assert isinstance(heard.error, TotalTimeout)
    assert heard.ended[0].outcome == "incomplete"
    assert 90 <= heard.ended[0].total_ms < 1000


async def test_a_slow_consumer_is_no_stall_of_the_upstream(upstream: Upstream) -> None:
    read = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD + chunk("Hello"))
        await read.wait()
        await exchange.send(chunk(" world") + chunk(finish="stop") + DONE)
        exchange.writer.close()

    upstream.plays(play)
    words = []
    async with aclosing(HttpRelay(endpoint(upstream.url, between_tokens_s=0.05)).stream(ask())) as events:
        async for event in events:
            if isinstance(event, TextAdded):
                words.append(event.text)
                read.set()
                await asyncio.sleep(0.1)

    assert words == ["Hello", " world"]


async def test_a_plain_answer_may_take_longer_than_a_first_word(upstream: Upstream) -> None:
    async def play(exchange: Exchange) -> None:
        await asyncio.sleep(0.08)
        await exchange.send(plain("Hi"))
        exchange.writer.close()

    upstream.plays(play, then_silence())
    relay = HttpRelay(endpoint(upstream.url, first_token_s=0.05, between_tokens_s=0.2))

    late, never = await hear(relay, ask(stream=False)), await hear(relay, ask(stream=False))

    assert (late.text, late.error) == ("Hi", None)
    assert isinstance(never.error, FirstTokenTimeout)


async def test_an_upstream_that_never_hangs_up_does_not_hold_a_whole_answer_back(upstream: Upstream) -> None:
    upstream.plays(then_silence(CHUNKED_HEAD, b"%x\r\n%b\r\n" % (len(WHOLE), WHOLE)))

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert (heard.text, heard.error) == ("Hello world", None)
    assert heard.ended[0].total_ms < 1000
    await upstream.gone.wait()


async def test_silence_after_a_finish_reason_ends_a_whole_answer(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.relay.exchange.TAIL_S", 0.05)
    upstream.plays(then_silence(STREAM_HEAD, chunk("Hi"), chunk(finish="stop")))

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert (heard.text, heard.error) == ("Hi", None)
    assert heard.ended[0].outcome == "answered"
