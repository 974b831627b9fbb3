"""A shopper on a WebSocket: asks, reads the answer, says when its first word came."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.processes import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer as it arrived. Times are seconds since the question was sent."""

    first_word_s: float | None
    total_s: float
    frames: int
    cards: int
    text: str
    last: dict[str, Any]


@asynccontextmanager
async def socket(server: Server) -> AsyncIterator[ClientConnection]:
    """A socket of a new visitor."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        response = await client.get("/chat/api/session")
    cookies = "; ".join(f"{name}={value}" for name, value in response.cookies.items())
    url = f"ws://127.0.0.1:{server.port}/chat/ws/"
    headers = {"Origin": server.url, "Cookie": cookies}
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as opened:
        yield opened


async def ask(opened: ClientConnection, question: str, *, conversation: str | None = None) -> Answered:
    """Ask and read to the end."""
    began = perf_counter()
    first: float | None = None
    frames = cards = 0
    text: list[str] = []
    frame = {"type": "ask", "id": str(uuid4()), "conversation": conversation, "text": question}
    await opened.send(json.dumps(frame))
    while True:
        part = json.loads(await opened.recv())
        frames += 1
        match part["type"]:
            case "text-delta":
                first = first if first is not None else perf_counter() - began
                text.append(part["delta"])
            case "data-product":
                cards += 1
            case "finish" | "error" | "abort":
                return Answered(
                    first_word_s=first,
                    total_s=perf_counter() - began,
                    frames=frames,
                    cards=cards,
                    text="".join(text),
                    last=part,
                )
