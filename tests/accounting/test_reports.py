"""Reports over days: the same whatever is rolled up, cut in the shop's zone, in two queries."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.accounting import reports, rollups
from chatbot.accounting.periods import Month
from chatbot.accounting.sums import Sums
from chatbot.models import Attempt, DayTotal, UsageBucket, UsageDay
from tests.accounting import rows
from tests.accounting.rows import NOON, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
MARCH = Month(year=2026, month=3)


def march(zone=SEOUL):
    return reports.read(MARCH.first, MARCH.end, zone)


def test_a_report_is_the_same_before_during_and_after_a_rollup():
    price = rows.price()
    Attempt.objects.bulk_create(
        [settled(NOON, "1.000000000001", book=price), settled(NOON, None), settled(NOON + timedelta(days=1), "2")]
    )
    before = march()
    rollups.roll_up(NOON)
    settled(NOON, "4", source="estimated", outcome="failed", book=price).save(force_insert=True)
    during = march()
    rollups.roll_up(NOON)
    after = march()
    assert (before.waiting, during.waiting, after.waiting) == (3, 1, 0)
    assert before.total().cost_usd == Decimal("3.000000000001")
    assert during.cells == after.cells
    assert after.prices == {price.pk}
    assert after.total() == Sums(
        attempts=4,
        questions=4,
        answered=3,
        failed=1,
        estimated=1,
        unknown=1,
        unpriced=1,
        input_tokens=3000,
        cached_input_tokens=600,
        output_tokens=300,
        cost_usd=Decimal("7.000000000001"),
        estimated_usd=Decimal(4),
    )


def test_days_are_cut_in_the_shops_time_zone_and_are_half_open():
    midnight = datetime(2026, 3, 14, 15, tzinfo=UTC)  # the 15th begins in Seoul
    Attempt.objects.bulk_create([settled(midnight - timedelta(microseconds=1), "1"), settled(midnight, "2")])
    for _ in range(2):
        days = reports.by_day(date(2026, 3, 14), date(2026, 3, 16), SEOUL)
        assert [sums.cost_usd for sums in days.values()] == [1, 2]
        assert reports.total(date(2026, 3, 15), date(2026, 3, 16), SEOUL).cost_usd == 2
        rollups.roll_up(NOON)


def test_days_without_attempts_are_there():
    assert list(march().by_day()) == [MARCH.first + timedelta(days=n) for n in range(31)]
    assert march().total() == Sums()


def test_models_come_with_the_dearest_first():
    Attempt.objects.bulk_create(
        [settled(NOON, "1"), settled(NOON, "5", model="beta"), settled(NOON, "5", model="aleph")]
    )
    assert list(march().by_model()) == ["aleph", "beta", "alpha"]
    assert list(reports.by_model(MARCH.first, MARCH.end, SEOUL)) == ["aleph", "beta", "alpha"]


def test_open_attempts_are_counted_apart():
    Attempt.objects.create(endpoint="default", requested_model="alpha", opened_at=NOON, counts_at=NOON)
    assert march().total().attempts == 0
    assert reports.open_attempts() == 1


def test_what_is_not_measured_is_not_zero():
    settled(NOON, None).save(force_insert=True)
    unknown = march().total()
    assert (unknown.is_measured, unknown.unpriced) == (False, 1)
    assert Sums().is_measured
    settled(NOON, "1").save(force_insert=True)
    assert march().total().is_measured


def test_a_report_is_two_queries_however_much_it_reads(django_assert_num_queries):
    Attempt.objects.bulk_create(settled(NOON + timedelta(hours=n), "1", model=f"m{n % 5}") for n in range(50))
    rollups.roll_up(NOON)
    with django_assert_num_queries(2):  # what days there are, and their figures
        report = march()
        assert sum(report.by_day().values(), Sums()) == report.total()


def test_a_report_refuses_more_days_than_it_can_cut():
    with pytest.raises(ValueError, match="366 days"):
        reports.read(date(2024, 1, 1), date(2026, 1, 1), SEOUL)


def test_a_zone_off_the_quarter_of_an_hour_is_refused_and_not_approximated():
    with pytest.raises(ValueError, match="time zone"):
        march(timezone(timedelta(minutes=7)))


_moments = st.integers(min_value=0, max_value=35 * 86_400 * 1000).map(
    lambda ms: datetime(2026, 2, 27, tzinfo=UTC) + timedelta(milliseconds=ms)
)
_costs = st.none() | st.decimals(min_value=0, max_value=Decimal("999.999999999999"), places=12)
_rows = st.lists(
    st.tuples(_moments, _costs, st.sampled_from(["alpha", "beta"]), st.sampled_from(["reported", "estimated"])),
    max_size=12,
)
ZONES = [
    "UTC", "Asia/Seoul", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Europe/Berlin", "America/New_York",
    "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "Africa/Cairo",
]  # fmt: skip


@given(_rows, st.sampled_from(ZONES), st.integers(min_value=0, max_value=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_days_are_the_month_whatever_the_zone_and_however_much_is_rolled_up(ledger, name, rolled_up):
    zone = ZoneInfo(name)
    Attempt.objects.all().delete()
    for table in (UsageBucket, UsageDay, DayTotal):
        table.objects.all().delete()
    attempts = [settled(at, None if c is None else str(c), model=m, source=s) for at, c, m, s in ledger]
    Attempt.objects.bulk_create(attempts[:rolled_up])
    rollups.roll_up(NOON)
    Attempt.objects.bulk_create(attempts[rolled_up:])

    # The oracle: each row by its own local date.
    mine = [row for row in attempts if Month.of(row.opened_at.astimezone(zone).date()) == MARCH]
    expected = sum((row.cost_usd for row in mine if row.cost_usd is not None), Decimal(0))
    report = march(zone)
    days = report.by_day()
    for day, sums in days.items():
        of_day = [row for row in mine if row.opened_at.astimezone(zone).date() == day]
        assert sums.attempts == len(of_day)
        assert sums.unpriced == sum(row.cost_usd is None for row in of_day)
        assert sums.cost_usd == sum((row.cost_usd for row in of_day if row.cost_usd is not None), Decimal(0))
    assert sum(days.values(), Sums()) == sum(report.by_model().values(), Sums()) == report.total()
    assert report.total() == reports.total(MARCH.first, MARCH.end, zone)
    assert report.total().cost_usd == expected


@pytest.mark.django_db(transaction=True)
def test_reports_that_are_read_during_rollups_never_waver():
    Attempt.objects.bulk_create(
        settled(NOON + timedelta(minutes=15 * n, seconds=k), "0.000000000001") for n in range(40) for k in range(5)
    )
    over = Event()

    def roll_up() -> None:
        try:
            rollups.roll_up(NOON)
        finally:
            connections.close_all()
            over.set()

    thread = Thread(target=roll_up)
    thread.start()
    seen = {march().total().cost_usd}
    while not over.is_set():
        seen.add(march().total().cost_usd)
    thread.join()
    seen.add(march().total().cost_usd)
    assert seen == {Decimal("0.000000000200")}
