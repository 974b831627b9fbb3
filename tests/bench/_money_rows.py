"""A ledger of any size, made by the database itself: `python -m tests.bench._money_rows ROWS DAYS` fills the project's.

The same shop for a longer or shorter time: rows lie evenly over the DAYS before now, settled and not rolled up, of four
models at two endpoints, four a conversation, on a thousand pages of which few are visited much. Everything follows from
the row's number, so two fillings of one size hold the same.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import django
from django.db import connection, models

AT_ONCE = 1_000_000
"""Rows of one statement, and of one transaction."""
MODELS = ("gemini-2.5-flash", "gpt-4.1", "claude-sonnet-4.5", "deepseek-v3.2")
_MODEL = "CASE WHEN i % 100 < 55 THEN {} WHEN i % 100 < 80 THEN {} WHEN i % 100 < 92 THEN {} ELSE {} END"
_OUTCOMES = (("hedged", 1), ("stopped", 2), ("failed", 4), ("incomplete", 1), ("abandoned", 1))
"""Percents; what is left was answered."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two databases say differently. `i` is the row's number from 0 on."""

    numbers: str
    uuid: str
    moment: str
    usd: str


POSTGRESQL = Dialect(
    numbers="SELECT g AS i FROM generate_series({first}::bigint, {last}::bigint) g",
    uuid="md5('{kind}' || ({number}))::uuid",
    moment="'{start:%Y-%m-%d %H:%M:%S.%f}+00'::timestamptz + ({ms}) * interval '1 ms'",
    usd="({picodollars}) / 1e12::numeric",
)
SQLITE = Dialect(
    numbers="WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n",
    # Scattered by odd multipliers: an id says nothing about the row's age.
    uuid="printf('%08x{kind}%03x40008%03x%012x', ({number}) * 2654435761 % 4294967296, ({number}) % 4096, "
    "({number}) * 40503 % 4096, ({number}))",
    moment="strftime('%Y-%m-%d %H:%M:%f', julianday('{start:%Y-%m-%d %H:%M:%S.%f}') + ({ms}) / 86400000.0) || '000'",
    usd="{picodollars}",
)


def fill(rows: int, days: float, *, now: datetime) -> None:
    """Fill the empty ledger of the default database."""
    dialect = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    columns = _columns(dialect, rows, days, now)
    with _without_indexes():
        for first in range(0, rows, AT_ONCE):
            numbers = dialect.numbers.format(first=first, last=min(rows, first + AT_ONCE) - 1)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO chatbot_attempt ({', '.join(columns)}) "
                    f"SELECT {', '.join(columns.values())} FROM ({numbers}) numbers"
                )
        _run(
            [
                "INSERT INTO chatbot_uncounted (attempt_id, counts_at)"
                " SELECT id, counts_at FROM chatbot_attempt ORDER BY counts_at"
            ]
        )
    if connection.vendor == "postgresql":  # which does so by itself, sooner or later; SQLite never does
        _run(["ANALYZE"])


def _columns(dialect: Dialect, rows: int, days: float, now: datetime) -> Mapping[str, str]:
    """An expression for every column of the ledger."""
    from chatbot.models import Attempt, Price, Route

    routes = {route.model: route.pk for route in Route.objects.all()}
    prices = {price.model: price for price in Price.objects.order_by("valid_from")}
    start = now - timedelta(days=days)
    opened_ms = f"i * {days * 86_400_000 / rows!r}"
    unheard = {"hedged": "0", "failed": "0", "abandoned": "NULL"}
    tokens_in = _outcome(unheard, "600 + i * 17 % 2000")
    tokens_out = _outcome(unheard, "40 + i * 29 % 300")
    # One price for all kinds of tokens, as in the relay's list: a token costs a whole number of picodollars.
    price = _MODEL.format(*(int(prices[model].input_per_million_usd * 1_000_000) for model in MODELS))
    total_ms = "400 + i * 7919 % 5000"
    known = {
        "id": dialect.uuid.format(kind="a", number="i"),
        "conversation_id": dialect.uuid.format(kind="c", number="i / 4"),
        "visitor": "'visitor-' || (i / 12)",
        "page": "'/goods/' || ((i / 4 * 7919 % 1000) * (i / 4 * 104729 % 1009) / 1009) || '/'",
        "route_id": _MODEL.format(*(routes[model] for model in MODELS)),
        "endpoint": "CASE WHEN i % 10 < 8 THEN 'default' ELSE 'second' END",
        "requested_model": _MODEL.format(*(f"'{model}'" for model in MODELS)),
        "served_model": _MODEL.format(*(f"'{model}'" for model in MODELS)),
        "number": "CASE WHEN i % 20 = 19 THEN 2 ELSE 1 END",
        "upstream_id": "'chatcmpl-' || (i * 2654435761)",
        "outcome": _outcome({name: f"'{name}'" for name, _ in _OUTCOMES}, "'answered'"),
        "error_code": _outcome({"failed": "'relay_overloaded'"}, "''"),
        "source": _outcome(
            {name: "'unknown'" if name == "abandoned" else "'estimated'" for name, _ in _OUTCOMES}, "'reported'"
        ),
        "estimated_input_tokens": tokens_in,
        "estimated_output_tokens": tokens_out,
        "input_tokens": tokens_in,
        "cached_input_tokens": _outcome(unheard, "i * 13 % 500"),
        "output_tokens": tokens_out,
        "reasoning_tokens": _outcome(unheard, "0"),
        "price_id": _outcome({"abandoned": "NULL"}, _MODEL.format(*(prices[model].pk for model in MODELS))),
        "cost_usd": dialect.usd.format(picodollars=f"({tokens_in} + {tokens_out}) * ({price})"),
        "queued_ms": "2 + i * 31 % 40",
        "first_word_ms": _outcome(dict.fromkeys(unheard, "NULL"), "60 + i * 7907 % 900"),
        "total_ms": total_ms,
        "opened_at": dialect.moment.format(start=start, ms=opened_ms),
        "counts_at": dialect.moment.format(start=start, ms=opened_ms),
        "settled_at": dialect.moment.format(start=start, ms=f"{opened_ms} + {total_ms}"),
    }
    columns = {}
    for field in Attempt._meta.concrete_fields:
        empty = "NULL" if field.null else "''" if isinstance(field, models.CharField) else None
        if (expression := known.get(field.column, empty)) is None:
            raise RuntimeError(f"nobody says what chatbot_attempt.{field.column} holds")
        columns[field.column] = expression
    return columns


def _outcome(values: Mapping[str, str], otherwise: str) -> str:
    """The value of the row's outcome."""
    whens, upto = [], 0
    for name, percent in _OUTCOMES:
        upto += percent
        # Scattered over the numbers, so that every model has its share of each.
        whens.append(f"WHEN i * 7919 / 100 % 100 < {upto} THEN {values.get(name, otherwise)}")
    return f"CASE {' '.join(whens)} ELSE {otherwise} END"


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take the ledger's indexes away and build them when all rows are in: many times faster than row by row."""
    if connection.vendor == "sqlite":
        find = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'chatbot_attempt' AND type = 'index' AND sql <> ''"
        found = [(f'DROP INDEX "{name}"', sql) for name, sql in _all(find)]
    else:
        _run(["SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"])
        # What refers to the ledger goes first and comes back last; f is a foreign key, p the primary one.
        constraints = _all(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE 'chatbot_attempt'::regclass IN (conrelid, confrelid) AND contype IN ('f', 'p')"
            " ORDER BY contype = 'p'"
        )
        found = [
            (
                f'ALTER TABLE {table} DROP CONSTRAINT "{name}"',
                f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}',
            )
            for table, name, definition in constraints
        ]
        indexes = _all(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'chatbot_attempt'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
        found += [(f'DROP INDEX "{name}"', definition) for name, definition in indexes]
    _run([drop for drop, _ in found])
    yield
    _run([make for _, make in reversed(found)])


def _all(query: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


if __name__ == "__main__":
    django.setup()
    from django.utils import timezone

    began = time.perf_counter()
    fill(int(sys.argv[1]), float(sys.argv[2]), now=timezone.now())
    print(time.perf_counter() - began)
