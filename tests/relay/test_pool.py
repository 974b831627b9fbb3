"""One client per event loop, and none left behind."""

import asyncio
import gc
import weakref

import httpx

from chatbot.relay.client import HttpRelay
from chatbot.relay.pool import client, close_clients
from tests.relay.conftest import STREAM_HEAD, WHOLE, Upstream, chunked, endpoint, hear, kept_alive


async def test_a_loop_has_one_client() -> None:
    assert len({id(await client()) for _ in range(3)}) == 1
    assert len({id(each) for each in await asyncio.gather(client(), client())}) == 1


def test_each_loop_has_its_own_client_closed_when_the_loop_ends() -> None:
    async def open_one() -> httpx.AsyncClient:
        return await client()

    first, second = asyncio.run(open_one()), asyncio.run(open_one())

    assert first is not second
    assert first.is_closed
    assert second.is_closed


def test_a_loop_that_ended_is_not_kept_in_memory() -> None:
    loops = []

    async def open_one() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await client()

    asyncio.run(open_one())
    gc.collect()

    assert loops[0]() is None


async def test_a_closed_client_is_replaced_by_a_new_one(upstream: Upstream) -> None:
    upstream.plays(kept_alive(chunked(WHOLE)), STREAM_HEAD + WHOLE)
    relay = HttpRelay(endpoint(upstream.url))
    await hear(relay)
    before = await client()

    await close_clients()
    await upstream.gone.wait()
    heard = await hear(relay)

    assert before.is_closed
    assert heard.text == "Hello world"
    assert upstream.connections == 2


async def test_closing_where_nothing_is_open_does_nothing() -> None:
    await close_clients()
    await close_clients()
