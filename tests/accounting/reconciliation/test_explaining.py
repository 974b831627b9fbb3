"""Every difference between a bill and the ledger is found, named rightly, and adds up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.accounting.reconciliation import is_explained, totals
from chatbot.models import Attempt, Correction
from tests.accounting import rows
from tests.accounting.reconciliation.bills import adds_up, kinds, line, only, taken_in, written
from tests.accounting.reconciliation.ledger import attempt, booked
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_bill_like_the_ledger_is_equal_to_the_last_place():
    ledger = booked(*(attempt(n, f"0.00{n}000000001") for n in range(5)))
    bill = taken_in(written(map(line, ledger)))
    assert kinds(bill) == {"equal": 5}
    assert (bill.billed_usd, bill.booked_usd) == (Decimal("0.010000000005"), Decimal("0.010000000005"))
    assert (bill.billed_lines, bill.booked_attempts) == (5, 5)
    assert is_explained(bill)
    assert adds_up(bill)


def test_a_line_that_nobody_here_knows_is_missing_here():
    [one] = booked(attempt(0))
    stranger = {**line(one), "id": "req-stranger", "cost": "0.5", "input_tokens": 7}
    bill = taken_in(written([line(one), stranger]))
    assert kinds(bill) == {"equal": 1, "missing_here": 1}
    found = only(bill, "missing_here")
    assert (found.cost_usd, found.input_tokens, found.attempt, found.line.number) == (Decimal("0.5"), 7, None, 3)
    assert not is_explained(bill)
    assert adds_up(bill)


def test_an_attempt_that_is_not_billed_is_missing_there():
    one, two = booked(attempt(0), attempt(5))
    bill = taken_in(written([line(one)]))
    found = only(bill, "missing_there")
    assert (found.attempt_id, found.line, found.cost_usd) == (two.pk, None, -two.cost_usd)
    assert adds_up(bill)


@pytest.mark.parametrize("columns", [None, ("created_at", "model", "input_tokens", "output_tokens", "cost")])
def test_a_request_billed_twice_is_found_with_ids_and_without(columns):
    one, two = booked(attempt(0), attempt(1, upstream_id="req-1", input_tokens=70))
    again = line(one, created_at=(one.opened_at + timedelta(seconds=3)).isoformat())
    content = [line(one), line(two), again]
    bill = taken_in(written(content, columns) if columns else written(content))
    assert kinds(bill) == {"equal": 2, "twice": 1}
    found = only(bill, "twice")
    assert (found.line.number, found.attempt_id, found.cost_usd) == (4, one.pk, one.cost_usd)
    assert adds_up(bill)


def test_the_same_request_billed_otherwise_the_second_time_is_twice_too():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(written([line(one, cost="9", input_tokens=1), line(one), line(two)]))
    assert kinds(bill) == {"equal": 2, "twice": 1}
    assert only(bill, "twice").line.number == 2  # the line that fits is the one that was meant
    assert adds_up(bill)


def test_tokens_that_the_relay_had_reported_otherwise_are_a_difference_of_tokens():
    [one] = booked(attempt(0))
    bill = taken_in(written([line(one, input_tokens=1100, cost="0.00275")]))
    found = only(bill, "tokens")
    assert (found.input_tokens, found.output_tokens, found.cost_usd) == (100, 0, Decimal("0.00025"))
    assert adds_up(bill)


def test_cached_tokens_count_as_tokens():
    [one] = booked(attempt(0, cached_input_tokens=200))
    columns = ("id", "created_at", "model", "input_tokens", "cached_tokens", "output_tokens", "cost")
    bill = taken_in(written([line(one, cached_tokens=0, cost="0.003")], columns))
    assert kinds(bill) == {"tokens": 1}
    assert adds_up(bill)


def test_another_price_for_the_same_tokens_is_a_difference_of_price():
    [one] = booked(attempt(0))
    bill = taken_in(written([line(one, cost="0.0030000")]))
    assert only(bill, "price").cost_usd == Decimal("0.0005")
    assert adds_up(bill)


@pytest.mark.parametrize(("cost", "kind"), [("0.0025", "rounded"), ("0.0026", "rounded"), ("0.0027", "price")])
def test_what_is_less_than_the_last_place_of_the_bill_is_rounding(cost, kind):
    [one] = booked(attempt(0, "0.00254321"))
    bill = taken_in(written([line(one, cost=cost)]))
    assert kinds(bill) == {kind: 1}
    assert adds_up(bill)


@pytest.mark.parametrize(("billed", "kind"), [("0.004", "estimated"), ("0.0025", "equal")])
def test_an_estimate_is_an_estimate_until_it_is_right(billed, kind):
    [one] = booked(attempt(0, source="estimated"))
    bill = taken_in(written([line(one, cost=billed)]))
    assert kinds(bill) == {kind: 1}
    assert is_explained(bill)
    assert adds_up(bill)


def test_an_estimate_that_was_not_billed_is_explained():
    one, two = booked(attempt(0), attempt(1, source="estimated", upstream_id=""))
    bill = taken_in(written([line(one)]))
    assert kinds(bill) == {"equal": 1, "estimated": 1}
    assert only(bill, "estimated").attempt_id == two.pk
    assert adds_up(bill)


def test_what_was_not_measured_here_is_not_taken_for_nothing():
    one, two, three = booked(attempt(0, None), attempt(1, None), attempt(2))
    bill = taken_in(written([line(one, cost="0.1", input_tokens=5, output_tokens=5), line(three)]))
    assert kinds(bill) == {"equal": 1, "unmeasured": 2}
    billed = bill.matches.get(kind="unmeasured", line__isnull=False)
    assert (billed.attempt_id, billed.cost_usd, billed.booked_usd) == (one.pk, Decimal("0.1"), None)
    assert bill.matches.get(kind="unmeasured", line__isnull=True).attempt_id == two.pk
    assert adds_up(bill)


def test_an_attempt_that_is_still_open_is_not_measured():
    open_row = Attempt.objects.create(endpoint="default", requested_model="alpha", opened_at=NOON, counts_at=NOON)
    bill = taken_in(written([line(open_row, id="req-new", input_tokens=5, output_tokens=5, cost="0.1")]))
    assert only(bill, "unmeasured").attempt_id == open_row.pk


def test_attempts_that_used_nothing_need_no_line():
    nothing = {"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0, "upstream_id": ""}
    one, _ = booked(attempt(0), attempt(1, "0", source="estimated", outcome="failed", **nothing))
    bill = taken_in(written([line(one)]))
    assert kinds(bill) == {"equal": 1}
    assert bill.booked_attempts == 2


def test_corrections_are_of_the_ledgers_side():
    one, two = booked(attempt(0), attempt(1, None, input_tokens=10, output_tokens=10, upstream_id="req-1"))
    for row, delta in [(one, "-0.0005"), (two, "0.25")]:
        Correction.objects.create(
            attempt=row,
            price=rows.price(f"corrected-{delta}"),
            delta_usd=Decimal(delta),
            cost_usd=(row.cost_usd or 0) + Decimal(delta),
            counts_at=NOON + timedelta(days=40),
            created_at=NOON + timedelta(days=40),
        )
    Attempt.objects.filter(pk=two.pk).update(source="reported")
    bill = taken_in(written([line(one, cost="0.0020"), line(two, cost="0.25")]))
    assert kinds(bill) == {"equal": 2}
    assert bill.booked_usd == Decimal("0.2520")
    assert adds_up(bill)


def test_a_bill_without_costs_is_held_against_the_tokens():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(
        written(
            [line(one), line(two, output_tokens=101)], ("id", "created_at", "model", "input_tokens", "output_tokens")
        )
    )
    assert kinds(bill) == {"equal": 1, "tokens": 1}
    assert (bill.billed_usd, [total.cost_usd for total in totals(bill)]) == (None, [None, None])


def test_a_bill_without_tokens_is_held_against_the_costs():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(written([line(one), line(two, cost="0.01")], ("id", "created_at", "model", "cost")))
    assert kinds(bill) == {"equal": 1, "price": 1}
    assert [total.input_tokens for total in totals(bill)] == [None, None]
