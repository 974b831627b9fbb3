"""A real server on the loopback address, with the app mounted as a shop mounts it, and shoppers who talk to it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
import websockets
from django.contrib.sessions.backends.db import SessionStore
from django.core.asgi import get_asgi_application
from websockets.asyncio.client import ClientConnection

from chatbot.database import in_database
from chatbot.routing import chatbot_asgi

LAST = ("finish", "abort", "error")


class LiveShop:
    """Where the server listens."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.origin = f"http://{self.host}"
        self.socket = f"ws://{self.host}/chat/ws/"
        self.api = f"{self.origin}/chat/api"


@pytest.fixture(scope="session")
def server() -> Iterator[LiveShop]:
    """The app under uvicorn, in a thread with an event loop of its own. Its lifespan must be served."""
    config = uvicorn.Config(
        chatbot_asgi(get_asgi_application()),
        host="127.0.0.1",
        port=0,
        ws="websockets-sansio",
        lifespan="on",
        log_level="warning",
        access_log=False,
    )
    running = uvicorn.Server(config)
    started = threading.Event()
    startup = running.startup

    async def announce(sockets: Any = None) -> None:
        await startup(sockets=sockets)
        started.set()

    running.startup = announce  # type: ignore[method-assign]
    thread = threading.Thread(target=running.run, name="shop", daemon=True)
    thread.start()
    assert started.wait(20)
    yield LiveShop(running.servers[0].sockets[0].getsockname()[1])
    running.should_exit = True
    thread.join(20)


class Shopper:
    """A browser: keeps cookies, sends its page's origin, and asks over any door."""

    def __init__(self, shop: LiveShop) -> None:
        self.shop = shop
        self.http = httpx.AsyncClient(base_url=shop.api + "/", headers={"Origin": shop.origin}, timeout=20)

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    async def session(self) -> dict[str, Any]:
        """What the widget fetches first; sets the cookie."""
        response = await self.http.get("session")
        assert response.status_code == 200, response.text
        return response.json()

    @asynccontextmanager
    async def socket(self) -> AsyncIterator["Socket"]:
        """An open WebSocket of this shopper; a cookie that it sets is kept."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with websockets.connect(
            self.shop.socket, origin=websockets.Origin(self.shop.origin), additional_headers=headers
        ) as connection:
            assert connection.response is not None
            for line in connection.response.headers.get_all("Set-Cookie"):
                name, _, value = line.partition(";")[0].partition("=")
                self.http.cookies.set(name, value, domain="127.0.0.1")
            yield Socket(connection)

    def asked(self, text: str, **more: Any) -> dict[str, Any]:
        """The body of a question as `useChat` sends it."""
        message = {"id": str(uuid4()), "role": "user", "parts": [{"type": "text", "text": text}]}
        return {"id": None, "messages": [message], "trigger": "submit-message", **more}

    async def ask_by_sse(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Ask and read the stream to its end; the parts with their ids as `seq`."""
        async with self.http.stream("POST", "chat", json=body) as response:
            if response.status_code != 200:
                raise AssertionError((response.status_code, await response.aread()))
            return await parts_of(response)


class Socket:
    """A WebSocket in JSON."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, frame: Any) -> None:
        """A frame up; text goes as it is."""
        await self.connection.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))

    async def ask(self, text: str, **more: Any) -> str:
        """A question; its client message id."""
        asked = {"type": "ask", "id": str(uuid4()), "text": text, **more}
        await self.send(asked)
        return asked["id"]

    async def read(self) -> dict[str, Any]:
        """The next part."""
        return json.loads(await asyncio.wait_for(self.connection.recv(), 20))

    async def read_until(self, done: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Parts up to the one that is `done`, that one included."""
        parts = [await self.read()]
        while not done(parts[-1]):
            parts.append(await self.read())
        return parts

    async def read_turn(self) -> list[dict[str, Any]]:
        """Parts up to the end of a turn."""
        return await self.read_until(lambda part: part["type"] in LAST)


async def parts_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The parts of an event stream, which must end with [DONE]."""
    parts: list[dict[str, Any]] = []
    seq, done = 0, False
    async for line in response.aiter_lines():
        assert not done or not line
        if line.startswith("id: "):
            seq = int(line[4:])
        elif line == "data: [DONE]":
            done = True
        elif line.startswith("data: "):
            parts.append({**json.loads(line[6:]), "seq": seq})
    assert done
    return parts


@pytest.fixture
async def shopper(server: LiveShop, transactional_db: None) -> AsyncIterator[Shopper]:
    """Somebody who came to the shop."""
    someone = Shopper(server)
    yield someone
    await someone.http.aclose()


@pytest.fixture
async def stranger(server: LiveShop, transactional_db: None) -> AsyncIterator[Shopper]:
    """Somebody else."""
    someone = Shopper(server)
    yield someone
    await someone.http.aclose()


@in_database
def sign_in(shopper: Shopper, user: Any) -> None:
    """Give the shopper the session of a signed-in user."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    shopper.http.cookies.set("sessionid", session.session_key, domain="127.0.0.1")


def text_of(parts: list[dict[str, Any]]) -> str:
    """The words of a stream of parts."""
    return "".join(part["delta"] for part in parts if part["type"] == "text-delta")
