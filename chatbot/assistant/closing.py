"""How a turn ends: one short transaction that stores the answer and settles what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from chatbot.accounting import budgets, ledger
from chatbot.assistant.opening import Opened
from chatbot.database import in_database
from chatbot.events import AttemptEnded, Usage
from chatbot.models import Conversation, Message, Turn
from chatbot.wire import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """An attempt that is over, with our estimate of its tokens where the relay did not report them."""

    ended: AttemptEnded
    estimate: Usage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a turn ended, to be stored."""

    status: str
    code: str
    reply: Reply
    settlements: Sequence[Settlement]
    question: Mapping[str, Any]  # Any: JSON
    candidates: Sequence[str]
    interventions: Sequence[Mapping[str, str]]
    first_word_ms: int | None
    total_ms: int


@in_database
def close_turn(opened: Opened, result: Result) -> None:
    """Write the answer, settle the attempts and the reservation, and end the turn, all in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        for settlement in result.settlements:
            ledger.settle(settlement.ended, now=now, estimate=settlement.estimate)
        turn = Turn.objects.get(pk=opened.turn)
        turn.status = result.status
        turn.error_code = result.code
        turn.question = result.question
        turn.candidates = list(result.candidates)
        turn.interventions = list(result.interventions)
        turn.first_word_ms = result.first_word_ms
        turn.total_ms = result.total_ms
        turn.ended_at = now
        turn.save()
        if result.reply.parts:
            Message.objects.create(
                pk=opened.message,
                conversation_id=opened.conversation,
                turn=turn,
                role=Message.Role.ASSISTANT,
                text=result.reply.text,
                parts=result.reply.parts,
            )
        Conversation.objects.filter(pk=opened.conversation).update(updated_at=now)
        budgets.settle(turn, ledger.cost_of(turn), now)
