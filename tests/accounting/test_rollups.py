"""Settled rows are added up into buckets once, however often and by however many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from chatbot.accounting import rollups, sums
from chatbot.accounting.counting import Counting
from chatbot.models import Attempt, Uncounted, UsageBucket, UsageDay
from tests.accounting import rows
from tests.accounting.rows import NOON, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
FIGURES = (
    "starts_at", "endpoint", "model", "source", "price", "attempts", "failed", "unpriced",
    "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens", "cost_usd",
)  # fmt: skip


def buckets():
    return list(UsageBucket.objects.order_by(*FIGURES[:5]).values(*FIGURES))


def wait_again() -> None:
    """As if nothing had ever been rolled up but the buckets."""
    Uncounted.objects.bulk_create(Uncounted(attempt=row, counts_at=row.counts_at) for row in Attempt.objects.all())


def test_a_bucket_adds_up_its_settled_rows():
    price = rows.price()
    Attempt.objects.bulk_create(
        [
            settled(NOON, "0.000000000001", book=price, reasoning_tokens=5),
            settled(NOON + timedelta(minutes=14, seconds=59), "1000.123456789012", book=price, outcome="failed"),
            settled(NOON + timedelta(minutes=15), "4", book=price),
            settled(NOON, None, outcome="abandoned"),
            settled(NOON, "7", model="beta"),
            Attempt(endpoint="default", requested_model="alpha", opened_at=NOON, counts_at=NOON),
        ]
    )
    assert rollups.roll_up(NOON) == 2
    assert UsageBucket.objects.count() == 4
    bucket = UsageBucket.objects.get(starts_at=NOON, model="alpha", source="reported")
    assert (bucket.attempts, bucket.failed, bucket.unpriced, bucket.price) == (2, 1, 0, price)
    assert (bucket.input_tokens, bucket.cached_input_tokens) == (2000, 400)
    assert (bucket.output_tokens, bucket.reasoning_tokens) == (200, 5)
    assert bucket.cost_usd == Decimal("1000.123456789013")
    unknown = UsageBucket.objects.get(source="unknown")
    assert (unknown.attempts, unknown.failed, unknown.unpriced, unknown.cost_usd) == (1, 1, 1, 0)
    assert not Uncounted.objects.exists()


def test_a_day_of_the_shop_is_the_sum_of_its_buckets():
    price = rows.price()
    Attempt.objects.bulk_create(
        settled(NOON + timedelta(hours=n), f"0.{n + 1:012}", book=price if n % 2 else None, model=f"m{n % 3}")
        for n in range(48)
    )
    rollups.roll_up(NOON)
    Attempt.objects.bulk_create([settled(NOON, "5", model="m0"), settled(NOON + timedelta(hours=4), None)])
    rollups.roll_up(NOON)
    keys = ("endpoint", "model", "source", "price", "adjusts")
    for day in UsageDay.objects.all():
        end = day.starts_at + timedelta(days=1)
        of_day = UsageBucket.objects.filter(starts_at__gte=day.starts_at, starts_at__lt=end)
        buckets = list(of_day.filter(**{key: getattr(day, key) for key in keys}).values(*sums.MEASURES))
        assert {name: getattr(day, name) for name in sums.MEASURES} == {
            name: sum(bucket[name] for bucket in buckets) for name in sums.MEASURES
        }
    assert sum(day.attempts for day in UsageDay.objects.all()) == 50
    assert {day.starts_at.astimezone(SEOUL).hour for day in UsageDay.objects.all()} == {0}


def test_rolling_up_twice_is_rolling_up_once():
    Attempt.objects.bulk_create(settled(NOON + timedelta(minutes=n), f"0.{n:012}") for n in range(1, 60))
    assert rollups.roll_up(NOON) == 4
    once = buckets()
    assert rollups.roll_up(NOON + timedelta(hours=1)) == 0
    assert buckets() == once
    wait_again()
    assert rollups.roll_up(NOON + timedelta(hours=2)) == 4
    assert buckets() == once


def test_a_late_row_joins_its_bucket():
    Attempt.objects.bulk_create([settled(NOON, "1"), settled(NOON + timedelta(hours=9), "8")])
    rollups.roll_up(NOON)
    settled(NOON + timedelta(minutes=5), "2").save(force_insert=True)
    assert rollups.roll_up(NOON + timedelta(days=3)) == 1
    bucket = UsageBucket.objects.get(starts_at=NOON)
    assert (bucket.attempts, bucket.cost_usd) == (2, Decimal(3))


def test_a_bucket_that_cannot_be_written_leaves_its_rows_unmarked(monkeypatch):
    Attempt.objects.bulk_create([settled(NOON, "1"), settled(NOON, "2")])

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Counting, "add_to_day", killed)  # the last step; the buckets are written by then
        with pytest.raises(KeyboardInterrupt):
            rollups.roll_up(NOON)
    assert Attempt.objects.not_rolled_up().count() == 2
    rollups.roll_up(NOON)
    assert UsageBucket.objects.get().cost_usd == 3


@pytest.mark.django_db(transaction=True)
def test_ten_rollups_at_once_while_rows_arrive_give_the_sum_of_all_rows():
    def roll_up(n: int) -> None:
        try:
            for k in range(5):
                settled(NOON + timedelta(minutes=(n * 7 + k) % 60), f"0.{n * 10 + k + 1:012}").save(force_insert=True)
                rollups.roll_up(NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(roll_up, range(10)))
    rollups.roll_up(NOON)
    parallel = buckets()
    assert sum(bucket["attempts"] for bucket in parallel) == 50
    UsageBucket.objects.all().delete()
    wait_again()
    rollups.roll_up(NOON)
    assert buckets() == parallel
