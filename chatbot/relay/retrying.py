"""`Retrying`: the one place that repeats a request."""

import asyncio
import random as random_module
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from chatbot.errors import FirstTokenTimeout, RelayError, RelayRateLimited, StallTimeout
from chatbot.events import AttemptStarted, RelayEvent, TextAdded, Waiting
from chatbot.relay.base import ChatRequest, Relay, new_attempt_id
from chatbot.relay.retry_budget import RetryBudget


class Retrying:
    """A `Relay` that tries another up to `attempts` times, as long as no word has been said.

    Only errors that are `retryable` are tried again. The wait is exponential with full jitter (`random` times
    `base_s * 2**n`, at most `cap_s`), or what the upstream asked for plus up to a tenth of it, so that those who were
    refused together do not come back together; an upstream that asks for more than `max_retry_after_s` gets no further
    try. The wait is announced by `Waiting(reason="retrying")`, in seconds, before it begins.

    `budget` is shared by all who repeat requests at the same upstream. With it, scattered faults are tried again and an
    outage is not: then the error is raised at once, and whoever stands further out goes on to the next route without
    the loss of a wait. The first try of another route is nobody's retry and asks no budget; coming back to a route that
    failed this request before is one.

    Simulated with two routes of three tries each and 19 % of attempts failing (429 apart), 10,000 requests at 100 a
    second were all answered; at 24 % between 99.86 % and 99.99 %. Going to the next route at once, and back, answers
    99.93 % to 99.95 % there, and changes the model for every scattered fault: so a failover tries each route once.

    A 429 is no charge to the budget. When the relay within is `Limited`, say `paced`: a refused request goes back to
    the queue at once, however often within `max_retry_after_s` from the start. The queue holds everyone for as long as
    the upstream asked, and knows when that is too long for a shopper.

    Each attempt has its own id and number. After a timeout the next one is a plain request: what holds streams up on
    the way (a proxy that buffers) lets those pass. Raises the error of the last attempt.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        attempts: int = 3,
        base_s: float = 0.5,
        cap_s: float = 8.0,
        max_retry_after_s: float = 20,
        budget: RetryBudget | None = None,
        paced: bool = False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._relay = relay
        self._attempts = attempts
        self._base_s = base_s
        self._cap_s = cap_s
        self._max_retry_after_s = max_retry_after_s
        self._budget = budget or RetryBudget()
        self._paced = paced
        self._sleep = sleep
        self._random = random

    def __repr__(self) -> str:
        return f"Retrying({self._relay!r})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of all attempts made, in order."""
        tried = 0
        loop = asyncio.get_running_loop()
        queue_until = loop.time() + self._max_retry_after_s
        while True:
            tried += 1
            spoke = False
            number = request.number
            try:
                async with aclosing(self._relay.stream(request)) as events:
                    async for event in events:
                        if isinstance(event, TextAdded):
                            spoke = True
                        elif isinstance(event, AttemptStarted):
                            number = event.number
                        yield event
                self._budget.answered()
                return
            except RelayError as err:
                refused = isinstance(err, RelayRateLimited)
                if err.retryable and not refused:
                    self._budget.failed()
                queues = refused and self._paced and loop.time() < queue_until
                if spoke or not err.retryable or (tried >= self._attempts and not queues):
                    raise
                wait_s = 0.0 if queues else self._wait_s(err, tried)
                if wait_s is None or not (refused or self._budget.allows()):
                    raise
                plain = isinstance(err, (FirstTokenTimeout, StallTimeout))
            if wait_s:
                yield Waiting(reason="retrying", seconds=wait_s)
                await self._sleep(wait_s)
            request = replace(request, attempt=new_attempt_id(), number=number + 1, stream=request.stream and not plain)

    def _wait_s(self, err: RelayError, tried: int) -> float | None:
        asked = err.retry_after_s
        if asked is None:
            return self._random() * min(self._cap_s, self._base_s * 2.0 ** (tried - 1))
        if asked > self._max_retry_after_s:
            return None
        return asked * (1 + 0.1 * self._random())
