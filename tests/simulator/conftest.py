"""A simulator without delays, and ways to talk to it: whole answers, and raw bytes off the socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from chatbot.simulator import DEFAULT_KEY, Simulator


@dataclass
class Raw:
    """What came over one connection: all bytes, and whether it ended in a reset."""

    data: bytes
    reset: bool

    @property
    def status(self) -> int:
        return int(self.data.split(b" ", 2)[1])

    @property
    def pieces(self) -> list[bytes]:
        """The body as it was cut into HTTP chunks."""
        rest = self.data.partition(b"\r\n\r\n")[2]
        pieces = []
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            length = int(size, 16)
            pieces.append(rest[:length])
            rest = rest[length + 2 :]
        return [piece for piece in pieces if piece]

    @property
    def body(self) -> bytes:
        """The body without its chunked framing."""
        return b"".join(self.pieces)


def question(text: str = "Which earbuds are good for running?", **fields: Any) -> dict[str, Any]:
    return {"model": "gpt-4.1", "messages": [{"role": "user", "content": text}], **fields}


def streamed(text: str = "Which earbuds are good for running?", **fields: Any) -> dict[str, Any]:
    return question(text, stream=True, stream_options={"include_usage": True}, **fields)


def chunks(body: bytes) -> list[dict[str, Any]]:
    """The JSON of every event but [DONE]."""
    events = [line.removeprefix("data: ") for line in body.decode().split("\n") if line.startswith("data: ")]
    return [json.loads(event) for event in events if event != "[DONE]"]


def text_of(body: bytes) -> str:
    return "".join(
        choice["delta"].get("content") or "" for chunk in chunks(body) for choice in chunk.get("choices", [])
    )


def http_client(base_url: str = "") -> httpx.AsyncClient:
    """A client with the default key. Without certificates, which take longer to load than a test to run."""
    headers = {"Authorization": f"Bearer {DEFAULT_KEY}"}
    return httpx.AsyncClient(base_url=base_url, headers=headers, trust_env=False, verify=False)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as running:
        yield running


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(simulator.url.removesuffix("/v1")) as ready:
        yield ready


Ask = Callable[..., Awaitable[httpx.Response]]
AskRaw = Callable[..., Awaitable[Raw]]


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """POST a chat request, with faults."""

    async def post(body: dict[str, Any], faults: str | None = None) -> httpx.Response:
        headers = {} if faults is None else {"X-Simulate": faults}
        return await client.post("/v1/chat/completions", json=body, headers=headers)

    return post


@pytest.fixture
def ask_raw(simulator: Simulator) -> AskRaw:
    """Send a chat request over a bare socket and read until the connection ends."""

    async def send(body: dict[str, Any], faults: str = "") -> Raw:
        reader, writer = await connect(simulator.url, body, faults, close=True)
        data, reset = b"", False
        try:
            while part := await reader.read(65536):
                data += part
        except ConnectionResetError:
            reset = True
        writer.close()
        return Raw(data, reset)

    return send


async def connect(
    url: str, body: dict[str, Any], faults: str = "", *, close: bool = False
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which the request has been sent."""
    address = urlsplit(url)
    assert address.hostname
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    payload = json.dumps(body).encode()
    head = [
        f"POST {address.path}/chat/completions HTTP/1.1",
        f"Host: {address.netloc}",
        f"Authorization: Bearer {DEFAULT_KEY}",
        f"Content-Length: {len(payload)}",
        *([f"X-Simulate: {faults}"] if faults else []),
        *(["Connection: close"] if close else []),
    ]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + payload)
    await writer.drain()
    return reader, writer
