"""Days, hours and months in every time zone, as budgets and rollups cut them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from chatbot.accounting.periods import BUCKET, Month, bucket_start, day_start, period_start

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        ("2026-03-01", "Asia/Seoul", "2026-02-28T15:00"),
        ("2026-03-01", "Asia/Kolkata", "2026-02-28T18:30"),
        ("2026-03-01", "Asia/Kathmandu", "2026-02-28T18:15"),
        ("2026-03-30", "Europe/Berlin", "2026-03-29T22:00"),
        ("2025-09-07", "America/Santiago", "2025-09-07T04:00"),  # midnight does not exist: clocks go to 01:00
        ("2025-11-02", "America/Havana", "2025-11-02T04:00"),  # midnight comes twice: the first one
    ],
)
def test_a_day_begins_at_its_first_moment(day, zone, start):
    expected = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert day_start(date.fromisoformat(day), ZoneInfo(zone)) == expected


def test_every_day_of_every_time_zone_begins_at_the_start_of_a_bucket():
    for name in available_timezones():
        zone = ZoneInfo(name)
        for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(0, 900, 30)):
            start = day_start(day, zone)
            assert bucket_start(start) == start, name


def test_a_bucket_holds_its_start_and_not_its_end():
    start = datetime(2026, 3, 14, 12, 15, tzinfo=UTC)
    assert bucket_start(start) == start
    assert bucket_start(start + BUCKET - timedelta(microseconds=1)) == start
    assert bucket_start(start - timedelta(microseconds=1)) == start - BUCKET
    assert bucket_start(start.astimezone(ZoneInfo("Asia/Kathmandu"))) == start


@pytest.mark.parametrize(
    ("period", "zone", "start"),
    [
        ("hour", "Asia/Seoul", "2026-02-28T15:00"),
        ("day", "Asia/Seoul", "2026-02-28T15:00"),
        ("month", "Asia/Seoul", "2026-02-28T15:00"),
        ("hour", "Asia/Kolkata", "2026-02-28T14:30"),
        ("day", "UTC", "2026-02-28T00:00"),
        ("month", "UTC", "2026-02-01T00:00"),
    ],
)
def test_a_budget_period_is_cut_in_the_shops_zone(period, zone, start):
    now = datetime(2026, 2, 28, 15, 20, 30, 5, tzinfo=UTC)  # 00:20 on March 1st in Seoul
    assert period_start(period, now, ZoneInfo(zone)) == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_an_hour_that_comes_twice_is_two_hours():
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, hour, 20, tzinfo=UTC) for hour in (0, 1))  # 02:20 and 02:20
    assert period_start("hour", second, berlin) - period_start("hour", first, berlin) == timedelta(hours=1)


def test_months_follow_each_other_over_the_year():
    assert Month.of(date(2026, 12, 31)).shifted(1) == Month(year=2027, month=1)
    assert Month.of(date(2026, 1, 1)).shifted(-1) == Month(year=2025, month=12)
    assert Month(year=2024, month=2).end - Month(year=2024, month=2).first == timedelta(days=29)
    assert str(Month(year=2026, month=3)) == "2026-03"
