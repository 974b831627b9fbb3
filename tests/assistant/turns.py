"""Turns for the tests: asked, followed to a word or to the end, and what the database holds of them."""

import asyncio
from contextlib import aclosing
from uuid import uuid4

from chatbot.assistant import turn
from chatbot.assistant.turn import Ask
from chatbot.database import in_database
from chatbot.events import TextAdded, TurnEvent
from chatbot.models import Attempt, Message, Turn
from chatbot.visitors import Visitor

ME = Visitor(key="a" * 32)
SOMEBODY_ELSE = Visitor(key="b" * 32)
KOREAN = "무선 이어폰 추천해 주세요"
SAID = "새벽 무선 이어폰을 추천해요. It lasts 30 hours on one charge and costs [[p1.price]]. Shall I compare the two?"
"""An answer long enough to be cut in it; the shop puts the price in."""


def ask(text: str = KOREAN, **changes: object) -> Ask:
    return Ask(**{"text": text, "client_message_id": str(uuid4()), "page": {}, "language": "ko", **changes})


async def read(started: turn.Started, after: int = 0, visitor: Visitor = ME) -> list[tuple[int, TurnEvent]]:
    async with aclosing(turn.follow(visitor, started.turn, after=after)) as events:
        return [numbered async for numbered in events]


async def read_a_word(started: turn.Started) -> None:
    """Reads until something of the answer is said, and leaves."""
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded):
                return
    raise AssertionError("the turn ended without a word")


async def drained() -> None:
    """Waits for turns that still run, to their end."""
    while turn._tasks:
        await asyncio.gather(*turn._tasks)


@in_database
def row(of: turn.Started) -> Turn:
    return Turn.objects.get(pk=of.turn)


@in_database
def attempts() -> list[Attempt]:
    return list(Attempt.objects.order_by("opened_at", "number"))


@in_database
def answer_of(of: turn.Started) -> Message | None:
    return Message.objects.filter(turn=of.turn, role="assistant").first()
