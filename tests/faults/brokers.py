"""Row P3: the broker is gone or silent while shoppers ask. Nobody waits for it, and what was used is added up later."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from kombu import Connection

from tests import services
from tests.bench.processes import KOREAN, Shop, shop
from tests.bench.shopper import ask, socket
from tests.faults import _proxy
from tests.faults._proxy import Mode, Proxy
from tests.faults.failover import percentile
from tests.faults.rows import Finding, row

QUESTIONS = 40
WITHIN_S = 120.0
"""How soon everything must be added up once the broker is back; Celery looks for it at growing intervals."""
GOAL_S = 1.0
_PICODOLLARS = 12


@row("P3")
def broker_gone() -> Iterator[Finding]:
    """Web process, worker and beat meet the broker through a proxy that refuses, then swallows, then forwards again."""
    for name, find in (("RabbitMQ", services.rabbitmq), ("Redis", services.redis)):
        yield _outage(name, find())


def _outage(name: str, url: str) -> Finding:
    parts = urlsplit(url)
    with ExitStack() as stack:
        proxy = stack.enter_context(_proxy.before(parts.port or 0))
        address = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{proxy.port}")).geturl()
        queue = f"chatbot-faults-{uuid4()}"
        stack.callback(_delete, url, queue)
        stack.enter_context(_environment(CELERY_BROKER_URL=address, BENCH_QUEUE=queue))
        running = stack.enter_context(shop(catalogue=KOREAN, tokens_per_second=500))
        asyncio.run(_ask(running, 3))  # warm
        before_worker = proxy.accepted
        stack.enter_context(_worker(running, proxy))
        took: dict[Mode, list[float]] = {}
        modes: tuple[Mode, ...] = ("through", "refusing", "hung")
        for mode in modes:
            proxy.be(mode)
            took[mode] = asyncio.run(_ask(running, QUESTIONS))
        waiting = _books(running)["waiting"]
        proxy.be("through")
        began = time.monotonic()
        while _books(running)["waiting"] and time.monotonic() - began < WITHIN_S:
            time.sleep(0.5)
        caught_up = time.monotonic() - began
        books = _books(running)
        bill = httpx.get(f"{running.simulator.url}/bill", trust_env=False).json()["totals"]
    added = max(percentile(took[mode], 0.95) - percentile(took["through"], 0.95) for mode in ("refusing", "hung"))
    lost = bill["requests"] - books["attempts"]
    twice = books["rolled_up"] - books["attempts"]
    exact = (
        (books["input_tokens"], books["output_tokens"]) == (bill["input_tokens"], bill["output_tokens"])
        and books["cost"] == books["rolled_up_cost"]
        and books["cost"] == Decimal(bill["cost_usd"])
    )
    asked = 3 * QUESTIONS + 3
    return Finding(
        row="P3",
        fault=f"{name} refuses, then swallows",
        runs=2 * QUESTIONS,
        figure=f"whole answer p95 {percentile(took['through'], 0.95) * 1000:.0f} ms with it, "
        f"{percentile(took['refusing'], 0.95) * 1000:.0f} refused, {percentile(took['hung'], 0.95) * 1000:.0f} hung; "
        f"connections of the web process {before_worker}; rows lost {max(lost, 0)}, duplicated {max(twice, 0)}, "
        f"tokens and dollars {'equal' if exact else 'NOT equal'} to the bill; "
        f"{waiting} rows added up {caught_up:.0f} s after it was back",
        holds=added <= GOAL_S
        and before_worker == 0
        and books["attempts"] == asked == bill["requests"]
        and lost == twice == books["waiting"] == 0
        and waiting > 0
        and exact
        and caught_up < WITHIN_S,
    )


def _delete(url: str, queue: str) -> None:
    with Connection(url) as connection:
        connection.default_channel.queue_delete(queue)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _worker(running: Shop, proxy: Proxy) -> Iterator[None]:
    """Worker and beat of the shop, with a schedule of seconds."""
    with TemporaryDirectory(prefix="chatbot-faults-") as folder:
        log = Path(folder) / "log"
        options = ["--pool", "solo", "--without-gossip", "--without-mingle", "--schedule", f"{folder}/beat"]
        command = [sys.executable, "-m", "celery", "-A", "tests.faults._beat", "worker", "--beat", *options]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env={**os.environ, **running.env}, stdout=output, stderr=output, start_new_session=True
            )
        try:
            _wait(lambda: _books(running)["waiting"] == 0, log)
            yield
        finally:
            proxy.be("through")
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()


def _wait(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"the worker did nothing: {log.read_text(errors='replace')[-800:]}")
        time.sleep(0.3)


async def _ask(running: Shop, questions: int) -> list[float]:
    """Seconds that each whole answer took."""
    async with socket(running.server) as opened:
        answers = [await ask(opened, "무선 이어폰 추천해 주세요") for _ in range(questions)]
    assert all(answer.last["type"] == "finish" for answer in answers)
    return [answer.total_s for answer in answers]


def _books(running: Shop) -> dict[str, int | Decimal]:
    """What the ledger and its rollups hold, read past Django."""
    path = running.env["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=20)) as database:
        [ledger] = database.execute(
            "SELECT count(*), sum(settled_at IS NULL) + (SELECT count(*) FROM chatbot_uncounted),"
            " coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cost_usd), 0)"
            " FROM chatbot_attempt"
        )
        [rolled] = database.execute(
            "SELECT coalesce(sum(attempts), 0), coalesce(sum(cost_usd), 0) FROM chatbot_usagebucket"
        )
    return {
        "attempts": ledger[0],
        "waiting": ledger[1] or 0,
        "input_tokens": ledger[2],
        "output_tokens": ledger[3],
        "cost": Decimal(ledger[4]).scaleb(-_PICODOLLARS),
        "rolled_up": rolled[0],
        "rolled_up_cost": Decimal(rolled[1]).scaleb(-_PICODOLLARS),
    }
