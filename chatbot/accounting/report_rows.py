"""The rows that a report is added up from: one SQL statement, and one query before it.

The statement reads the rollups (of days where the periods are days of the shop, else of quarters) and the settled rows
and corrections that are not in them yet. It sees one state of the database, so a rollup that runs meanwhile can neither
hide a row nor count it twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import router
from django.db.models import F, IntegerField, Q, QuerySet, Value

from chatbot.accounting import sums
from chatbot.accounting.cuts import Cut
from chatbot.accounting.days import are_days
from chatbot.accounting.periods import BUCKET, bucket_start
from chatbot.accounting.statements import Statement, compiled, fetch, kept, stand_ins
from chatbot.accounting.sums import Sums
from chatbot.models import Attempt, Correction, UsageBucket, UsageDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """What a report is narrowed to; empty is everything."""

    model: str = ""
    endpoint: str = ""
    source: str = ""

    def rows(self, model: str, prefix: str = "") -> Q:
        """The condition on rows that keep the requested model as `model`."""
        wanted = {model: self.model, "endpoint": self.endpoint, "source": self.source}
        return Q(**{f"{prefix}{name}": value for name, value in wanted.items() if value})


EVERY_KEY: Final = ("model", "endpoint", "adjusts", "price_id")
"""What rows can be told apart by, beside their period and their source."""


class Row(NamedTuple):
    """Figures of the `period` between two cuts, told apart; `waits` is 1 if no rollup has them yet.

    What they are not told apart by is empty, or None.
    """

    period: int
    waits: int
    model: str
    endpoint: str
    source: str
    adjusts: str
    price: int | None
    sums: Sums


def rows_between(
    cuts: Sequence[datetime], as_of: datetime | None, only: Only, by: tuple[str, ...] = EVERY_KEY
) -> Iterator[Row]:
    """The rows of each period between two of these ascending moments, now or as they were `as_of` an earlier one.

    `by` are those of EVERY_KEY that they are told apart by: few rows are read sooner than many. Raises ValueError for
    moments that are not on the quarter of an hour.
    """
    if any(bucket_start(moment) != moment for moment in cuts):
        raise ValueError(f"a day of this time zone begins at none of the moments that are {BUCKET} apart")
    alias = router.db_for_read(Attempt)
    if as_of is None:
        statement, moments = _now(alias, len(cuts), only, by, by_days=are_days(cuts)), cuts
    else:
        statement, moments = _at_moment(alias, len(cuts), only, by), [*cuts, as_of]
    for index, waits, model, endpoint, source, adjusts, price, *figures in fetch(
        alias, statement.sql, statement.at(alias, moments)
    ):
        cell = sums.of_row(alias, source, figures)
        yield Row(index, waits, model, endpoint, source, adjusts, price, cell)


@kept
def _now(alias: str, number: int, only: Only, by: tuple[str, ...], *, by_days: bool) -> Statement:
    """Everything between the first and the last of so many cuts."""
    cuts = stand_ins(number)
    table = UsageDay if by_days else UsageBucket
    buckets = table.objects.filter(only.rows("model"), starts_at__gte=cuts[0], starts_at__lt=cuts[-1])
    attempts = Attempt.objects.not_rolled_up(cuts[0], cuts[-1]).filter(only.rows("requested_model"))
    corrections = Correction.objects.not_rolled_up(cuts[0], cuts[-1]).filter(only.rows("requested_model", "attempt__"))
    return _together(
        alias,
        _part(buckets, "starts_at", cuts, sums.over_buckets(), by, model="model", waits=0),
        _of_ledger(attempts, cuts, sums.over_attempts(), by, waits=1),
        _of_ledger(corrections, cuts, sums.over_corrections(), by, prefix="attempt__", waits=1),
    )


@kept
def _at_moment(alias: str, number: int, only: Only, by: tuple[str, ...]) -> Statement:
    """What was known at a moment, which is the one after the cuts."""
    *cuts, as_of = stand_ins(number + 1)
    counts = Q(counts_at__gte=cuts[0], counts_at__lt=cuts[-1])
    attempts = Attempt.objects.filter(counts, only.rows("requested_model"), settled_at__lte=as_of)
    corrections = Correction.objects.filter(counts, only.rows("requested_model", "attempt__"), created_at__lte=as_of)
    return _together(
        alias,
        _of_ledger(attempts, cuts, sums.over_attempts(), by, waits=0),
        _of_ledger(corrections, cuts, sums.over_corrections(), by, prefix="attempt__", waits=0),
    )


def _together(alias: str, first: QuerySet[Any], *others: QuerySet[Any]) -> Statement:
    return compiled(alias, first.union(*others, all=True))


def _of_ledger(
    rows: QuerySet[Any],
    cuts: Sequence[datetime],
    over: sums.Aggregates,
    by: tuple[str, ...],
    *,
    waits: int,
    prefix: str = "",
) -> QuerySet[Any]:
    return _part(rows, "counts_at", cuts, over, by, model="requested_model", prefix=prefix, waits=waits)


def _part(
    rows: QuerySet[Any],
    moment: str,
    cuts: Sequence[datetime],
    over: sums.Aggregates,
    by: tuple[str, ...],
    *,
    model: str,
    waits: int,
    prefix: str = "",
) -> QuerySet[Any]:
    keys = {
        "key_cut": Cut(moment, cuts),
        "key_waits": Value(waits),
        "key_model": F(f"{prefix}{model}") if "model" in by else Value(""),
        "key_endpoint": F(f"{prefix}endpoint") if "endpoint" in by else Value(""),
        "key_source": F(f"{prefix}source"),
        "key_adjusts": F("adjusts") if "adjusts" in by else Value(""),
        "key_price": F("price_id") if "price_id" in by else Value(None, output_field=IntegerField()),
    }
    grouped: QuerySet[Any] = rows.order_by().annotate(**keys).values_list(*keys).annotate(**over)
    return grouped
