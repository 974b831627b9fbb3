"""CPU per paced token through the WebSocket, against a bare ASGI app that forwards the same upstream."""

import asyncio
import json
import statistics
from collections.abc import Iterator

import httpx
from websockets.asyncio.client import connect

from tests.bench.figures import Figure, benchmark
from tests.bench.first_word import _last_prompt
from tests.bench.processes import KOREAN, SIMULATOR_KEY, Server, Shop, asgi, shop
from tests.bench.shopper import ask, socket

CHATS = 20
ROUNDS = 6
QUESTION = "무선 이어폰 추천해 주세요"


@benchmark("main", "cpu_per_token")
def measure() -> Iterator[Figure]:
    """Rounds of 20 answers at 50 tokens/s each, by turns through the app and through the yardstick."""
    with shop(catalogue=KOREAN) as running:
        asyncio.run(_ask_app(running, 1))
        env = {
            "BARE_UPSTREAM": f"{running.simulator.url}/v1/chat/completions",
            "BARE_PROMPT": _last_prompt(running).decode(),
            "BARE_KEY": SIMULATOR_KEY,
        }
        with asgi("tests.bench.bare:application", env=env) as bare:
            asyncio.run(_ask_bare(bare, 1))
            app_us, bare_us = [], []
            for _ in range(ROUNDS):
                app_us.append(_cpu_us_per_token(running, running.server, lambda: _ask_app(running, CHATS)))
                bare_us.append(_cpu_us_per_token(running, bare, lambda: _ask_bare(bare, CHATS)))
    ours, yardstick = statistics.median(app_us), statistics.median(bare_us)
    note = f"{CHATS} chats at 50 tokens/s; app {ours:.0f} us, bare {yardstick:.0f} us; whole turns, not only the tokens"
    yield Figure(
        area="main", name="cpu_per_token_ratio", value=ours / yardstick, unit="x", goal="<= 1.4", n=ROUNDS, note=note
    )


def _cpu_us_per_token(running: Shop, server: Server, load: object) -> float:
    tokens, cpu_s = _tokens(running), server.cpu_s()
    asyncio.run(load())  # type: ignore[operator]
    return (server.cpu_s() - cpu_s) * 1e6 / (_tokens(running) - tokens)


async def _ask_app(running: Shop, chats: int) -> None:
    async def chat() -> None:
        async with socket(running.server) as opened:
            await ask(opened, QUESTION)

    await asyncio.gather(*(chat() for _ in range(chats)))


async def _ask_bare(bare: Server, chats: int) -> None:
    async def chat() -> None:
        async with connect(f"ws://127.0.0.1:{bare.port}/", compression=None, proxy=None) as opened:
            await opened.send(json.dumps({"text": QUESTION}))
            while await opened.recv():
                pass

    await asyncio.gather(*(chat() for _ in range(chats)))


def _tokens(running: Shop) -> int:
    bill = httpx.get(f"{running.simulator.url}/bill", trust_env=False).json()
    return int(bill["totals"]["output_tokens"])
