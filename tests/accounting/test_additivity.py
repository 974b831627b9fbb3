"""Whatever is added up, by whatever is cut and in whatever time zone: it comes to the same, to the last place."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.accounting import latency, reports, rollups, tops
from chatbot.accounting.latency import Kind, Spread
from chatbot.accounting.periods import BUCKET, day_start, hour_starts
from chatbot.accounting.sums import Sums
from chatbot.models import Attempt, Correction, DayTotal, LatencyBucket, Price, Uncounted, UsageBucket, UsageDay
from tests.accounting import rows
from tests.accounting.rows import NOON, march, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FIRST, END = date(2026, 3, 1), date(2026, 4, 1)
ZONES = (
    "Asia/Seoul", "Asia/Kolkata", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "America/Havana",
)  # fmt: skip
"""The days of Havana begin at one o'clock when summer time begins; clocks in Lord Howe move by half an hour."""

_moments = st.one_of(
    st.integers(0, 35 * 86_400 * 1000).map(lambda ms: datetime(2026, 2, 27, tzinfo=UTC) + timedelta(milliseconds=ms)),
    # Around the moments at which these zones' days begin, and clocks move.
    st.tuples(st.sampled_from(ZONES), st.integers(0, 32), st.sampled_from([-1, 0, 1]), st.integers(-2, 2)).map(
        lambda t: (
            day_start(date(2026, 2, 28) + timedelta(days=t[1]), ZoneInfo(t[0]))
            + timedelta(milliseconds=t[2])
            + t[3] * BUCKET
        )
    ),
)
_usd = st.decimals(min_value=0, max_value=Decimal("999.999999999999"), places=12)
_attempts = st.lists(
    st.fixed_dictionaries(
        {
            "at": _moments,
            "cost": st.none() | _usd.map(str),
            "model": st.sampled_from(["alpha", "beta"]),
            "source": st.sampled_from(["reported", "estimated"]),
            "outcome": st.sampled_from(["answered", "failed", "stopped", "cached"]),
            "number": st.integers(1, 3),
            "page": st.sampled_from(["", "/a/", "/b/"]),
            "adjusts": st.sampled_from(["", "", "2026-01", "2026-02"]),
            "first_word_ms": st.none() | st.integers(0, 90_000),
        }
    ),
    min_size=1,
    max_size=9,
)


@given(_attempts, st.lists(st.tuples(st.integers(0, 8), _moments, _usd, st.booleans()), max_size=5), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hours_are_the_day_days_the_month_and_every_other_cut_as_well(ledger, corrected, data):
    for table in (Uncounted, Correction, UsageBucket, UsageDay, DayTotal, LatencyBucket, Attempt):
        table.objects.all()._raw_delete("default")
    price = Price.objects.filter(model="alpha").first() or rows.price()
    zone = ZoneInfo(data.draw(st.sampled_from(ZONES)))
    attempts = [settled(**given) for given in ledger]
    Attempt.objects.bulk_create(attempts)
    _roll_up(data)
    moments = [(row.counts_at, row.cost_usd or Decimal(0)) for row in attempts]
    for n, (index, at, usd, in_place) in enumerate(corrected):
        attempt = attempts[index % len(attempts)]
        if Correction.objects.filter(attempt=attempt).exists():
            continue
        at, delta = attempt.counts_at if in_place else at, usd if n % 2 else -(attempt.cost_usd or Decimal(0))
        Correction.objects.create(
            attempt=attempt, price=price, delta_usd=delta, cost_usd=(attempt.cost_usd or 0) + delta,
            first_price=attempt.cost_usd is None, counts_at=at, created_at=NOON,
            adjusts="" if in_place else "2026-02",
        )  # fmt: skip
        moments.append((at, delta))
    _roll_up(data)

    report = march(zone)
    total = report.total()
    mine = [usd for at, usd in moments if FIRST <= at.astimezone(zone).date() < END]
    assert total.cost_usd == sum(mine, Decimal(0))
    assert march(zone, as_of=NOON + timedelta(days=60)).groups == report.groups
    for cells in (report.by_day(), report.by_model(), report.by_endpoint(), report.by_source()):
        assert sum(cells.values(), Sums()) == total
    assert report.own() + sum(report.adjustments().values(), Sums()) == total
    parts = [reports.read(FIRST, END, zone, model=model).total() for model in ("alpha", "beta")]
    assert sum(parts, Sums()) == total

    first = data.draw(st.dates(FIRST, END - timedelta(days=1)))
    later = reports.read(first, END, zone, since=FIRST)
    assert later.before == reports.total(FIRST, first, zone)
    assert later.before + later.total() == total
    alone = reports.read(first, END, zone)
    assert (later.groups, later.prices, later.waiting) == (alone.groups, alone.prices, alone.waiting)

    day = attempts[0].counts_at.astimezone(zone).date()
    whole = sum(reports.by_model(day, day + timedelta(days=1), zone).values(), Sums())
    cuts = hour_starts(day, zone)
    hours = reports.series(cuts)
    quarters = reports.series([cuts[0] + n * BUCKET for n in range((cuts[-1] - cuts[0]) // BUCKET + 1)])
    assert sum(quarters, Sums()) == sum(hours, Sums()) == whole
    assert hours == [sum(quarters[n * 4 : n * 4 + 4], Sums()) for n in range(len(hours))]

    leaders = tops.leaders(FIRST, END, zone, limit=99)
    assert leaders.pages == tops.pages(FIRST, END, zone, limit=99)
    for lines in (leaders.outcomes.lines, leaders.pages.lines, leaders.conversations.lines):
        assert sum(line.cost_usd for line in lines) == total.cost_usd
        for name in ("attempts", "questions", "answered", "failed", "unpriced"):
            assert sum(getattr(line, name) for line in lines) == getattr(total, name)
    spreads = latency.by_day(FIRST, END, zone, Kind.FIRST_WORD)
    assert sum(spreads.values(), Spread()) == latency.total(FIRST, END, zone)[Kind.FIRST_WORD]
    before, since = latency.compared(FIRST, first, END, zone, Kind.FIRST_WORD)
    assert before == sum((spread for day, spread in spreads.items() if day < first), Spread())
    assert since == {day: spread for day, spread in spreads.items() if day >= first}


def _roll_up(data) -> None:
    if data.draw(st.booleans()):
        rollups.roll_up(NOON)
