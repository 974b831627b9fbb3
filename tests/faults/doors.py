"""Rows P and S that knock at the doors of the running demo project."""

import asyncio
import json
from collections.abc import Iterator
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake

from tests.bench.processes import KOREAN, Server, Shop, shop
from tests.bench.shopper import socket
from tests.faults.rows import Finding, row

FOREIGN_ORIGINS = (
    "https://evil.example",
    "null",
    None,
    "http://127.0.0.1:1",
    "https://127.0.0.1",
    "http://127.0.0.1.evil.example",
    "http://evil127.0.0.1",
    "http://127.0.0.1@evil.example",
    "file://",
)


@row("S1")
def foreign_origins() -> Iterator[Finding]:
    """A page of another site cannot open a socket, whatever its origin looks like."""
    with shop(catalogue=KOREAN) as running:
        accepted = [origin for origin in FOREIGN_ORIGINS if asyncio.run(_opens(running.server, origin))]
        own = asyncio.run(_opens(running.server, running.server.url))
    yield Finding(
        row="S1",
        fault="foreign origins at the WebSocket",
        runs=len(FOREIGN_ORIGINS),
        figure=f"accepted {len(accepted)}; the shop's own {'accepted' if own else 'refused'}",
        holds=not accepted and own,
    )


async def _opens(server: Server, origin: str | None) -> bool:
    headers = {} if origin is None else {"Origin": origin}
    try:
        async with connect(f"ws://127.0.0.1:{server.port}/chat/ws/", additional_headers=headers, proxy=None):
            return True
    except InvalidHandshake:
        return False


@row("P13")
def double_clicks() -> Iterator[Finding]:
    """The same client message sent many times at once is one turn."""
    runs, clicks = 20, 6
    with shop(catalogue=KOREAN, tokens_per_second=0) as running:
        turns = asyncio.run(_click(running, runs, clicks))
        bill = httpx.get(f"{running.simulator.url}/bill", trust_env=False).json()["totals"]
    doubles = sum(len(seen) - 1 for seen in turns)
    yield Finding(
        row="P13",
        fault=f"{clicks} clicks at once, on {clicks} sockets of one visitor",
        runs=runs,
        figure=f"duplicate turns {doubles}, requests upstream {bill['requests']} for {runs} questions",
        holds=doubles == 0 and bill["requests"] == runs,
    )


async def _click(running: Shop, runs: int, clicks: int) -> list[set[str]]:
    found = []
    async with socket(running.server) as first:
        cookie = first.request.headers["Cookie"]
        for _ in range(runs):
            message = str(uuid4())
            found.append(set(await asyncio.gather(*(_turn_of(running, cookie, message) for _ in range(clicks)))))
    return found


async def _turn_of(running: Shop, cookie: str, message: str) -> str:
    headers = {"Origin": running.server.url, "Cookie": cookie}
    url = f"ws://127.0.0.1:{running.server.port}/chat/ws/"
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as opened:
        await opened.send(json.dumps({"type": "ask", "id": message, "conversation": None, "text": "무선 이어폰"}))
        turn = ""
        while True:
            part = json.loads(await opened.recv())
            turn = part.get("turn", turn)
            if part["type"] in ("finish", "error", "abort"):
                return turn if part["type"] == "finish" else f"{part}"
