"""`Breaking`: a route that fails again and again is left alone for a while, and tried again by one request."""

import asyncio
import math
import random as random_module
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
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
from chatbot.events import AttemptEnded, RelayEvent, TextAdded, Waiting
from chatbot.relay.base import ChatRequest, Relay

State = Literal["closed", "open", "half_open"]

ABOUT_ONE_REQUEST: Final = (RelayRejected, UpstreamRefusalEvent, AnswerTooLarge, RelayRateLimited)
"""Errors that say nothing about the route's health: the request was wrong, or it came too often."""
TOO_OFTEN: Final = frozenset({RelayRateLimited.code, QueueTimeout.code})
"""Codes of attempts that came too often: `limits` waits for those."""

LONGEST_REST_S: Final = 300.0
JITTER: Final = 0.2
"""A rest is up to this part longer than it has to be, so that many processes do not probe together."""
PLACES: Final = 3
"""Requests with nowhere else to go that may try a resting route that says nothing, at a time and in `PLACE_S`."""
PLACE_S: Final = 3.0
PER_WORD: Final = 2
"""Further places for each first word that was heard in `PLACE_S`: three are tried for each that is heard."""
PATIENCE_S: Final = 3.0
"""The longest wait of such a request: for a place, or for the end of a rest that is nearly over."""


@dataclass(slots=True, eq=False)
class Pass:
    """A request that a circuit let through. `wait_s` are seconds that it has to wait before it goes."""

    age: int
    wait_s: float = 0.0
    is_probe: bool = False


class Breaker:
    """The circuit of one route, for all requests of the process. It opens in one of two ways:

    - The last `failures` attempts failed, nothing was answered within `window_s`, and no answer is on its way: nobody
      is there. (Five in a row are an outlier for Envoy too, but with a quarter of the attempts failing by chance they
      come once in a thousand, so what still answers must not be judged by them.)
    - Failures outnumber answers by `lead` over any last stretch of the results of the last `window_s` seconds, 100 of
      them at most. That is the usual share of one half (resilience4j, Hystrix), with a margin in place of a least
      number of results: where a share f fails by chance, a lead of n comes once in about ((1 - f) / f) ** n attempts
      (the gambler's ruin), with 24 % failing and 12 once in a million; half of twenty come once in a hundred. An
      upstream that dies is seen after twelve.

    An answer counts when it has come to its end, and failures come faster than that. So the answers whose words are
    coming count as good as long as they come, else every burst of shoppers would begin with an outage.

    An open circuit rests for `interval_s`, twice as long after each probe that failed, `LONGEST_REST_S` at the most,
    and up to `JITTER` longer by chance. Then one probe may pass, and one more after each such time as long as none has
    ended; one that ends well closes the circuit. What was begun before the circuit opened has no say in it any more.
    `opened_at_s` is on the clock `clock`, None while the circuit is closed.

    A request that no other route is left for need not wait for that (`last_resort`): it takes one of `PLACES`, or of
    the further ones that the words heard of late make. That is the adaptive throttling of Google's book on site
    reliability, which lets so many times as many requests through as the other side accepts. So a route that fails half
    of the time still answers whom it can, and one that is dead costs few shoppers their time and gets next to nothing
    sent.

    Threads need no lock: sets and queues change at one stroke, and are copied to be looked through.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        lead: int = 12,
        window_s: float = 30.0,
        interval_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self.opened_at_s: float | None = None
        self._failures = failures
        self._lead = lead
        self._window_s = window_s
        self._interval_s = interval_s
        self._clock = clock
        self._random = random
        self._in_a_row = 0
        self._answered_at_s = -math.inf
        self._last: deque[tuple[float, bool]] = deque(maxlen=100)
        self._speaking: set[Pass] = set()
        self._rest_s = 0.0
        self._doubled = 0
        self._probe_at_s = 0.0
        self._waiting: set[Pass] = set()  # last resorts that have not begun
        self._silent: set[Pass] = set()  # and those that have heard no word yet
        self._heard_at: deque[float] = deque(maxlen=300)
        self._failed_at: deque[float] = deque(maxlen=300)  # those that failed without a word
        self._age = 0

    @property
    def state(self) -> State:
        """`half_open` when a probe may pass or is on its way."""
        if self.opened_at_s is None:
            return "closed"
        return "open" if self._clock() < self.opened_at_s + self._rest_s else "half_open"

    @property
    def wait_s(self) -> float:
        """Seconds until the next request may pass; 0 when one may pass now."""
        return 0.0 if self.opened_at_s is None else max(0.0, self._probe_at_s - self._clock())

    def enter(self) -> Pass:
        """Let a request pass; what comes back is to be reported with, and to be `leave`-d. Raises CircuitOpen."""
        passed = Pass(age=self._age)
        if self.opened_at_s is not None:
            if (wait_s := self.wait_s) > 0:
                raise CircuitOpen(retry_after_s=wait_s)
            passed.is_probe = True
            self._probe_at_s = self._clock() + self._rest_s
        return passed

    def last_resort(self) -> Pass:
        """Let a request pass that no other route is left for, after its `wait_s`; then `begin` it.

        Raises CircuitOpen when no place comes free within `PATIENCE_S`, or as many as there are `PLACES` wait already.
        """
        passed = Pass(age=self._age)
        if self.opened_at_s is not None:
            now = self._clock()
            rest_s = self.wait_s
            passed.wait_s = max(self._place_in_s(now), rest_s if rest_s <= PATIENCE_S else 0.0)
            if passed.wait_s > PATIENCE_S or (passed.wait_s and len(self._waiting) >= PLACES):
                raise CircuitOpen(retry_after_s=rest_s)
            (self._waiting if passed.wait_s else self._silent).add(passed)
        return passed

    def begin(self, passed: Pass) -> None:
        """The wait of a last resort is over. It is the probe when one is due by now."""
        passed.age = self._age
        self._waiting.discard(passed)
        if self.opened_at_s is not None:
            self._silent.add(passed)
            if not self.wait_s:
                passed.is_probe = True
                self._probe_at_s = self._clock() + self._rest_s

    def is_shut_for(self, passed: Pass) -> bool:
        """Whether the circuit opened since this request passed."""
        return passed.age != self._age

    def spoke(self, passed: Pass) -> None:
        """Words of an attempt are coming."""
        self._speaking.add(passed)
        self._silent.discard(passed)
        self._heard_at.append(self._clock())

    def succeeded(self, passed: Pass) -> None:
        """An attempt brought a whole answer."""
        self._speaking.discard(passed)
        if passed.age != self._age:
            return
        now = self._clock()
        if self.opened_at_s is not None:
            self.opened_at_s = None
            self._doubled = 0
            self._last.clear()
        self._in_a_row = 0
        self._answered_at_s = now
        self._last.append((now, True))

    def failed(self, passed: Pass) -> None:
        """An attempt failed by the route's fault."""
        now = self._clock()
        if passed not in self._speaking:
            self._failed_at.append(now)
        self._speaking.discard(passed)
        self._silent.discard(passed)
        if passed.age != self._age:
            return
        if self.opened_at_s is not None:
            if passed.is_probe:
                self._doubled += 1
                self._open(now)
            return
        self._in_a_row += 1
        self._last.append((now, False))
        if self._is_dead(now) or self._is_outnumbered(now):
            self._open(now)

    def leave(self, passed: Pass) -> None:
        """The request is over, in whatever way."""
        for those in (self._speaking, self._silent, self._waiting):
            those.discard(passed)

    def _place_in_s(self, now: float) -> float:
        """Seconds until there is a place for one more last resort; infinite when nobody knows."""
        heard = sum(at > now - PLACE_S for at in tuple(self._heard_at))
        failed = [at for at in tuple(self._failed_at) if at > now - PLACE_S]
        lacking = len(self._silent) + len(failed) + 1 - PLACES - PER_WORD * heard - len(self._speaking)
        if lacking <= 0:
            return 0.0
        late = lacking - 1 + len(self._waiting)
        return failed[late] + PLACE_S - now if late < len(failed) else math.inf

    def _is_dead(self, now: float) -> bool:
        silent = not self._speaking and now - self._answered_at_s > self._window_s
        return silent and self._in_a_row >= self._failures

    def _is_outnumbered(self, now: float) -> bool:
        lead = -len(self._speaking)
        for at, is_good in reversed(tuple(self._last)):
            if at < now - self._window_s:
                return False
            lead += -1 if is_good else 1
            if lead >= self._lead:
                return True
        return False

    def _open(self, now: float) -> None:
        self._age += 1
        self._in_a_row = 0
        self._last.clear()
        rest_s = min(LONGEST_REST_S, self._interval_s * 2.0**self._doubled)
        self._rest_s = rest_s * (1 + JITTER * self._random())
        self.opened_at_s = now
        self._probe_at_s = now + self._rest_s


class Breaking:
    """A `Relay` that asks `breaker` before it lets a request pass, and tells it how every attempt ended.

    An attempt counts as good at the end of its stream, not at the first word of it. A consumer that closes the stream
    says nothing about the route. Raises CircuitOpen at once while the circuit is open, also between two attempts of
    one request: an attempt that only was announced has not left. A request that is a `last_resort` may pass an open
    circuit, perhaps after a wait of some seconds, which is announced.
    """

    def __init__(
        self, relay: Relay, breaker: Breaker, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._relay = relay
        self._breaker = breaker
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"Breaking({self._relay!r})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of the relay below."""
        breaker = self._breaker
        passed = breaker.last_resort() if request.last_resort else breaker.enter()
        failed = False  # an attempt did; whether the route is to blame shows in what comes next
        speaks = False
        try:
            if request.last_resort:
                if passed.wait_s:
                    yield Waiting(reason="retrying", seconds=passed.wait_s)
                    await self._sleep(passed.wait_s)
                breaker.begin(passed)
            async with aclosing(self._relay.stream(request)) as events:
                async for event in events:
                    if isinstance(event, TextAdded):
                        if not speaks:
                            speaks = True
                            breaker.spoke(passed)
                        yield event
                        continue
                    if failed:  # it is tried again, so the fault was no wrong request
                        failed = False
                        breaker.failed(passed)
                    if isinstance(event, AttemptEnded):
                        failed = event.outcome != "answered" and event.error_code not in TOO_OFTEN
                        speaks = False
                        if event.outcome == "answered":
                            breaker.succeeded(passed)
                    elif breaker.is_shut_for(passed):
                        raise CircuitOpen(retry_after_s=breaker.wait_s)
                    yield event
        except RelayError as err:
            if failed and not isinstance(err, ABOUT_ONE_REQUEST):
                breaker.failed(passed)
            raise
        finally:
            breaker.leave(passed)
