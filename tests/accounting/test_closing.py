"""Closed months: their totals never change, and what comes too late is an adjustment of the open one."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.accounting import closing, ledger, reports, rerating, rollups
from chatbot.accounting.closing import MonthNotClosable
from chatbot.accounting.periods import Month
from chatbot.accounting.sums import Sums
from chatbot.models import Attempt, ClosedMonth, Correction, DayTotal, LatencyBucket, Price, UsageBucket, UsageDay
from tests.accounting import rows
from tests.accounting.rows import NOON, march, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
MARCH, APRIL = Month(year=2026, month=3), Month(year=2026, month=4)
OVER = datetime(2026, 3, 31, 15, tzinfo=UTC)
"""The first moment of April in Seoul."""
SOON = OVER + timedelta(hours=2)


def opened(at=NOON, *, lease_until=None) -> str:
    attempt = str(uuid4())
    turn = rows.turn(now=at, lease_until=lease_until)
    ledger.open_attempt(attempt=attempt, turn=turn, route=rows.route(), number=1, now=at)
    return attempt


def april(**options) -> reports.Report:
    return reports.read(APRIL.first, APRIL.end, SEOUL, **options)


def test_closing_writes_down_what_the_month_came_to():
    Attempt.objects.bulk_create([settled(NOON, "1"), settled(NOON, None), settled(OVER, "4")])
    row = closing.close_month(MARCH, now=SOON)
    assert (row.first, row.ends_at, row.attempts, row.unpriced, row.cost_usd) == (MARCH.first, OVER, 2, 1, 1)
    assert closing.is_closed(MARCH)
    assert not Attempt.objects.not_rolled_up().exists()


def test_what_comes_too_late_counts_in_the_next_month_and_is_shown_apart():
    rows.price(per_million="1")
    settled(NOON, "1").save(force_insert=True)
    closing.close_month(MARCH, now=SOON)
    before = march()
    late = opened(at=NOON)  # by a process whose row was long on its way
    ledger.settle(rows.ended(late), now=SOON + timedelta(minutes=1))
    row = Attempt.objects.get(pk=late)
    assert (row.counts_at, row.adjusts) == (SOON + timedelta(minutes=1), "2026-03")
    settled(SOON, "5").save(force_insert=True)
    for _ in range(2):
        assert march().groups == before.groups
        assert april().total().cost_usd == Decimal("5.0014")
        assert april().own().cost_usd == 5
        assert {month: sums.cost_usd for month, sums in april().adjustments().items()} == {"2026-03": Decimal("0.0014")}
        rollups.roll_up(SOON)


def test_a_correction_of_a_closed_month_is_an_adjustment_of_the_open_one():
    wrong = rows.price(per_million="2.50")
    settled(NOON, "0.0035", book=wrong).save(force_insert=True)
    booked = opened()
    ledger.settle(rows.ended(booked), now=NOON)
    closing.close_month(MARCH, now=SOON)
    before = march()
    rows.price(per_million="1", corrects=wrong)
    assert rerating.rerate(SOON) == 2
    for _ in range(2):
        assert march().groups == before.groups
        adjusted = april().adjustments()["2026-03"]
        assert (adjusted.attempts, adjusted.corrections, adjusted.cost_usd) == (0, 2, Decimal("-0.0042"))
        assert april().own() == Sums()
        rollups.roll_up(SOON)


def test_a_month_that_closed_with_unknown_costs_goes_on_saying_so():
    booked = opened()
    ledger.settle(rows.ended(booked), now=NOON)
    closing.close_month(MARCH, now=SOON)
    rows.price(per_million="1")
    rerating.rerate(SOON)
    assert (march().total().unpriced, march().total().cost_usd) == (1, 0)
    assert (april().total().unpriced, april().total().cost_usd) == (0, Decimal("0.0014"))


def test_what_comes_before_the_month_has_begun_by_its_own_clock_counts_from_its_beginning():
    settled(NOON, "1").save(force_insert=True)
    closing.close_month(MARCH, now=SOON)
    late = opened(at=OVER - timedelta(seconds=1))
    ledger.settle(rows.ended(late), now=OVER - timedelta(milliseconds=1))  # a clock that is hours slow
    assert Attempt.objects.get(pk=late).counts_at == OVER


def test_an_abandoned_attempt_of_a_closed_month_is_an_adjustment_too():
    settled(NOON, "1").save(force_insert=True)
    closing.close_month(MARCH, now=SOON)
    late = opened(at=NOON)
    assert ledger.settle_abandoned(SOON) == 1
    row = Attempt.objects.get(pk=late)
    assert (row.counts_at, row.adjusts, row.outcome) == (SOON, "2026-03", "abandoned")


def test_a_month_closes_when_it_is_over_and_nothing_of_it_is_open():
    with pytest.raises(MonthNotClosable, match="nothing to close"):
        closing.close_month(MARCH, now=SOON)
    attempt = opened(at=OVER - timedelta(seconds=10))
    with pytest.raises(MonthNotClosable, match="not over"):
        closing.close_month(MARCH, now=OVER - timedelta(seconds=1))
    with pytest.raises(MonthNotClosable, match="1 attempt is not settled"):
        closing.close_month(MARCH, now=OVER)
    assert closing.next_month(OVER) == MARCH
    ledger.settle(rows.ended(attempt), now=OVER)
    closing.close_month(MARCH, now=OVER)
    with pytest.raises(MonthNotClosable, match="closed already"):
        closing.close_month(MARCH, now=OVER)
    assert closing.next_month(OVER) is None


def test_months_are_closed_in_their_order_and_empty_ones_too():
    settled(datetime(2026, 1, 5, tzinfo=UTC), "1").save(force_insert=True)
    with pytest.raises(MonthNotClosable, match="2026-01 is next"):
        closing.close_month(MARCH, now=SOON)
    for month in (Month(year=2026, month=1), Month(year=2026, month=2), MARCH):
        closing.close_month(month, now=SOON)
    assert [row.attempts for row in ClosedMonth.objects.order_by("first")] == [1, 0, 0]
    late = opened(at=datetime(2026, 2, 10, tzinfo=UTC))
    ledger.settle(rows.ended(late), now=SOON)
    assert Attempt.objects.get(pk=late).adjusts == "2026-02"


def test_the_command_closes_a_month_and_says_what_it_came_to():
    settled(NOON, "1.5").save(force_insert=True)
    out = StringIO()
    call_command("chatbot_close_month", "2026-03", stdout=out)
    call_command("chatbot_close_month", "--list", stdout=out)
    assert out.getvalue().count("1.500000000000 USD, 1 attempts.") == 2
    assert "2026-04 can be closed." in out.getvalue()
    with pytest.raises(CommandError, match="closed already"):
        call_command("chatbot_close_month", "2026-03")
    with pytest.raises(CommandError, match="Say which month"):
        call_command("chatbot_close_month", "2026-13")


@pytest.mark.django_db(transaction=True)
def test_settlements_while_a_month_is_closed_are_either_in_its_total_or_adjustments():
    attempts = [opened(lease_until=SOON + timedelta(hours=1)) for _ in range(60)]
    rows.price(per_million="1")
    settled(NOON, "1").save(force_insert=True)
    closed = Event()

    def settle(attempt: str) -> None:
        try:
            ledger.settle(rows.ended(attempt), now=SOON)
        finally:
            connections.close_all()

    def close() -> None:
        try:
            for _ in range(2000):
                try:
                    closing.close_month(MARCH, now=SOON)
                    break
                except MonthNotClosable:
                    continue
        finally:
            closed.set()
            connections.close_all()

    # Closing refuses a month with open attempts, so half of them pretend to have left in April until they settle.
    Attempt.objects.filter(pk__in=attempts[30:]).update(opened_at=SOON)
    with ThreadPoolExecutor(9) as pool:
        pool.submit(close)
        for n, attempt in enumerate(attempts):
            if n >= 30:
                Attempt.objects.filter(pk=attempt).update(opened_at=NOON)
            pool.submit(settle, attempt)
    assert closed.is_set()
    row = ClosedMonth.objects.get()
    assert march().total().attempts == row.attempts
    assert march().total().cost_usd == row.cost_usd
    late = Attempt.objects.filter(adjusts="2026-03")
    assert all(attempt.counts_at == SOON for attempt in late)
    assert row.attempts + late.count() == 61
    assert april().adjustments().get("2026-03", Sums()).attempts == late.count()


@pytest.mark.django_db(transaction=True)
def test_what_waited_for_the_closing_sees_that_the_month_is_closed():
    wrong = rows.price(per_million="2.50")
    settled(NOON, "0.0035", book=wrong).save(force_insert=True)
    rows.price(per_million="1", corrects=wrong)
    turn, route, locked, go = rows.turn(), rows.route(), Event(), Event()

    def close() -> None:
        try:
            with transaction.atomic():
                closing.close_month(MARCH, now=SOON)
                locked.set()
                go.wait(10)
        finally:
            connections.close_all()

    def settle() -> None:
        try:
            late = str(uuid4())
            ledger.open_attempt(attempt=late, turn=turn, route=route, number=1, now=NOON)
            ledger.settle(rows.ended(late), now=SOON)
        finally:
            connections.close_all()

    def rerate() -> int:
        try:
            return rerating.rerate(SOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        closes = pool.submit(close)
        assert locked.wait(10)
        waiting = [pool.submit(settle), pool.submit(rerate)]
        assert not wait(waiting, timeout=0.7).done
        go.set()
        closes.result()
        assert [each.result() for each in waiting] == [None, 1]
    for row in (Attempt.objects.get(pk__in=Attempt.objects.exclude(adjusts="")), Correction.objects.get()):
        assert (row.counts_at, row.adjusts) == (SOON, "2026-03")
    assert march().total().cost_usd == ClosedMonth.objects.get().cost_usd


_steps = st.lists(st.sampled_from(["late", "price", "rerate", "roll up", "own", "close"]), max_size=7)


@given(_steps, st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_closed_month_never_changes_whatever_comes_in_whatever_order(steps, data):
    for table in (Correction, UsageBucket, UsageDay, DayTotal, LatencyBucket, Attempt, Price, ClosedMonth):
        table.objects.all()._raw_delete("default")
    price = rows.price(per_million="1")
    settled(NOON, "0.0014", book=price).save(force_insert=True)
    booked = opened()
    ledger.settle(rows.ended(booked), now=NOON)
    closing.close_month(MARCH, now=SOON)
    said, of_april, now = march().groups, None, SOON
    seen: list[tuple[datetime, object]] = []
    for step in steps:
        now += timedelta(minutes=7)
        match step:
            case "late":
                at = NOON + timedelta(days=data.draw(st.integers(-3, 16)))
                ledger.settle(rows.ended(opened(at=at)), now=now)
            case "price":
                price = rows.price(per_million=str(data.draw(st.integers(1, 90))), corrects=price)
            case "rerate":
                rerating.rerate(now)
            case "roll up":
                rollups.roll_up(now)
            case "own":
                ledger.settle(rows.ended(opened(at=now)), now=now)
            case "close" if of_april is None:
                now = max(now, datetime(2026, 5, 1, tzinfo=UTC))
                closing.close_month(APRIL, now=now)
                of_april = april().groups
        assert march().groups == said
        assert of_april is None or april().groups == of_april
        seen.append((now, reports.read(MARCH.first, APRIL.shifted(2).first, SOON.tzinfo).total()))
    for moment, total in seen:
        assert reports.read(MARCH.first, APRIL.shifted(2).first, SOON.tzinfo, as_of=moment).total() == total
    rerating.rerate(now)
    every = reports.read(MARCH.first, APRIL.shifted(2).first, SEOUL)
    assert every.own() + sum(every.adjustments().values(), Sums()) == every.total()
    costs = ledger.with_cost(Attempt.objects.all()).values_list("known_cost_usd", flat=True)
    assert every.total().cost_usd == sum(costs, Decimal(0))
