"""What was spent: reports in days of the shop's time zone, exact to the last place, whatever has been rolled up so far.

A report is one SQL statement over the rollups and over the settled rows that are not in them yet: one statement sees
one state of the database, so a rollup that runs meanwhile can neither hide a row nor count it twice. Everything that a
report says is added up from the same cells, so its days, its models and its total agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from django.db.models import Case, IntegerField, Max, Value, When

from chatbot.accounting import sums
from chatbot.accounting.periods import BUCKET, bucket_start, day_start, day_starts
from chatbot.accounting.sums import Sums
from chatbot.models import Attempt, UsageBucket

MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Settled attempts of the days from `start` (in) to `end` (not in), by day and model.

    `prices` are the ids of the price versions that the costs rest on; `waiting` is how many of the attempts were read
    from the ledger itself because no rollup has them yet.
    """

    start: date
    end: date
    zone: tzinfo
    cells: Mapping[tuple[date, str], Sums]
    prices: frozenset[int]
    waiting: int

    def by_day(self) -> dict[date, Sums]:
        """Every day of the period in order, days without attempts too."""
        days = {self.start + timedelta(days=n): Sums() for n in range((self.end - self.start).days)}
        for (day, _), cell in self.cells.items():
            days[day] += cell
        return days

    def by_model(self) -> dict[str, Sums]:
        """By requested model, the dearest first."""
        models: dict[str, Sums] = {}
        for (_, model), cell in self.cells.items():
            models[model] = models.get(model, Sums()) + cell
        return _dearest_first(models)

    def of(self, day: date) -> Sums:
        """One day of the period."""
        return sum((cell for (of_day, _), cell in self.cells.items() if of_day == day), Sums())

    def total(self) -> Sums:
        """The whole period."""
        return sum(self.cells.values(), Sums())


def read(start: date, end: date, zone: tzinfo) -> Report:
    """The report of the days from `start` to before `end`, one query. Raises ValueError for over 366 days."""
    if not 0 <= (end - start).days <= MOST_DAYS:
        raise ValueError(f"a report covers 0 to {MOST_DAYS} days, not {start} to {end}")
    cells, prices, waiting = _read(day_starts(start, end, zone))
    return Report(
        start=start,
        end=end,
        zone=zone,
        cells={(start + timedelta(days=cut), model): cell for (cut, model), cell in cells.items()},
        prices=prices,
        waiting=waiting,
    )


def by_day(start: date, end: date, zone: tzinfo) -> dict[date, Sums]:
    """Every day from `start` to before `end` with its figures."""
    return read(start, end, zone).by_day()


def by_model(start: date, end: date, zone: tzinfo) -> dict[str, Sums]:
    """Requested models with their figures from `start` to before `end`, the dearest first."""
    return between(day_start(start, zone), day_start(end, zone))


def total(start: date, end: date, zone: tzinfo) -> Sums:
    """All figures from `start` to before `end`, of however many days."""
    return sum(by_model(start, end, zone).values(), Sums())


def between(start: datetime, end: datetime) -> dict[str, Sums]:
    """Requested models with their figures from one moment to before another, the dearest first.

    Raises ValueError for moments that are not on the quarter of an hour.
    """
    cells, _, _ = _read((start, end))
    return _dearest_first({model: cell for (_, model), cell in cells.items()})


def open_attempts() -> int:
    """Attempts whose outcome is not known yet. They are in no report."""
    return Attempt.objects.open().count()


def rolled_up_at() -> datetime | None:
    """When a bucket was last computed; None when none ever was."""
    latest: datetime | None = UsageBucket.objects.aggregate(latest=Max("computed_at"))["latest"]
    return latest


def _read(cuts: Sequence[datetime]) -> tuple[dict[tuple[int, str], Sums], frozenset[int], int]:
    """Sums by (index of the period between two cuts, model), ids of the prices used, rows not from rollups."""
    if any(bucket_start(cut) != cut for cut in cuts):
        raise ValueError(f"a day of this time zone begins at none of the moments that are {BUCKET} apart")
    first, last = cuts[0], cuts[-1]
    rolled_up = (
        UsageBucket.objects.filter(starts_at__gte=first, starts_at__lt=last)
        .annotate(cut=_cut("starts_at", cuts), waits=Value(0))
        .values_list("cut", "waits", "model", "source", "price_id")
        .annotate(**sums.over_buckets())
    )
    waiting = (
        Attempt.objects.not_rolled_up()
        .filter(opened_at__gte=first, opened_at__lt=last)
        .annotate(cut=_cut("opened_at", cuts), waits=Value(1))
        .values_list("cut", "waits", "requested_model", "source", "price_id")
        .annotate(**sums.over_attempts())
    )
    cells: dict[tuple[int, str], Sums] = {}
    prices: set[int] = set()
    direct = 0
    for cut, waits, model, source, price, *figures in rolled_up.order_by().union(waiting.order_by(), all=True):
        cell = sums.of_group(source, dict(zip(sums.MEASURES, figures, strict=True)))
        cells[cut, model] = cells.get((cut, model), Sums()) + cell
        direct += cell.attempts * waits
        if price is not None:
            prices.add(price)
    return cells, frozenset(prices), direct


def _dearest_first(models: dict[str, Sums]) -> dict[str, Sums]:
    return dict(sorted(models.items(), key=lambda item: (-item[1].cost_usd, item[0])))


def _cut(moment: str, cuts: Sequence[datetime]) -> Case:
    """Which period a row is in. The boundaries are ours: the database's own idea of a time zone has no say."""
    whens = [When(**{f"{moment}__lt": end}, then=Value(n)) for n, end in enumerate(cuts[1:])]
    return Case(*whens, default=Value(0), output_field=IntegerField())
