"""CPU per paced token through the WebSocket, against a bare ASGI app that forwards the same upstream."""

import asyncio
import json
import random
import statistics
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import httpx
from websockets.asyncio.client import connect

from tests.bench.figures import Figure, benchmark
from tests.bench.first_word import last_prompt
from tests.bench.processes import KOREAN, SIMULATOR_KEY, Server, Shop, asgi, shop
from tests.bench.shopper import ask, socket

CHATS = 20
ROUNDS = 5
STAGGER_S = 0.5
SHORT, LONG = 20, 140
"""Words of the two answers. What a turn costs once cancels out between them; what is left is the cost of a token."""

Load = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Measured:
    """CPU microseconds of one contender, round by round."""

    server: Server
    load: Load
    per_token_us: list[float] = field(default_factory=list)
    per_turn_ms: list[float] = field(default_factory=list)


@benchmark("main", "cpu_per_token")
def measure() -> Iterator[Figure]:
    """Rounds of 20 answers at 50 tokens/s each, short and long ones, by turns through the app and the yardsticks."""
    with shop(catalogue=KOREAN) as running:
        asyncio.run(_ask_app(running.server, 1))
        env = {
            "BARE_UPSTREAM": f"{running.simulator.url}/v1/chat/completions",
            "BARE_PROMPT": last_prompt(running).decode(),
            "BARE_KEY": SIMULATOR_KEY,
        }
        bare = "tests.bench.bare:application"
        with asgi(bare, env=env) as over_httpx, asgi(bare, env={**env, "BARE_CLIENT": "aiohttp"}) as over_aiohttp:
            app = Measured(running.server, lambda: _ask_app(running.server, CHATS))
            yardstick = Measured(over_httpx, lambda: _ask_bare(over_httpx, CHATS))
            barest = Measured(over_aiohttp, lambda: _ask_bare(over_aiohttp, CHATS))
            for each in (app, yardstick, barest):
                asyncio.run(each.load())
            for _ in range(ROUNDS):
                for each in (app, yardstick, barest):
                    _round(running, each)
    ours, bare_us, barest_us = (statistics.median(each.per_token_us) for each in (app, yardstick, barest))
    compared = f"app {ours:.0f} us, bare app over the same HTTP client {bare_us:.0f} us"
    note = f"{CHATS} chats at 50 tokens/s, not in step; {compared}"
    yield Figure(
        area="main", name="cpu_per_token_ratio", value=ours / bare_us, unit="x", goal="<= 1.4", n=ROUNDS, note=note
    )
    note = f"bare app over aiohttp without httpx {barest_us:.0f} us"
    yield Figure(area="main", name="cpu_per_token_ratio_aiohttp", value=ours / barest_us, unit="x", n=ROUNDS, note=note)
    bare_ms = statistics.median(yardstick.per_turn_ms)
    yield Figure(
        area="main",
        name="cpu_per_turn",
        value=statistics.median(app.per_turn_ms),
        unit="ms",
        n=ROUNDS,
        note=f"once a turn, beside its tokens: socket, search, two transactions; bare {bare_ms:.1f} ms",
    )


def _round(running: Shop, measured: Measured) -> None:
    cost_us, tokens = [], []
    for words in (SHORT, LONG):
        _say(running, words)
        before, cpu_s = _tokens(running), measured.server.cpu_s()
        asyncio.run(measured.load())  # type: ignore[arg-type]
        cost_us.append((measured.server.cpu_s() - cpu_s) * 1e6)
        tokens.append(_tokens(running) - before)
    per_token_us = (cost_us[1] - cost_us[0]) / (tokens[1] - tokens[0])
    measured.per_token_us.append(per_token_us)
    measured.per_turn_ms.append((cost_us[0] - per_token_us * tokens[0]) / CHATS / 1000)


async def _ask_app(server: Server, chats: int) -> None:
    async def chat(number: int) -> None:
        async with socket(server) as opened:
            await asyncio.sleep(_offset_s(number))
            answered = await ask(opened, "무선 이어폰 추천해 주세요")
            if answered.last["type"] != "finish":
                raise RuntimeError(f"no answer: {answered.last}")

    await asyncio.gather(*(chat(number) for number in range(chats)))


async def _ask_bare(bare: Server, chats: int) -> None:
    async def chat(number: int) -> None:
        async with connect(f"ws://127.0.0.1:{bare.port}/", compression=None, proxy=None) as opened:
            await asyncio.sleep(_offset_s(number))
            await opened.send(json.dumps({"text": "?"}))
            while await opened.recv():
                pass

    await asyncio.gather(*(chat(number) for number in range(chats)))


def _offset_s(number: int) -> float:
    """When a chat begins: shoppers do not ask in step, so each token arrives alone."""
    return random.Random(number).random() * STAGGER_S


def _say(running: Shop, words: int) -> None:
    answer = "earphones " * words
    httpx.post(f"{running.simulator.url}/control", json={"say": answer}, trust_env=False).raise_for_status()


def _tokens(running: Shop) -> int:
    bill = httpx.get(f"{running.simulator.url}/bill", trust_env=False).json()
    return int(bill["totals"]["output_tokens"])
