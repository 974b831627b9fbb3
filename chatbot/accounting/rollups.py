"""Rollups: the ledger added up. A report of a month reads thousands of rows, not millions.

`UsageBucket` is by quarters of an hour. By days of the shop there are the same once more (`UsageDay`) and what has too
many names for a quarter (`DayTotal`, `LatencyBucket`). A row of the ledger, or a correction, is either marked as rolled
up and inside of all of them, or not marked and outside of all, at each moment that another transaction can see. Reports
therefore add both and are exact before, during and after a run.

This module says which rows are counted in which transaction; `counting` says what is written of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connections, router, transaction
from django.db.models import Count, Max, QuerySet

from chatbot.accounting.counting import Counting
from chatbot.accounting.cuts import Quarter
from chatbot.accounting.periods import BUCKET, bucket_start
from chatbot.accounting.windows import Batch, Window, counted, day_of
from chatbot.models import Attempt, Correction, DayTotal, LatencyBucket, Uncounted, UsageBucket, UsageDay

ROWS_AT_ONCE: Final = {"postgresql": 100_000, "sqlite": 10_000}
"""The most rows of one transaction, unless a quarter of an hour has more. SQLite has one writer: turns wait for us."""
_LOCK_CLASS: Final = 0x63_68_62_74
"""Our class of PostgreSQL's advisory locks; the number of the day's first quarter is the lock."""


class _CameLate(Exception):
    """A transaction that had drawn an id of the batch has committed meanwhile, or another run was here."""


def roll_up(now: datetime) -> int:
    """Add up the settled rows and the corrections that are not rolled up; how many quarters of an hour that touched.

    Safe to run twice, in parallel, and to kill at any point: each window of at most a day is one transaction.
    """
    counting = Counting(router.db_for_write(UsageBucket), now)
    done, start = 0, _moments(counting.alias).first()
    while start is not None:
        window = _window(counting.alias, start)
        while True:
            try:
                done += _roll_up_window(counting, window)
                break
            except _CameLate:
                continue
        start = _moments(counting.alias).filter(counts_at__gte=window.end).first()
    return done


def recount_days(now: datetime) -> int:
    """Make the usage, totals and latencies of days anew, from the rows that are rolled up; how many days that were.

    To be called when the shop has moved to another time zone: until then, reports in the new one read the ledger
    itself for days that were cut in the old one. One transaction, with everything else that rolls up kept out.
    """
    alias = router.db_for_write(UsageBucket)
    counting = Counting(alias, now)
    days = 0
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":  # the first table that a run writes to; readers may go on
            _execute(alias, f"LOCK TABLE {UsageBucket._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        for table in (DayTotal, LatencyBucket, UsageDay):
            table.objects.using(alias).all().delete()
        attempts, corrections = counted(alias)
        moments = [rows.order_by("counts_at").values_list("counts_at", flat=True) for rows in (attempts, corrections)]
        start = min((first for first in (each.first() for each in moments) if first), default=None)
        while start is not None:
            day = day_of(start)
            counting.count_day(day)
            counting.add_to_day(day.day, attempts.filter(day.rows), corrections.filter(day.rows))
            days += 1
            following = (each.filter(counts_at__gte=day.end).first() for each in moments)
            start = min((first for first in following if first), default=None)
    return days


def _moments(alias: str) -> QuerySet[Uncounted, datetime]:
    """When what waits counts, the earliest first."""
    return Uncounted.objects.using(alias).order_by("counts_at").values_list("counts_at", flat=True)


def _window(alias: str, moment: datetime) -> Window:
    """From the quarter of `moment` on, as much of its day as may be done at once."""
    day = day_of(moment)
    start, end = bucket_start(moment), day.end
    most = ROWS_AT_ONCE[connections[alias].vendor]
    last = _moments(alias).filter(counts_at__gte=start, counts_at__lt=end)[most : most + 1].first()
    if last is not None:
        end = max(bucket_start(last), start + BUCKET)
    return Window(day.day, start, end)


def _roll_up_window(counting: Counting, window: Window) -> int:
    """One transaction; how many quarters of an hour it touched. Raises _CameLate, and has done nothing then."""
    alias = counting.alias
    with transaction.atomic(using=alias):
        _lock(alias, window)
        # What waits now is the batch; what is settled from here on has a higher id and waits for the next run.
        waiting = Uncounted.objects.using(alias).filter(window.rows)
        found = waiting.aggregate(last=Max("pk"), rows=Count("pk"))
        if not found["rows"]:
            return 0
        batch = Batch(window, found["last"])
        touched = sorted(
            waiting.filter(pk__lte=batch.last).values_list(Quarter("counts_at"), flat=True).distinct().order_by()
        )
        counting.count_quarters(touched[0], touched[-1] + BUCKET, batch)
        counting.count_day(day_of(window.day))
        rows = batch.rows(alias)
        attempts, corrections = Attempt.objects.using(alias), Correction.objects.using(alias)
        counting.add_to_day(window.day, attempts.filter(rows), corrections.filter(rows))
        # Ids are drawn before their rows can be seen: if one more was of the batch, all this has to be done again.
        if batch.waiting(alias)._raw_delete(alias) != found["rows"]:
            raise _CameLate
    return len(touched)


def _lock(alias: str, window: Window) -> None:
    """Wait until no other run counts this day."""
    if connections[alias].vendor == "postgresql":
        quarter = int(window.day.timestamp()) // 900
        _execute(alias, "SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK_CLASS, quarter))
    else:  # a first statement that writes takes SQLite's lock
        _execute(alias, f"UPDATE {UsageBucket._meta.db_table} SET computed_at = computed_at WHERE false")  # noqa: S608


def _execute(alias: str, sql: str, params: Sequence[Any] = ()) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
