"""`Breaking`: a route that fails again and again is left alone for a while, and tried again by one request."""

import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final, Literal

from chatbot.errors import (
    AnswerTooLarge,
    CircuitOpen,
    QueueTimeout,
    RelayError,
    RelayRateLimited,
    RelayRejected,
    UpstreamRefusalEvent,
)
from chatbot.events import AttemptEnded, RelayEvent, TextAdded
from chatbot.relay.base import ChatRequest, Relay

State = Literal["closed", "open", "half_open"]

ABOUT_ONE_REQUEST: Final = (RelayRejected, UpstreamRefusalEvent, AnswerTooLarge, RelayRateLimited)
"""Errors that say nothing about the route's health: the request was wrong, or it came too often."""
TOO_OFTEN: Final = frozenset({RelayRateLimited.code, QueueTimeout.code})
"""Codes of attempts that came too often: `limits` waits for those."""


class Breaker:
    """The circuit of one route, for all requests of the process.

    It opens after `failures` failed attempts in a row, or when of the last `window` attempts at least the share
    `share` failed. `interval_s` seconds later one probe may pass, and one more each `interval_s` as long as none has
    ended; a probe that ends well closes the circuit, one that fails opens it anew. What was begun before the circuit
    opened has no say in it any more. `opened_at_s` is on the clock `clock`, None while the circuit is closed.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        share: float = 0.5,
        window: int = 20,
        interval_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.opened_at_s: float | None = None
        self._failures = failures
        self._share = share
        self._interval_s = interval_s
        self._clock = clock
        self._in_a_row = 0
        self._last: deque[bool] = deque(maxlen=window)
        self._probe_at_s = 0.0
        self._age = 0

    @property
    def state(self) -> State:
        """`half_open` when a probe may pass or is on its way."""
        if self.opened_at_s is None:
            return "closed"
        return "open" if self._clock() < self.opened_at_s + self._interval_s else "half_open"

    @property
    def wait_s(self) -> float:
        """Seconds until the next request may pass; 0 when one may pass now."""
        return 0.0 if self.opened_at_s is None else max(0.0, self._probe_at_s - self._clock())

    def enter(self) -> int:
        """Let a request pass; what comes back is the age to report its attempts with. Raises CircuitOpen."""
        if self.opened_at_s is not None:
            if (wait_s := self.wait_s) > 0:
                raise CircuitOpen(retry_after_s=wait_s)
            self._probe_at_s = self._clock() + self._interval_s
        return self._age

    def is_shut_for(self, age: int) -> bool:
        """Whether the circuit opened since a request of this age passed."""
        return age != self._age

    def succeeded(self, age: int) -> None:
        """An attempt of a request of this age brought a whole answer."""
        if age != self._age:
            return
        if self.opened_at_s is not None:
            self.opened_at_s = None
            self._last.clear()
        self._in_a_row = 0
        self._last.append(True)

    def failed(self, age: int) -> None:
        """An attempt of a request of this age failed by the route's fault."""
        if age != self._age:
            return
        self._in_a_row += 1
        self._last.append(False)
        full = len(self._last) == self._last.maxlen
        too_many = full and self._last.count(False) >= self._share * len(self._last)
        if self.opened_at_s is not None or self._in_a_row >= self._failures or too_many:
            self._age += 1
            self._in_a_row = 0
            self._last.clear()
            self.opened_at_s = self._clock()
            self._probe_at_s = self.opened_at_s + self._interval_s


class Breaking:
    """A `Relay` that asks `breaker` before it lets a request pass, and tells it how every attempt ended.

    An attempt counts as good at the end of its stream, not at the first word of it. A consumer that closes the stream
    says nothing about the route. Raises CircuitOpen at once while the circuit is open, also between two attempts of
    one request: an attempt that only was announced has not left.
    """

    def __init__(self, relay: Relay, breaker: Breaker) -> None:
        self._relay = relay
        self._breaker = breaker

    def __repr__(self) -> str:
        return f"Breaking({self._relay!r})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of the relay below."""
        breaker = self._breaker
        age = breaker.enter()
        failed = False  # an attempt did; whether the route is to blame shows in what comes next
        try:
            async with aclosing(self._relay.stream(request)) as events:
                async for event in events:
                    if isinstance(event, TextAdded):
                        yield event
                        continue
                    if failed:  # it is tried again, so the fault was no wrong request
                        failed = False
                        breaker.failed(age)
                    if isinstance(event, AttemptEnded):
                        failed = event.outcome != "answered" and event.error_code not in TOO_OFTEN
                        if event.outcome == "answered":
                            breaker.succeeded(age)
                    elif breaker.is_shut_for(age):
                        raise CircuitOpen(retry_after_s=breaker.wait_s)
                    yield event
        except RelayError as err:
            if failed and not isinstance(err, ABOUT_ONE_REQUEST):
                breaker.failed(age)
            raise
