"""What costs most: pages, talks and failures of some days, however much is rolled up."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from chatbot.accounting import latency, rerating, rollups, tops
from chatbot.accounting.latency import Kind
from chatbot.accounting.periods import Month
from chatbot.models import Attempt
from tests.accounting import rows
from tests.accounting.rows import NOON, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
ELSEWHERE = ZoneInfo("America/St_Johns")
MARCH = Month(year=2026, month=3)


def pages(zone=SEOUL, **options):
    return tops.pages(MARCH.first, MARCH.end, zone, **options)


def test_pages_by_what_their_questions_cost_whatever_is_rolled_up():
    price = rows.price()
    Attempt.objects.bulk_create(
        [
            settled(NOON, "1.000000000001", page="/p/1/", book=price),
            settled(NOON + timedelta(days=2), "2", page="/p/1/", outcome="failed", book=price),
            settled(NOON, "2.5", page="/p/2/", book=price),
            settled(NOON, None, page="", outcome="abandoned"),
            settled(NOON + timedelta(days=30), "9", page="/p/9/", book=price),
        ]
    )
    for zone in (SEOUL, SEOUL, ELSEWHERE):
        found = pages(zone)
        assert [(line.key, line.cost_usd) for line in found.lines] == [
            ("/p/1/", Decimal("3.000000000001")),
            ("/p/2/", Decimal("2.5")),
            ("", Decimal(0)),
        ]
        first, _, unknown = found.lines
        assert (first.attempts, first.questions, first.answered, first.failed) == (2, 2, 1, 1)
        assert first.usd_per_answer == Decimal("3.000000000001")
        assert (unknown.unpriced, unknown.is_measured, unknown.usd_per_answer) == (1, False, None)
        assert found.complete
        rollups.roll_up(NOON)


def test_corrections_count_in_all_lists():
    wrong = rows.price(per_million="2.50")
    conversation = uuid4()
    settled(NOON, "0.0035", page="/p/1/", book=wrong, conversation_id=conversation).save(force_insert=True)
    rollups.roll_up(NOON)
    rows.price(per_million="1", corrects=wrong)
    assert rerating.rerate(NOON) == 1
    for _ in range(2):
        (page,) = pages().lines
        (talk,) = tops.conversations(MARCH.first, MARCH.end, SEOUL).lines
        (outcome,) = tops.outcomes(MARCH.first, MARCH.end, SEOUL).lines
        assert {line.cost_usd for line in (page, talk, outcome)} == {Decimal("0.0014")}
        assert {line.attempts for line in (page, talk, outcome)} == {1}
        assert UUID(talk.key) == conversation
        rollups.roll_up(NOON)


def test_outcomes_are_told_apart_by_their_errors():
    Attempt.objects.bulk_create(
        [
            settled(NOON, "1"),
            settled(NOON, None, outcome="failed", error_code="relay_overloaded"),
            settled(NOON, None, outcome="failed", error_code="relay_overloaded"),
            settled(NOON, None, outcome="failed", error_code="relay_unreachable"),
        ]
    )
    for _ in range(2):
        lines = tops.outcomes(MARCH.first, MARCH.end, SEOUL).lines
        assert [(line.outcome, line.error_code, line.attempts) for line in lines] == [
            ("answered", "", 1),
            ("failed", "relay_overloaded", 2),
            ("failed", "relay_unreachable", 1),
        ]
        rollups.roll_up(NOON)


def test_a_list_says_when_something_dearer_may_be_missing(monkeypatch):
    monkeypatch.setattr(tops, "CANDIDATES", 1)
    Attempt.objects.bulk_create(
        [settled(NOON + timedelta(days=n), "3", page=f"/once/{n}/") for n in range(3)]
        + [settled(NOON + timedelta(days=n), "2", page="/often/") for n in range(3)]
    )
    assert [line.key for line in pages(limit=1).lines] == ["/often/"]
    rollups.roll_up(NOON)
    found = pages(limit=1)
    assert [line.cost_usd for line in found.lines] == [3]
    assert found.complete is False
    monkeypatch.setattr(tops, "CANDIDATES", 2)
    assert [(line.key, line.cost_usd) for line in pages(limit=1).lines] == [("/often/", 6)]
    assert pages(limit=1).complete


def test_lists_take_the_same_few_queries_however_much_there_is(django_assert_num_queries):
    Attempt.objects.bulk_create(settled(NOON + timedelta(hours=n), "1", page=f"/p/{n % 40}/") for n in range(200))
    rollups.roll_up(NOON)
    with django_assert_num_queries(3):
        assert len(pages().lines) == 10
    with django_assert_num_queries(2):
        latency.by_model(MARCH.first, MARCH.end, SEOUL)


def test_days_that_were_cut_in_another_zone_are_counted_anew(settings):
    Attempt.objects.bulk_create(
        settled(NOON + timedelta(hours=n), "1", page="/p/1/", first_word_ms=100 + n) for n in range(48)
    )
    rollups.roll_up(NOON)
    settings.CHATBOT = {**settings.CHATBOT, "TIME_ZONE": "America/St_Johns"}
    before = [
        rows.march(ELSEWHERE).groups,
        pages(ELSEWHERE),
        latency.by_day(MARCH.first, MARCH.end, ELSEWHERE, Kind.FIRST_WORD),
    ]
    assert rollups.recount_days(NOON) == 3
    assert before == [
        rows.march(ELSEWHERE).groups,
        pages(ELSEWHERE),
        latency.by_day(MARCH.first, MARCH.end, ELSEWHERE, Kind.FIRST_WORD),
    ]
    settled(NOON, "1", page="/p/1/").save(force_insert=True)
    rollups.roll_up(NOON)
    assert pages(ELSEWHERE).lines[0].cost_usd == 49


@pytest.mark.parametrize("zone", [SEOUL, ELSEWHERE])
def test_percentiles_are_right_to_two_and_a_half_percent(zone):
    times = [1, 2, 37, 80, 80, 95, 120, 121, 300, 450, 999, 1500, 2100, 3000, 9000, 12_345, 60_000, 61_000, 700, 701]
    Attempt.objects.bulk_create(
        settled(NOON + timedelta(minutes=7 * n), "1", first_word_ms=ms, queued_ms=None, total_ms=ms * 2)
        for n, ms in enumerate(times)
    )
    settled(NOON, "0", outcome="cached", first_word_ms=0, total_ms=0).save(force_insert=True)
    for _ in range(2):
        spread = latency.total(MARCH.first, MARCH.end, zone)[Kind.FIRST_WORD]
        assert spread.attempts == 20
        for share in (0.01, 0.05, 0.5, 0.51, 0.95, 0.99, 1.0):
            exact = sorted(times)[max(0, -(-int(share * 100) * len(times) // 100) - 1)]
            assert spread.percentile(share) == pytest.approx(exact, rel=0.0251)
        models = latency.by_model(MARCH.first, MARCH.end, zone)
        assert models["alpha"][Kind.TOTAL].p95 == pytest.approx(120_000, rel=0.0251)
        assert models["alpha"][Kind.QUEUE].p50 is None
        days = latency.by_day(MARCH.first, MARCH.end, zone, Kind.FIRST_WORD, model="alpha")
        assert sum(days.values(), latency.Spread()).bins == spread.bins
        assert latency.by_day(MARCH.first, MARCH.end, zone, Kind.TOTAL, model="beta")[MARCH.first].p50 is None
        rollups.roll_up(NOON)
