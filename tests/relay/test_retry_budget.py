"""When a request may be repeated: scattered faults always, an outage hardly ever, a quiet shop now and then."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from chatbot.errors import RelayError, RelayOverloaded, RelayRateLimited
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, Usage
from chatbot.relay.base import ChatRequest
from chatbot.relay.retry_budget import FULL, RetryBudget
from chatbot.relay.retrying import Retrying
from tests.relay import virtual
from tests.relay.conftest import hear
from tests.relay.virtual import clock

EMPTIES = int(FULL)


@dataclass
class Faulty:
    """A relay that fails so many of its requests, by chance."""

    share: float
    chance: random.Random
    asked: list[float] = field(default_factory=list)
    error: type[RelayError] = RelayOverloaded

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        yield AttemptStarted(attempt=request.attempt, endpoint="e", model=request.model, number=request.number)
        self.asked.append(clock())
        await asyncio.sleep(0.08)
        fails = self.chance.random() < self.share
        yield AttemptEnded(attempt=request.attempt, outcome="failed" if fails else "answered", usage=Usage())
        if fails:
            raise self.error


async def offer(upstream: Faulty, *, per_s: int, seconds: int) -> float:
    """The share of requests that were answered, through `Retrying` with a budget."""
    relay = Retrying(upstream, budget=RetryBudget(clock=clock), random=upstream.chance.random)
    tasks = []
    for _ in range(per_s * seconds):
        tasks.append(asyncio.create_task(hear(relay)))
        await asyncio.sleep(1 / per_s)
    return sum(not heard.error for heard in await asyncio.gather(*tasks)) / len(tasks)


@pytest.mark.parametrize("seed", range(3))
def test_an_outage_is_not_made_worse(seed: int) -> None:
    upstream = Faulty(0.5, random.Random(seed))

    virtual.run(offer(upstream, per_s=100, seconds=20))

    busiest = max(Counter(int(at) for at in upstream.asked).values())
    assert busiest <= 120
    assert len(upstream.asked) <= 1.04 * 2000


def test_scattered_faults_are_all_tried_again() -> None:
    upstream = Faulty(0.1, random.Random(1))

    answered = virtual.run(offer(upstream, per_s=50, seconds=20))

    assert answered >= 0.998
    assert 1.05 <= len(upstream.asked) / 1000 <= 1.2


def test_after_the_outage_requests_are_repeated_again() -> None:
    budget = RetryBudget(clock=lambda: 0.0)
    for _ in range(EMPTIES):
        budget.failed()
    assert [budget.allows() for _ in range(3)] == [True, False, False]

    for _ in range(EMPTIES + 1):
        budget.answered()

    assert [budget.allows() for _ in range(3)] == [True, True, True]


def test_in_a_quiet_shop_one_a_second_may_be_repeated_whatever_happened() -> None:
    now = [0.0]
    budget = RetryBudget(clock=lambda: now[0])
    for _ in range(EMPTIES):
        budget.failed()

    allowed = []
    for _ in range(5):
        allowed.append(budget.allows())
        now[0] += 0.5

    assert allowed == [True, False, True, False, True]


def test_refusals_to_wait_for_are_no_charge() -> None:
    async def main() -> None:
        upstream = Faulty(1.0, random.Random(1), error=RelayRateLimited)
        budget = RetryBudget(clock=clock)
        for _ in range(10):
            await hear(Retrying(upstream, budget=budget))
        assert len(upstream.asked) == 30
        assert [budget.allows() for _ in range(3)] == [True] * 3

    virtual.run(main())
