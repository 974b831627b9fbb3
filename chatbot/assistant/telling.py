"""A turn read back from the database: whose it is, whether it runs, and its answer told again."""

from collections.abc import Iterator
from typing import cast
from uuid import UUID, uuid5

from chatbot import visitors
from chatbot.assistant.sentences import for_shopper, spoken
from chatbot.database import in_database
from chatbot.errors import ChatbotError
from chatbot.events import (
    Ending,
    TextAdded,
    TextFinished,
    TextStarted,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
)
from chatbot.models import Message, Turn
from chatbot.visitors import Visitor
from chatbot.wire import parse


@in_database
def refuse_foreign_turn(visitor: Visitor, turn: str) -> None:
    """Raises NotFound unless the turn is the visitor's."""
    visitors.turn_of(visitor, turn)


@in_database
def told(turn: str) -> list[TurnEvent] | None:
    """An ended turn told again from its start, each block of text in one piece; None while it runs."""
    row = Turn.objects.select_related("conversation").get(pk=turn)
    return None if row.status == Turn.Status.RUNNING else list(_events(row))


@in_database
def running_in(visitor: Visitor, conversation: str) -> str | None:
    """The id of the turn that runs in the visitor's conversation. Raises NotFound."""
    if visitors.is_conversation_id(conversation):
        found = visitors.conversation_of(visitor, conversation)
    else:
        found = visitors.conversation_of(visitor, str(visitors.named_conversation(visitor, conversation)))
    running = Turn.objects.running().filter(conversation=found).first()
    return None if running is None else str(running.pk)


def _events(turn: Turn) -> Iterator[TurnEvent]:
    yield TurnStarted(turn=str(turn.pk), conversation=str(turn.conversation_id), message=str(answer_id(turn.pk)))
    answer = turn.messages.filter(role=Message.Role.ASSISTANT).first()
    for number, part in enumerate(answer.parts if answer else (), 1):
        if part["type"] == "text":
            block = f"t{number}"
            yield TextStarted(block=block)
            yield TextAdded(text=part["text"], block=block)
            yield TextFinished(block=block)
        else:
            yield parse(part)
    if turn.status == Turn.Status.FAILED:
        with spoken(turn.conversation.language):
            yield TurnFailed(code=turn.error_code, sentence=for_shopper(ChatbotError()), retryable=True)
    else:
        yield TurnEnded(ending=cast(Ending, turn.status), code=turn.error_code)


def answer_id(turn: UUID) -> UUID:
    """The id that the answer of a turn has, known before the answer is."""
    return uuid5(turn, "answer")
