"""Who closes the connection of an attempt, when, what is told of it then, and which connections serve again."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from chatbot.events import AttemptEnded, AttemptStarted, TextAdded, Usage
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import (
    REPORTED,
    STREAM_HEAD,
    WHOLE,
    Exchange,
    Upstream,
    ask,
    chunk,
    chunked,
    endpoint,
    hear,
    kept_alive,
    then_silence,
    usage,
)


async def test_closing_the_generator_closes_the_connection_and_yields_nothing(upstream: Upstream) -> None:
    upstream.plays(then_silence(STREAM_HEAD, chunk("Hello")))
    events = HttpRelay(endpoint(upstream.url)).stream(ask())

    kinds = [type(await anext(events)) for _ in range(2)]
    await events.aclose()

    assert kinds == [AttemptStarted, TextAdded]
    await upstream.gone.wait()


async def test_a_consumer_that_breaks_off_closes_the_connection(upstream: Upstream) -> None:
    upstream.plays(then_silence(STREAM_HEAD, chunk("Hello")))

    async with aclosing(HttpRelay(endpoint(upstream.url)).stream(ask())) as events:
        async for event in events:
            if isinstance(event, TextAdded):
                break

    await upstream.gone.wait()


@pytest.mark.parametrize("sent", [(), (STREAM_HEAD,), (STREAM_HEAD, chunk("Hello"))])
async def test_cancelling_the_consumer_closes_the_connection(upstream: Upstream, sent: tuple[bytes, ...]) -> None:
    waiting = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(*sent)
        waiting.set()
        await exchange.until_gone()
        exchange.writer.close()

    upstream.plays(play)
    task = asyncio.create_task(hear(HttpRelay(endpoint(upstream.url))))
    await waiting.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await upstream.gone.wait()


async def test_a_cancelled_attempt_tells_what_is_known_of_it(upstream: Upstream) -> None:
    heard = await cancelled(upstream, chunk("Hello"), late=b"")

    assert heard[-1] == AttemptEnded(
        attempt=heard[-1].attempt,
        outcome="stopped",
        usage=Usage(),
        served_model="served-1",
        upstream_id="chatcmpl-1",
        first_word_ms=heard[-1].first_word_ms,
        total_ms=heard[-1].total_ms,
    )
    assert heard[-1].first_word_ms is not None


async def test_what_came_at_the_moment_of_the_cancelling_counts_and_is_not_said(upstream: Upstream) -> None:
    heard = await cancelled(upstream, chunk("Hello"), late=chunk(" world") + chunk(finish="stop") + usage())

    assert [event.text for event in heard if isinstance(event, TextAdded)] == ["Hello"]
    assert (heard[-1].outcome, heard[-1].usage, heard[-1].unheard) == ("stopped", REPORTED, " world")


async def cancelled(upstream: Upstream, sent: bytes, late: bytes) -> list[Any]:
    """What an attempt tells whose consumer is cancelled after `sent`, while `late` has come and was not read."""
    playing: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
    heard: list[Any] = []
    spoke = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD, sent)
        playing.set_result(exchange)
        await exchange.until_gone()
        exchange.writer.close()

    async def read() -> None:
        async with aclosing(HttpRelay(endpoint(upstream.url)).stream(ask())) as events:
            async for event in events:
                heard.append(event)
                if isinstance(event, TextAdded):
                    spoke.set()

    upstream.plays(play)
    task = asyncio.create_task(read())
    exchange = await playing
    await spoke.wait()
    if late:
        exchange.writer.write(late)
    # Two rounds of the loop later the bytes are there and whoever waits for them has not been woken yet.
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    await upstream.gone.wait()
    return heard


async def test_an_error_status_closes_the_connection_of_an_upstream_that_does_not(upstream: Upstream) -> None:
    upstream.plays(then_silence(b"HTTP/1.1 302 Found\r\nContent-Length: 10\r\n\r\n"))

    await hear(HttpRelay(endpoint(upstream.url)))

    await upstream.gone.wait()


async def test_a_whole_answer_leaves_its_connection_for_the_next(upstream: Upstream) -> None:
    upstream.plays(kept_alive(chunked(WHOLE)))
    relay = HttpRelay(endpoint(upstream.url))

    for _ in range(3):
        assert (await hear(relay)).error is None

    assert (len(upstream.requests), upstream.connections) == (3, 1)


async def test_more_answers_than_a_default_pool_holds_run_at_once(upstream: Upstream) -> None:
    everyone = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        if len(upstream.requests) == 120:
            everyone.set()
        await everyone.wait()
        await exchange.send(STREAM_HEAD + WHOLE)
        exchange.writer.close()

    upstream.plays(play)
    relay = HttpRelay(endpoint(upstream.url))

    all_heard = await asyncio.gather(*[hear(relay) for _ in range(120)])

    assert [heard.text for heard in all_heard] == ["Hello world"] * 120
