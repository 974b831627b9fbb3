"""How long shoppers waited: percentiles of a day, a model or a period, from the histograms that the rollups keep.

Exact is which attempts count; a time is right to 2.5 %, half the width of a bin. Two queries each. Days of the shop's
own time zone come from `LatencyBucket`; for days in any other zone the ledger itself is read, however long that takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db import router
from django.db.models import Count, F, QuerySet, Sum, Value

from chatbot.accounting.cuts import GROWTH, Cut, LatencyBin
from chatbot.accounting.days import column_of, days_fit, timed
from chatbot.accounting.periods import day_start, day_starts
from chatbot.accounting.statements import Statement, compiled, fetch, kept, stand_ins
from chatbot.models import Attempt, LatencyBucket

Kind = LatencyBucket.Kind


@dataclass(frozen=True, slots=True)
class Spread:
    """How some times are spread: attempts by bin."""

    bins: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: "Spread") -> "Spread":
        return Spread({n: self.bins.get(n, 0) + other.bins.get(n, 0) for n in {*self.bins, *other.bins}})

    @property
    def attempts(self) -> int:
        """How many times were measured."""
        return sum(self.bins.values())

    def percentile(self, share: float) -> float | None:
        """Milliseconds that this share (0 to 1) of the attempts took at most, to 2.5 %. None when none was measured."""
        attempts = self.attempts
        rank = max(1, int((Decimal(str(share)) * attempts).to_integral_value(ROUND_CEILING)))
        for n in sorted(self.bins):
            rank -= self.bins[n]
            if rank <= 0:
                return float(GROWTH ** (n + 0.5))
        return None

    @property
    def p50(self) -> float | None:
        """Half of the attempts took at most so many milliseconds."""
        return self.percentile(0.5)

    @property
    def p95(self) -> float | None:
        """95 % of the attempts took at most so many milliseconds."""
        return self.percentile(0.95)


def by_day(start: date, end: date, zone: tzinfo, kind: str, *, model: str = "") -> dict[date, Spread]:
    """Every day from `start` to before `end` with the spread of one kind of time, of one requested model or of all."""
    return compared(start, start, end, zone, kind, model=model)[1]


def compared(
    since: date, start: date, end: date, zone: tzinfo, kind: str, *, model: str = ""
) -> tuple[Spread, dict[date, Spread]]:
    """The spread of the days from `since` to before `start`, and as `by_day` those from then on."""
    days = day_starts(start, end, zone)
    cuts = [day_start(since, zone), *days] if since < start else days
    periods: list[dict[int, int]] = [{} for _ in cuts[1:]]
    for n, _, _, bin_, attempts in _read(cuts, [kind], model, rolled_up=days_fit(since, end, zone), by_model=False):
        periods[n][bin_] = attempts
    before = Spread(periods.pop(0)) if since < start else Spread()
    return before, {start + timedelta(days=n): Spread(bins) for n, bins in enumerate(periods)}


def by_model(start: date, end: date, zone: tzinfo) -> dict[str, dict[str, Spread]]:
    """The spreads of all kinds of times by requested model."""
    models: dict[str, dict[str, dict[int, int]]] = {}
    cuts = (day_start(start, zone), day_start(end, zone))
    for _, model, kind, bin_, attempts in _read(
        cuts, list(Kind), "", rolled_up=days_fit(start, end, zone), by_model=True
    ):
        models.setdefault(model, {each: {} for each in Kind})[kind][bin_] = attempts
    return {model: {kind: Spread(bins) for kind, bins in kinds.items()} for model, kinds in sorted(models.items())}


def total_of(models: Mapping[str, Mapping[str, Spread]]) -> dict[str, Spread]:
    """The spreads of all models together."""
    return {kind: sum((kinds[kind] for kinds in models.values()), Spread()) for kind in Kind}


def total(start: date, end: date, zone: tzinfo) -> dict[str, Spread]:
    """The spreads of all kinds of times of a period."""
    return total_of(by_model(start, end, zone))


_Row = tuple[int, str, str, int, int]


def _read(
    cuts: Sequence[datetime], kinds: Sequence[str], only: str, *, rolled_up: bool, by_model: bool
) -> Iterator[_Row]:
    """(number of the period, model or "", kind, bin, attempts), of the model `only` if there is one."""
    alias = router.db_for_read(LatencyBucket)
    statement = _spread(alias, len(cuts), tuple(kinds), only, rolled_up=rolled_up, by_model=by_model)
    added: dict[tuple[int, str, str, int], int] = {}
    for *key, count in fetch(alias, statement.sql, statement.at(alias, cuts)):
        added[tuple(key)] = added.get(tuple(key), 0) + int(count)
    return ((*key, count) for key, count in added.items())


@kept
def _spread(
    alias: str, number: int, kinds: tuple[str, ...], only: str, *, rolled_up: bool, by_model: bool
) -> Statement:
    cuts = stand_ins(number)
    attempts = Attempt.objects.filter(settled_at__isnull=False, counts_at__gte=cuts[0], counts_at__lt=cuts[-1])
    parts = []
    if rolled_up:
        attempts = Attempt.objects.not_rolled_up(cuts[0], cuts[-1])
        buckets = LatencyBucket.objects.filter(starts_at__gte=cuts[0], starts_at__lt=cuts[-1], kind__in=kinds)
        if only:
            buckets = buckets.filter(model=only)
        model = F("model") if by_model else Value("")
        parts.append(_part(buckets, Cut("starts_at", cuts), model, F("kind"), F("bin"), Sum("attempts")))
    if only:
        attempts = attempts.filter(requested_model=only)
    for kind in kinds:
        model = F("requested_model") if by_model else Value("")
        of_kind, bin_ = timed(attempts, kind), LatencyBin(column_of(kind))
        parts.append(_part(of_kind, Cut("counts_at", cuts), model, Value(kind), bin_, Count("pk")))
    first, *others = parts
    return compiled(alias, first.union(*others, all=True))


def _part(rows: QuerySet[Any], cut_: Any, model: Any, kind: Any, bin_: Any, count: Any) -> QuerySet[Any]:
    keys = {"key_cut": cut_, "key_model": model, "key_kind": kind, "key_bin": bin_}
    grouped: QuerySet[Any] = rows.order_by().annotate(**keys).values_list(*keys).annotate(sum_attempts=count)
    return grouped
