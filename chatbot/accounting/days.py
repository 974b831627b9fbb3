"""What is kept by days of the shop, and whether the days that somebody asks about are these.

Rollups write totals (`DayTotal`) and latencies (`LatencyBucket`) by the keys below; reports add what is not rolled up
yet by the same ones.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from chatbot import conf
from chatbot.accounting.periods import day_start, day_starts
from chatbot.models import Attempt, DayTotal, LatencyBucket

DAY_COUNTS: Final = ("attempts", "questions", "answered", "failed", "unpriced", "priced_late")
"""The counts of a `DayTotal`."""


def days_fit(start: date, end: date, zone: tzinfo) -> bool:
    """Whether the rolled-up days that touch the days from `start` to before `end` in `zone` are these very days.

    They are not where the zone is another one than the shop's, or was when these days were rolled up. One query, which
    looks at outcomes: every day has some, and no other subject has so few names.
    """
    days = day_starts(start - timedelta(days=2), end, zone)
    rolled_up = DayTotal.objects.filter(
        subject=DayTotal.Subject.OUTCOME, starts_at__gte=days[0], starts_at__lt=days[-1]
    )
    return set(rolled_up.order_by().values_list("starts_at", flat=True).distinct()) <= set(days)


def are_days(cuts: Sequence[datetime]) -> bool:
    """Whether periods between these moments are whole days of the shop, and the rolled-up days are these.

    One query; none where the moments are not beginnings of days.
    """
    zone = conf.current().zone
    dates = [moment.astimezone(zone).date() for moment in cuts]
    if any(day_start(day, zone) != moment for day, moment in zip(dates, cuts, strict=True)):
        return False
    return days_fit(dates[0], dates[-1], zone)


def key_of(subject: str, prefix: str = "") -> Any:  # Any: some expression
    """The key of an attempt's `DayTotal`; with the prefix `attempt__`, of a correction's."""
    text = CharField()
    match subject:
        case DayTotal.Subject.PAGE:
            return F(f"{prefix}page")
        case DayTotal.Subject.CONVERSATION:
            return Coalesce(Cast(f"{prefix}conversation_id", text), Value(""), output_field=text)
    with_error = Concat(F(f"{prefix}outcome"), Value(":"), F(f"{prefix}error_code"), output_field=text)
    return Case(When(**{f"{prefix}error_code": ""}, then=F(f"{prefix}outcome")), default=with_error, output_field=text)


def column_of(kind: str) -> str:
    """Where the ledger keeps this time."""
    columns = {
        LatencyBucket.Kind.QUEUE: "queued_ms",
        LatencyBucket.Kind.FIRST_WORD: "first_word_ms",
        LatencyBucket.Kind.TOTAL: "total_ms",
    }
    return columns[LatencyBucket.Kind(kind)]


def timed(attempts: QuerySet[Attempt], kind: str) -> QuerySet[Attempt]:
    """Those of which this time is known. An answer from the cache is no request: it has no times of a model."""
    return attempts.filter(**{f"{column_of(kind)}__isnull": False}).exclude(outcome=Attempt.Outcome.CACHED)
