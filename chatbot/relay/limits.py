"""`Limited`: wait for a slot instead of failing. The rules of what may be sent stand in `allowance`."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Final

from chatbot.errors import ConfigurationError, QueueTimeout, RelayRateLimited
from chatbot.events import AttemptEnded, RelayEvent, Waiting
from chatbot.relay.allowance import Allowances, Limits, Local, Verdict
from chatbot.relay.base import ChatRequest, Endpoint, Relay

TELL_EVERY_S: Final = 1.0
"""The least time between two estimates that a waiting shopper is told."""
MARKED_S: Final = 2.0
MARKED_SHARE: Final = 0.3
"""An estimate is told anew when it is off by this many seconds and this part of what was told."""
BYTES_PER_TOKEN: Final = 4


def limiter_of(endpoint: Endpoint, *, redis_url: str = "", queue_s: float = 20.0) -> "Limiter":
    """The limiter of `endpoint`: for all processes with a Redis, else for this one. Make one per endpoint and process.

    Raises ConfigurationError when there is a Redis but not the package that speaks to it.
    """
    limits = Limits(requests_per_minute=endpoint.requests_per_minute, tokens_per_minute=endpoint.tokens_per_minute)
    if not redis_url:
        return Limiter(Local(limits), queue_s=queue_s)
    try:
        from chatbot.relay.limits_redis import Shared  # here: the package redis is an extra
    except ImportError as err:
        raise ConfigurationError("REDIS_URL needs the extra: pip install 'django-shopkeeper[redis]'.") from err
    return Limiter(Shared(redis_url, endpoint.name, limits), queue_s=queue_s)


class Limiter:
    """The queue before one endpoint: first come first served in this process, whatever loop or thread they come from.

    Whoever is first asks for the allowance; processes that share one take turns as it comes by. A wait that would pass
    `queue_s` is not begun, or is ended as soon as that is known: `QueueTimeout`, so that another route or the
    catalogue answers while the shopper still looks.
    """

    def __init__(
        self, allowances: Allowances, *, queue_s: float = 20.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowances = allowances
        self.queue_s = queue_s
        self.clock = clock
        self._line: deque[Ticket] = deque()
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._pace_s = 0.0

    def __len__(self) -> int:
        return len(self._line)

    def join(self, tokens: int = 0) -> "Ticket":
        """A place at the end of the line for a request of about `tokens` tokens. `leave` it in any case."""
        ticket = Ticket(self, tokens)
        with self._lock:
            self._line.append(ticket)
        return ticket

    def is_first(self, ticket: "Ticket") -> bool:
        """Whether nobody stands before `ticket`."""
        return self._line[0] is ticket

    def leave(self, ticket: "Ticket") -> None:
        """Take `ticket` out of the line and call the next."""
        with self._lock:
            if ticket not in self._line:  # it was passed over because its loop had closed
                return
            was_first = self._line[0] is ticket
            self._line.remove(ticket)
            while was_first and self._line:
                try:
                    self._line[0].call()
                    return
                except RuntimeError:  # its loop is closed: nobody waits there any more
                    self._line.popleft()

    def learn(self, verdict: Verdict) -> None:
        """Keep what the first in line was told, for the estimates of all."""
        self._free_at, self._pace_s = self.clock() + verdict.wait_s, verdict.pace_s

    def estimate_s(self, ticket: "Ticket") -> float:
        """Seconds until it is probably the turn of `ticket`."""
        with self._lock:
            return max(0.0, self._free_at - self.clock()) + self._line.index(ticket) * self._pace_s


class Ticket:
    """A place in the line, and once it is granted the allowance of one request."""

    __slots__ = ("_ask_at", "_called", "_limiter", "_loop", "_since", "_tokens", "_told_at", "_told_s", "granted")

    def __init__(self, limiter: Limiter, tokens: int) -> None:
        self.granted: Verdict | None = None
        self._limiter = limiter
        self._tokens = tokens
        self._loop = asyncio.get_running_loop()
        self._called = asyncio.Event()
        self._since = self._ask_at = limiter.clock()
        self._told_at = self._told_s = float("-inf")

    def call(self) -> None:
        """Wake who waits here, from any thread. Raises RuntimeError when that loop is closed."""
        self._loop.call_soon_threadsafe(self._called.set)

    async def turn(self) -> float | None:
        """None when the request may go; else the seconds it will probably take, whenever there is news to tell.

        Raises QueueTimeout when the wait is over the limiter's.
        """
        limiter = self._limiter
        while True:
            if limiter.is_first(self) and limiter.clock() >= self._ask_at:
                verdict = await limiter.allowances.take(self._tokens)
                if not verdict.wait_s:
                    self.granted = verdict
                    limiter.leave(self)
                    return None
                limiter.learn(verdict)
                # What was taken may come back early: an answer used less than was thought.
                self._ask_at = limiter.clock() + min(verdict.wait_s, TELL_EVERY_S)
            now = limiter.clock()
            left_s = self._since + limiter.queue_s - now
            estimate_s = limiter.estimate_s(self)
            if estimate_s > left_s or left_s <= 0:
                raise QueueTimeout(retry_after_s=estimate_s)
            if self._is_news(now, estimate_s):
                self._told_at, self._told_s = now, estimate_s
                return estimate_s
            await self._pause(min(left_s, TELL_EVERY_S), now)

    def leave(self) -> None:
        """Give the place up. Nothing happens when the request was granted."""
        if self.granted is None:
            self._limiter.leave(self)

    async def settle(self, tokens: int | None) -> None:
        """The answer came; it used so many tokens, None when nobody said."""
        granted, allowances = self.granted, self._limiter.allowances
        over = tokens - self._tokens if tokens is not None and allowances.limits.tokens_per_minute else 0
        if granted is not None and (over or granted.strikes):
            await allowances.settle(granted, over)

    async def refused(self, retry_after_s: float | None) -> None:
        """The upstream said 429."""
        if self.granted is not None:
            await self._limiter.allowances.refused(self.granted, retry_after_s)

    def _is_news(self, now: float, estimate_s: float) -> bool:
        if self._told_at == float("-inf"):
            return True
        off_s = abs(estimate_s - max(0.0, self._told_s - (now - self._told_at)))
        return now - self._told_at >= TELL_EVERY_S and off_s >= max(MARKED_S, MARKED_SHARE * self._told_s)

    async def _pause(self, seconds: float, now: float) -> None:
        if self._limiter.is_first(self):
            await asyncio.sleep(max(0.0, min(seconds, self._ask_at - now)))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._called.wait()


class Limited:
    """A `Relay` whose requests wait for their turn.

    A request that has to wait yields `Waiting(reason="queued")` at once, and again when the estimate changes markedly,
    at most once a second, all before its `AttemptStarted`. Raises `QueueTimeout` instead of an attempt when its turn
    would come too late. A 429 passes through to whoever repeats requests; from then on everyone waits for as long as
    the upstream asked. Without limits and refusals nobody ever waits.
    """

    def __init__(self, relay: Relay, limiter: Limiter) -> None:
        self._relay = relay
        self._limiter = limiter

    def __repr__(self) -> str:
        return f"Limited({self._relay!r})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """`Waiting` as long as it is not this request's turn, then the events of its attempt."""
        limits = self._limiter.allowances.limits
        ticket = self._limiter.join(_estimated_tokens(request) if limits.tokens_per_minute else 0)
        try:
            while (wait_s := await ticket.turn()) is not None:
                yield Waiting(reason="queued", seconds=wait_s)
        finally:
            ticket.leave()
        try:
            async with aclosing(self._relay.stream(request)) as events:
                async for event in events:
                    if isinstance(event, AttemptEnded) and event.outcome == "answered":
                        await ticket.settle(_used_tokens(event))
                    yield event
        except RelayRateLimited as err:
            await ticket.refused(err.retry_after_s)
            raise


def _estimated_tokens(request: ChatRequest) -> int:
    """What the request says, else its text by a rough rule and the longest answer that it allows."""
    if request.estimated_tokens:
        return request.estimated_tokens
    given = sum(len(message.content.encode()) for message in request.messages) // BYTES_PER_TOKEN
    return given + (request.max_tokens or 0)


def _used_tokens(ended: AttemptEnded) -> int | None:
    given, said = ended.usage.input_tokens, ended.usage.output_tokens
    return None if given is None or said is None else given + said
