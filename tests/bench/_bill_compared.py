"""A ledger, its bill with planted differences, and what a comparison finds: `python -m tests.bench._bill_compared N`.

Prints JSON. N lines or so, seeded; one kind of difference is planted PLANTED times, apart from the edges of the month,
which the two time zones make by themselves.
"""

import csv
import io
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import django

PLANTED = 250
KINDS = ("missing_here", "missing_there", "twice", "tokens", "price", "estimated", "unmeasured", "rounded")
MODELS = {"gpt-4.1": "8", "gemini-2.5-flash": "2.5", "deepseek-v3.2": "0.42"}
PLACES = Decimal("1E-9")
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
SHOP_AHEAD = timedelta(hours=9)
COLUMNS = ("id", "created_at", "model", "input_tokens", "output_tokens", "cost")


@dataclass(slots=True)
class Book:
    """Both sides, and what there is to find: kinds by the row of the bill or the attempt that has no line."""

    attempts: list[Any] = field(default_factory=list)  # Any: Attempt, which needs Django to be set up
    lines: list[dict[str, str]] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)

    def add(self, line: dict[str, str], kind: str) -> None:
        """A line that a comparison must call `kind`. Its mark is no column of the file."""
        line = {**line, "mark": f"line {len(self.lines)}"}
        self.lines.append(line)
        self.truth[line["mark"]] = kind


def made(count: int) -> Book:
    """A month of `count` requests and a bit around it. The relay cuts the month in UTC, the shop in Seoul."""
    random = Random(20260301)
    book = Book()
    kinds = [kind for kind in KINDS for _ in range(PLANTED)]
    # A day off the edges, where a missing line would rightly be taken for the time zone's.
    inner = random.sample(range(count // 20, count - count // 20), len(kinds))
    planted = dict(zip(inner, kinds, strict=True))
    first, length = START - timedelta(hours=12), (END - START + timedelta(hours=24)).total_seconds()
    times = sorted(random.uniform(0, length) for _ in range(count))
    for number, offset in enumerate(times):
        _request(book, random, number, first + timedelta(seconds=offset), planted.get(number, "equal"))
    random.shuffle(book.lines)
    return book


def _request(book: Book, random: Random, number: int, at: datetime, kind: str) -> None:
    from chatbot.models import Attempt

    model = random.choice(list(MODELS))
    tokens_in, tokens_out = random.randint(200, 6000), random.randint(5, 800)
    cost = Decimal(MODELS[model]) * (tokens_in + tokens_out) / 1_000_000
    upstream_id = f"chatcmpl-{number:08}"
    line = {
        "id": upstream_id,
        "created_at": (at + timedelta(seconds=random.uniform(0, 3))).isoformat(),
        "model": model,
        "input_tokens": str(tokens_in),
        "output_tokens": str(tokens_out),
        "cost": f"{cost.quantize(PLACES):f}",
    }
    attempt = Attempt(
        endpoint="default",
        requested_model=model,
        upstream_id=upstream_id,
        outcome="answered",
        source="reported",
        input_tokens=tokens_in,
        cached_input_tokens=0,
        output_tokens=tokens_out,
        cost_usd=cost,
        opened_at=at,
        counts_at=at,
        settled_at=at + timedelta(seconds=2),
    )
    billed = START <= datetime.fromisoformat(line["created_at"]) < END
    ours = START - SHOP_AHEAD <= at < END - SHOP_AHEAD
    match kind:
        case "equal":
            if billed:
                book.add(line, "equal" if ours else "time_zone")
            elif ours:
                book.truth[str(attempt.pk)] = "time_zone"
        case "missing_here":
            book.add(line, kind)
            return
        case "missing_there":
            book.truth[str(attempt.pk)] = kind
        case "twice":
            book.add(line, "equal")
            book.add(line, kind)
        case "tokens":
            more = random.randint(1, 400)
            dearer = cost + Decimal(MODELS[model]) * more / 1_000_000
            book.add({**line, "output_tokens": str(tokens_out + more), "cost": f"{dearer.quantize(PLACES):f}"}, kind)
        case "price":
            book.add({**line, "cost": f"{(cost * 2).quantize(PLACES):f}"}, kind)
        case "rounded":
            attempt.cost_usd = cost + Decimal("1E-11") * random.randint(1, 40)
            book.add(line, kind)
        case "estimated":  # a stream that broke: its id is not known either, and some are not billed at all
            attempt.source, attempt.upstream_id, attempt.outcome = "estimated", "", "incomplete"
            attempt.output_tokens = tokens_out + random.randint(1, 30)
            if random.random() < 0.8:
                book.add(line, kind)
            else:
                book.truth[str(attempt.pk)] = kind
        case "unmeasured":
            attempt.source, attempt.upstream_id, attempt.outcome = "unknown", "", "abandoned"
            attempt.input_tokens = attempt.output_tokens = attempt.cached_input_tokens = attempt.cost_usd = None
            book.add(line, kind)
    book.attempts.append(attempt)


def written(lines: list[dict[str, str]], columns: tuple[str, ...]) -> bytes:
    """The lines as a file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def compared(book: Book, columns: tuple[str, ...]) -> dict[str, Any]:  # Any: JSON
    """What a comparison of the bill with these columns takes and gets wrong."""
    from django.utils import timezone

    from chatbot.accounting.reconciliation import Days, Given, examine, import_bill, reconcile, totals
    from chatbot.models import Bill

    content = io.BytesIO(written(book.lines, columns))
    began, cpu = time.perf_counter(), time.process_time()
    bill = import_bill(
        content,
        examine(content, Given()).reading,
        name=" ".join(columns),
        endpoint="default",
        now=timezone.now(),
        days=Days(start=START.date(), end=END.date()),
    )
    imported_s = time.perf_counter() - began
    reconcile(bill, timezone.now())
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    bill = Bill.objects.get(pk=bill.pk)
    found = totals(bill)
    unexplained = sum((total.cost_usd for total in found), Decimal(0)) - (bill.billed_usd - bill.booked_usd)
    wrong = Counter(f"{kind} as {said}" for kind, said in _wrong(book, bill))
    return {
        "seconds": seconds,
        "imported_s": imported_s,
        "cpu_s": cpu_s,
        "lines": bill.billed_lines,
        "attempts": bill.booked_attempts,
        "kinds": {total.kind: total.count for total in found},
        "wrong": wrong,
        "unexplained_usd": str(unexplained),
    }


def _wrong(book: Book, bill: Any) -> Iterator[tuple[str, str]]:  # Any: Bill
    said: dict[str, str] = {}
    rows = bill.matches.order_by("pk").values_list("kind", "line__number", "attempt")
    for kind, number, attempt in rows:
        key = str(attempt) if number is None else book.lines[number - 2]["mark"]
        said[key] = f"{said[key]} and {kind}" if key in said else kind
    # Which of two equal lines is the second one, nobody can tell.
    for key in book.truth.keys() | said.keys():
        expected, found = book.truth.get(key, "nothing"), said.get(key, "nothing")
        if expected != found and {expected, found} != {"equal", "twice"}:
            yield expected, found


_COMMAND = """
import sys, django
from pathlib import Path
from django.core.management import call_command
django.setup()
try:
    call_command("chatbot_reconcile", sys.argv[1], month="2026-03", verbosity=0)
except SystemExit as left:
    assert left.code == 1, left  # there are differences to be looked at
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def command_mib(book: Book) -> float:
    """The most memory that a process of its own holds which takes the bill in and compares it.

    By its own account: what `getrusage` says of a child begins with the size of the parent.
    """
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(written(book.lines, COLUMNS) + b"\n")  # the blank line makes it another file
        file.flush()
        command = [sys.executable, "-c", _COMMAND, file.name]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return int(done.stdout) / 1024


def main(count: int) -> None:
    """Fill the ledger, compare with and without request ids, print."""
    from chatbot.models import Attempt

    book = made(count)
    for start in range(0, len(book.attempts), 5_000):
        Attempt.objects.bulk_create(book.attempts[start : start + 5_000])
    book.attempts.clear()
    run: Callable[..., dict[str, Any]] = compared
    print(json.dumps({"ids": run(book, COLUMNS), "times": run(book, COLUMNS[1:]), "mib": command_mib(book)}))


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
