"""Turns over a mix of faults while processes are killed and tasks delivered twice: the ledger against the relays' bill.

2,000 turns by default; `TURNS=10000 make bench AREA=money ONLY=turns` asks as many. Everything is real: PostgreSQL,
a broker, Celery workers that are killed with SIGKILL every few seconds, web processes (20 shoppers each) that are
killed while they answer, and two simulators, whose bills are the judge. Each web process has a key of its own, so the
bill tells what was told to one that did not live to hear it.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from kombu import Connection

from chatbot.simulator.bill import fingerprint
from chatbot.simulator.testing import run_in_process
from tests import services
from tests.bench._money_turns import ROUTES
from tests.bench.databases import postgresql
from tests.bench.figures import Figure, benchmark

TURNS = int(os.environ.get("TURNS", "2000"))
WEBS = 2
WORKERS = 2
WEB_KILLS = 4
WORKER_KILL_S = (3.0, 8.0)
"""A worker dies after so many seconds, at random between the two."""
LEASE_S = 10
SEED = 4
MIX = {
    "reset_before": 0.05,
    "reset_mid": 0.05,
    "stall_mid::3": 0.03,
    "429": 0.05,
    "malformed": 0.02,
    "cut": 0.02,
    "no_usage": 0.02,
    "usage_twice": 0.02,
    "usage_repeated": 0.02,
    "usage_negative": 0.02,
}
TIMEOUTS = {"CONNECT_S": 2, "FIRST_TOKEN_S": 3, "BETWEEN_TOKENS_S": 1.5, "TOTAL_S": 20}
ANSWER = "새벽 무선 이어폰을 추천해요. 30시간 재생되고 [[p1.price]]이에요 [[p1]]. It is light. Shall I compare two?"
NOBODY = {"source": "", "outcome": ""}
"""In place of a row of the ledger where there is none."""
LINES = 3_000
"""Lines of a bill that are read at once; it keeps the last 10,000, and they are read every second."""


@dataclass(slots=True)
class Run:
    """What goes on, and what was done to it."""

    env: Mapping[str, str]
    simulators: Mapping[str, str]
    log: Path
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    webs: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    killed_webs: set[str] = field(default_factory=set)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    worker_kills: int = 0
    lines: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)  # Any: JSON

    def start_web(self) -> None:
        """A web process under a key of its own."""
        key = _key(len(self.webs))
        endpoints = {name: {"URL": url, "KEY": key, "TIMEOUTS": TIMEOUTS} for name, url in self.simulators.items()}
        chatbot = {"ENDPOINTS": endpoints, "TURN_LEASE_S": LEASE_S}
        command = [sys.executable, "-m", "tests.bench._money_turns", "ask", key]
        env = {**os.environ, **self.env, "BENCH_CHATBOT": json.dumps(chatbot)}
        self.webs[key] = subprocess.Popen(command, env=env)

    def kill_web(self) -> None:
        """One that answers dies, another takes its place."""
        key = self.dice.choice([key for key, web in self.webs.items() if key not in self.killed_webs])
        self.webs[key].kill()
        self.webs[key].wait()
        self.killed_webs.add(key)
        self.start_web()

    def start_worker(self) -> None:
        """A Celery worker as an operator would start it."""
        options = ["--pool", "prefork", "-c", "1", "-l", "ERROR", "-n", f"{uuid4()}@%h"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", *options, *quiet]
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                command, env={**os.environ, **self.env}, stdout=log, stderr=log, start_new_session=True
            )
        self.workers.append(worker)

    def kill_worker(self) -> None:
        """One dies with its child, in the middle of whatever it does; another takes its place."""
        worker = self.workers.pop(self.dice.randrange(len(self.workers)))
        _kill_session(worker)
        self.worker_kills += 1
        self.start_worker()

    def read_bills(self, lines: int = LINES) -> list[dict[str, Any]]:  # Any: JSON
        """Take the new lines of both bills; the bills as they stand."""
        bills = []
        for name, url in self.simulators.items():
            bill = httpx.get(f"{_root(url)}/bill", params={"lines": lines}, trust_env=False, timeout=30).json()
            self.lines.update({(name, line["number"]): line for line in bill.pop("lines")})
            bills.append(bill)
        return bills


@benchmark("money", "turns")
def measure() -> Iterator[Figure]:
    """The whole run, then what the books say."""
    with ExitStack() as stack:
        env = stack.enter_context(postgresql())
        broker = stack.enter_context(_queue())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chatbot-bench-")))
        keys = [option for number in range(WEBS + WEB_KILLS) for option in ("--key", _key(number))]
        options = ("--tokens-per-second", "200", "--latency", "0", *keys, "--seed")
        simulators = {
            name: stack.enter_context(run_in_process(*options, str(number))) for number, (name, _) in enumerate(ROUTES)
        }
        for url in simulators.values():
            plan = {"say": ANSWER, "rate": MIX}
            httpx.post(f"{_root(url)}/control", json=plan, trust_env=False).raise_for_status()
        run = Run(
            env={**env, **broker, "BENCH_CHATBOT": json.dumps({"TURN_LEASE_S": LEASE_S})},
            simulators=simulators,
            log=folder / "workers.log",
        )
        stack.callback(_end_all, run)
        _inside(run, "prepare")
        began = time.perf_counter()
        published = _turns(run)
        seconds = time.perf_counter() - began
        books = json.loads(_inside(run, "books"))
        trouble = [
            line for line in run.log.read_text(encoding="utf-8", errors="replace").splitlines() if "raised" in line
        ]
    yield from _figures(run, books, seconds, published, trouble)


def _turns(run: Run) -> int:
    """Ask until there are as many turns as wanted, then let the tasks clear up; how many tasks were published."""
    beat = subprocess.Popen(
        [sys.executable, "-m", "tests.bench._money_turns", "beat"],
        env={**os.environ, **run.env},
        stdout=subprocess.PIPE,
    )
    try:
        for _ in range(WEBS):
            run.start_web()
        for _ in range(WORKERS):
            run.start_worker()
        with psycopg.connect(run.env["DATABASE_URL"], autocommit=True) as database:
            _ask(run, database)
            for web in run.webs.values():
                web.terminate()
            _keep_on(run, until=lambda: all(web.poll() is not None for web in run.webs.values()), within_s=60)
            # What the dead left open: their turns' leases run out, then the tasks find them.
            _keep_on(run, until=lambda: _is_clear(database), within_s=6 * LEASE_S + 60)
        # One that was told to end before it had begun to listen for that had asked nothing yet.
        ended = {web.returncode for key, web in run.webs.items() if key not in run.killed_webs}
        if not ended <= {0, -signal.SIGTERM}:
            raise RuntimeError(f"a web process failed: {ended}")
        run.read_bills(lines=10_000)
    finally:
        beat.terminate()
        published, _ = beat.communicate(timeout=10)
    return int(published)


def _ask(run: Run, database: "psycopg.Connection[Any]") -> None:
    kills = [TURNS * (number + 1) // (WEB_KILLS + 1) for number in range(WEB_KILLS)]

    def asked_enough() -> bool:
        [turns] = database.execute("SELECT count(*) FROM chatbot_turn").fetchone() or (0,)
        if kills and turns >= kills[0]:
            kills.pop(0)
            run.kill_web()
        return bool(turns >= TURNS)

    _keep_on(run, until=asked_enough, within_s=60 + TURNS / 5)


def _keep_on(run: Run, *, until: Any, within_s: float) -> None:  # Any: a callable without arguments
    """Kill workers now and then, and read the bills, until something is true."""
    end = time.monotonic() + within_s
    next_kill = time.monotonic() + run.dice.uniform(*WORKER_KILL_S)
    while not until():
        if time.monotonic() > end:
            raise RuntimeError(f"not done within {within_s:.0f} s: {until.__name__}")
        if time.monotonic() > next_kill:
            run.kill_worker()
            next_kill = time.monotonic() + run.dice.uniform(*WORKER_KILL_S)
        run.read_bills()
        time.sleep(1)


def _is_clear(database: "psycopg.Connection[Any]") -> bool:
    """Whether no turn runs, no attempt is open, and every row is rolled up and paid from its reservation."""
    left = database.execute(
        "SELECT (SELECT count(*) FROM chatbot_turn WHERE status = 'running')"
        " + (SELECT count(*) FROM chatbot_attempt WHERE settled_at IS NULL)"
        " + (SELECT count(*) FROM chatbot_uncounted)"
        " + (SELECT count(*) FROM chatbot_reservation WHERE settled_usd IS NULL)"
    ).fetchone()
    return left == (0,)


def _figures(
    run: Run,
    books: dict[str, Any],
    seconds: float,
    published: int,
    trouble: list[str],  # Any: JSON
) -> Iterator[Figure]:
    rows = books["rows"]
    bill = {line["id"]: line for line in run.lines.values()}
    dead = {fingerprint(key) for key in run.killed_webs}
    reported = [row for row in rows if row["source"] == "reported" and row["outcome"] != "cached"]
    ids = Counter(row["upstream_id"] for row in rows if row["upstream_id"])
    told = {line["id"]: line for line in run.lines.values() if line["reported"]}
    booked = {row["upstream_id"]: row for row in rows}
    missing = [line for line in told.values() if booked.get(line["id"], NOBODY)["source"] != "reported"]
    unheard = [line for line in missing if line["key"] in dead]
    # The shopper's stop and the relay's last words crossed: the report was sent to a stream that we had closed.
    crossed = [
        line for line in missing if line not in unheard and booked.get(line["id"], NOBODY)["outcome"] == "stopped"
    ]
    off = [line for line in missing if line not in unheard and line not in crossed]
    tokens_off = sum(_tokens(line) for line in off)
    usd_off = sum((Decimal(line["cost_usd"]) for line in off), Decimal(0))
    for row in reported:
        line = told.get(row["upstream_id"], {"input_tokens": 0, "output_tokens": 0, "cost_usd": "0"})
        tokens_off += sum(abs(row[kind] - line[kind]) for kind in ("input_tokens", "output_tokens"))
        usd_off += abs(Decimal(row["cost_usd"]) - Decimal(line["cost_usd"]))
    turns = sum(books["turns"].values())
    done = (
        f"{len(run.killed_webs)} web processes and {run.worker_kills} workers killed, {published} tasks each delivered "
        f"twice, {sum(MIX.values()):.0%} of the attempts faulty"
    )

    def figure(name: str, value: float, unit: str, goal: str = "", n: int = turns, note: str = "") -> Figure:
        return Figure(area="money", name=f"turns_{name}", value=value, unit=unit, goal=goal, n=n, note=note)

    ends = Counter(booked.get(line["id"], NOBODY)["outcome"] or "no row" for line in off)
    note = f"{turns} turns; {done}{f'; reported and not booked so: {dict(ends)}' if ends else ''}"
    yield figure("minus_bill_tokens", tokens_off, "tokens", "== 0", len(reported), note)
    usd = sum((Decimal(row["cost_usd"]) for row in reported), Decimal(0))
    yield figure("minus_bill_usd", float(usd_off), "USD", "== 0", len(reported), f"of {usd.normalize():f} reported")
    twice = sum(count - 1 for count in ids.values())
    yield figure("duplicated", twice, "rows", "== 0", len(rows), "ledger rows with the same answer of the relay")
    billed = sum(1 for line in bill.values() if line["input_tokens"])
    yield figure("rollup_off", _distance(books["ledger"], books["rollup"]), "", "== 0", len(rows), _said(books))
    yield figure("report_off", _distance(books["ledger"], books["report"]), "", "== 0", len(rows))
    spent = Decimal(books["spent"]["spent"]) - Decimal(books["ledger"][-1])
    note = f"{books['spendings_wrong']} spendings are not the sum of their reservations"
    yield figure(
        "budget_off", float(spent), "USD", "== 0", note=f"spent of the month's budget, less the ledger; {note}"
    )
    left = sum(count for status, count in books["turns"].items() if status == "running")
    yield figure("left_open", left, "turns", "== 0", note=f"{books['turns']}")
    estimated = [row for row in rows if row["source"] == "estimated"]
    unknown = [row for row in rows if row["source"] == "unknown"]
    ours = sum(_tokens(row) for row in estimated)
    unreported = [line for line in bill.values() if line["input_tokens"] and not line["reported"]]
    theirs = sum(_tokens(line) for line in (*unreported, *unheard, *crossed))
    apart = len(unreported) + len(unheard) + len(crossed)
    note = (
        f"{ours} tokens for {theirs} billed in {apart} lines, {len(unheard)} of which were reported to a process that "
        f"was dead and {len(crossed)} to a stream that had just been stopped; {len(unknown)} rows unknown, {billed} "
        "lines billed"
    )
    yield figure("estimated", len(estimated), "rows", n=len(rows), note=note)
    yield figure("estimates_off", 100 * (ours - theirs) / theirs if theirs else 0, "%", n=len(estimated))
    yield figure("task_errors", len(trouble), "", note=trouble[0][:160] if trouble else "")
    yield figure("per_second", turns / seconds, "turns/s", note=f"{seconds:.0f} s with the clearing up")


def _tokens(row: Mapping[str, Any]) -> int:  # Any: JSON
    return (row["input_tokens"] or 0) + (row["output_tokens"] or 0)


def _distance(ours: Iterable[Any], theirs: Iterable[Any]) -> float:  # Any: JSON
    """How far two rows of sums are apart; dollars are strings and compared as Decimal."""
    return float(sum(abs(Decimal(a or 0) - Decimal(b or 0)) for a, b in zip(ours, theirs, strict=True)))


def _said(books: Mapping[str, Any]) -> str:  # Any: JSON
    attempts, input_tokens, output_tokens, usd = books["ledger"]
    return f"{attempts} rows, {input_tokens} in, {output_tokens} out, {Decimal(usd).normalize():f} USD"


@contextmanager
def _queue() -> Iterator[dict[str, str]]:
    """The environment of a broker's client, on a queue of its own: RabbitMQ, which delivers again what nobody acked."""
    try:
        url = services.rabbitmq()
    except services.Missing:
        url = services.redis()
    name = f"chatbot-bench-{uuid4()}"
    try:
        yield {"CELERY_BROKER_URL": url, "BENCH_QUEUE": name}
    finally:
        with Connection(url) as connection:
            connection.default_channel.queue_delete(name)


def _inside(run: Run, *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.bench._money_turns", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **run.env})
    return done.stdout


def _end_all(run: Run) -> None:
    for worker in run.workers:
        _kill_session(worker)
    for web in run.webs.values():
        web.kill()
        web.wait()


def _kill_session(worker: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(worker.pid, signal.SIGKILL)  # it leads a session of its own
    except ProcessLookupError:
        pass
    worker.wait()


def _key(number: int) -> str:
    return f"web-{number}"


def _root(url: str) -> str:
    return url.removesuffix("/v1")
