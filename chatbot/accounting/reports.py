"""What was spent: reports in days of the shop's time zone, exact to the last place, whatever has been rolled up so far.

A report is one SQL statement over the rollups (of days where it is of days of the shop, else of quarters) and over the
settled rows and corrections that are not in them yet: one statement sees one state of the database, so a rollup that
runs meanwhile can neither hide a row nor count it twice.
Everything that a report says is added up from the same cells, so its days, its models and its total agree.

What came too late for a closed month counts in the month in which it came, and every report can say which part of it
that is. A report as of an earlier moment says what was known then; it is read from the ledger itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final, NamedTuple

from django.db.models import F, Max, Q, QuerySet, Value

from chatbot.accounting import sums
from chatbot.accounting.cuts import Cut
from chatbot.accounting.periods import BUCKET, bucket_start, day_start, day_starts
from chatbot.accounting.rollups import are_days
from chatbot.accounting.sums import Sums
from chatbot.models import Attempt, Correction, UsageBucket, UsageDay

MOST_DAYS: Final = 366
_AT_A_TIME: Final = 31


class Group(NamedTuple):
    """What rows of a report are told apart by. `adjusts` is the closed month that they came too late for, or empty."""

    day: date
    model: str
    endpoint: str
    source: str
    adjusts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Settled attempts of the days from `start` (in) to `end` (not in), with their corrections.

    `cells` are the figures by day and requested model, `groups` the same ones told apart further. `prices` are the ids
    of the price versions that the costs rest on; `waiting` is how many of the attempts were read from the ledger
    because no rollup has them yet, 0 in a report as of an earlier moment.
    """

    start: date
    end: date
    zone: tzinfo
    as_of: datetime | None = None
    groups: Mapping[Group, Sums]
    prices: frozenset[int]
    waiting: int
    cells: Mapping[tuple[date, str], Sums] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", _added(self.groups, lambda group: (group.day, group.model)))

    def by_day(self) -> dict[date, Sums]:
        """Every day of the period in order, days without attempts too."""
        days = {self.start + timedelta(days=n): Sums() for n in range((self.end - self.start).days)}
        for (day, _), cell in self.cells.items():
            days[day] += cell
        return days

    def by_model(self) -> dict[str, Sums]:
        """By requested model, the dearest first."""
        return _dearest_first(_added(self.cells, lambda cell: cell[1]))

    def by_endpoint(self) -> dict[str, Sums]:
        """By endpoint, the dearest first."""
        return _dearest_first(_added(self.groups, lambda group: group.endpoint))

    def by_source(self) -> dict[str, Sums]:
        """By where the tokens come from, the dearest first."""
        return _dearest_first(_added(self.groups, lambda group: group.source))

    def adjustments(self) -> dict[str, Sums]:
        """The part of the figures that came too late for closed months (2026-03), by these in order.

        `attempts` are late ones, `corrections` those of attempts of that month; `cost_usd` is of both.
        """
        months = _added(self.groups, lambda group: group.adjusts)
        return {month: months[month] for month in sorted(months) if month}

    def own(self) -> Sums:
        """The whole period without adjustments of closed months."""
        return _sum(sums for group, sums in self.groups.items() if not group.adjusts)

    def of(self, day: date) -> Sums:
        """One day of the period."""
        return _sum(cell for (of_day, _), cell in self.cells.items() if of_day == day)

    def total(self) -> Sums:
        """The whole period."""
        return _sum(self.cells.values())


def read(
    start: date,
    end: date,
    zone: tzinfo,
    *,
    as_of: datetime | None = None,
    model: str = "",
    endpoint: str = "",
    source: str = "",
) -> Report:
    """The report of the days from `start` to before `end`, two queries. Raises ValueError for over 366 days.

    With `model`, `endpoint` or `source`, of their attempts alone. With `as_of`, as it was at that moment: of what was
    settled and corrected by then. Such a report stays as it is for ever once the transactions of that moment are over
    (a settlement may wait some seconds for its commit), whatever is settled, corrected, rolled up or closed later.
    """
    if not 0 <= (end - start).days <= MOST_DAYS:
        raise ValueError(f"a report covers 0 to {MOST_DAYS} days, not {start} to {end}")
    only = _Only(model=model, endpoint=endpoint, source=source)
    groups, prices, waiting = _read(day_starts(start, end, zone), as_of, only)
    days = {n: start + timedelta(days=n) for n in range((end - start).days)}
    return Report(
        start=start,
        end=end,
        zone=zone,
        as_of=as_of,
        groups={Group(days[n], *key): cell for (n, *key), cell in groups.items()},
        prices=prices,
        waiting=waiting,
    )


def charges(
    start: date, end: date, zone: tzinfo, *, model: str = "", endpoint: str = "", source: str = ""
) -> Iterator[tuple[Group, int | None, Sums]]:
    """What a report is made of, in the order of days, told apart by the id of the price version too.

    A range of any length: it is read a month at a time, each with two queries, so memory stays flat.
    """
    only = _Only(model=model, endpoint=endpoint, source=source)
    while start < end:
        until = min(start + timedelta(days=_AT_A_TIME), end)
        found: dict[tuple[Group, int], Sums] = {}
        for row in _rows(day_starts(start, until, zone), None, only):
            group = Group(start + timedelta(days=row.period), row.model, row.endpoint, row.source, row.adjusts)
            key = (group, row.price or 0)
            found[key] = found[key] + row.sums if key in found else row.sums
        for group, price in sorted(found):
            yield group, price or None, found[group, price]
        start = until


def by_day(start: date, end: date, zone: tzinfo) -> dict[date, Sums]:
    """Every day from `start` to before `end` with its figures."""
    return read(start, end, zone).by_day()


def by_model(start: date, end: date, zone: tzinfo) -> dict[str, Sums]:
    """Requested models with their figures from `start` to before `end`, the dearest first."""
    return between(day_start(start, zone), day_start(end, zone))


def total(start: date, end: date, zone: tzinfo) -> Sums:
    """All figures from `start` to before `end`, of however many days."""
    return _sum(by_model(start, end, zone).values())


def between(
    start: datetime,
    end: datetime,
    *,
    as_of: datetime | None = None,
    model: str = "",
    endpoint: str = "",
    source: str = "",
) -> dict[str, Sums]:
    """Requested models with their figures from one moment to before another, the dearest first.

    Raises ValueError for moments that are not on the quarter of an hour.
    """
    groups, _, _ = _read((start, end), as_of, _Only(model=model, endpoint=endpoint, source=source))
    return _dearest_first(_added(groups, lambda group: group[1]))


def series(cuts: Sequence[datetime], *, as_of: datetime | None = None) -> list[Sums]:
    """The figures of each period between two of these ascending moments; two queries at the most.

    With `periods.hour_starts`, a day by hours. Raises ValueError for moments that are not on the quarter of an hour.
    """
    found = [Sums() for _ in cuts[1:]]
    for (period, *_), cell in _read(cuts, as_of, _Only())[0].items():
        found[period] += cell
    return found


def open_attempts() -> int:
    """Attempts whose outcome is not known yet. They are in no report."""
    return Attempt.objects.open().count()


def rolled_up_at() -> datetime | None:
    """When a bucket was last computed; None when none ever was."""
    latest: datetime | None = UsageBucket.objects.aggregate(latest=Max("computed_at"))["latest"]
    return latest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Only:
    """What a report is narrowed to; empty is everything."""

    model: str = ""
    endpoint: str = ""
    source: str = ""

    def rows(self, model: str, prefix: str = "") -> Q:
        wanted = {model: self.model, "endpoint": self.endpoint, "source": self.source}
        return Q(**{f"{prefix}{name}": value for name, value in wanted.items() if value})


_Key = tuple[int, str, str, str, str]


class _Row(NamedTuple):
    """Figures of the `period` between two cuts, told apart; `waits` is 1 if no rollup has them yet."""

    period: int
    waits: int
    model: str
    endpoint: str
    source: str
    adjusts: str
    price: int | None
    sums: Sums


def _read(
    cuts: Sequence[datetime], as_of: datetime | None, only: _Only
) -> tuple[dict[_Key, Sums], frozenset[int], int]:
    """Sums by (index of the period between two cuts, model, endpoint, source, month adjusted), ids of prices, and
    how many attempts are not from rollups."""
    groups: dict[_Key, Sums] = {}
    prices: set[int] = set()
    direct = 0
    for row in _rows(cuts, as_of, only):
        group = (row.period, row.model, row.endpoint, row.source, row.adjusts)
        groups[group] = groups[group] + row.sums if group in groups else row.sums
        direct += row.sums.attempts * row.waits
        if row.price is not None:
            prices.add(row.price)
    return groups, frozenset(prices), direct


def _rows(cuts: Sequence[datetime], as_of: datetime | None, only: _Only) -> Iterator[_Row]:
    if any(bucket_start(moment) != moment for moment in cuts):
        raise ValueError(f"a day of this time zone begins at none of the moments that are {BUCKET} apart")
    if as_of is None:
        first, *others = _parts_now(cuts, only)
    else:
        first, *others = _parts_as_of(cuts, as_of, only)
    for index, waits, model, endpoint, source, adjusts, price, *figures in first.union(*others, all=True):
        cell = sums.of_group(source, dict(zip(sums.MEASURES, figures, strict=True)))
        yield _Row(index, waits, model, endpoint, source, adjusts, price, cell)


def _parts_now(cuts: Sequence[datetime], only: _Only) -> Iterator[QuerySet[Any]]:
    table = UsageDay if are_days(cuts) else UsageBucket
    buckets = table.objects.filter(only.rows("model"), starts_at__gte=cuts[0], starts_at__lt=cuts[-1])
    yield _part(buckets, "starts_at", cuts, sums.over_buckets(), model="model", waits=0)
    attempts = Attempt.objects.not_rolled_up(cuts[0], cuts[-1]).filter(only.rows("requested_model"))
    yield _of_ledger(attempts, cuts, sums.over_attempts(), waits=1)
    corrections = Correction.objects.not_rolled_up(cuts[0], cuts[-1]).filter(only.rows("requested_model", "attempt__"))
    yield _of_ledger(corrections, cuts, sums.over_corrections(), prefix="attempt__", waits=1)


def _parts_as_of(cuts: Sequence[datetime], as_of: datetime, only: _Only) -> Iterator[QuerySet[Any]]:
    counts = Q(counts_at__gte=cuts[0], counts_at__lt=cuts[-1])
    attempts = Attempt.objects.filter(counts, only.rows("requested_model"), settled_at__lte=as_of)
    yield _of_ledger(attempts, cuts, sums.over_attempts(), waits=0)
    corrections = Correction.objects.filter(counts, only.rows("requested_model", "attempt__"), created_at__lte=as_of)
    yield _of_ledger(corrections, cuts, sums.over_corrections(), prefix="attempt__", waits=0)


def _of_ledger(
    rows: QuerySet[Any], cuts: Sequence[datetime], over: sums.Aggregates, *, waits: int, prefix: str = ""
) -> QuerySet[Any]:
    return _part(rows, "counts_at", cuts, over, model="requested_model", prefix=prefix, waits=waits)


def _part(
    rows: QuerySet[Any],
    moment: str,
    cuts: Sequence[datetime],
    over: sums.Aggregates,
    *,
    model: str,
    waits: int,
    prefix: str = "",
) -> QuerySet[Any]:
    keys = {
        "key_cut": Cut(moment, cuts),
        "key_waits": Value(waits),
        "key_model": F(f"{prefix}{model}"),
        "key_endpoint": F(f"{prefix}endpoint"),
        "key_source": F(f"{prefix}source"),
        "key_adjusts": F("adjusts"),
        "key_price": F("price_id"),
    }
    grouped: QuerySet[Any] = rows.order_by().annotate(**keys).values_list(*keys).annotate(**over)
    return grouped


def _added(cells: Mapping[Any, Sums], key: Callable[[Any], Any]) -> dict[Any, Sums]:  # Any: any key
    added: dict[Any, Sums] = {}
    for name, cell in cells.items():
        to = key(name)
        added[to] = added[to] + cell if to in added else cell
    return added


def _sum(cells: Iterable[Sums]) -> Sums:
    return sum(cells, Sums())


def _dearest_first(models: Mapping[str, Sums]) -> dict[str, Sums]:
    return dict(sorted(models.items(), key=lambda item: (-item[1].cost_usd, item[0])))
