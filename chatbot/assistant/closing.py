"""How a turn ends: one short transaction that stores the answer and settles what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from chatbot.accounting import budgets, ledger
from chatbot.assistant import answer_cache
from chatbot.assistant.answer_cache import Cached
from chatbot.assistant.opening import Opened
from chatbot.database import atomic, in_database
from chatbot.events import AttemptEnded, Usage
from chatbot.models import Conversation, Message, Turn
from chatbot.wire import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """An attempt that is over, with our own count of its tokens.

    `queued_ms` is how long the shopper waited until its request left, from the question or the attempt before on; None
    for one whose request never did.
    """

    ended: AttemptEnded
    estimate: Usage
    queued_ms: int | None = None

    def book(self, now: datetime) -> None:
        """Settle the attempt in the ledger."""
        ledger.settle(self.ended, now=now, estimate=self.estimate, queued_ms=self.queued_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a turn ended, to be stored. `drains` tells that an attempt is read on unseen and will be settled later.

    `replayed` is the answer if it came from the cache, `keep` the one to be kept there.
    """

    status: str
    code: str
    reply: Reply
    settlements: Sequence[Settlement]
    interventions: Sequence[Mapping[str, str]]
    first_word_ms: int | None
    total_ms: int
    drains: bool = False
    replayed: Cached | None = None
    keep: Cached | None = None


@in_database
def close_turn(opened: Opened, result: Result) -> None:
    """Write the answer, settle the attempts and the reservation, and end the turn, all in one transaction."""
    now = timezone.now()
    with atomic():
        # The turn before its attempts, as whoever takes it for dead does: else the two could wait for each other.
        turn = Turn.objects.select_for_update().get(pk=opened.turn)
        for settlement in result.settlements:
            settlement.book(now)
        turn.status = result.status
        turn.error_code = result.code
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
        if result.replayed:
            ledger.book_cached(
                turn=turn,
                model=result.replayed.model,
                visitor=opened.user,
                now=now,
                first_word_ms=result.first_word_ms,
                total_ms=result.total_ms,
            )
        if result.keep:
            answer_cache.keep(opened.brief.prompt, result.keep, now)
        if opened.affording and not result.drains:  # else the money stays set aside until the cost is known
            budgets.settle(turn, ledger.cost_of(turn), now)


@in_database
def close_drained(opened: Opened, settlements: Sequence[Settlement]) -> None:
    """Settle what was read on after the turn had ended, and with it the reservation."""
    now = timezone.now()
    with atomic():
        for settlement in settlements:
            settlement.book(now)
        if opened.affording:
            turn = Turn.objects.get(pk=opened.turn)
            budgets.settle(turn, ledger.cost_of(turn), now)
