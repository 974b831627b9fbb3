"""Bills that add up requests by day and model, held against the sums of the ledger."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from chatbot.accounting.reconciliation import Days
from chatbot.models import Attempt
from tests.accounting.reconciliation.bills import adds_up, kinds, taken_in, written
from tests.accounting.reconciliation.ledger import SEOUL, attempt, booked, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAILY = ("date", "model", "requests", "prompt_tokens", "completion_tokens", "amount")


def daily(day: str, attempts: Sequence[Attempt], **other: object) -> dict[str, object]:
    return {
        "date": day,
        "model": attempts[0].requested_model,
        "requests": len(attempts),
        "prompt_tokens": sum(each.input_tokens for each in attempts),
        "completion_tokens": sum(each.output_tokens for each in attempts),
        "amount": sum(each.cost_usd for each in attempts),
        **other,
    }


def test_a_bill_by_day_and_model_is_held_against_sums():
    ledger = booked(*(attempt(n, f"0.0{n}5") for n in range(4)), attempt(2, "1", model="beta"))
    bill = taken_in(written([daily("2026-03-14", ledger[:4]), daily("2026-03-14", ledger[4:])], DAILY))
    assert bill.reading["per"] == "day"
    assert kinds(bill) == {"equal": 2}
    assert sum(match.attempts for match in bill.matches.all()) == 5
    assert adds_up(bill)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"amount": "9.00"}, "price"),
        ({"prompt_tokens": 9}, "tokens"),
        ({"prompt_tokens": 9, "requests": 9}, "missing_here"),
        ({"prompt_tokens": 9, "requests": 1}, "missing_there"),
    ],
)
def test_a_sum_that_differs_is_put_down_to_what_differs(change, kind):
    ledger = booked(*(attempt(n) for n in range(3)))
    bill = taken_in(written([daily("2026-03-14", ledger, **change)], DAILY))
    assert kinds(bill) == {kind: 1}
    assert adds_up(bill)


def test_sums_over_estimates_are_estimates():
    ledger = booked(attempt(0), attempt(1, source="estimated"))
    bill = taken_in(written([daily("2026-03-14", ledger, prompt_tokens=1999, amount="0.0049")], DAILY))
    assert kinds(bill) == {"estimated": 1}
    assert adds_up(bill)


def test_groups_that_one_side_alone_has_are_missing_on_the_other():
    ledger = booked(attempt(0), attempt(1, model="beta"), attempt(2, model="beta", source="estimated"))
    gamma = {**daily("2026-03-14", ledger[:1]), "model": "gamma"}
    bill = taken_in(written([daily("2026-03-14", ledger[:1]), gamma, gamma], DAILY))
    assert kinds(bill) == {"equal": 1, "missing_here": 1, "twice": 1, "missing_there": 1, "estimated": 1}
    assert adds_up(bill)


def test_days_of_a_bill_are_cut_as_the_relay_cuts_them():
    """UTC's March 14th is 09:00 to 09:00 in Seoul."""
    ledger = booked(
        settled(datetime(2026, 3, 14, 8, 59, tzinfo=SEOUL), "1"),
        settled(datetime(2026, 3, 14, 9, tzinfo=SEOUL), "2"),
        settled(datetime(2026, 3, 15, 8, 59, tzinfo=SEOUL), "4"),
    )
    bill = taken_in(
        written([daily("2026-03-14", ledger[1:])], DAILY), days=Days(start=date(2026, 3, 14), end=date(2026, 3, 15))
    )
    assert kinds(bill) == {"equal": 1, "time_zone": 2}
    assert {match.cost_usd for match in bill.matches.filter(kind="time_zone")} == {-1, 4}
    assert (bill.billed_usd, bill.booked_usd) == (6, 3)
    assert adds_up(bill)
