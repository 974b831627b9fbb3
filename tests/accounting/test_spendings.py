"""The row that a turn locks always equals the sums over its reservations."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot.accounting import budgets, spendings
from chatbot.errors import BudgetSpent
from chatbot.models import Budget, Reservation, Spending, Turn
from tests.accounting import rows
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

D = Decimal


def reserve(turn: Turn, amount: str = "0.01", *, now=NOON, visitor: str = "v1") -> None:
    budgets.reserve(turn, visitor=visitor, amount_usd=D(amount), now=now)


def test_whatever_turns_do_the_row_is_what_its_reservations_add_up_to():
    dice = random.Random(7)
    for scope, subject in [("shop", ""), ("visitor", ""), ("conversation", ""), ("model", "alpha")]:
        for period in ("hour", "month"):
            Budget.objects.create(scope=scope, subject=subject, period=period, limit_usd=D("0.4"))
    live: list[Turn] = []
    refused = 0
    for step in range(120):
        now = NOON + timedelta(minutes=step)
        if dice.random() < 0.6 or not live:
            turn = rows.turn(now=now, plan=dice.choice(["alpha", "beta"]))
            try:
                reserve(turn, str(dice.randint(1, 40) / 1000), now=now, visitor=dice.choice("abc"))
                live.append(turn)
            except BudgetSpent:
                refused += 1
        else:
            turn = live.pop(dice.randrange(len(live)))
            cost = dice.choice([None, D(0), D(dice.randint(1, 20)) / 1000])
            budgets.settle(turn, cost, now)
            budgets.settle(turn, cost, now)
        if dice.random() < 0.2 and live:
            try:
                budgets.extend(dice.choice(live), {"alpha": D("0.03"), "beta": D("0.02")}, now=now)
            except BudgetSpent:
                refused += 1
    assert not spendings.differences()
    assert refused > 5
    assert all(row.spent_usd + row.reserved_usd <= D("0.4") for row in Spending.objects.all())


def test_reserving_costs_the_same_after_many_turns():
    Budget.objects.create(limit_usd=D(9))

    def queries() -> list[str]:
        turn = rows.turn()
        with CaptureQueriesContext(connection) as captured:
            reserve(turn)
            budgets.settle(turn, D("0.001"), NOON)
        return [query["sql"].split()[0] for query in captured.captured_queries]

    queries()
    few = queries()
    for _ in range(30):
        reserve(rows.turn())
    assert queries() == few
    assert [word for word in few if word not in ("SAVEPOINT", "RELEASE")] == [
        *("SELECT", "SELECT", "SELECT", "UPDATE", "INSERT"),  # the budgets, is there a row, lock it; write
        *("SELECT", "SELECT", "UPDATE", "UPDATE"),
    ]


def test_a_drifted_row_is_found_and_put_right():
    Budget.objects.create(limit_usd=D(9))
    turn = rows.turn()
    reserve(turn)
    budgets.settle(turn, D("0.002"), NOON)
    reserve(rows.turn())
    Spending.objects.update(spent_usd=D(5), reserved_usd=D(0))
    [found] = spendings.differences()
    assert (found.spent_usd, found.reserved_usd) == (D("0.002"), D("0.01"))
    assert spendings.recount() == 1
    assert not spendings.differences()
    assert spendings.recount() == 0


def test_a_row_that_is_gone_comes_back_from_its_reservations():
    Budget.objects.create(limit_usd=D("0.03"))
    turn = rows.turn()
    reserve(turn)
    reserve(rows.turn())
    Spending.objects.all().delete()
    budgets.settle(turn, D("0.004"), NOON)
    assert not spendings.differences()
    Spending.objects.all().delete()
    reserve(rows.turn())
    row = Spending.objects.get()
    assert (row.spent_usd, row.reserved_usd) == (D("0.004"), D("0.02"))


def test_too_little_in_reserve_is_said_and_does_not_stop_a_turn_from_ending(caplog):
    Budget.objects.create(limit_usd=D(9))
    turn = rows.turn()
    reserve(turn)
    Spending.objects.update(reserved_usd=D(0))
    budgets.settle(turn, D("0.004"), NOON)
    assert "recount" in caplog.text
    assert Reservation.objects.get().settled_usd == D("0.004")
    assert Spending.objects.get().reserved_usd == 0


def test_staff_see_what_is_spent_and_what_is_set_aside():
    limited = Budget.objects.create(limit_usd=D(9))
    turn = rows.turn()
    reserve(turn)
    reserve(rows.turn())
    budgets.settle(turn, D("0.004"), NOON)
    standing = budgets.standings([limited], NOON)[limited.pk]
    assert (standing.spent_usd, standing.reserved_usd, standing.counted_usd) == (D("0.004"), D("0.01"), D("0.014"))


def test_staff_look_at_budgets_in_a_terminal(capsys):
    Budget.objects.create(limit_usd=D(9))
    Budget.objects.create(limit_usd=D(1), scope=Budget.Scope.VISITOR)
    turn = rows.turn()
    reserve(turn, now=timezone.now())
    reserve(rows.turn(), now=timezone.now())
    budgets.settle(turn, D("0.004"), NOON)
    call_command("chatbot_budgets")
    assert capsys.readouterr().out.splitlines() == [
        "9 USD per month (the whole shop): 0.004 USD spent, 0.01 USD set aside",
        "1 USD per month (each visitor)",
        "All budgets add up.",
    ]


def test_books_that_do_not_add_up_end_with_status_1_until_they_are_put_right(capsys):
    Budget.objects.create(limit_usd=D(9))
    reserve(rows.turn())
    Spending.objects.update(spent_usd=D(5))
    with pytest.raises(CommandError):
        call_command("chatbot_budgets")
    assert "5.01 USD are counted, its reservations add up to 0.01 USD." in capsys.readouterr().out
    call_command("chatbot_budgets", "--recount")
    assert "1 amount put right." in capsys.readouterr().out
    call_command("chatbot_budgets")
    assert "All budgets add up." in capsys.readouterr().out
