"""The tasks as beat and workers run them: by name, on schedule, twice without harm."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from chatbot import tasks
from chatbot.accounting import budgets, ledger
from chatbot.models import (
    Attempt,
    Budget,
    BudgetAlert,
    Conversation,
    Correction,
    ReportSubscription,
    Reservation,
    Turn,
    UsageBucket,
)
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
    assert not Attempt.objects.not_rolled_up().exists()
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


def test_a_late_price_is_a_correction_after_the_next_run(celery):
    long_ago = timezone.now() - timedelta(days=2)
    row = rows.settled(long_ago, None, source="reported", input_tokens=1000, cached_input_tokens=0, output_tokens=100)
    row.save(force_insert=True)
    rows.price(valid_from=long_ago - timedelta(days=1))
    for _ in range(2):
        run(celery, tasks.rerate)
    assert Correction.objects.get().cost_usd == Decimal("0.0035")


def test_mails_leave_and_old_words_go(celery):
    now = timezone.now()
    reader = User.objects.create_superuser("dana", "dana@shop.example")
    for kind in (ReportSubscription.Kind.DAILY, ReportSubscription.Kind.ALERTS):
        ReportSubscription.objects.create(user=reader, kind=kind)
    budget = Budget.objects.create(limit_usd=Decimal(1))
    BudgetAlert.objects.create(budget=budget, period_start=now, percent=50, spent_usd=1, created_at=timezone.now())
    Conversation.objects.create(visitor="v", updated_at=now - timedelta(days=181))
    for _ in range(2):
        for task in (tasks.send_reports, tasks.send_alerts, tasks.forget_conversations):
            run(celery, task)
    assert sorted(message.subject.partition(" ")[0] for message in mail.outbox) == ["Budget", "Costs,"]
    assert not Conversation.objects.exists()


def test_beat_opens_a_new_connection_when_its_own_broke():
    """What a site forbids its web processes, to wait for a broker, is what beat needs to find it again."""
    for entry in tasks.BEAT_SCHEDULE.values():
        assert entry["options"]["retry"]
        policy = entry["options"]["retry_policy"]
        assert policy["max_retries"] * policy["interval_max"] < 60


@pytest.mark.parametrize("entry", tasks.BEAT_SCHEDULE.values(), ids=tasks.BEAT_SCHEDULE)
def test_the_schedule_names_tasks_that_exist_and_ends_them_before_they_pile_up(celery, entry):
    task = celery.tasks[entry["task"]]
    assert entry["options"]["expires"] <= entry["schedule"]
    # A source that runs is claimed, so a run of an hour piles nothing up; the broker gives a task out anew after one.
    longest = 3600 if task is celery.tasks[tasks.sync_sources.name] else 300
    assert task.soft_time_limit < task.time_limit < longest
    assert task.acks_late
    assert task.ignore_result
