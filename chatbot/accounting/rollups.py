"""Rollups: the ledger added up by quarters of an hour. A report of a month reads thousands of rows, not millions.

A row of the ledger is either marked as rolled up and inside its bucket, or not marked and outside of every bucket, at
each moment that another transaction can see. Reports therefore add both and are exact before, during and after a run.
"""

from datetime import datetime
from typing import Final

from django.db import connections, router, transaction

from chatbot.accounting import sums
from chatbot.accounting.periods import BUCKET, bucket_start
from chatbot.models import Attempt, UsageBucket

_LOCK_CLASS: Final = 0x63_68_62_74
"""Our class of PostgreSQL's advisory locks; the bucket's number is the lock."""


def roll_up(now: datetime) -> int:
    """Recompute every bucket that has settled rows which are not rolled up; how many buckets that were.

    Safe to run twice, in parallel, and to kill at any point: each bucket is one transaction, computed from its rows.
    """
    done = 0
    waiting = Attempt.objects.not_rolled_up().order_by("opened_at").values_list("opened_at", flat=True)
    earliest = waiting.first()
    while earliest is not None:
        start = bucket_start(earliest)
        done += _roll_up_bucket(start, now)
        earliest = waiting.filter(opened_at__gte=start + BUCKET).first()
    return done


def _roll_up_bucket(start: datetime, now: datetime) -> bool:
    alias = router.db_for_write(UsageBucket)
    rows = Attempt.objects.using(alias).filter(opened_at__gte=start, opened_at__lt=start + BUCKET)
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, int(start.timestamp()) // 900])
        # The mark decides which rows are in: one that is settled from here on waits for the next run. As the first
        # statement it also takes SQLite's write lock before anything was read.
        if not rows.filter(settled_at__isnull=False, rolled_up_at__isnull=True).update(rolled_up_at=now):
            return False
        UsageBucket.objects.using(alias).filter(starts_at=start).delete()
        groups = (
            rows.filter(rolled_up_at__isnull=False)
            .values_list("endpoint", "requested_model", "source", "price_id")
            .annotate(**sums.over_attempts())
            .order_by()
        )
        UsageBucket.objects.using(alias).bulk_create(
            UsageBucket(
                starts_at=start,
                endpoint=endpoint,
                model=model,
                source=source,
                price_id=price,
                computed_at=now,
                **dict(zip(sums.MEASURES, figures, strict=True)),
            )
            for endpoint, model, source, price, *figures in groups
        )
    return True
