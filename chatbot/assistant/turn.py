"""One chat turn: start it, follow it, stop it.

`start` writes the question down and returns at once; the answer is made by a task of this process, not of the socket
that asked (see `answering`). `follow` reads the turn's log from any number: what there is, then what comes. A reader
that leaves changes nothing; `stop` closes the upstream and keeps the words so far.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from chatbot import conf
from chatbot.assistant import leases, opening, telling
from chatbot.assistant.answering import Answering
from chatbot.assistant.opening import Ask, Opened
from chatbot.errors import EmptyQuestion, MalformedRequest, QuestionTooLong
from chatbot.events import TurnEvent
from chatbot.streams.memory import Express, MemoryStreams
from chatbot.visitors import Visitor
from chatbot.wire import Reply, fold

__all__ = ["Ask", "Started", "answer", "follow", "recover", "running_turn", "start", "stop"]

CLIENT_MESSAGE_ID_CHARACTERS = 64
POLL_S = 0.5
"""How often a turn that another process answers is looked at."""

_streams = MemoryStreams(retention_s=lambda: conf.current().log_retention_s)
_running: dict[str, Answering] = {}
_tasks: set[asyncio.Task[None]] = set()  # asyncio itself keeps only weak references


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A turn that runs, or ran: `is_new` is False when this client message had been asked before."""

    turn: str
    conversation: str
    is_new: bool


async def start(visitor: Visitor, ask: Ask) -> Started:
    """Write the question down and begin to answer it.

    Raises EmptyQuestion, QuestionTooLong, MalformedRequest, NotFound, RateLimited, and TurnRunning while the
    conversation's answer before this one is still being written.
    """
    limit = conf.current().question_characters
    if not ask.text.strip():
        raise EmptyQuestion
    if len(ask.text) > limit:
        raise QuestionTooLong(f"The question has {len(ask.text)} characters; {limit} are allowed.")
    if not 0 < len(ask.client_message_id) <= CLIENT_MESSAGE_ID_CHARACTERS:
        raise MalformedRequest(f"The client message id must have 1 to {CLIENT_MESSAGE_ID_CHARACTERS} characters.")
    # A page that is left at once cancels its door. What is written down by then is answered all the same.
    return await asyncio.shield(_open(visitor, ask))


async def _open(visitor: Visitor, ask: Ask) -> Started:
    opened = await opening.open_turn(visitor, ask)
    is_new = isinstance(opened, Opened)
    if isinstance(opened, Opened):
        _begin(opened)
    return Started(turn=opened.turn, conversation=opened.conversation, is_new=is_new)


def follow(
    visitor: Visitor, turn: str, *, after: int = 0, express: Express | None = None
) -> AsyncGenerator[tuple[int, TurnEvent], None]:
    """The events of a turn after number `after`, to its last, each with its number. Raises NotFound.

    `express` may take events that come while the reader waits for them; they are not yielded (see `TurnLog.follow`).

    A turn that is no longer in this process's memory is told anew from its stored answer, beginning with TurnStarted:
    whoever reads it starts that message afresh.
    """
    running = _running.get(turn)
    if running is not None and running.opened.belongs_to(visitor) and (log := _streams.get(turn)):
        return log.follow(after, express)  # as it is: a generator around it would be resumed for every token
    return _follow_looked_up(visitor, turn, after)


async def _follow_looked_up(visitor: Visitor, turn: str, after: int) -> AsyncGenerator[tuple[int, TurnEvent], None]:
    await telling.refuse_foreign_turn(visitor, turn)
    if log := _streams.get(turn):
        async with aclosing(log.follow(after)) as events:
            async for numbered in events:
                yield numbered
        return
    while (told := await telling.told(turn)) is None:  # noqa: ASYNC110 - it ends in a process that we cannot hear
        await asyncio.sleep(POLL_S)
    for numbered in enumerate(told, 1):
        yield numbered


async def stop(visitor: Visitor, turn: str) -> None:
    """Close the upstream of a running turn; the words so far stay. A turn that is over stays as it is.

    Raises NotFound.
    """
    await telling.refuse_foreign_turn(visitor, turn)
    if running := _running.get(turn):
        running.stop()


async def running_turn(visitor: Visitor, conversation: str) -> str | None:
    """The turn that is being answered in this conversation, if one is. Raises NotFound."""
    return await telling.running_in(visitor, conversation)


async def answer(visitor: Visitor, ask: Ask) -> Reply:
    """Ask, wait for the end, and get the whole answer in one piece. Raises as `start` does."""
    started = await start(visitor, ask)
    async with aclosing(follow(visitor, started.turn)) as events:
        return fold([event async for _, event in events])


def recover(now: datetime) -> int:
    """End the turns whose process died; how many there were. A plain function, for tasks."""
    return leases.give_up_abandoned(now)


def _begin(opened: Opened) -> None:
    answering = _running[opened.turn] = Answering(opened=opened, log=_streams.open(opened.turn))
    task = asyncio.create_task(answering.run(), name=f"turn {opened.turn}")
    _tasks.add(task)

    def ended(task: asyncio.Task[None]) -> None:
        _tasks.discard(task)
        del _running[opened.turn]

    task.add_done_callback(ended)
