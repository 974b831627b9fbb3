"""A bill of 100,000 lines held against the ledger: all planted differences found and rightly named, how fast.

`LINES=10000 make bench AREA=money ONLY=reconcile` for a shorter run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from tests.bench._bill_compared import KINDS, PLANTED
from tests.bench.databases import postgresql, sqlite
from tests.bench.figures import Figure, benchmark

LINES = int(os.environ.get("LINES", "100000"))


@benchmark("money", "reconcile_sqlite")
def measure_sqlite() -> Iterator[Figure]:
    """On a file."""
    yield from _figures("sqlite", sqlite)


@benchmark("money", "reconcile_postgresql")
def measure_postgresql() -> Iterator[Figure]:
    """On PostgreSQL."""
    yield from _figures("pg", postgresql)


def _figures(name: str, database: Callable[[], AbstractContextManager[dict[str, str]]]) -> Iterator[Figure]:
    with database() as env:
        command = [sys.executable, "-m", "tests.bench._bill_compared", str(LINES)]
        environment = {**os.environ, **env, "SHOP_TIME_ZONE": "Asia/Seoul"}
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    result = json.loads(done.stdout)
    ids, times = result["ids"], result["times"]
    planted = PLANTED * len(KINDS) + ids["kinds"]["time_zone"]
    yield _figure(
        f"reconcile_{name}_s",
        ids["seconds"],
        "s",
        goal="<= 30",
        note=f"{ids['lines']} lines, {ids['attempts']} attempts; "
        f"import {ids['imported_s']:.1f} s of it, CPU {ids['cpu_s']:.1f} s",
    )
    yield _figure(
        f"reconcile_{name}_wrong",
        sum(ids["wrong"].values()),
        "findings",
        goal="== 0",
        note=f"{planted} planted: {ids['kinds']}; wrong: {ids['wrong']}",
    )
    yield _figure(
        f"reconcile_{name}_unexplained",
        float(ids["unexplained_usd"]) + float(times["unexplained_usd"]),
        "dollars",
        goal="== 0",
        note="bill minus ledger minus all findings, with ids and without",
    )
    yield _figure(
        f"reconcile_{name}_mib",
        result["mib"],
        "MiB",
        goal="<= 300",
        note="chatbot_reconcile at its peak, Django included",
    )
    yield _figure(
        f"reconcile_{name}_no_ids_s", times["seconds"], "s", goal="<= 30", note="the same bill without request ids"
    )
    yield _figure(
        f"reconcile_{name}_no_ids_right",
        100 * (1 - sum(times["wrong"].values()) / planted),
        "%",
        goal=">= 90",
        note=f"by time alone, near ones can be taken for each other: {times['wrong']}",
    )


def _figure(name: str, value: float, unit: str, **more: Any) -> Figure:  # Any: further fields
    return Figure(area="money", name=name, value=value, unit=unit, n=LINES, **more)
