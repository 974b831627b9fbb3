"""Attempts in the ledger: opened before they leave, settled once, priced by the book of their moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import connections

from chatbot.accounting import ledger, rollups
from chatbot.events import Usage
from chatbot.models import Attempt, Correction
from tests.accounting import rows
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def opened(**turn) -> str:
    attempt = str(uuid4())
    ledger.open_attempt(attempt=attempt, turn=rows.turn(**turn), route=rows.route(), number=1, now=NOON)
    return attempt


def test_an_attempt_is_in_the_ledger_before_it_ends():
    row = Attempt.objects.get(pk=opened())
    assert (row.outcome, row.settled_at, row.cost_usd, row.requested_model) == ("", None, None, "alpha")
    assert row.endpoint == "default"
    assert row.conversation_id == row.turn.conversation_id


def test_opening_twice_changes_nothing():
    attempt = opened()
    ledger.open_attempt(attempt=attempt, turn=rows.turn(), route=rows.route("beta"), number=7, now=NOON)
    row = Attempt.objects.get()
    assert (row.requested_model, row.number) == ("alpha", 1)


def test_opening_is_one_query(django_assert_num_queries):
    turn, route = rows.turn(), rows.route()
    with django_assert_num_queries(1):
        ledger.open_attempt(attempt=str(uuid4()), turn=turn, route=route, number=1, now=NOON)


def test_an_attempt_is_settled_once():
    rows.price()
    attempt = opened()
    assert ledger.settle(rows.ended(attempt), now=NOON) is True
    again = rows.ended(attempt, outcome="failed", used=rows.usage(9, 9))
    assert ledger.settle(again, now=NOON) is False
    row = Attempt.objects.get()
    assert (row.outcome, row.input_tokens, row.source) == ("answered", 1000, "reported")
    assert row.cost_usd == Decimal("0.0035")
    assert (row.first_word_ms, row.total_ms) == (80, 900)


def test_an_attempt_that_was_never_opened_is_reported_and_not_booked(caplog):
    assert ledger.settle(rows.ended(str(uuid4())), now=NOON) is False
    assert "never opened" in caplog.text
    assert not Attempt.objects.exists()


def test_the_served_model_sets_the_price_when_the_book_has_it():
    rows.price("alpha", per_million="1")
    served = rows.price("alpha-2026", per_million="2")
    attempt = opened()
    ledger.settle(rows.ended(attempt, served="alpha-2026"), now=NOON)
    row = Attempt.objects.get()
    assert (row.price, row.cost_usd) == (served, Decimal("0.0028"))


def test_an_unknown_served_model_is_priced_as_the_requested_one():
    asked = rows.price("alpha", per_million="1")
    attempt = opened()
    ledger.settle(rows.ended(attempt, served="alpha-2026-03-01"), now=NOON)
    assert Attempt.objects.get().price == asked


def test_the_price_is_that_of_the_moment_when_the_request_left():
    old = rows.price(per_million="1")
    rows.price(per_million="9", valid_from=NOON + timedelta(seconds=1))
    attempt = opened()
    ledger.settle(rows.ended(attempt), now=NOON + timedelta(minutes=1))
    assert Attempt.objects.get().price == old


def test_without_a_price_the_tokens_are_known_and_the_cost_is_not():
    attempt = opened()
    ledger.settle(rows.ended(attempt), now=NOON)
    row = Attempt.objects.get()
    assert (row.input_tokens, row.cost_usd, row.price) == (1000, None, None)


def test_what_the_relay_did_not_report_is_estimated():
    rows.price(per_million="1")
    attempt = opened()
    estimate = Usage(input_tokens=40, output_tokens=10, source="estimated")
    ledger.settle(rows.ended(attempt, outcome="stopped", used=Usage()), now=NOON, estimate=estimate)
    row = Attempt.objects.get()
    assert (row.source, row.input_tokens, row.output_tokens) == ("estimated", 40, 10)
    assert row.cost_usd == Decimal("0.00008")


def test_a_reported_number_is_kept_when_another_has_to_be_estimated():
    attempt = opened()
    half = Usage(input_tokens=1000, cached_input_tokens=10, source="reported")
    ledger.settle(
        rows.ended(attempt, used=half), now=NOON, estimate=Usage(input_tokens=7, output_tokens=10, source="estimated")
    )
    row = Attempt.objects.get()
    assert (row.source, row.input_tokens, row.cached_input_tokens, row.output_tokens) == ("estimated", 1000, 10, 10)


def test_without_report_and_estimate_nothing_is_measured():
    rows.price()
    attempt = opened()
    ledger.settle(rows.ended(attempt, outcome="failed", used=Usage()), now=NOON)
    row = Attempt.objects.get()
    assert (row.source, row.input_tokens, row.output_tokens, row.cost_usd) == ("unknown", None, None, None)


@pytest.mark.parametrize(
    ("told", "input_tokens", "cached", "output_tokens"),
    [
        (Usage(input_tokens=10, cached_input_tokens=99, output_tokens=1, source="reported"), 10, 10, 1),
        (Usage(input_tokens=-5, cached_input_tokens=1, output_tokens=1, source="reported"), None, None, 1),
        (Usage(input_tokens=10, output_tokens=2**40, source="reported"), 10, None, None),
    ],
    ids=["more cached than input", "negative", "beyond belief"],
)
def test_numbers_that_cannot_be_do_not_lose_the_row(told, input_tokens, cached, output_tokens):
    attempt = opened()
    assert ledger.settle(rows.ended(attempt, used=told), now=NOON)
    row = Attempt.objects.get()
    assert (row.input_tokens, row.cached_input_tokens, row.output_tokens) == (input_tokens, cached, output_tokens)


def test_names_that_are_too_long_do_not_lose_the_row():
    attempt = opened()
    assert ledger.settle(rows.ended(attempt, served="x" * 5000), now=NOON)
    assert Attempt.objects.get().served_model == "x" * 100


def test_an_abandoned_attempt_is_settled_as_unknown():
    rows.price()
    attempt = opened(lease_until=NOON + timedelta(seconds=60))
    assert ledger.settle_abandoned(NOON + timedelta(seconds=60)) == 0
    assert ledger.settle_abandoned(NOON + timedelta(seconds=61)) == 1
    assert ledger.settle_abandoned(NOON + timedelta(seconds=62)) == 0
    row = Attempt.objects.get(pk=attempt)
    assert (row.outcome, row.source, row.cost_usd) == ("abandoned", "unknown", None)


def test_an_attempt_outlives_its_conversation_and_is_settled_all_the_same():
    attempt = opened()
    Attempt.objects.get(pk=attempt).turn.conversation.delete()
    assert ledger.settle_abandoned(NOON + timedelta(minutes=5)) == 1
    assert Attempt.objects.get().conversation_id is not None


def test_the_cost_of_a_turn_is_unknown_while_one_of_its_attempts_is():
    rows.price()
    turn = rows.turn()
    ids = [str(uuid4()) for _ in range(2)]
    for number, attempt in enumerate(ids, 1):
        ledger.open_attempt(attempt=attempt, turn=turn, route=rows.route(), number=number, now=NOON)
    ledger.settle(rows.ended(ids[0]), now=NOON)
    assert ledger.cost_of(turn) is None
    ledger.settle(rows.ended(ids[1]), now=NOON)
    assert ledger.cost_of(turn) == Decimal("0.007")
    assert ledger.cost_of(turn, model="beta") == 0


@pytest.mark.django_db(transaction=True)
def test_ten_settlements_at_once_settle_once():
    rows.price()
    attempt = opened()

    def settle(n: int) -> bool:
        try:
            return ledger.settle(rows.ended(attempt, used=rows.usage(n, n)), now=NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(settle, range(1, 11))) == 1
    row = Attempt.objects.get()
    assert row.cost_usd == row.input_tokens * Decimal("0.0000125")


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("/p/1/?q=name#top", "/p/1/"),
        ("https://shop.example/p/1/", "/p/1/"),
        ("", ""),
        ("http://[broken", ""),
        ("/nul\x00/\ud800lone", "/nul/lone"),
        ("/" + "가" * 400, "/" + "가" * 199),
    ],
)
def test_of_a_page_the_path_is_kept_and_nothing_that_names_the_shopper(page, path):
    attempt = str(uuid4())
    ledger.open_attempt(
        attempt=attempt, turn=rows.turn(), route=rows.route(), number=1, now=NOON, visitor="p" * 80, page=page
    )
    ledger.settle(rows.ended(attempt), now=NOON, queued_ms=12)
    row = Attempt.objects.get()
    assert (row.page, row.visitor, row.queued_ms) == (path, "p" * 64, 12)


def test_the_cost_with_corrections_is_what_an_attempt_costs_now():
    Attempt.objects.bulk_create([rows.settled(NOON, "0.5"), rows.settled(NOON, None)])
    known, unknown = Attempt.objects.get(cost_usd__isnull=False), Attempt.objects.get(cost_usd=None)
    first, last = rows.price("alpha"), rows.price("beta")
    for attempt, price, delta, cost in [(known, first, "-0.2", "0.3"), (known, last, "0.1", "0.4")]:
        Correction.objects.create(
            attempt=attempt, price=price, delta_usd=delta, cost_usd=cost, counts_at=NOON, created_at=NOON
        )
    costs = {row.pk: (row.known_cost_usd, row.corrected_usd) for row in ledger.with_cost(Attempt.objects.all())}
    assert costs == {known.pk: (Decimal("0.4"), Decimal("-0.1")), unknown.pk: (None, 0)}


@pytest.mark.django_db(transaction=True)
def test_late_duplicate_and_parallel_settlements_and_rollups_give_the_same_totals():
    rows.price(per_million="1")
    attempts = [opened() for _ in range(12)]
    deliveries = [attempt for attempt in attempts for _ in range(3)]
    Random(7).shuffle(deliveries)

    def deliver(attempt: str) -> None:
        try:
            ledger.settle(rows.ended(attempt), now=NOON)
            rollups.roll_up(NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, deliveries))
    late = opened()
    ledger.settle(rows.ended(late), now=NOON + timedelta(days=2))
    for _ in range(2):
        total = rows.march().total()
        assert (total.attempts, total.cost_usd, total.input_tokens) == (13, 13 * Decimal("0.0014"), 13_000)
        rollups.roll_up(NOON + timedelta(days=2))
