"""`Hedging`: when the first word is late, a second model is asked too, and whoever speaks first is heard."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage, Waiting
from chatbot.relay.base import ChatRequest, Relay, new_attempt_id


class Hedging:
    """A `Relay` that asks `second` (a relay, and the model to ask it for) when `first` has said no word in `after_s`.

    The first word decides. The other request is cancelled at once and its attempt ends as `hedged`, mostly without a
    usage: what it cost is an estimate then, with the words that came at the same moment and are not said. Both
    attempts are announced before their requests leave; waits are announced only while one of them is asked. Raises the
    error of the last one left when both fail. Only the wait for the first word runs in tasks; the words that follow
    pass as they come.
    """

    def __init__(self, first: Relay, second: tuple[Relay, str], *, after_s: float) -> None:
        self._first = first
        self._second = second
        self._after_s = after_s

    def __repr__(self) -> str:
        return f"Hedging({self._first!r}, {self._second[0]!r})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of both, until one speaks; then of that one."""
        asked = [first := _Asked(self._first.stream(request), request.number)]
        hedge_at: float | None = asyncio.get_running_loop().time() + self._after_s
        try:
            while True:
                await _until_one_is_ready(asked, hedge_at)
                ready = [one for one in asked if one.is_ready]
                if not ready:
                    hedge_at = None
                    asked.append(self._ask_second(request, first.number + 1))
                for one in ready:
                    try:
                        event = one.take()
                    except RelayError:
                        asked.remove(one)
                        if not asked:
                            raise
                        continue
                    if event is None or isinstance(event, TextAdded):
                        asked.remove(one)
                        losers, asked = asked, [one]
                        for loser in losers:
                            loser.cancel()
                        if event is not None:
                            yield event
                        for loser in losers:
                            if ended := await loser.close():
                                yield ended
                        async for event in one.events:
                            yield event
                        return
                    if not (isinstance(event, Waiting) and len(asked) > 1):
                        yield event
        finally:
            for one in asked:
                one.cancel()
            for one in asked:
                await one.close()

    def _ask_second(self, request: ChatRequest, number: int) -> "_Asked":
        relay, model = self._second
        return _Asked(relay.stream(replace(request, attempt=new_attempt_id(), model=model, number=number)), number)


async def _until_one_is_ready(asked: list["_Asked"], limit: float | None) -> None:
    loop = asyncio.get_running_loop()
    steps = [one.step() for one in asked]
    timeout = None if limit is None else max(0.0, limit - loop.time())
    await asyncio.wait(steps, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)


class _Asked:
    """A stream whose next event is waited for in a task, so that two can be waited for at once."""

    def __init__(self, events: AsyncGenerator[RelayEvent, None], number: int) -> None:
        self.events = events
        self.number = number
        self._step: asyncio.Task[RelayEvent | None] | None = None
        self._attempt = ""
        self._left_at: float | None = None

    @property
    def is_ready(self) -> bool:
        """Whether `take` has something."""
        return self._step is not None and self._step.done()

    def step(self) -> asyncio.Task[RelayEvent | None]:
        """The wait for the next event. What was announced leaves now."""
        if self._step is None:
            loop = asyncio.get_running_loop()
            if self._attempt and self._left_at is None:
                self._left_at = loop.time()
            self._step = loop.create_task(self._next())
        return self._step

    def take(self) -> RelayEvent | None:
        """The event that came, None at the end. Raises the RelayError that came instead."""
        assert self._step is not None
        step, self._step = self._step, None
        event = step.result()
        if isinstance(event, AttemptStarted):
            self._attempt, self._left_at, self.number = event.attempt, None, event.number
        elif isinstance(event, AttemptEnded):
            self._attempt = ""
        return event

    def cancel(self) -> None:
        """Begin to close it."""
        if self._step is not None:
            self._step.cancel()

    async def close(self) -> AttemptEnded | None:
        """Close it to the end; how the attempt that was announced and is still open ended."""
        came: object = None
        if self._step is not None:
            step, self._step = self._step, None
            [came] = await asyncio.gather(step, return_exceptions=True)
        await self.events.aclose()
        attempt, self._attempt = self._attempt, ""
        if not attempt:
            return None
        if isinstance(came, AttemptEnded):
            return replace(came, outcome="hedged") if came.outcome == "stopped" else came
        now = asyncio.get_running_loop().time()
        return AttemptEnded(
            attempt=attempt,
            outcome="hedged",
            usage=Usage(),
            error_code="" if self._left_at is not None else "not_sent",
            total_ms=round((now - self._left_at) * 1000) if self._left_at is not None else 0,
            unheard=came.text if isinstance(came, TextAdded) else "",
        )

    async def _next(self) -> RelayEvent | None:
        return await anext(self.events, None)
