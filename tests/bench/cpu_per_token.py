"""CPU per paced token through the WebSocket, against a bare ASGI app that forwards the same upstream."""

import asyncio
import json
import statistics
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.figures import Figure, benchmark
from tests.bench.first_word import last_prompt
from tests.bench.processes import KOREAN, SIMULATOR_KEY, Server, Shop, asgi, shop
from tests.bench.shopper import ask, socket

CHATS = 20
ROUNDS = 5
WINDOW_S = 4.0
"""How long a round is measured, once every chat speaks: no turn begins or ends meanwhile."""
TOKEN = "word"
"""What the simulator sends as one token; seen in a frame of the app and of the yardstick alike."""
TOKENS = 340
QUESTION = "무선 이어폰 추천해 주세요"

Open = Callable[[Server], AbstractAsyncContextManager[ClientConnection]]


@dataclass(slots=True)
class Measured:
    """CPU microseconds of one contender, round by round."""

    server: Server
    open: Open
    per_token_us: list[float] = field(default_factory=list)
    per_turn_ms: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Heard:
    """What the chats of a round have received."""

    tokens: int = 0
    speaking: set[int] = field(default_factory=set)
    all_speak: asyncio.Event = field(default_factory=asyncio.Event)

    def frame(self, number: int, frame: str) -> None:
        """Count what came up in chat `number`."""
        tokens = frame.count(TOKEN)
        self.tokens += tokens
        if tokens and number not in self.speaking:
            self.speaking.add(number)
            if len(self.speaking) == CHATS:
                self.all_speak.set()


@benchmark("main", "cpu_per_token")
def measure() -> Iterator[Figure]:
    """Rounds of 20 answers at 50 tokens/s each, by turns through the app and the yardsticks.

    Twenty tokens fall due in 20 ms, and the loop wakes up by milliseconds: left to chance, one contender finds four
    tokens at a wake-up where the other finds one, and what a wake-up costs is shared by as many. So none share.
    """
    with shop(catalogue=KOREAN, spread=CHATS) as running:
        asyncio.run(_ask_once(running.server))
        env = {
            "BARE_UPSTREAM": f"{running.simulator.url}/v1/chat/completions",
            "BARE_PROMPT": last_prompt(running).decode(),
            "BARE_KEY": SIMULATOR_KEY,
        }
        _say(running, TOKEN * TOKENS)
        bare = "tests.bench.bare:application"
        with asgi(bare, env=env) as over_httpx, asgi(bare, env={**env, "BARE_CLIENT": "aiohttp"}) as over_aiohttp:
            app = Measured(running.server, socket)
            yardstick = Measured(over_httpx, _bare_socket)
            barest = Measured(over_aiohttp, _bare_socket)
            for _ in range(ROUNDS):
                for each in (app, yardstick, barest):
                    asyncio.run(_round(each))
    ours, bare_us, barest_us = (statistics.median(each.per_token_us) for each in (app, yardstick, barest))
    # Round by round: what else the machine does comes and goes, and meets neighbours alike.
    ratio = statistics.median(a / b for a, b in zip(app.per_token_us, yardstick.per_token_us, strict=True))
    note = (
        f"{CHATS} chats at 50 tokens/s, no two at once, {WINDOW_S:.0f} s of steady flow a round; app {ours:.0f} us, "
        f"bare app over the same HTTP client, as the library comes, {bare_us:.0f} us; both under uvicorn"
    )
    yield Figure(area="main", name="cpu_per_token_ratio", value=ratio, unit="x", goal="<= 1.4", n=ROUNDS, note=note)
    ratio = statistics.median(a / b for a, b in zip(app.per_token_us, barest.per_token_us, strict=True))
    note = f"bare app over aiohttp without httpx {barest_us:.0f} us"
    yield Figure(area="main", name="cpu_per_token_ratio_aiohttp", value=ratio, unit="x", n=ROUNDS, note=note)
    bare_ms = statistics.median(yardstick.per_turn_ms)
    yield Figure(
        area="main",
        name="cpu_per_turn",
        value=statistics.median(app.per_turn_ms),
        unit="ms",
        n=ROUNDS,
        note=f"once a turn, beside its tokens: socket, search, two transactions; bare {bare_ms:.1f} ms",
    )


async def _round(measured: Measured) -> None:
    server, heard = measured.server, Heard()
    began_s = server.cpu_s()
    chats = [asyncio.create_task(_chat(measured, number, heard)) for number in range(CHATS)]
    async with asyncio.timeout(30):
        await heard.all_speak.wait()
    cpu_s, tokens = server.cpu_s(), heard.tokens
    await asyncio.sleep(WINDOW_S)
    per_token_s = (server.cpu_s() - cpu_s) / (heard.tokens - tokens)
    if any(chat.done() for chat in chats):
        raise RuntimeError("an answer ended while it was measured")
    await asyncio.gather(*chats)
    measured.per_token_us.append(per_token_s * 1e6)
    measured.per_turn_ms.append((server.cpu_s() - began_s - per_token_s * heard.tokens) / CHATS * 1000)


async def _chat(measured: Measured, number: int, heard: Heard) -> None:
    async with measured.open(measured.server) as opened:
        await opened.send(json.dumps({"type": "ask", "id": str(uuid4()), "text": QUESTION}))
        said = 0
        while said < TOKENS:
            frame = str(await opened.recv())
            said += frame.count(TOKEN)
            heard.frame(number, frame)
        while frame and '"finish"' not in frame:
            frame = str(await opened.recv())


@asynccontextmanager
async def _bare_socket(bare: Server) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://127.0.0.1:{bare.port}/", compression=None, proxy=None) as opened:
        yield opened


async def _ask_once(server: Server) -> None:
    async with socket(server) as opened:
        answered = await ask(opened, QUESTION)
    if answered.last["type"] != "finish":
        raise RuntimeError(f"no answer: {answered.last}")


def _say(running: Shop, answer: str) -> None:
    httpx.post(f"{running.simulator.url}/control", json={"say": answer}, trust_env=False).raise_for_status()
