"""What staff read of a large ledger, timed inside the project: `python -m tests.bench._money_pages` prints JSON."""

import json
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import django
from django.db import connection

from tests.bench._money_rollup import server_cpu_s

ROUNDS = 5
WAITING = 200
"""Settled rows that no rollup has yet: what comes in within minutes."""
OPEN = 20


def measure() -> dict[str, Any]:  # Any: JSON
    """Median milliseconds, queries and the slowest queries of each work, of this month and the last one."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from chatbot import conf
    from chatbot.accounting import latency, reports, tops
    from chatbot.accounting.periods import Month

    zone = conf.current().zone
    this_month = Month.of(timezone.now().astimezone(zone).date())
    months = (this_month, this_month.shifted(-1))
    staff = get_user_model().objects.create_superuser("bench", "bench@example.org", "bench")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(staff)

    def get(path: str, **query: str) -> None:
        response = client.get(f"/admin/chatbot/costs/{path}", query)
        if response.status_code != 200:
            raise RuntimeError(f"the Costs page answers {response.status_code}")

    def report(month: Month) -> None:
        read = reports.read(month.first, month.end, zone)
        _ = read.by_day(), read.by_model(), read.total()

    def leaders(month: Month) -> None:
        tops.leaders(month.first, month.end, zone)
        latency.total(month.first, month.end, zone)

    works: dict[str, Callable[[Month], None]] = {
        "page": lambda month: get("", month=str(month)),
        "live": lambda month: get("live/"),
        "report": report,
        "leaders": leaders,
    }
    found = {}
    for name, work in works.items():
        of_months = [_timed(work, month) for month in months]
        found[name] = max(of_months, key=lambda each: each["ms"])
        found[name]["queries"] = max(each["queries"] for each in of_months)  # an empty month needs fewer
    return found


def _timed(work: Callable[[Any], None], month: Any) -> dict[str, Any]:  # Any: a month; JSON
    from django.test.utils import CaptureQueriesContext

    work(month)
    times_ms = []
    cpu_s = time.process_time() + server_cpu_s()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work(month)
        times_ms.append((time.perf_counter() - began) * 1000)
    cpu_s = time.process_time() + server_cpu_s() - cpu_s
    captures = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            work(month)
        captures.append(captured.captured_queries)
    queries = min(captures, key=len)  # what is remembered for a second is read anew in one of them
    slowest = sorted(queries, key=lambda query: -float(query["time"]))[:3]
    return {
        "ms": statistics.median(times_ms),
        "cpu_ms": cpu_s / ROUNDS * 1000,
        "month": str(month),
        "queries": len(queries),
        "slowest": [(round(float(query["time"]) * 1000), _table(query["sql"])) for query in slowest],
        "sql": [query["sql"] for query in slowest],
    }


def _table(sql: str) -> str:
    """Which tables a query reads, in the order in which it names them."""
    return ", ".join(dict.fromkeys(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)))


def come_in() -> None:
    """A few rows as they come in: settled and waiting for the next rollup, and open."""
    from uuid import uuid4

    from django.utils import timezone

    from chatbot.models import Attempt

    newest = list(Attempt.objects.order_by("-counts_at")[: WAITING + OPEN])
    for number, row in enumerate(newest):
        row.pk = uuid4()
        row.opened_at = row.counts_at = timezone.now()
        if number < OPEN:
            row.settled_at, row.outcome = None, ""
            row.price, row.cost_usd, row.source = None, None, Attempt.Source.UNKNOWN
    Attempt.objects.bulk_create(newest)


if __name__ == "__main__":
    django.setup()
    come_in()
    print(json.dumps(measure()))
