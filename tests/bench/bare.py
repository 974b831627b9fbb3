"""The yardstick: the least that an ASGI app can do to bring the same upstream's words to a WebSocket.

It asks the upstream with one ready prompt, over httpx like the app (BARE_CLIENT=httpx) or over aiohttp alone
(BARE_CLIENT=aiohttp), and forwards each network read as one frame. No history, no products, no ledger, no resuming; it
does not even look into what it forwards. Run under uvicorn like the app itself.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

UPSTREAM = os.environ.get("BARE_UPSTREAM", "")
PROMPT = os.environ.get("BARE_PROMPT", "").encode()
HEADERS = {"Authorization": f"Bearer {os.environ.get('BARE_KEY', '')}", "Content-Type": "application/json"}


@asynccontextmanager
async def over_httpx() -> AsyncIterator[AsyncIterator[bytes]]:
    """The upstream's answer, read by read."""
    async with (
        httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False, timeout=60) as client,
        client.stream("POST", UPSTREAM, content=PROMPT, headers=HEADERS) as response,
    ):
        yield response.aiter_raw()


@asynccontextmanager
async def over_aiohttp() -> AsyncIterator[AsyncIterator[bytes]]:
    """The same without httpx."""
    async with aiohttp.ClientSession() as session, session.post(UPSTREAM, data=PROMPT, headers=HEADERS) as response:
        yield response.content.iter_any()


ask = over_aiohttp if os.environ.get("BARE_CLIENT") == "aiohttp" else over_httpx


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:  # Any: ASGI's own types
    """One socket: each message is a question; its answer is forwarded as it comes, then an empty frame."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        async with ask() as reads:
            async for read in reads:
                await send({"type": "websocket.send", "text": read.decode()})
        await send({"type": "websocket.send", "text": ""})
