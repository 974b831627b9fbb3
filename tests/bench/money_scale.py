"""Ledgers of many rows: how fast they are rolled up, and how soon a page and a report of a month are there.

A million rows on each database by default; `ROWS=10000000 make bench AREA=money ONLY=scale` fills PostgreSQL with ten
millions (some 10 GB for the time of the run, and a quarter of an hour). It is the same shop for a longer time: ten
millions are its year.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.bench.databases import postgresql, sqlite
from tests.bench.figures import Figure, benchmark

ROWS = int(os.environ.get("ROWS", "1000000"))
ROWS_SQLITE = min(ROWS, 1_000_000)
ROWS_FEW = 10_000
ROWS_A_DAY = 10_000_000 / 365
MOST_S = 1_200
"""How long a rollup may take before it is given up and judged by what it had done."""

Database = Callable[[], AbstractContextManager[dict[str, str]]]


@benchmark("money", "scale_postgresql")
def measure_postgresql() -> Iterator[Figure]:
    """Few rows of the same days first, for the number of queries: a page of an empty month needs fewer."""
    few = _measured(postgresql, ROWS_FEW, ROWS / ROWS_A_DAY)
    yield from _figures("pg", ROWS, _measured(postgresql, ROWS, ROWS / ROWS_A_DAY), few)


@benchmark("money", "scale_sqlite")
def measure_sqlite() -> Iterator[Figure]:
    """The same on a file."""
    few = _measured(sqlite, ROWS_FEW, ROWS_SQLITE / ROWS_A_DAY)
    yield from _figures("sqlite", ROWS_SQLITE, _measured(sqlite, ROWS_SQLITE, ROWS_SQLITE / ROWS_A_DAY), few)


def _measured(database: Database, rows: int, days: float) -> dict[str, Any]:  # Any: JSON
    with database() as env:
        filled_s = float(_inside(env, "_money_rows", str(rows), repr(days)))
        _say(f"{rows} rows in {filled_s:.0f} s")
        began = time.perf_counter()
        try:
            rollup = json.loads(_inside(env, "_money_rollup", within_s=MOST_S))
        except subprocess.TimeoutExpired:
            rollup = {"rolled_up_s": time.perf_counter() - began, "cpu_s": 0.0}
        rollup["load"] = os.getloadavg()[0]
        _say(f"rolled up in {rollup['rolled_up_s']:.0f} s")
        books = json.loads(_inside(env, "_money_books"))
        pages = json.loads(_inside(env, "_money_pages"))
        if os.environ.get("QUERIES"):  # to look at with EXPLAIN
            Path(os.environ["QUERIES"]).write_text(json.dumps(pages, indent=1), encoding="utf-8")
    return {"filled_s": filled_s, **rollup, **books, **pages}


def _figures(
    name: str,
    rows: int,
    large: Mapping[str, Any],  # Any: JSON
    few: Mapping[str, Any],  # Any: JSON
) -> Iterator[Figure]:
    def figure(what: str, value: float, unit: str, goal: str, note: str = "") -> Figure:
        return Figure(area="money", name=f"{name}_{what}", value=value, unit=unit, goal=goal, n=rows, note=note)

    rate = (rows - large["left"]) / large["rolled_up_s"]
    note = (
        f"{large['rolled_up_s']:.0f} s, {large['cpu_s']:.0f} s of CPU, at a load of {large['load']:.1f} on "
        f"{os.cpu_count()} cores; {large['left']} left; filled in {large['filled_s']:.0f} s, {large['size']}"
    )
    yield figure("rollup", rate, "rows/s", ">= 20000", note)
    yield figure("rollup_off", float(large["off"]), "", "== 0", f"{large['said']}")
    yield figure("costs_page", large["page"]["ms"], "ms", "<= 150", _note(large["page"]))
    yield figure("month_report", large["report"]["ms"], "ms", "<= 1000", _note(large["report"]))
    yield figure("month_leaders", large["leaders"]["ms"], "ms", "<= 1000", _note(large["leaders"]))
    yield figure("live_figures", large["live"]["ms"], "ms", "", _note(large["live"]))
    works = ("page", "report", "leaders", "live")
    more = max(large[each]["queries"] - few[each]["queries"] for each in works)
    each_asks = ", ".join(f"{each} {large[each]['queries']}" for each in works)
    note = f"than over {ROWS_FEW} rows of the same days; {each_asks}"
    yield figure("more_queries", more, "", "== 0", note)


def _note(measured: Mapping[str, Any]) -> str:  # Any: JSON
    slowest = ", ".join(f"{ms} ms {table}" for ms, table in measured["slowest"])
    cpu = f"{measured['cpu_ms']:.0f} ms of CPU at a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return f"{measured['month']}, {cpu}; {measured['queries']} queries, the slowest {slowest}"


def _inside(env: Mapping[str, str], module: str, *arguments: str, within_s: float | None = None) -> str:
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    environment = {**os.environ, **env}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, timeout=within_s)
    return done.stdout


def _say(progress: str) -> None:
    print(f"  {progress}", file=sys.stderr, flush=True)
