"""What a budget lets a turn reserve, what is settled of that, and what counts when."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections, transaction

from chatbot.accounting import budgets, ledger
from chatbot.errors import BudgetSpent
from chatbot.models import Attempt, Budget, Price, Reservation, Turn
from tests.accounting import rows
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CENT = Decimal("0.01")


def budget(limit="0.10", **fields) -> Budget:
    return Budget.objects.create(limit_usd=Decimal(limit), **fields)


def reserve(turn=None, *, amount=CENT, now=NOON, visitor="v1") -> Turn:
    turn = turn or rows.turn(now=now)
    budgets.reserve(turn, visitor=visitor, amount_usd=amount, now=now)
    return turn


def end(turn, now=NOON):
    Turn.objects.filter(pk=turn.pk).update(status=Turn.Status.COMPLETE, ended_at=now)


def test_without_budgets_a_reservation_is_one_query(django_assert_num_queries):
    turn = rows.turn()
    with django_assert_num_queries(1):
        reserve(turn)
    assert not Reservation.objects.exists()


def test_a_disabled_budget_holds_nobody_back():
    budget("0", enabled=False)
    reserve()


def test_a_budget_can_be_spent_to_the_last_place_and_no_further():
    budget("0.02")
    reserve()
    reserve()
    with pytest.raises(BudgetSpent):
        reserve(amount=Decimal("0.000000000001"))
    assert Reservation.objects.count() == 2


def test_what_a_turn_did_not_use_can_be_spent_by_others():
    budget("0.02")
    first = reserve()
    reserve()
    budgets.settle(first, Decimal("0.004"), NOON)
    reserve(amount=Decimal("0.006"))
    with pytest.raises(BudgetSpent):
        reserve(amount=Decimal("0.000000000001"))


def test_an_unknown_cost_keeps_counting_as_reserved():
    budget("0.01")
    budgets.settle(reserve(), None, NOON)
    with pytest.raises(BudgetSpent):
        reserve()


def test_a_refused_turn_can_go_on_in_its_transaction():
    roomy = budget("9")
    budget("0", scope=Budget.Scope.CONVERSATION)
    with transaction.atomic():
        turn = rows.turn()
        with pytest.raises(BudgetSpent, match="conversation"):
            reserve(turn)
        Turn.objects.filter(pk=turn.pk).update(error_code="budget_spent")
    turn.refresh_from_db()
    assert turn.error_code == "budget_spent"
    assert not roomy.reservations.exists()


def test_a_warning_budget_lets_the_turn_go_on_and_says_so_once(caplog):
    budget("0.01", action=Budget.Action.WARN)
    with caplog.at_level(logging.WARNING, logger="chatbot"):
        reserve()
        assert not caplog.records
        reserve()
        reserve()
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("scope", "subject", "refuses"),
    [
        ("shop", "", {"same", "visitor", "conversation", "model"}),
        ("visitor", "", {"same", "conversation", "model"}),
        ("conversation", "", {"same", "visitor", "model"}),
        ("model", "alpha", {"same", "visitor", "conversation"}),
        ("model", "gamma", set()),
    ],
)
def test_a_budget_counts_what_falls_into_its_scope(scope, subject, refuses):
    budget("0.01", scope=scope, subject=subject)
    first = reserve()
    end(first)
    refused = set()
    for other in ("same", "visitor", "conversation", "model"):
        turn = Turn.objects.create(
            conversation=rows.turn().conversation if other == "conversation" else first.conversation,
            client_message_id=other,
            status=Turn.Status.COMPLETE,
            started_at=NOON,
            ended_at=NOON,
            lease_until=NOON,
            plan=[{"model": "beta" if other == "model" else "alpha"}],
        )
        try:
            with transaction.atomic():
                reserve(turn, visitor="v2" if other == "visitor" else "v1")
                transaction.set_rollback(True)
        except BudgetSpent:
            refused.add(other)
    assert refused == refuses


def test_a_new_period_begins_in_the_shops_time_zone():
    budget("0.01", period=Budget.Period.DAY)
    reserve(now=NOON.replace(hour=14, minute=59))
    with pytest.raises(BudgetSpent):
        reserve(now=NOON.replace(hour=14, minute=59, second=59))
    reserve(now=NOON.replace(hour=15))


@pytest.mark.parametrize("scope", ["shop", "model", "visitor", "conversation"])
def test_a_budget_made_in_mid_period_knows_what_was_spent_before(scope):
    turn = rows.turn()
    rows.settled(NOON - timedelta(hours=1), "0.095", conversation_id=turn.conversation_id).save(force_insert=True)
    budget("0.10", scope=scope, subject="alpha" if scope == "model" else "")
    with pytest.raises(BudgetSpent):
        reserve(turn)
    reserve(turn, amount=Decimal("0.004"))
    end(turn)
    again = Turn.objects.create(
        conversation=turn.conversation, client_message_id="2", lease_until=NOON, started_at=NOON, plan=turn.plan
    )
    with pytest.raises(BudgetSpent):
        reserve(again, amount=Decimal("0.002"))
    reserve(again, amount=Decimal("0.001"))


def test_a_model_budget_is_settled_for_that_model_alone():
    rows.price("alpha", per_million="1")
    rows.price("beta", per_million="100")
    budget("9", scope=Budget.Scope.MODEL, subject="alpha")
    budget("9")
    turn = reserve()
    for model in ("alpha", "beta"):
        attempt = str(uuid4())
        ledger.open_attempt(attempt=attempt, turn=turn, route=rows.route(model), number=1, now=NOON)
        ledger.settle(rows.ended(attempt), now=NOON)
    budgets.settle(turn, ledger.cost_of(turn), NOON)
    assert dict(Reservation.objects.values_list("budget__scope", "settled_usd")) == {
        "model": Decimal("0.0014"),
        "shop": Decimal("0.1414"),
    }


def test_the_reservation_of_a_turn_that_lives_is_not_expired():
    budget("0.01")
    turn = reserve()
    later = NOON + timedelta(minutes=5)
    Turn.objects.update(lease_until=later)
    assert budgets.expire(later) == 0
    assert Reservation.objects.get().expires_at > later
    assert turn.reservations.get().settled_usd is None


def test_the_reservation_of_a_dead_process_is_given_back():
    budget("0.01")
    rows.price(per_million="1")
    turn = reserve()
    attempt = str(uuid4())
    ledger.open_attempt(attempt=attempt, turn=turn, route=rows.route(), number=1, now=NOON)
    later = NOON + timedelta(minutes=5)
    assert budgets.expire(later) == 0  # the attempt is open: nobody knows yet
    ledger.settle(rows.ended(attempt), now=later)
    assert budgets.expire(later + timedelta(minutes=5)) == 1
    assert Reservation.objects.get().settled_usd == Decimal("0.0014")
    assert budgets.expire(later + timedelta(minutes=9)) == 0


def test_the_reservation_of_a_deleted_turn_keeps_counting():
    budget("0.01")
    reserve().conversation.delete()
    assert budgets.expire(NOON + timedelta(minutes=5)) == 1
    with pytest.raises(BudgetSpent):
        reserve()


def test_staff_see_what_is_spent_in_the_current_period(django_assert_num_queries):
    monthly, daily = budget("9"), budget("9", period=Budget.Period.DAY)
    idle = budget("9", scope=Budget.Scope.MODEL, subject="beta")
    visitors = budget("9", scope=Budget.Scope.VISITOR)
    reserve(now=NOON - timedelta(days=1))
    budgets.settle(reserve(), Decimal("0.003"), NOON)
    with django_assert_num_queries(1):
        spent = budgets.spent_usd([monthly, daily, idle, visitors], NOON)
    assert spent == {monthly.pk: Decimal("0.013"), daily.pk: Decimal("0.003")}


def test_the_upper_bound_is_the_dearer_input_and_the_whole_answer():
    price = Price(
        input_per_million_usd=Decimal("2.5"),
        cached_input_per_million_usd=Decimal("0.625"),
        output_per_million_usd=Decimal(10),
    )
    assert budgets.upper_bound_usd(6000, 800, price) == Decimal("0.023")


@pytest.mark.django_db(transaction=True)
def test_forty_turns_at_the_edge_spend_the_budget_and_not_a_cent_more():
    budget("0.17")
    turns = [rows.turn() for _ in range(40)]

    def start(turn: Turn) -> bool:
        try:
            with transaction.atomic():
                reserve(turn)
        except BudgetSpent:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(start, turns)) == 17
    assert sum(Reservation.objects.values_list("reserved_usd", flat=True)) == Decimal("0.17")
    assert not Attempt.objects.exists()
