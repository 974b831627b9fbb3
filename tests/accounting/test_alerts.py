"""Alerts at half, four fifths and all of a budget."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from chatbot.accounting import alerts, budgets
from chatbot.errors import BudgetSpent
from chatbot.models import Budget, BudgetAlert
from tests.accounting import rows
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

D = Decimal


def budget(limit: str = "1", **fields: object) -> Budget:
    return Budget.objects.create(limit_usd=D(limit), **fields)


def spend(amount: str, *, now=NOON, visitor: str = "v1") -> None:
    turn = rows.turn(now=now)
    budgets.reserve(turn, visitor=visitor, amount_usd=D(amount), now=now)
    budgets.settle(turn, D(amount), now)


def told() -> list[tuple[int, Decimal]]:
    return [(alert.percent, alert.spent_usd) for alert in BudgetAlert.objects.order_by("pk")]


def test_each_mark_is_told_once_and_when_it_is_reached_to_the_last_place(caplog):
    budget()
    spend("0.499999999999")
    assert told() == []
    spend("0.000000000001")
    assert told() == [(50, D("0.5"))]
    spend("0.2")
    assert len(told()) == 1
    spend("0.1")
    spend("0.2")
    assert told() == [(50, D("0.5")), (80, D("0.8")), (100, D("1"))]
    assert [record.message.split()[0] for record in caplog.records if "reached" in record.message] == [
        "50",
        "80",
        "100",
    ]


def test_a_turn_that_passes_two_marks_tells_both():
    budget()
    spend("0.9")
    assert [percent for percent, _ in told()] == [50, 80]


def test_what_is_set_aside_is_not_spent():
    budget()
    budgets.reserve(rows.turn(), visitor="v1", amount_usd=D("0.99"), now=NOON)
    assert told() == []


def test_a_budget_that_turns_questions_away_has_reached_its_limit():
    budget()
    spend("0.97")
    with pytest.raises(BudgetSpent):
        budgets.reserve(rows.turn(), visitor="v1", amount_usd=D("0.04"), now=NOON)
    with pytest.raises(BudgetSpent):
        budgets.reserve(rows.turn(), visitor="v1", amount_usd=D("0.04"), now=NOON)
    assert [percent for percent, _ in told()] == [50, 80, 100]


def test_a_new_period_and_another_visitor_are_told_of_anew():
    budget(scope=Budget.Scope.VISITOR, period=Budget.Period.DAY)
    for visitor, day in [("v1", 0), ("v1", 0), ("v2", 0), ("v1", 1)]:
        spend("0.3", now=NOON + timedelta(days=day), visitor=visitor)
    spend("0.3", now=NOON + timedelta(days=1))
    assert [(alert.subject, alert.period_start.day) for alert in BudgetAlert.objects.order_by("pk")] == [
        ("v1", 13),
        ("v1", 14),
    ]


def test_a_limit_that_staff_lower_is_told_of_with_the_next_turn():
    limited = budget()
    spend("0.4")
    Budget.objects.filter(pk=limited.pk).update(limit_usd=D("0.5"))
    spend("0.01")
    assert [percent for percent, _ in told()] == [50, 80]


def test_a_budget_made_in_mid_month_tells_what_was_passed_already():
    rows.settled(NOON - timedelta(hours=1), "0.85").save(force_insert=True)
    budget()
    spend("0.01")
    assert [percent for percent, _ in told()] == [50, 80]


def test_an_alert_is_there_if_and_only_if_its_money_is():
    budget()
    turn = rows.turn()
    budgets.reserve(turn, visitor="v1", amount_usd=D("0.9"), now=NOON)
    with transaction.atomic():
        budgets.settle(turn, D("0.9"), NOON)
        assert len(told()) == 2
        transaction.set_rollback(True)
    assert told() == []


def test_what_no_mail_has_told_waits_in_order():
    budget()
    spend("0.9")
    first, second = alerts.unsent()
    assert (first.percent, second.percent, first.budget.limit_usd) == (50, 80, 1)
    BudgetAlert.objects.filter(pk=first.pk).update(sent_at=NOON)
    assert list(alerts.unsent()) == [second]


def test_below_half_settling_asks_nothing_about_alerts(django_assert_num_queries):
    limited = budget()
    turn = rows.turn()
    budgets.reserve(turn, visitor="v1", amount_usd=D("0.1"), now=NOON)
    with django_assert_num_queries(4):  # lock the reservation and the spending, write both
        budgets.settle(turn, D("0.1"), NOON)
    assert not limited.alerts.exists()
