"""Words go after RETENTION_DAYS; money stays, to the last place."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from chatbot.accounting import budgets, ledger, reports, rollups, spendings
from chatbot.assistant import retention
from chatbot.assistant.retention import Forgotten
from chatbot.models import (
    Attempt,
    Budget,
    BudgetAlert,
    CachedAnswer,
    Conversation,
    Message,
    Reservation,
    Spending,
    Turn,
)
from tests import settings as project
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = timezone.now().replace(microsecond=0)
OLD = NOW - timedelta(days=181)


def keeping(days: int):
    return override_settings(CHATBOT={**project.CHATBOT, "RETENTION_DAYS": days})


def talk(at: datetime, *, visitor: str = "v1", cost: str = "0.123456789012") -> Turn:
    """A conversation with one answered question, and its row of the ledger."""
    turn = rows.turn(now=at, visitor=visitor)
    Message.objects.create(conversation=turn.conversation, turn=turn, role="user", text="무선 이어폰")
    Message.objects.create(conversation=turn.conversation, turn=turn, role="assistant", text="새벽 이어폰")
    rows.settled(at, cost, turn=turn, conversation_id=turn.conversation_id, visitor=visitor, page="/tea/").save(
        force_insert=True
    )
    Turn.objects.filter(pk=turn.pk).update(status=Turn.Status.COMPLETE, ended_at=at)
    return turn


def ledger_total() -> Decimal:
    start = (OLD - timedelta(days=2)).date()
    return reports.total(start, start + timedelta(days=300), rows.NOON.tzinfo).cost_usd


def test_old_words_go_and_what_they_cost_stays():
    old, new = talk(OLD), talk(NOW - timedelta(days=179))
    before = ledger_total()
    told = retention.would_forget(NOW)
    assert Conversation.objects.count() == 2
    assert retention.forget(NOW) == told == Forgotten(conversations=1, turns=1, messages=2, pseudonyms=1)
    assert list(Conversation.objects.all()) == [new.conversation]
    assert {message.conversation for message in Message.objects.all()} == {new.conversation}
    row = Attempt.objects.get(conversation_id=old.conversation_id)
    assert (row.turn, row.visitor, row.page, row.cost_usd) == (None, "", "/tea/", Decimal("0.123456789012"))
    assert Attempt.objects.get(turn=new).visitor == "v1"
    assert ledger_total() == before == Decimal("0.246913578024")
    assert retention.forget(NOW) == Forgotten()


def test_reports_of_what_was_rolled_up_stay_the_same():
    talk(OLD)
    rollups.roll_up(NOW)
    before = ledger_total()
    retention.forget(NOW)
    rollups.roll_up(NOW)
    assert ledger_total() == before > 0


def test_0_keeps_every_word_and_still_drops_answers_that_nobody_is_given():
    talk(OLD)
    CachedAnswer.objects.create(key="a", text="t", model="m", created_at=OLD)
    CachedAnswer.objects.create(key="b", text="t", model="m", created_at=NOW)
    with keeping(0):
        assert retention.would_forget(NOW) == Forgotten(cached_answers=1)
        assert retention.forget(NOW) == Forgotten(cached_answers=1)
    assert Message.objects.count() == 2
    assert CachedAnswer.objects.get().key == "b"


def test_one_who_speaks_again_keeps_the_whole_conversation():
    turn = talk(OLD)
    Conversation.objects.update(updated_at=NOW)
    assert retention.forget(NOW) == Forgotten()
    assert turn.messages.count() == 2


def test_an_answer_that_is_being_made_is_waited_for():
    turn = talk(OLD)
    Turn.objects.update(status=Turn.Status.RUNNING, ended_at=None)
    assert retention.forget(NOW) == retention.would_forget(NOW) == Forgotten()
    Turn.objects.update(status=Turn.Status.COMPLETE, ended_at=NOW)
    assert retention.forget(NOW).turns == 1
    assert not Turn.objects.filter(pk=turn.pk).exists()


def test_an_open_row_of_a_forgotten_conversation_is_still_settled():
    turn = rows.turn(now=OLD)
    ledger.open_attempt(
        attempt="0b0d4b6a-6f0f-4df5-9a47-2f5f3b8a9d10", turn=turn, route=rows.route(), number=1, now=OLD
    )
    Turn.objects.update(status=Turn.Status.INCOMPLETE, ended_at=OLD)
    retention.forget(NOW)
    assert ledger.settle_abandoned(NOW) == 1
    assert Attempt.objects.get().outcome == "abandoned"


def test_batches_end_in_time_and_the_next_call_goes_on(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        talk(OLD)
    seconds = iter([0.0, 1.0, 121.0])
    assert retention.forget(NOW, clock=lambda: next(seconds)).conversations == 2
    assert Conversation.objects.count() == 3
    assert retention.forget(NOW).conversations == 3


def test_amounts_per_person_go_with_their_periods_and_the_shops_stay():
    long_ago = OLD - retention.LONGEST_PERIOD - timedelta(days=32)
    Budget.objects.create(limit_usd=Decimal(5), period="month", scope="visitor")
    Budget.objects.create(limit_usd=Decimal(5), period="month", scope="shop")
    for at in (long_ago, NOW):
        turn = rows.turn(now=at)
        budgets.reserve(turn, visitor="v1", amount_usd=Decimal("0.01"), now=at)
        budgets.settle(turn, Decimal("0.01"), at)
    for budget in Budget.objects.all():
        BudgetAlert.objects.create(budget=budget, period_start=long_ago, percent=50, spent_usd=1, created_at=long_ago)
    assert retention.forget(NOW).budget_rows == 3
    assert BudgetAlert.objects.get().budget.scope == "shop"
    for rows_of in (Reservation, Spending):
        assert sorted(rows_of.objects.values_list("budget__scope", flat=True)) == ["shop", "shop", "visitor"]
    assert spendings.differences() == []


@pytest.mark.parametrize("dry", [True, False])
def test_the_command_says_what_it_would_delete_and_deletes_only_without_dry_run(dry, capsys):
    talk(OLD)
    call_command("chatbot_retention", *(["--dry-run"] if dry else []))
    said = capsys.readouterr().out
    for line in ("1 conversation\n", "1 turn\n", "2 messages\n", "1 visitor's pseudonym in the ledger\n"):
        assert f"  {line}" in said
    assert ("Would be deleted:" in said) == dry
    assert Conversation.objects.exists() == dry


def test_the_command_says_that_all_is_kept(capsys):
    with keeping(0):
        call_command("chatbot_retention", "--dry-run")
    assert "RETENTION_DAYS'] is 0: conversations are kept." in capsys.readouterr().out


def test_the_number_of_queries_does_not_grow_with_the_conversations(django_assert_max_num_queries):
    def queries(conversations: int) -> int:
        for _ in range(conversations):
            talk(OLD)
        with django_assert_max_num_queries(40) as captured:
            retention.forget(NOW)
        return len(captured)

    assert queries(3) == queries(30)
