"""The HTTP client: one per event loop, shared by every endpoint, closed when its loop shuts down.

All that knows httpx is built over aiohttp's connections stands here: that transport spends about half the processor
time of httpx's own on a paced stream.
"""

import asyncio
import functools
import ssl
import threading
from collections.abc import AsyncGenerator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Protocol, cast
from weakref import WeakKeyDictionary

import aiohttp
import httpx
from httpx_aiohttp.transport import AiohttpResponseStream, AiohttpTransport

KEEPALIVE_S: Final = 30.0

Keeper = AsyncGenerator[httpx.AsyncClient, None]
_keepers: "WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[httpx.AsyncClient, Keeper]]" = WeakKeyDictionary()
_lock = threading.Lock()  # loops of several threads share the dictionary


class Body(Protocol):
    """The body of a response, as it comes."""

    async def readany(self) -> bytes:
        """What has come since the last read, or comes next; empty at the end of the body."""
        ...

    def read_nowait(self) -> bytes:
        """What has come since the last read, empty when nothing has."""
        ...


def body_of(response: httpx.Response) -> Body:
    """The body of a response of `client()`; close the response, not this. Raises aiohttp's exceptions.

    Read with `response.stream` each piece would pass three generators of httpx and httpx-aiohttp more: a fifth of all
    that the attempt does for a token.
    """
    return cast(Body, response.extensions["body"])


async def client() -> httpx.AsyncClient:
    """The running loop's client. It follows no redirect, keeps no cookie and takes nothing from the environment."""
    loop = asyncio.get_running_loop()
    kept = _keepers.get(loop)
    if kept is None:
        keeper = _keep(loop)
        kept = (await anext(keeper), keeper)  # does not suspend: no other task can come between
        with _lock:
            _keepers[loop] = kept
    return kept[0]


async def close_clients() -> None:
    """Closes the running loop's client and its connections; the next attempt opens a new one."""
    kept = _keepers.get(asyncio.get_running_loop())
    if kept is not None:
        await kept[1].aclose()


async def _keep(loop: asyncio.AbstractEventLoop) -> AsyncGenerator[httpx.AsyncClient, None]:
    # Suspended for as long as the loop runs. Every runner ends with `shutdown_asyncgens`, which closes this generator
    # and with it the connections: no short-lived loop (asgiref's `async_to_sync` makes one per call) leaves sockets.
    opened = httpx.AsyncClient(
        transport=_Transport(verify=_tls(), client=_session),
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
    )
    try:
        yield opened
    finally:
        with _lock:
            _keepers.pop(loop, None)
        await opened.aclose()


class _Transport(AiohttpTransport):
    """Does what the one above it does for the requests of this room, and hands over the body's reader (`body_of`)."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        timeout = request.extensions["timeout"]
        answer = await self.client.request(
            request.method,
            str(request.url),
            headers=request.headers,
            data=request.content,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(sock_connect=timeout["connect"], connect=timeout["pool"]),
        )
        stream = AiohttpResponseStream(answer)
        extensions = {"http_version": b"HTTP/1.1", "body": answer.content}
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=stream, extensions=extensions)


def _session() -> aiohttp.ClientSession:
    # limit=0 is "no limit": answers are long, and a cap of 100 connections would queue the 101st shopper unseen.
    connector = aiohttp.TCPConnector(limit=0, ssl=_tls(), keepalive_timeout=KEEPALIVE_S)
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
    )


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
