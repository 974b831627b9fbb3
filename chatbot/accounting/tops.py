"""What cost most: the pages and conversations of a period, and all outcomes of attempts. At most three queries each.

The figures of a line are exact: attempts settled so far, with their corrections, whatever is rolled up. Which lines
there are is a choice: candidates are the CANDIDATES dearest of each day, and all that is not rolled up yet. What is
among these on no day, but adds up over many, can be left out; where the figures rule that out, `complete` says so. Days
of the shop's own time zone come from `DayTotal`; in any other zone the ledger itself is read, however long that takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connections, router
from django.db.models import QuerySet

from chatbot.accounting import sums
from chatbot.accounting.days import DAY_COUNTS, days_fit, key_of
from chatbot.accounting.periods import day_starts
from chatbot.accounting.statements import Statement, compiled, fetch, kept, stand_ins
from chatbot.models import Attempt, Correction, DayTotal

CANDIDATES: Final = 30
Subject = DayTotal.Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The figures of one page, conversation or outcome; an empty key is "not known". See `sums.Sums`."""

    key: str
    attempts: int
    questions: int
    answered: int
    failed: int
    unpriced: int
    cost_usd: Decimal

    @property
    def is_measured(self) -> bool:
        """Whether `cost_usd` says anything."""
        return self.unpriced < self.attempts or not self.attempts

    @property
    def usd_per_answer(self) -> Decimal | None:
        """US dollars for an answered question, what failed beside it included. None without answers, or unmeasured."""
        return self.cost_usd / self.answered if self.answered and self.is_measured else None

    @property
    def outcome(self) -> str:
        """Of a line of outcomes: the outcome."""
        return self.key.partition(":")[0]

    @property
    def error_code(self) -> str:
        """Of a line of outcomes: the code, or empty."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tops:
    """The dearest first. `complete` is whether it is certain that nothing dearer was left out."""

    lines: tuple[Line, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaders:
    """What cost most of each kind; of outcomes there are all."""

    pages: Tops
    conversations: Tops
    outcomes: Tops


def leaders(start: date, end: date, zone: tzinfo, limit: int = 10) -> Leaders:
    """All three of a period, six queries."""
    fits = days_fit(start, end, zone)
    days = day_starts(start, end, zone)
    return Leaders(
        pages=_dearest(Subject.PAGE, days, limit, fits=fits),
        conversations=_dearest(Subject.CONVERSATION, days, limit, fits=fits),
        outcomes=_dearest(Subject.OUTCOME, days, None, fits=fits),
    )


def pages(start: date, end: date, zone: tzinfo, limit: int = 10) -> Tops:
    """The pages of the shop, by path, on which the dearest questions came up."""
    return _dearest(Subject.PAGE, day_starts(start, end, zone), limit, fits=days_fit(start, end, zone))


def conversations(start: date, end: date, zone: tzinfo, limit: int = 10) -> Tops:
    """The dearest conversations; the key is the conversation's id."""
    return _dearest(Subject.CONVERSATION, day_starts(start, end, zone), limit, fits=days_fit(start, end, zone))


def outcomes(start: date, end: date, zone: tzinfo) -> Tops:
    """All outcomes of attempts, with the error's code, the dearest first."""
    return _dearest(Subject.OUTCOME, day_starts(start, end, zone), None, fits=days_fit(start, end, zone))


def _dearest(subject: str, days: Sequence[datetime], limit: int | None, *, fits: bool) -> Tops:
    alias = router.db_for_read(DayTotal)
    direct = [
        (f"SELECT {', '.join(_COLUMNS)} FROM ({of_rows.sql}) AS part", of_rows.at(alias, (days[0], days[-1])))  # noqa: S608
        for of_rows in (
            _of_attempts(alias, subject, only_waiting=fits),
            _of_corrections(alias, subject, only_waiting=fits),
        )
    ]
    rolled_up = _rolled_up(alias, subject, days, direct, limit) if fits else []
    parts = [*rolled_up, *direct]
    figures = ", ".join(f"SUM({name})" for name in _COLUMNS[1:])
    sql = f"SELECT key_name, {figures} FROM ({_union(parts, all_of=True)}) AS found GROUP BY key_name"  # noqa: S608
    sql += " ORDER BY SUM(sum_cost_usd) DESC, key_name" + (f" LIMIT {limit + 1}" if limit is not None else "")
    lines = [_line(alias, subject, row) for row in fetch(alias, sql, _params(parts))]
    if limit is None or not fits:
        return Tops(lines=tuple(lines[:limit]), complete=True)
    least = lines[limit - 1].cost_usd if len(lines) >= limit else None
    left_out = _most_left_out(alias, subject, days)
    complete = left_out is None or (least is not None and left_out <= least)
    return Tops(lines=tuple(lines[:limit]), complete=complete)


_COLUMNS: Final = ("key_name", *(f"sum_{name}" for name in DAY_COUNTS), "sum_cost_usd")
_Sql = tuple[str, Sequence[Any]]


def _rolled_up(
    alias: str, subject: str, days: Sequence[datetime], direct: Sequence[_Sql], limit: int | None
) -> list[_Sql]:
    """The totals of days: of all keys, or of the candidates alone."""
    columns = ["key AS key_name", *(f"{name} AS sum_{name}" for name in (*DAY_COUNTS, "cost_usd"))]
    table, moment = _table(alias), _moment(alias)
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE subject = %s AND starts_at >= %s AND starts_at < %s"  # noqa: S608
    params: list[Any] = [subject, moment(days[0]), moment(days[-1])]
    if limit is None:
        return [(sql, params)]
    of_day = f"SELECT key AS key_name FROM {table} WHERE subject = %s AND starts_at = %s ORDER BY cost_usd DESC"  # noqa: S608
    candidates: list[_Sql] = [
        (f"SELECT key_name FROM ({of_day} LIMIT {CANDIDATES}) AS d{n}", (subject, moment(day)))  # noqa: S608
        for n, day in enumerate(days[:-1])
    ]
    candidates += [(f"SELECT key_name FROM ({part}) AS w{n}", of_part) for n, (part, of_part) in enumerate(direct)]  # noqa: S608
    return [(f"{sql} AND key IN ({_union(candidates)})", [*params, *_params(candidates)])]


def _most_left_out(alias: str, subject: str, days: Sequence[datetime]) -> Decimal | None:
    """The most that something can have cost which was a candidate on no day; None when everything was one."""
    of_day = f"SELECT cost_usd FROM {_table(alias)} WHERE subject = %s AND starts_at = %s ORDER BY cost_usd DESC"  # noqa: S608
    moment = _moment(alias)
    next_ones: list[_Sql] = [
        (f"SELECT cost_usd FROM ({of_day} LIMIT 1 OFFSET {CANDIDATES}) AS d{n}", (subject, moment(day)))  # noqa: S608
        for n, day in enumerate(days[:-1])
    ]
    found = [sums.dollars(alias, cost) for (cost,) in fetch(alias, _union(next_ones, all_of=True), _params(next_ones))]
    return sum((max(cost, Decimal(0)) for cost in found), Decimal(0)) if found else None


@kept
def _of_attempts(alias: str, subject: str, *, only_waiting: bool) -> Statement:
    """Attempts between two moments by key: all that are settled, or those that no rollup has."""
    start, end = stand_ins(2)
    rows: QuerySet[Attempt] = Attempt.objects.not_rolled_up(start, end)
    if not only_waiting:
        rows = Attempt.objects.filter(counts_at__gte=start, counts_at__lt=end, settled_at__isnull=False)
    return compiled(alias, _by_key(rows, subject, "", sums.over_attempts()))


@kept
def _of_corrections(alias: str, subject: str, *, only_waiting: bool) -> Statement:
    """Corrections likewise."""
    start, end = stand_ins(2)
    rows: QuerySet[Correction] = Correction.objects.not_rolled_up(start, end)
    if not only_waiting:
        rows = Correction.objects.filter(counts_at__gte=start, counts_at__lt=end)
    return compiled(alias, _by_key(rows, subject, "attempt__", sums.over_corrections()))


def _by_key(rows: QuerySet[Any], subject: str, prefix: str, over: sums.Aggregates) -> QuerySet[Any]:
    aggregates = {name: over[name] for name in _COLUMNS[1:]}
    keyed = rows.order_by().annotate(key_name=key_of(subject, prefix)).values("key_name")
    grouped: QuerySet[Any] = keyed.annotate(**aggregates)
    return grouped


def _line(alias: str, subject: str, row: Sequence[Any]) -> Line:
    key, *counts, cost = row
    figures = {name: int(count) for name, count in zip(DAY_COUNTS, counts, strict=True)}
    unpriced = figures["unpriced"] - figures.pop("priced_late")
    if subject == Subject.CONVERSATION and key:
        key = str(UUID(key))  # SQLite keeps it without hyphens
    return Line(key=key, **figures | {"unpriced": unpriced}, cost_usd=sums.dollars(alias, cost))


def _moment(alias: str) -> Any:  # Any: a function of a moment
    return connections[alias].ops.adapt_datetimefield_value


def _table(alias: str) -> str:
    return connections[alias].ops.quote_name(DayTotal._meta.db_table)


def _union(parts: Iterable[_Sql], *, all_of: bool = False) -> str:
    return (" UNION ALL " if all_of else " UNION ").join(sql for sql, _ in parts)


def _params(parts: Iterable[_Sql]) -> list[Any]:
    return [param for _, params in parts for param in params]
