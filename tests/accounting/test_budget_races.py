"""Threads that reserve, extend, settle and expire at the same moment, each with a connection of its own."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connections, transaction

from chatbot.accounting import budgets, spendings
from chatbot.errors import BudgetSpent
from chatbot.models import Budget, BudgetAlert, Reservation, Spending, Turn
from tests.accounting import rows
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

D = Decimal
CENT = D("0.01")
THREADS = 8
R = TypeVar("R")


def at_once(work: Callable[[Turn], R], turns: list[Turn]) -> list[R]:
    """`work` for each turn, in threads that begin together."""
    start = Barrier(THREADS)

    def run(part: list[Turn]) -> list[R]:
        try:
            start.wait(20)
            return [work(turn) for turn in part]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        done = pool.map(run, [turns[n::THREADS] for n in range(THREADS)])
        return [result for part in done for result in part]


def reserved(turn: Turn, *, visitor: str = "v1") -> bool:
    try:
        with transaction.atomic():
            budgets.reserve(turn, visitor=visitor, amount_usd=CENT, now=NOON)
    except BudgetSpent:
        return False
    return True


def test_at_the_edge_of_a_budget_nothing_is_overshot_and_all_that_fits_fits() -> None:
    Budget.objects.create(limit_usd=D("0.40"))
    Budget.objects.create(limit_usd=D("9"), period="hour", action=Budget.Action.WARN)
    dice = random.Random(3)
    costs = {}

    def whole_turn(turn: Turn) -> bool:
        if not reserved(turn):
            return False
        with transaction.atomic():
            budgets.settle(turn, costs[turn.pk], NOON)
        return True

    turns = [rows.turn() for _ in range(160)]
    costs = {turn.pk: D(dice.randint(0, 100)) / 10_000 for turn in turns}
    in_order = [turn.pk for n in range(THREADS) for turn in turns[n::THREADS]]
    granted = dict(zip(in_order, at_once(whole_turn, turns), strict=True))
    spent = sum(costs[pk] for pk, was in granted.items() if was)
    for row in Spending.objects.all():
        assert (row.spent_usd, row.reserved_usd) == (spent, 0)
    assert spent <= D("0.40")
    # Whoever comes now is refused if and only if there is no room: what was refused meanwhile cost nobody anything.
    assert reserved(rows.turn()) == (spent + CENT <= D("0.40"))
    assert not spendings.differences()
    assert sorted(BudgetAlert.objects.values_list("percent", flat=True))[:2] == [50, 80]


@pytest.mark.parametrize("scope", ["shop", "visitor"])
def test_the_first_turns_of_a_period_make_one_row(scope: str) -> None:
    rows.settled(NOON - timedelta(hours=1), "0.05").save(force_insert=True)
    Budget.objects.create(limit_usd=D("0.10"), scope=scope)
    granted = at_once(reserved, [rows.turn() for _ in range(24)])
    assert sum(granted) == (5 if scope == "shop" else 10)
    assert Spending.objects.count() == 1
    assert not spendings.differences()


def test_one_reservation_that_many_settle_and_expire_is_settled_once() -> None:
    Budget.objects.create(limit_usd=D(9))
    turn = rows.turn()
    reserved(turn)
    Turn.objects.update(status=Turn.Status.COMPLETE, ended_at=NOON)

    def settle(number: int) -> int:
        if number % 2:
            return budgets.expire(NOON + timedelta(hours=1))
        with transaction.atomic():
            budgets.settle(turn, D("0.004"), NOON)
        return 0

    at_once(settle, list(range(16)))  # type: ignore[arg-type, misc]
    row = Spending.objects.get()
    assert row.reserved_usd == 0
    assert row.spent_usd == Reservation.objects.get().settled_usd
    assert not spendings.differences()


def test_extending_and_settling_and_recounting_at_once_lose_nothing() -> None:
    Budget.objects.create(limit_usd=D("0.60"))
    Budget.objects.create(limit_usd=D("0.60"), scope=Budget.Scope.MODEL, subject="beta")
    Budget.objects.create(limit_usd=D("0.60"), scope=Budget.Scope.MODEL, subject="alpha")
    turns = [rows.turn() for _ in range(40)]

    def live(turn: Turn) -> bool:
        if not reserved(turn):
            return False
        try:
            budgets.extend(turn, {"alpha": CENT, "beta": CENT}, now=NOON)
        except BudgetSpent:
            pass
        spendings.recount()
        with transaction.atomic():
            budgets.settle(turn, D("0.005"), NOON)
        return True

    assert any(at_once(live, turns))
    assert not spendings.differences()
    assert all(row.spent_usd <= D("0.60") and row.reserved_usd == 0 for row in Spending.objects.all())
