"""The log in this process's memory. Readers on other processes read the stored turn instead."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from time import monotonic

from chatbot.events import TurnEvent, is_last

Express = Callable[[int, TurnEvent], bool]
"""Takes an event, with its number, in the middle of the writer's work. False: did not, tell it the usual way."""


class _Waiting:
    """A reader that has seen `seen` events, all there are, and waits for the next."""

    __slots__ = ("express", "news", "seen")

    def __init__(self, seen: int, news: "asyncio.Future[None]", express: Express | None) -> None:
        self.seen = seen
        self.news = news
        self.express = express


class TurnLog:
    """The events of one turn, numbered from 1. One writer, any number of readers, all on one event loop."""

    __slots__ = ("_events", "_readers", "ended_at_s", "loop")

    def __init__(self) -> None:
        self._events: list[TurnEvent] = []
        self._readers: set[_Waiting] = set()
        self.loop = asyncio.get_running_loop()
        self.ended_at_s: float | None = None

    def append(self, event: TurnEvent) -> int:
        """Write an event; its sequence number. Costs no await, so that a token costs no task switch here."""
        if self.ended_at_s is not None:
            raise ValueError("the turn is over; nothing can follow its last event")
        self._events.append(event)
        if is_last(event):
            self.ended_at_s = monotonic()
        number = len(self._events)
        for reader in self._readers:
            if reader.news.done():
                continue  # it was woken or cancelled, and has not run since
            if reader.express is not None and reader.express(number, event):
                reader.seen = number
            else:
                reader.news.set_result(None)
        return number

    async def follow(
        self, after: int = 0, express: Express | None = None
    ) -> AsyncGenerator[tuple[int, TurnEvent], None]:
        """Events after number `after`: what there is, then what comes, to the last event of the turn.

        While the reader waits here for news, the writer offers each event to `express` first. What that takes is not
        yielded: it has gone out, in order, without waking the reader's task, which costs as much as sending a word.
        """
        seen = max(0, after)
        while True:
            while seen < len(self._events):
                seen += 1
                yield seen, self._events[seen - 1]
            if self.ended_at_s is not None:
                return
            # A bare future, not an asyncio.Event: waiting for one of those looks up the running loop, which before
            # Python 3.12 is a system call, once a token and reader.
            waiting = _Waiting(seen, self.loop.create_future(), express)
            self._readers.add(waiting)
            try:
                await waiting.news
            finally:
                self._readers.discard(waiting)
            seen = waiting.seen

    @property
    def events(self) -> tuple[TurnEvent, ...]:
        """All events so far."""
        return tuple(self._events)


class MemoryStreams:
    """The logs of this process's turns; an ended one is forgotten after `retention_s()` seconds."""

    def __init__(self, retention_s: Callable[[], float]) -> None:
        self._logs: dict[str, TurnLog] = {}
        self._retention_s = retention_s

    def open(self, turn: str) -> TurnLog:
        """A new log for `turn`."""
        self._sweep()
        log = self._logs[turn] = TurnLog()
        return log

    def get(self, turn: str) -> TurnLog | None:
        """The log of `turn`, None when it is not of this process and loop, or forgotten."""
        log = self._logs.get(turn)
        return log if log is not None and log.loop is asyncio.get_running_loop() else None

    def _sweep(self) -> None:
        oldest = monotonic() - self._retention_s()
        # Logs are opened in order but end out of order: look at all, they are few within the retention.
        for turn in [t for t, log in self._logs.items() if log.ended_at_s is not None and log.ended_at_s < oldest]:
            del self._logs[turn]
