from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from celery import Celery
from django.utils import timezone

from chatbot import tasks
from chatbot.accounting import budgets, ledger
from chatbot.models import Attempt, Budget, Reservation, Turn, UsageBucket
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def celery():
    app = Celery("tests", set_as_current=True)
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    yield app
    app.close()


def run(celery, task) -> None:
    """As beat and a worker would: by its name, with no arguments but the clock."""
    celery.tasks[task.name].apply_async()


def dead_turn() -> tuple[Turn, str]:
    long_ago = timezone.now() - timedelta(hours=1)
    turn = rows.turn(now=long_ago)
    Budget.objects.create(limit_usd=Decimal(9))
    budgets.reserve(turn, visitor="v1", amount_usd=Decimal("0.01"), now=long_ago)
    attempt = str(uuid4())
    ledger.open_attempt(attempt=attempt, turn=turn, route=rows.route(), number=1, now=long_ago)
    return turn, attempt


def test_a_dead_process_leaves_nothing_open_after_one_round_of_the_schedule(celery):
    turn, attempt = dead_turn()
    for entry in tasks.BEAT_SCHEDULE.values():
        celery.tasks[entry["task"]].apply_async(**entry["options"])
    turn.refresh_from_db()
    assert turn.status == Turn.Status.INCOMPLETE
    row = Attempt.objects.get(pk=attempt)
    assert (row.outcome, row.cost_usd) == ("abandoned", None)
    assert row.rolled_up_at is not None
    assert UsageBucket.objects.get().unpriced == 1
    assert Reservation.objects.get().settled_usd is not None


def test_attempts_and_reservations_are_cleared_without_the_turn(celery):
    turn, attempt = dead_turn()
    Turn.objects.update(status=Turn.Status.STOPPED, ended_at=timezone.now())
    run(celery, tasks.settle_abandoned)
    run(celery, tasks.expire_reservations)
    assert Attempt.objects.get(pk=attempt).outcome == "abandoned"
    assert turn.reservations.get().settled_usd == Decimal("0.01")


def test_a_task_that_is_delivered_twice_changes_nothing(celery):
    rows.settled(timezone.now(), "1").save(force_insert=True)
    run(celery, tasks.roll_up)
    once = UsageBucket.objects.values().get()
    run(celery, tasks.roll_up)
    assert UsageBucket.objects.values().get() == once


@pytest.mark.parametrize("entry", tasks.BEAT_SCHEDULE.values(), ids=tasks.BEAT_SCHEDULE)
def test_the_schedule_names_tasks_that_exist_and_ends_them_before_they_pile_up(celery, entry):
    task = celery.tasks[entry["task"]]
    assert entry["options"]["expires"] <= entry["schedule"]
    assert task.soft_time_limit < task.time_limit < tasks.BEAT_SCHEDULE["chatbot-roll-up"]["schedule"]
    assert task.acks_late
    assert task.ignore_result
