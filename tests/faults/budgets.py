"""Row S12: many who ask at once where a budget ends, who never asked before, who fail, and whose process dies."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from chatbot.simulator.testing import run_in_process
from tests import services
from tests.bench.databases import postgresql, sqlite
from tests.faults.rows import Finding, row

PROCESSES = {"SQLite": 1, "PostgreSQL": 4}
"""That ask at once. A shop on SQLite is one process."""
HELD = 20
START_S = 60
DATABASES: Mapping[str, Callable[[], AbstractContextManager[dict[str, str]]]] = {
    "SQLite": sqlite,
    "PostgreSQL": postgresql,
}
Books = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A project on a database of its own, with its upstream."""

    database: str
    env: Mapping[str, str]
    upstream: str
    most_usd: Decimal
    limit_usd: Decimal

    def script(self, entries: Sequence[Sequence[str]]) -> None:
        """Give the next requests these faults."""
        plan = {"script": [list(each) for each in entries]}
        httpx.post(f"{self.upstream}/control", json=plan, trust_env=False).raise_for_status()

    def rate(self, rates: Mapping[str, float]) -> None:
        """Let these faults strike at random from now on."""
        httpx.post(f"{self.upstream}/control", json={"rate": rates}, trust_env=False).raise_for_status()

    def billed(self) -> Mapping[str, int]:
        """The upstream's totals."""
        totals: Mapping[str, int] = httpx.get(f"{self.upstream}/bill", trust_env=False).json()["totals"]
        return totals

    def books(self, command: str = "books") -> Books:
        """What the database holds; `recover` sees to what the dead left before."""
        books: Books = json.loads(_run(self.env, command))
        return books


@contextmanager
def shops(limit: str, scope: str = "shop", *, speed: str = "4000") -> Iterator[Callable[[str], Shop]]:
    """Fresh shops by the name of a database, whose budget has room for `limit` questions. Raises services.Missing."""
    with ExitStack() as stack:

        def shop(database: str) -> Shop:
            url = stack.enter_context(run_in_process("--tokens-per-second", speed, "--latency", "0", "--seed", "1"))
            env = {**stack.enter_context(DATABASES[database]()), "CHATBOT_RELAY_URL": url}
            made = json.loads(_run(env, "prepare", limit, scope))
            usd = {name: Decimal(amount) for name, amount in made.items()}
            return Shop(database=database, env=env, upstream=url.removesuffix("/v1"), **usd)

        yield shop


def ask(shop: Shop, turns: int, *, visitor: str = "") -> tuple[Counter[str], Counter[str]]:
    """So many questions at once, spread over processes: what was decided, and how the turns ended for shoppers."""
    processes = min(turns, PROCESSES[shop.database])
    asking = [_start(shop.env, "ask", str(turns // processes), visitor) for _ in range(processes)]
    for process in asking:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    decided, seen = Counter[str](), Counter[str]()
    for process in asking:
        out, _ = process.communicate()
        told = json.loads(out)
        decided.update(told["decided"])
        seen.update(told["seen"])
    return decided, seen


def _start(env: Mapping[str, str], *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults._budgets", *arguments]
    process = subprocess.Popen(
        command, env={**os.environ, **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(f"{command} did not start")
    return process


def _run(env: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.faults._budgets", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env}).stdout


def _is_clean(books: Books) -> bool:
    """Nothing held, nothing open, and every sum as it should be."""
    return not any(int(books[name]) for name in ("held", "open", "differences")) and not Decimal(books["reserved_usd"])


def _figure(books: Books, decided: Counter[str], seen: Counter[str]) -> str:
    return (
        f"overshoot {Decimal(books['over_usd']).normalize():f} USD, false refusals {decided['wrongly refused']},"
        f" asked a model {decided['granted']}, refused {decided['refused']}, reservations leaked {books['held']},"
        f" errors seen {seen['failed']}"
    )


def _holds(books: Books, decided: Counter[str], seen: Counter[str], turns: int) -> bool:
    return (
        not Decimal(books["over_usd"])
        and not decided["wrongly refused"] + decided["wrongly granted"]
        and sum(seen.values()) - seen["failed"] == decided["granted"] + decided["refused"] == turns
        and _is_clean(books)
    )


def _on_each(limit: str, scope: str = "shop", **more: str) -> Iterator[tuple[str, Shop]]:
    for database in DATABASES:
        with shops(limit, scope, **more) as shop:
            try:
                made = shop(database)
            except services.Missing:
                continue
            yield database, made


@row("S12")
def many_at_the_edge() -> Iterator[Finding]:
    """1,000 turns at once and room for 100: whoever is refused found it taken, and nothing is spent over the limit."""
    turns = 1_000
    for database, shop in _on_each("100"):
        decided, seen = ask(shop, turns)
        books, bill = shop.books(), shop.billed()
        as_billed = (books["input_tokens"], books["output_tokens"]) == (bill["input_tokens"], bill["output_tokens"])
        left = shop.limit_usd - Decimal(books["spent_usd"])
        again, seen_again = ask(shop, 1)  # once all is settled
        is_right = again["granted"] == (left >= shop.most_usd) and not again["wrongly refused"]
        yield Finding(
            row="S12",
            fault=f"1,000 turns at once, room for 100, {database}",
            runs=turns,
            figure=f"{_figure(books, decided, seen)}, ledger equals bill {'yes' if as_billed else 'NO'}",
            holds=_holds(books, decided, seen, turns)
            and decided["granted"] >= 100
            and as_billed
            and is_right
            and Decimal(books["spent_usd"]) == Decimal(books["ledger_usd"])
            and sum(seen_again.values()) == 1,
        )


@row("S12")
def many_at_the_edge_that_fail() -> Iterator[Finding]:
    """As above, and a third of the attempts break off, fail or come as garbage: what is tried again is covered too."""
    turns = 400
    for database, shop in _on_each("40"):
        shop.rate({"cut:12": 0.15, "reset_before": 0.1, "html": 0.05, "500": 0.05})
        decided, seen = ask(shop, turns)
        books = shop.books()
        yield Finding(
            row="S12",
            fault=f"400 turns at once, room for 40, faulty, {database}",
            runs=turns,
            figure=f"{_figure(books, decided, seen)}, of {books['attempts']} attempts {books['failed']} failed",
            holds=_holds(books, decided, seen, turns)
            and books["failed"] > 0
            and Decimal(books["spent_usd"]) == Decimal(books["ledger_usd"]),
        )


@row("S12")
def one_place_left() -> Iterator[Finding]:
    """200 at once where one fits: it is one that is asked for."""
    turns = 200
    for database, shop in _on_each("1"):
        decided, seen = ask(shop, turns)
        books = shop.books()
        yield Finding(
            row="S12",
            fault=f"200 turns at once, room for 1, {database}",
            runs=turns,
            figure=_figure(books, decided, seen),
            holds=_holds(books, decided, seen, turns) and decided["granted"] == 1,
        )


@row("S12")
def nobody_knows_them() -> Iterator[Finding]:
    """200 first questions at once of a visitor who has no row yet, from four processes."""
    turns = 200
    for database, shop in _on_each("3", "visitor"):
        decided, seen = ask(shop, turns, visitor="f" * 32)
        books = shop.books()
        yield Finding(
            row="S12",
            fault=f"first use of an unknown visitor, {database}",
            runs=turns,
            figure=f"{_figure(books, decided, seen)}, rows made {books['rows']}",
            holds=_holds(books, decided, seen, turns) and decided["granted"] >= 3 and books["rows"] == 1,
        )


@row("S12")
def refunds() -> Iterator[Finding]:
    """Turns that fail without a bill give all back: each finds the room that the one before had."""
    turns = 5
    for database, shop in _on_each("1"):
        decided, seen = Counter[str](), Counter[str]()
        shop.script([["401"]] * turns)
        for _ in range(turns):
            for counted, more in zip((decided, seen), ask(shop, 1), strict=True):
                counted.update(more)
        books = shop.books()
        yield Finding(
            row="S12",
            fault=f"refund on failure, {database}",
            runs=turns,
            figure=f"{_figure(books, decided, seen)}, spent {Decimal(books['spent_usd']).normalize():f} USD",
            holds=_holds(books, decided, seen, turns)
            and decided["granted"] == turns
            and not Decimal(books["spent_usd"]),
        )


@row("S12")
def killed() -> Iterator[Finding]:
    """A process is killed while it holds reservations: a task settles them, and others find the room again."""
    for database, shop in _on_each(str(HELD), speed="20"):
        shop.script([["stall_mid:3:60"]] * HELD)
        process = _start(shop.env, "ask", str(HELD), "")
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        deadline = time.monotonic() + START_S
        while (before := shop.books())["held"] < HELD and time.monotonic() < deadline:
            time.sleep(0.2)
        process.kill()
        process.communicate()
        dead, after = shop.books(), shop.books("recover")
        yield Finding(
            row="S12",
            fault=f"process killed holding {HELD} reservations, {database}",
            runs=HELD,
            figure=f"held {dead['held']}, after one round of the schedule {after['held']}, reservations leaked"
            f" {after['held']}, overshoot {Decimal(after['over_usd']).normalize():f} USD, spent"
            f" {Decimal(after['spent_usd']).normalize():f} of {Decimal(before['limit_usd']).normalize():f} USD",
            holds=dead["held"] == HELD and _is_clean(after) and not Decimal(after["over_usd"]),
        )
