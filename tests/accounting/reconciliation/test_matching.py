"""Which line of a bill bills which attempt: by id, else by model, figures and time."""

from datetime import timedelta

import pytest

from chatbot.accounting.reconciliation import reconcile
from chatbot.models import Attempt
from tests.accounting.reconciliation.bills import adds_up, kinds, line, only, taken_in, written
from tests.accounting.reconciliation.ledger import attempt, booked, settled
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_attempts_at_other_endpoints_are_not_matched():
    one, other = booked(attempt(0), attempt(1))
    Attempt.objects.filter(pk=other.pk).update(endpoint="elsewhere")
    assert kinds(taken_in(written([line(one)]))) == {"equal": 1}


def test_models_are_known_by_the_name_that_answered_and_with_a_provider_before_it():
    one, two = booked(
        attempt(0, served_model="alpha-2026-01", upstream_id=""), attempt(1, upstream_id="", input_tokens=50)
    )
    lines = [line(one, id="", model="lab/Alpha-2026-01"), line(two, id="", model="lab/alpha")]
    assert kinds(taken_in(written(lines))) == {"equal": 2}


def test_without_ids_the_nearest_pairs_are_found_together_and_not_one_by_one():
    """Taking the nearest for each in turn would give the first line to the second attempt, and leave two alone."""
    same = {"upstream_id": "", "input_tokens": 10}
    one, two = booked(settled(NOON, "1", **same), settled(NOON + timedelta(seconds=100), "1", **same))
    lines = [
        line(one, created_at=(NOON + timedelta(seconds=90)).isoformat()),
        line(two, created_at=(NOON + timedelta(seconds=180)).isoformat()),
    ]
    bill = taken_in(written(lines))
    assert kinds(bill) == {"equal": 2}
    pairs = {match.line.number: match.attempt_id for match in bill.matches.all()}
    assert pairs == {2: one.pk, 3: two.pk}


def test_without_ids_equal_tokens_are_more_than_a_near_time():
    one, two = booked(
        settled(NOON, "1", input_tokens=10, upstream_id=""),
        settled(NOON + timedelta(seconds=60), "2", input_tokens=20, upstream_id=""),
    )
    lines = [
        line(one, created_at=(NOON + timedelta(seconds=59)).isoformat()),
        line(two, created_at=(NOON + timedelta(seconds=1)).isoformat()),
    ]
    assert kinds(taken_in(written(lines))) == {"equal": 2}


def test_nothing_is_paired_that_is_further_apart_than_was_said():
    [one] = booked(settled(NOON, "1", upstream_id=""))
    content = written([line(one, created_at=(NOON + timedelta(seconds=121)).isoformat())])
    bill = taken_in(content)
    assert kinds(bill) == {"missing_here": 1, "missing_there": 1}
    reconcile(bill, NOON, within_s=121)
    assert kinds(bill) == {"equal": 1}


def test_an_attempt_whose_id_the_bill_would_name_is_not_paired_by_time():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(written([line(one), line(two, id="req-other")]))
    assert kinds(bill) == {"equal": 1, "missing_here": 1, "missing_there": 1}


def test_an_attempt_that_never_heard_its_id_is_paired_by_time():
    one, two = booked(attempt(0), attempt(1, upstream_id="", source="estimated"))
    bill = taken_in(written([line(one), line(two, id="req-unheard", input_tokens=990, cost="0.002475")]))
    assert kinds(bill) == {"equal": 1, "estimated": 1}
    assert only(bill, "estimated").attempt_id == two.pk
    assert adds_up(bill)


def test_ids_of_another_kind_than_ours_say_nothing():
    one, two = booked(attempt(0), attempt(1))
    assert kinds(taken_in(written([line(one, id="x1"), line(two, id="x2")]))) == {"equal": 2}
