"""What budgets leave of a plan, and what a turn may add to its reservation on the way."""

from decimal import Decimal

import pytest

from chatbot.accounting import budgets
from chatbot.accounting.grants import Grant, Offer
from chatbot.accounting.spendings import differences
from chatbot.errors import BudgetSpent
from chatbot.models import Budget, BudgetAlert, Reservation, Spending, Turn
from chatbot.relay.base import ChatMessage
from tests.accounting import rows
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

D = Decimal
OFFERS = [
    Offer(model="alpha", most_usd=D("0.05")),
    Offer(model="beta", most_usd=D("0.03")),
    Offer(model="gamma", most_usd=D("0.01")),
]


def budget(limit: str, **fields: object) -> Budget:
    return Budget.objects.create(limit_usd=D(limit), **fields)


def grant(turn: Turn | None = None, *, offers=OFFERS, races: bool = False) -> Grant:
    return budgets.grant(turn or rows.turn(), visitor="v1", offers=offers, now=NOON, races=races)


@pytest.mark.parametrize(
    ("limit", "places", "is_cheaper", "reserved"),
    [
        ("0.05", [0, 1, 2], False, "0.05"),
        ("0.049", [2, 1], True, "0.03"),
        ("0.03", [2, 1], True, "0.03"),
        ("0.029", [2], True, "0.01"),
        ("0.01", [2], True, "0.01"),
    ],
)
def test_a_budget_for_cheaper_models_leaves_what_fits_the_cheapest_first(limit, places, is_cheaper, reserved):
    budget(limit, action=Budget.Action.CHEAPER)
    granted = grant()
    assert (list(granted.places), granted.is_cheaper) == (places, is_cheaper)
    assert Spending.objects.get().reserved_usd == D(reserved)


def test_a_dear_route_in_reserve_that_does_not_fit_is_left_out_and_the_order_stays():
    budget("0.04", action=Budget.Action.CHEAPER)
    granted = grant(offers=[OFFERS[1], OFFERS[0], OFFERS[2]])
    assert (list(granted.places), granted.is_cheaper) == ([0, 2], False)


def test_when_not_even_the_cheapest_fits_nothing_is_reserved_and_staff_are_told():
    budget("0.009", action=Budget.Action.CHEAPER)
    with pytest.raises(BudgetSpent):
        grant()
    assert not Reservation.objects.exists()
    assert Spending.objects.get().reserved_usd == 0
    assert BudgetAlert.objects.get().percent == 100


def test_a_budget_that_is_full_only_of_what_runs_is_not_told():
    budget("0.06")
    grant()
    with pytest.raises(BudgetSpent):
        grant()
    assert not BudgetAlert.objects.exists()


def test_a_cheaper_budget_and_a_strict_one_must_both_have_room():
    budget("0.03", action=Budget.Action.CHEAPER, period="hour")
    strict = budget("0.02")
    with pytest.raises(BudgetSpent):
        grant()
    Budget.objects.filter(pk=strict.pk).update(limit_usd=D("0.03"))
    assert list(grant().places) == [2, 1]
    assert sorted(Spending.objects.values_list("reserved_usd", flat=True)) == [D("0.03")] * 2


def test_a_spent_model_in_second_place_is_left_out_of_the_plan():
    budget("0.02", scope=Budget.Scope.MODEL, subject="beta")
    budget("9", scope=Budget.Scope.MODEL, subject="alpha")
    assert list(grant().places) == [0, 2]
    assert dict(Reservation.objects.values_list("subject", "reserved_usd")) == {"alpha": D("0.05")}


def test_a_spent_model_in_first_place_gives_way_to_cheaper_ones_if_staff_want_that():
    budget("0.02", scope=Budget.Scope.MODEL, subject="alpha", action=Budget.Action.CHEAPER)
    assert list(grant().places) == [2, 1]
    assert not Reservation.objects.exists()


@pytest.mark.parametrize(("limit", "may_race", "reserved"), [("0.08", True, "0.08"), ("0.079", False, "0.05")])
def test_two_models_race_only_where_there_is_room_for_both(limit, may_race, reserved):
    budget(limit)
    assert grant(races=True).may_race == may_race
    assert Spending.objects.get().reserved_usd == D(reserved)


def test_a_reservation_that_is_large_enough_is_not_extended(django_assert_num_queries):
    limited = budget("0.05")
    turn = rows.turn()
    grant(turn)
    with django_assert_num_queries(1):
        budgets.extend(turn, {"alpha": D("0.01"), "beta": D("0.03")}, now=NOON, budgets=[limited])
    assert Spending.objects.get().reserved_usd == D("0.05")


def test_a_further_attempt_is_covered_before_it_leaves_or_does_not_leave():
    budget("0.12")
    budget("0.09", scope=Budget.Scope.CONVERSATION)
    turn = rows.turn()
    grant(turn)
    budgets.extend(turn, {"alpha": D("0.05"), "beta": D("0.03")}, now=NOON)
    assert set(Reservation.objects.values_list("reserved_usd", flat=True)) == {D("0.08")}
    with pytest.raises(BudgetSpent, match="conversation"):
        budgets.extend(turn, {"alpha": D("0.05"), "beta": D("0.06")}, now=NOON)
    assert set(Reservation.objects.values_list("reserved_usd", flat=True)) == {D("0.08")}
    assert not differences()
    budgets.settle(turn, D("0.07"), NOON)
    assert set(Spending.objects.values_list("spent_usd", "reserved_usd")) == {(D("0.07"), D(0))}


def test_the_budget_of_a_model_that_comes_in_later_is_asked_then():
    budget("0.05", scope=Budget.Scope.MODEL, subject="beta")
    turn, other = rows.turn(), rows.turn()
    grant(turn)
    assert not Reservation.objects.exists()
    budgets.extend(turn, {"alpha": D("0.05"), "beta": D("0.03")}, now=NOON)
    assert Reservation.objects.get(turn=turn).reserved_usd == D("0.03")
    budgets.extend(turn, {"alpha": D("0.05"), "beta": D("0.04")}, now=NOON)
    with pytest.raises(BudgetSpent):
        budgets.extend(other, {"beta": D("0.02")}, now=NOON)
    assert Spending.objects.get().reserved_usd == D("0.04")


def test_a_turn_that_was_taken_for_dead_gets_no_further_attempt():
    budget("9")
    turn = rows.turn()
    grant(turn)
    budgets.settle(turn, None, NOON)
    with pytest.raises(BudgetSpent, match="settled"):
        budgets.extend(turn, {"alpha": D("0.01")}, now=NOON)


def test_a_budget_that_only_warns_is_extended_over_its_limit():
    budget("0.05", action=Budget.Action.WARN)
    turn = rows.turn()
    grant(turn)
    budgets.extend(turn, {"alpha": D("0.20")}, now=NOON)
    assert Spending.objects.get().reserved_usd == D("0.20")


def test_a_budget_that_staff_disable_meanwhile_holds_no_turn_back():
    limited = budget("0.05")
    known, turn = list(budgets.enabled()), rows.turn()
    grant(turn)
    Budget.objects.filter(pk=limited.pk).update(enabled=False)
    budgets.extend(turn, {"alpha": D("0.20")}, now=NOON, budgets=known)
    budgets.grant(rows.turn(), visitor="v", offers=OFFERS, now=NOON, budgets=known)
    assert Reservation.objects.count() == 1
    budgets.settle(turn, D("0.01"), NOON)
    assert not differences()


def test_no_tokenizer_makes_more_tokens_than_the_bound():
    said = [ChatMessage(role="system", content="규칙 👩‍👩‍👧"), ChatMessage(role="user", content="hi")]
    assert budgets.most_tokens(said) == 16 * 3 + len("규칙 👩‍👩‍👧".encode()) + 2
