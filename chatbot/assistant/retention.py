"""Forgets what was said once it has served: conversations in which nobody spoke for RETENTION_DAYS, and their turns;
and at any moment those of a shopper who asks for it.

Money stays. Rows of the ledger keep their conversation's id, so costs per conversation still add up, and lose the
visitor's pseudonym: nothing in them points to a person any more. Budgets of each visitor or conversation leave amounts
per person behind; those of periods that are long over go as well.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import router, transaction
from django.db.models import Q, QuerySet

from chatbot import conf
from chatbot.assistant import answer_cache
from chatbot.errors import TurnRunning
from chatbot.models import Attempt, Budget, BudgetAlert, Conversation, Message, Reservation, Spending, Turn
from chatbot.visitors import Visitor

BATCH: Final = 200
"""Conversations of one transaction. On SQLite a shopper's write waits for one of them (some 50 ms) at the most."""
MOST_S: Final = 120.0
"""The task's run is over by then; the next one goes on. On PostgreSQL that is some 100,000 conversations."""
LONGEST_PERIOD: Final = timedelta(days=32)
"""A budget's period that began longer before than this is over."""
_PERSONAL: Final = (Budget.Scope.VISITOR, Budget.Scope.CONVERSATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was deleted, or would be: conversations and what hangs on them, rows of budgets, answers of the cache."""

    conversations: int = 0
    turns: int = 0
    messages: int = 0
    pseudonyms: int = 0
    budget_rows: int = 0
    cached_answers: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(
            conversations=self.conversations + other.conversations,
            turns=self.turns + other.turns,
            messages=self.messages + other.messages,
            pseudonyms=self.pseudonyms + other.pseudonyms,
            budget_rows=self.budget_rows + other.budget_rows,
            cached_answers=self.cached_answers + other.cached_answers,
        )


def cutoff(now: datetime) -> datetime | None:
    """Words from before this moment go; None where RETENTION_DAYS is 0 and all stays."""
    days = conf.current().retention_days
    return now - timedelta(days=days) if days else None


def forget(now: datetime, *, most_s: float = MOST_S, clock: Callable[[], float] = time.monotonic) -> Forgotten:
    """Delete what is too old, in batches; what was deleted. After `most_s` seconds the rest is left to the next call.

    Each batch is a transaction of its own: killed at any point, the next call finds what is left. Answers of the cache
    that are too old to be given again go whatever RETENTION_DAYS says.
    """
    before, began = cutoff(now), clock()
    done = Forgotten(cached_answers=answer_cache.purge(now))
    if before is None:
        return done
    while clock() - began <= most_s:
        batch = _forget_conversations(before)
        if not batch.conversations:
            return done + _forget_budget_rows(before)
        done += batch
    return done


def would_forget(now: datetime) -> Forgotten:
    """What `forget` would delete, without deleting it."""
    before = cutoff(now)
    cached_answers = answer_cache.too_old(now).count()
    if before is None:
        return Forgotten(cached_answers=cached_answers)
    old = _old(before).values("pk")
    return Forgotten(
        conversations=_old(before).count(),
        turns=Turn.objects.filter(conversation__in=old).count(),
        messages=Message.objects.filter(conversation__in=old).count(),
        pseudonyms=Attempt.objects.filter(conversation_id__in=old).exclude(visitor="").count(),
        budget_rows=sum(rows.count() for rows in _old_budget_rows(before)),
        cached_answers=cached_answers,
    )


def _old(before: datetime) -> QuerySet[Conversation]:
    """Conversations that nobody has spoken in since; never one whose answer is being made."""
    running = Turn.objects.running().values("conversation_id")
    return Conversation.objects.filter(updated_at__lt=before).exclude(pk__in=running)


def _forget_conversations(before: datetime) -> Forgotten:
    alias = router.db_for_write(Conversation)
    with transaction.atomic(using=alias):
        # A conversation that is being spoken in at this moment is locked by its turn, and passed over.
        rows = _old(before).using(alias).select_for_update(skip_locked=True, of=("self",))
        ids = list(rows.order_by("updated_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return Forgotten()
        return forget_conversations(ids)


def forget_conversations(ids: Sequence[UUID]) -> Forgotten:
    """Delete these conversations with all that was said in them, in one transaction; what was deleted."""
    alias = router.db_for_write(Conversation)
    with transaction.atomic(using=alias):
        attempts = Attempt.objects.using(alias).filter(conversation_id__in=ids)
        pseudonyms = attempts.exclude(visitor="").update(visitor="")
        _, deleted = Conversation.objects.using(alias).filter(pk__in=ids).delete()
    return Forgotten(
        conversations=deleted.get("chatbot.Conversation", 0),
        turns=deleted.get("chatbot.Turn", 0),
        messages=deleted.get("chatbot.Message", 0),
        pseudonyms=pseudonyms,
    )


def forget_conversations_of(visitor: Visitor, now: datetime) -> Forgotten:
    """Delete all that this person ever said here, and the answers. Raises TurnRunning while one is being made."""
    alias = router.db_for_write(Conversation)
    with transaction.atomic(using=alias):
        own = Conversation.objects.using(alias).owned_by(visitor.key, visitor.user_id)
        # Locked: no turn begins in them between the look and the deletion.
        ids = list(own.select_for_update(of=("self",)).values_list("pk", flat=True))
        if Turn.objects.using(alias).running().filter(conversation_id__in=ids, lease_until__gte=now).exists():
            raise TurnRunning(retry_after_s=1)
        return forget_conversations(ids)


def _old_budget_rows(before: datetime) -> list[QuerySet[Reservation] | QuerySet[Spending] | QuerySet[BudgetAlert]]:
    over = Q(period_start__lt=before - LONGEST_PERIOD, budget__scope__in=_PERSONAL)
    return [
        Reservation.objects.filter(over, settled_usd__isnull=False),
        Spending.objects.filter(over, reserved_usd=0),
        BudgetAlert.objects.filter(over),
    ]


def _forget_budget_rows(before: datetime) -> Forgotten:
    with transaction.atomic(using=router.db_for_write(Reservation)):
        return Forgotten(budget_rows=sum(rows.delete()[0] for rows in _old_budget_rows(before)))
