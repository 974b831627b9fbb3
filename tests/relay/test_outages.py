"""The whole stack against upstreams that fail half of all requests, or all of them, at 100 requests a second."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import pytest

from chatbot.errors import RelayOverloaded
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage
from chatbot.relay.base import ChatRequest
from chatbot.relay.breaking import Breaker, Breaking
from chatbot.relay.failover import Failover
from chatbot.relay.retry_budget import RetryBudget
from chatbot.relay.retrying import Retrying
from tests.relay import virtual
from tests.relay.conftest import Heard, hear
from tests.relay.virtual import clock

PER_S = 100


@dataclass
class Failing:
    """An upstream that fails a share of its requests until it recovers."""

    share: float
    chance: random.Random
    until_s: float = math.inf
    answer_s: float = 0.0
    asked: list[float] = field(default_factory=list)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        yield AttemptStarted(attempt=request.attempt, endpoint="e", model=request.model, number=request.number)
        self.asked.append(clock())
        await asyncio.sleep(0.08)
        fails = clock() < self.until_s and self.chance.random() < self.share
        if not fails:
            yield TextAdded(text="words ")
            await asyncio.sleep(self.answer_s)
        yield AttemptEnded(attempt=request.attempt, outcome="failed" if fails else "answered", usage=Usage())
        if fails:
            raise RelayOverloaded

    def busiest_second(self) -> int:
        return max(Counter(int(at) for at in self.asked).values(), default=0)


async def offer(upstreams: Sequence[Failing], *, seconds: int) -> list[Heard]:
    chance = upstreams[0].chance.random
    routes = [
        (Breaking(Retrying(each, budget=RetryBudget(clock=clock), random=chance), Breaker(clock=clock)), f"model-{n}")
        for n, each in enumerate(upstreams)
    ]
    relay = Failover(routes, clock=clock)
    tasks = []
    for _ in range(PER_S * seconds):
        tasks.append(asyncio.create_task(hear(relay)))
        await asyncio.sleep(1 / PER_S)
    return await asyncio.gather(*tasks)


def offered(routes: int, *, seconds: int = 10, **upstream: float) -> tuple[list[Failing], list[Heard]]:
    async def main() -> tuple[list[Failing], list[Heard]]:
        chance = random.Random(18)
        upstreams = [Failing(chance=chance, **upstream) for _ in range(routes)]  # type: ignore[arg-type]
        return upstreams, await offer(upstreams, seconds=seconds)

    return virtual.run(main())


def answered(heard: Sequence[Heard]) -> float:
    return sum(not each.error for each in heard) / len(heard)


@pytest.mark.parametrize(("routes", "answer_s", "least"), [(1, 0.0, 0.45), (1, 5.0, 0.45), (2, 5.0, 0.7)])
def test_half_of_all_failing_is_not_made_worse_and_whom_it_can_it_answers(
    routes: int, answer_s: float, least: float
) -> None:
    upstreams, heard = offered(routes, share=0.5, answer_s=answer_s)
    for upstream in upstreams:
        assert upstream.busiest_second() <= 1.2 * PER_S
        assert len(upstream.asked) <= 1.04 * len(heard)
    assert answered(heard) >= least


def test_nobody_there_is_asked_by_few() -> None:
    upstreams, heard = offered(2, share=1.0)
    for upstream in upstreams:
        assert len(upstream.asked) <= 0.05 * len(heard)


@pytest.mark.parametrize(("routes", "share"), [(1, 1.0), (2, 0.5)])
def test_after_an_outage_all_are_answered_again_within_seconds(routes: int, share: float) -> None:
    _, heard = offered(routes, seconds=12, share=share, until_s=virtual.BEGIN_S + 5)
    assert answered(heard[10 * PER_S :]) == 1
