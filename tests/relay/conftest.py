"""A loopback server that writes exactly the bytes it is told to, cuts where it is told to, and notices who hangs up."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage
from chatbot.relay.base import ChatMessage, ChatRequest, Endpoint, Relay, Timeouts

KEY = "sk-canary-7f3a"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def data(value: object) -> bytes:
    return b"data: %b\n\n" % json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def chunk(text: str | None = None, finish: str | None = None, **more: object) -> bytes:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return data({"id": "chatcmpl-1", "model": "served-1", "choices": [choice], **more})


def usage(given: int = 13, output: int = 21) -> bytes:
    counts = {"prompt_tokens": given, "completion_tokens": output, "total_tokens": given + output}
    return data({"id": "chatcmpl-1", "model": "served-1", "choices": [], "usage": counts})


REPORTED = Usage(input_tokens=13, output_tokens=21, source="reported")
"""What an attempt says of `usage()`."""
WHOLE = chunk("Hello") + chunk(" world") + chunk(finish="stop") + usage() + DONE


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def plain(text: str, **more: object) -> bytes:
    message = {"role": "assistant", "content": text}
    counts = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "chatcmpl-2", "model": "served-1", "choices": [choice], "usage": counts, **more}
    return response(200, json.dumps(answer).encode(), Content_Type="application/json")


@dataclass
class Exchange:
    """One request that came, and the way to answer it."""

    head: str
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def headers(self) -> dict[str, str]:
        """By their names in small letters."""
        pairs = (line.split(": ", 1) for line in self.head.splitlines()[1:] if line)
        return {name.lower(): value for name, value in pairs}

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def until_gone(self) -> None:
        """Returns when the client has closed the connection."""
        try:
            while await self.reader.read(1024):
                pass
        except ConnectionError:
            pass

    def reset(self) -> None:
        """Cuts the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Play = Callable[[Exchange], Awaitable[None]]


@dataclass
class Upstream:
    """The server. It plays its script, one entry per request; the last entry is played for ever."""

    script: list[Play] = field(default_factory=list)
    requests: list[Exchange] = field(default_factory=list)
    connections: int = 0
    url: str = ""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def plays(self, *script: Play | bytes) -> None:
        """Sets the script; bytes are sent as they are, and the connection closed after them."""
        self.script = [_sends(entry) if isinstance(entry, bytes) else entry for entry in script]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(int(line[15:]) for line in head.lower().splitlines() if line[:15] == "content-length:")
                exchange = Exchange(head, await reader.readexactly(length), reader, writer)
                self.requests.append(exchange)
                await self.script[min(len(self.requests), len(self.script)) - 1](exchange)
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except asyncio.CancelledError:
            pass  # the fixture ends; asyncio would report the connection's task as failed
        finally:
            self.gone.set()
            self._tasks.discard(task)
            writer.close()

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _sends(body: bytes) -> Play:
    async def play(exchange: Exchange) -> None:
        await exchange.send(body)
        exchange.writer.close()

    return play


def then_silence(*pieces: bytes) -> Play:
    """Sends `pieces` and nothing more, until the client hangs up."""

    async def play(exchange: Exchange) -> None:
        await exchange.send(*pieces)
        await exchange.until_gone()
        exchange.writer.close()

    return play


def kept_alive(body: bytes) -> Play:
    """Sends a whole response and leaves the connection open for the next request."""

    async def play(exchange: Exchange) -> None:
        await exchange.send(body)

    return play


def chunked(*pieces: bytes, end: bool = True) -> bytes:
    """A response whose body is in HTTP chunks; without `end` it is cut short."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return CHUNKED_HEAD + framed + (b"0\r\n\r\n" if end else b"")


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    upstream.url = f"http://{host}:{port}/v1"
    try:
        yield upstream
    finally:
        server.close()
        await upstream.stop()


@dataclass
class Clock:
    """It goes when the test says so, or when somebody sleeps by it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def endpoint(url: str, **timeouts: float) -> Endpoint:
    return Endpoint(name="default", url=url, key=KEY, timeouts=Timeouts(**timeouts))


def ask(**changes: object) -> ChatRequest:
    values: dict[str, object] = {"messages": (ChatMessage(role="user", content="운동화 추천"),), "model": "gpt-4.1"}
    return ChatRequest(**(values | changes))  # type: ignore[arg-type]


@dataclass
class Heard:
    """What came out of a relay, to its end."""

    events: list[RelayEvent] = field(default_factory=list)
    error: RelayError | None = None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextAdded))

    @property
    def started(self) -> list[AttemptStarted]:
        return [event for event in self.events if isinstance(event, AttemptStarted)]

    @property
    def ended(self) -> list[AttemptEnded]:
        return [event for event in self.events if isinstance(event, AttemptEnded)]


async def hear(relay: Relay, request: ChatRequest | None = None) -> Heard:
    heard = Heard()
    try:
        async with aclosing(relay.stream(request or ask())) as events:
            async for event in events:
                heard.events.append(event)
    except RelayError as err:
        heard.error = err
    return heard
