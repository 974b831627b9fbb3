"""How much later the first word comes through a whole turn than straight from the simulator."""

import asyncio
import csv
import json
import random
import statistics
from collections.abc import Iterator
from time import perf_counter

import aiohttp
import httpx

from tests.bench.figures import Figure, benchmark
from tests.bench.processes import ICECAT, SHARED, SIMULATOR_KEY, Shop, shop
from tests.bench.shopper import ask, socket

SHOPPERS = 20
QUESTIONS_EACH = 12
THINK_S = 1.5


@benchmark("main", "first_word")
def measure() -> Iterator[Figure]:
    """20 shoppers at once; each asks by turns through the app and straight, with the very prompt that the app sends."""
    with shop(catalogue=ICECAT) as running:
        direct, turns = asyncio.run(_run(running))
    straight = statistics.median(direct)
    added = sorted((turn - straight) * 1000 for turn in turns)
    note = f"{SHOPPERS} shoppers, 50 tokens/s each, 19,406 products, SQLite; direct p50 {straight * 1000:.1f} ms"
    yield Figure(
        area="main",
        name="first_word_added_p50",
        value=_quantile(added, 0.5),
        unit="ms",
        goal="<= 10",
        n=len(added),
        note=note,
    )
    yield Figure(
        area="main",
        name="first_word_added_p99",
        value=_quantile(added, 0.99),
        unit="ms",
        goal="<= 40",
        n=len(added),
        note=note,
    )


async def _run(running: Shop) -> tuple[list[float], list[float]]:
    with (SHARED / "icecat" / "queries_dev.tsv").open(encoding="utf-8") as file:
        questions = [row["query"] for row in csv.DictReader(file, delimiter="\t")]
    direct: list[float] = []
    turns: list[float] = []
    async with socket(running.server) as opened:
        await ask(opened, questions[0])  # warms the pool, the connections and the query plans
    prompt = last_prompt(running)
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for number in range(SHOPPERS):
            dice = random.Random(number)
            group.create_task(_shopper(running, session, dice, questions, prompt, direct, turns))
    return direct, turns


async def _shopper(
    running: Shop,
    session: aiohttp.ClientSession,
    dice: random.Random,
    questions: list[str],
    prompt: bytes,
    direct: list[float],
    turns: list[float],
) -> None:
    async with socket(running.server) as opened:
        for _ in range(QUESTIONS_EACH):
            await asyncio.sleep(dice.random() * THINK_S)
            direct.append(await _straight(running, session, prompt))
            await asyncio.sleep(dice.random() * THINK_S)
            answered = await ask(opened, dice.choice(questions))
            if answered.first_word_s is None or answered.last["type"] != "finish":
                raise RuntimeError(f"no answer: {answered.last}")
            turns.append(answered.first_word_s)


async def _straight(running: Shop, session: aiohttp.ClientSession, prompt: bytes) -> float:
    began = perf_counter()
    headers = {"Authorization": f"Bearer {SIMULATOR_KEY}", "Content-Type": "application/json"}
    first = None
    async with session.post(f"{running.simulator.url}/v1/chat/completions", data=prompt, headers=headers) as response:
        async for line in response.content:
            if first is None and line.startswith(b"data: {"):
                choices = json.loads(line[6:])["choices"]
                if choices and choices[0]["delta"].get("content"):
                    first = perf_counter() - began
    if first is None:
        raise RuntimeError("the simulator gave no word")
    return first


def last_prompt(running: Shop) -> bytes:
    """The body of the request that the app sent last, as the simulator saw it."""
    requests = httpx.get(f"{running.simulator.url}/requests", trust_env=False).json()
    last = requests[-1] if isinstance(requests, list) else requests["requests"][-1]
    return json.dumps(last.get("body", last)).encode()


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
