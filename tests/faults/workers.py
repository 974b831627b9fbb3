"""Row P4: Celery workers are killed, messages come again, tasks run twice and ten times at once. Totals stay."""

import email
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg
from celery import Celery
from kombu import Connection

from tests import services
from tests.bench.databases import postgresql
from tests.faults._books import READERS
from tests.faults.rows import Finding, row

ROWS = 10_000
"""Settled attempts of a round."""
KILLS = 8
AT_ONCE = 10
SEED = 4
ALIVE_S = (0.2, 2.5)
"""A worker lives so long after it has begun to work, at random between the two."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project on a PostgreSQL database of its own, whose mails go to a folder."""

    env: Mapping[str, str]
    folder: Path

    def inside(self, *command: str) -> str:
        """Run a command of `_books` to its end; what it printed."""
        done = subprocess.run(self._books(*command), env=self._environment(), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-800:])
        return done.stdout

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a command of `_books`."""
        return subprocess.Popen(self._books(*command), env=self._environment())

    def worker(self) -> "subprocess.Popen[bytes]":
        """A Celery worker with two children, as an operator would start it."""
        options = ["--pool", "prefork", "-c", "2", "-l", "INFO", "-n", f"{uuid4()}@%h"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with (self.folder / "workers.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", "worker", *options, *quiet],
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        """What the workers have written."""
        log = self.folder / "workers.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def mails(self) -> Counter[str]:
        """How often each mail left, by its id."""
        found = (email.message_from_bytes(path.read_bytes()) for path in self.folder.glob("*.eml"))
        return Counter(message["Message-ID"] for message in found)

    def books(self) -> dict[str, Any]:  # Any: JSON
        """What ledger, rollups and reports come to."""
        return dict(json.loads(self.inside("books")))

    def rollbacks(self) -> int:
        """Transactions that the database has undone."""
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            found = connection.execute(
                "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
        return int(found[0]) if found else 0

    def _books(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "tests.faults._books", *command]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.env}


@contextmanager
def project(**extra: str) -> Iterator[Project]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chatbot-faults-")))
        env = stack.enter_context(postgresql())
        settings = {"DJANGO_SETTINGS_MODULE": "tests.faults._settings", "FAULTS_MAILS": str(folder)}
        yield Project({**env, **settings, **extra}, folder)


@row("P4")
def killed_workers() -> Iterator[Finding]:
    """Every task of the schedule, on PostgreSQL; dollars are compared to the last of twelve places."""
    with project() as run:
        yield from _at_once(run)
    for name, url in (("RabbitMQ", services.rabbitmq()), ("Redis", services.redis())):
        queue = f"chatbot-faults-{uuid4()}"
        with project(CELERY_BROKER_URL=url, BENCH_QUEUE=queue) as run:
            try:
                yield _killed(run, name, url, queue)
            finally:
                with Connection(url) as connection:
                    connection.default_channel.queue_delete(queue)


def _at_once(run: Project) -> Iterator[Finding]:
    """Each task in ten processes at the same time, then all once more."""
    expected = Decimal(run.inside("fill", "0", str(ROWS)))
    before = run.books()
    processes = [run.start("run") for _ in range(AT_ONCE)]
    failed = sum(process.wait(timeout=300) != 0 for process in processes)
    run.inside("run")  # a run that met a lock had left rows to the next one
    once = run.books()
    run.inside("run")
    twice = run.books()
    mails = run.mails()
    yield _finding(
        f"each task {AT_ONCE} times at once, then twice",
        AT_ONCE + 2,
        once,
        mails,
        expected,
        readers=READERS,
        also=f"processes that failed {failed}, the second time changes {'nothing' if once == twice else 'SOMETHING'}",
        holds=not failed and once == twice and before["ledger"][0] == once["ledger"][0] and max(mails.values()) == 1,
    )


def _killed(run: Project, name: str, url: str, queue: str) -> Finding:
    """Workers die one after the other while every task is published over and over."""
    dice = random.Random(SEED)
    names = json.loads(run.inside("names"))
    interrupted = 0
    expected = Decimal(0)
    for number in range(KILLS):
        undone = run.rollbacks()
        worker = run.worker()
        try:
            expected += Decimal(run.inside("fill", str(number), str(ROWS // KILLS)))
            began = run.said().count("received")
            _publish(url, queue, [*names, *names])  # each message comes twice
            _wait(lambda began=began: run.said().count("received") > began, run)
            time.sleep(dice.uniform(*ALIVE_S))
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        time.sleep(0.3)
        interrupted += run.rollbacks() - undone
    run.inside("due")
    worker = run.worker()
    try:
        _publish(url, queue, names)
        _wait(lambda: _is_done(run.books()), run, again=lambda: _publish(url, queue, names))
    finally:
        os.killpg(worker.pid, signal.SIGTERM)
        try:
            worker.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    mails = run.mails()
    return _finding(
        f"{name}: workers killed with SIGKILL, messages twice",
        KILLS,
        run.books(),
        mails,
        expected,
        readers=READERS * KILLS,
        also=f"transactions cut off {interrupted}",
        # Between the mail server's yes and our note of it a death sends the same mail again, with the same id.
        holds=sum(mails.values()) - len(mails) <= KILLS,
    )


def _is_done(books: Mapping[str, Any]) -> bool:  # Any: JSON
    return books["left"] == books["unsent"] == 0


def _finding(
    fault: str,
    runs: int,
    books: Mapping[str, Any],  # Any: JSON
    mails: Counter[str],
    expected: Decimal,
    *,
    readers: int,
    also: str,
    holds: bool,
) -> Finding:
    rows, corrections, usd = books["ledger"]
    off = [
        abs(Decimal(books[kind][2]) - Decimal(usd)) + abs(books[kind][0] - rows) + abs(books[kind][1] - corrections)
        for kind in ("rolled_up", "reported")
    ]
    return Finding(
        row="P4",
        fault=fault,
        runs=runs,
        figure=f"{rows} rows, {corrections} corrections, {Decimal(usd).normalize():f} USD, off by "
        f"{(Decimal(usd) - expected).normalize():f}; rollups off by {off[0].normalize():f}, "
        f"reports by {off[1].normalize():f}; left to do {books['left']}; mails {len(mails)}, "
        f"missing {books['unsent']}, sent twice {sum(mails.values()) - len(mails)}; {also}",
        holds=holds
        and Decimal(usd) == expected
        and off == [0, 0]
        and _is_done(books)
        and corrections == books["late"]
        and len(mails) > 3 * readers,
    )


def _publish(url: str, queue: str, names: Sequence[str]) -> None:
    """Each of these tasks once, as beat would publish it."""
    with Celery("beat", broker=url, set_as_current=False) as beat:
        for name in names:
            beat.send_task(name, queue=queue)


def _wait(true: Callable[[], bool], run: Project, *, again: Callable[[], None] | None = None) -> None:
    """Until something is true; `again` is called every ten seconds meanwhile."""
    end = time.monotonic() + 120
    asked = time.monotonic()
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"the worker did not do it: {run.said()[-800:]}")
        if again is not None and time.monotonic() - asked > 10:
            again()
            asked = time.monotonic()
        time.sleep(0.1)
