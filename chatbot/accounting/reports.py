"""What was spent: reports in days of the shop's time zone, exact to the last place, whatever has been rolled up so far.

Everything that a report says is added up from the same cells, so its days, its models and its total agree.

What came too late for a closed month counts in the month in which it came, and every report can say which part of it
that is. A report as of an earlier moment says what was known then; it is read from the ledger itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from django.db.models import Max

from chatbot.accounting.periods import day_start, day_starts
from chatbot.accounting.report_rows import Only, Row, rows_between
from chatbot.accounting.sums import Sums, added, added_by_key
from chatbot.models import Attempt, UsageBucket

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

    `cells` are the figures by day and requested model, `groups` the same ones told apart further. `before` are those of
    the days that it is compared with, if it is, and part of nothing else. `prices` are the ids of the price versions
    that the costs rest on; `waiting` is how many of the attempts were read from the ledger because no rollup has them
    yet, 0 in a report as of an earlier moment.
    """

    start: date
    end: date
    zone: tzinfo
    as_of: datetime | None = None
    groups: Mapping[Group, Sums]
    before: Sums
    prices: frozenset[int]
    waiting: int
    cells: Mapping[tuple[date, str], Sums] = field(init=False)

    def __post_init__(self) -> None:
        cells = added_by_key(((group.day, group.model), sums) for group, sums in self.groups.items())
        object.__setattr__(self, "cells", cells)

    def by_day(self) -> dict[date, Sums]:
        """Every day of the period in order, days without attempts too."""
        found = added_by_key((day, cell) for (day, _), cell in self.cells.items())
        days = (self.start + timedelta(days=n) for n in range((self.end - self.start).days))
        return {day: found.get(day, Sums()) for day in days}

    def by_model(self) -> dict[str, Sums]:
        """By requested model, the dearest first."""
        return _dearest_first((model, cell) for (_, model), cell in self.cells.items())

    def by_endpoint(self) -> dict[str, Sums]:
        """By endpoint, the dearest first."""
        return _dearest_first((group.endpoint, sums) for group, sums in self.groups.items())

    def by_source(self) -> dict[str, Sums]:
        """By where the tokens come from, the dearest first."""
        return _dearest_first((group.source, sums) for group, sums in self.groups.items())

    def adjustments(self) -> dict[str, Sums]:
        """The part of the figures that came too late for closed months (2026-03), by these in order.

        `attempts` are late ones, `corrections` those of attempts of that month; `cost_usd` is of both.
        """
        months = added_by_key((group.adjusts, sums) for group, sums in self.groups.items() if group.adjusts)
        return dict(sorted(months.items()))

    def own(self) -> Sums:
        """The whole period without adjustments of closed months."""
        if not any(group.adjusts for group in self.groups):
            return self.total()
        return added(sums for group, sums in self.groups.items() if not group.adjusts)

    def of(self, day: date) -> Sums:
        """One day of the period."""
        return added(cell for (of_day, _), cell in self.cells.items() if of_day == day)

    def total(self) -> Sums:
        """The whole period."""
        return added(self.cells.values())


def read(
    start: date,
    end: date,
    zone: tzinfo,
    *,
    since: date | None = None,
    as_of: datetime | None = None,
    model: str = "",
    endpoint: str = "",
    source: str = "",
) -> Report:
    """The report of the days from `start` to before `end`, two queries. Raises ValueError for over 366 days.

    With `since`, an earlier day, its `before` are the figures from then on. With `model`, `endpoint` or `source`, all
    is of their attempts alone. With `as_of`, as it was at that moment: of what was settled and corrected by then. That
    stays as it is for ever once the transactions of that moment are over (a settlement may wait some seconds for its
    commit), whatever is settled, corrected, rolled up or closed later.
    """
    if not 0 <= (end - start).days <= MOST_DAYS:
        raise ValueError(f"a report covers 0 to {MOST_DAYS} days, not {start} to {end}")
    compared = since is not None and since < start
    cuts = [*([day_start(since, zone)] if since and compared else []), *day_starts(start, end, zone)]
    rows = list(rows_between(cuts, as_of, Only(model=model, endpoint=endpoint, source=source)))
    own = [row for row in rows if row.period >= compared]
    first = start - timedelta(days=int(compared))
    return Report(
        start=start,
        end=end,
        zone=zone,
        as_of=as_of,
        groups=added_by_key((_group(first, row), row.sums) for row in own),
        before=added(row.sums for row in rows if row.period < compared),
        prices=frozenset(row.price for row in own if row.price is not None),
        waiting=sum(row.sums.attempts * row.waits for row in own),
    )


def charges(
    start: date, end: date, zone: tzinfo, *, model: str = "", endpoint: str = "", source: str = ""
) -> Iterator[tuple[Group, int | None, Sums]]:
    """What a report is made of, in the order of days, told apart by the id of the price version too.

    A range of any length: it is read a month at a time, each with two queries, so memory stays flat.
    """
    only = Only(model=model, endpoint=endpoint, source=source)
    while start < end:
        until = min(start + timedelta(days=_AT_A_TIME), end)
        found = added_by_key(
            ((_group(start, row), row.price or 0), row.sums)
            for row in rows_between(day_starts(start, until, zone), None, only)
        )
        for group, price in sorted(found):
            yield group, price or None, found[group, price]
        start = until


def by_day(start: date, end: date, zone: tzinfo) -> dict[date, Sums]:
    """Every day from `start` to before `end` with its figures."""
    days = (start + timedelta(days=n) for n in range((end - start).days))
    return dict(zip(days, series(day_starts(start, end, zone)), strict=True))


def by_model(start: date, end: date, zone: tzinfo) -> dict[str, Sums]:
    """Requested models with their figures from `start` to before `end`, the dearest first."""
    return between(day_start(start, zone), day_start(end, zone))


def total(start: date, end: date, zone: tzinfo) -> Sums:
    """All figures from `start` to before `end`, of however many days."""
    return added(by_model(start, end, zone).values())


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
    rows = rows_between((start, end), as_of, Only(model=model, endpoint=endpoint, source=source), by=("model",))
    return _dearest_first((row.model, row.sums) for row in rows)


def series(cuts: Sequence[datetime], *, as_of: datetime | None = None) -> list[Sums]:
    """The figures of each period between two of these ascending moments; two queries at the most.

    With `periods.hour_starts`, a day by hours. Raises ValueError for moments that are not on the quarter of an hour.
    """
    found = added_by_key((row.period, row.sums) for row in rows_between(cuts, as_of, Only(), by=()))
    return [found.get(period, Sums()) for period in range(len(cuts) - 1)]


def open_attempts() -> int:
    """Attempts whose outcome is not known yet. They are in no report."""
    return Attempt.objects.open().count()


def rolled_up_at() -> datetime | None:
    """When a bucket was last computed; None when none ever was."""
    latest: datetime | None = UsageBucket.objects.aggregate(latest=Max("computed_at"))["latest"]
    return latest


def _group(first: date, row: Row) -> Group:
    """The group of a row, where periods are days from `first` on."""
    return Group(first + timedelta(days=row.period), row.model, row.endpoint, row.source, row.adjusts)


def _dearest_first(cells: Iterable[tuple[str, Sums]]) -> dict[str, Sums]:
    return dict(sorted(added_by_key(cells).items(), key=lambda item: (-item[1].cost_usd, item[0])))
