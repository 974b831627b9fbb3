"""Who waits, how long, in which order, and what a refusal of the upstream teaches everyone. In virtual time."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import wraps
from itertools import pairwise
from typing import Any

import pytest

from chatbot.errors import QueueTimeout, RelayError, RelayOverloaded, RelayRateLimited
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage, Waiting
from chatbot.relay.allowance import Limits, Local
from chatbot.relay.base import ChatRequest
from chatbot.relay.limits import Limited, Limiter
from chatbot.relay.retrying import Retrying
from tests.relay import virtual
from tests.relay.conftest import Heard, ask, hear
from tests.relay.virtual import clock


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        virtual.run(test(*args, **kwargs))

    return run


@dataclass
class Upstream:
    """A relay that answers in a tenth of a second, or refuses as it is told, and notes when it was asked."""

    refuses: Callable[[], RelayError | None] = lambda: None
    usage: Usage = field(default_factory=Usage)
    asked: list[tuple[float, str]] = field(default_factory=list)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        yield AttemptStarted(attempt=request.attempt, endpoint="e", model=request.model, number=request.number)
        self.asked.append((clock(), request.user))
        error = self.refuses()
        if error is None:
            await asyncio.sleep(0.1)
            yield TextAdded(text="Hi")
        yield AttemptEnded(attempt=request.attempt, outcome="failed" if error else "answered", usage=self.usage)
        if error:
            raise error


def limited(inner: Upstream, queue_s: float = 20.0, **limits: int) -> tuple[Limited, Limiter]:
    limiter = Limiter(Local(Limits(**limits), clock=clock), queue_s=queue_s, clock=clock)
    return Limited(inner, limiter), limiter


async def at_once(relay: Limited | Retrying, count: int) -> list[Heard]:
    return await asyncio.gather(*(hear(relay, ask(user=str(number))) for number in range(count)))


def waits(heard: Heard) -> list[Waiting]:
    return [event for event in heard.events if isinstance(event, Waiting)]


@in_virtual_time
async def test_without_limits_nobody_waits() -> None:
    inner = Upstream()
    relay, _ = limited(inner)

    heard = await at_once(relay, 500)

    assert not any(map(waits, heard))
    assert {at for at, _ in inner.asked} == {1000.0}


@in_virtual_time
async def test_no_minute_holds_more_than_was_agreed() -> None:
    inner = Upstream()
    relay, _ = limited(inner, queue_s=1e6, requests_per_minute=60)

    await at_once(relay, 200)

    times = [at for at, _ in inner.asked]
    assert len(times) == 200
    busiest = max(sum(start <= at < start + 60 for at in times) for start in times)
    assert 54 <= busiest <= 60


@in_virtual_time
async def test_first_come_is_first_served() -> None:
    inner = Upstream()
    relay, _ = limited(inner, queue_s=1e6, requests_per_minute=60)

    await at_once(relay, 50)

    assert [user for _, user in inner.asked] == [str(number) for number in range(50)]


@in_virtual_time
async def test_tokens_are_held_to_and_put_right_by_what_was_used() -> None:
    inner = Upstream(usage=Usage(input_tokens=40, output_tokens=60, source="reported"))
    relay, _ = limited(inner, queue_s=1e6, tokens_per_minute=6000)
    request = ask(estimated_tokens=300)  # the bucket holds 600 and gains 90 a second

    for _ in range(20):
        await hear(relay, request)

    took_s = clock() - 1000.0
    assert took_s == pytest.approx((20 * 100 - 600 + 200) / 90, abs=1.5)


@in_virtual_time
async def test_a_wait_is_told_at_once_and_again_only_when_it_is_markedly_off() -> None:
    inner = Upstream()
    relay, limiter = limited(inner, queue_s=100, requests_per_minute=60)
    first = [limiter.join() for _ in range(6)]
    for ticket in first:
        assert await ticket.turn() is None

    async def refuse() -> None:
        await asyncio.sleep(0.5)
        await first[0].refused(30.0)

    task = asyncio.create_task(refuse())
    heard = await hear(relay)
    await task

    told = waits(heard)
    assert [wait.reason for wait in told] == ["queued", "queued"]
    assert [wait.seconds for wait in told] == [pytest.approx(1 / 0.9), pytest.approx(29.5, abs=1)]
    assert isinstance(heard.events[2], AttemptStarted)


@in_virtual_time
async def test_a_wait_that_would_be_too_long_is_not_begun() -> None:
    inner = Upstream()
    relay, limiter = limited(inner, queue_s=21, requests_per_minute=60)

    heard = await at_once(relay, 60)

    codes = Counter(each.error.code if each.error else "" for each in heard)
    assert codes == {"": 6 + 18, "queue_timeout": 36}
    assert all(isinstance(each.error, QueueTimeout) and not each.started for each in heard if each.error)
    assert clock() - 1000.0 <= 21
    assert len(limiter) == 0


@in_virtual_time
async def test_who_goes_away_leaves_the_line_at_once() -> None:
    inner = Upstream()
    relay, limiter = limited(inner, requests_per_minute=60)
    await at_once(relay, 6)
    gone = asyncio.create_task(hear(relay, ask(user="gone")))
    await asyncio.sleep(0)
    stays = asyncio.create_task(hear(relay, ask(user="stays")))
    await asyncio.sleep(0.01)
    assert len(limiter) == 2

    gone.cancel()
    await asyncio.wait([gone])

    assert len(limiter) == 1
    await stays
    assert inner.asked[-1] == (pytest.approx(1000 + 1 / 0.9), "stays")


@in_virtual_time
async def test_a_generator_that_is_closed_while_it_waits_leaves_the_line() -> None:
    relay, limiter = limited(Upstream(), requests_per_minute=60)
    await at_once(relay, 6)

    async with aclosing(relay.stream(ask())) as events:
        assert isinstance(await anext(events), Waiting)

    assert len(limiter) == 0


@in_virtual_time
async def test_one_refusal_holds_everyone_for_as_long_as_the_upstream_asked() -> None:
    script: list[RelayError | None] = [RelayRateLimited(retry_after_s=7)]
    inner = Upstream(refuses=lambda: script.pop() if script else None)
    relay, _ = limited(inner)

    heard = await at_once(Retrying(relay, paced=True), 1)
    assert heard[0].error is None
    assert [at for at, _ in inner.asked] == [1000.0, pytest.approx(1007.0)]


@in_virtual_time
async def test_refusals_in_a_row_wait_longer_each_time_up_to_eight_seconds() -> None:
    inner = Upstream(refuses=RelayRateLimited)
    relay, _ = limited(inner, queue_s=1e6)

    for _ in range(10):
        await hear(relay)

    times = [at for at, _ in inner.asked]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == pytest.approx(8.0)


@in_virtual_time
async def test_an_upstream_that_asks_for_an_hour_is_tried_again_after_five_minutes() -> None:
    script: list[RelayError | None] = [RelayRateLimited(retry_after_s=3600)]
    inner = Upstream(refuses=lambda: script.pop() if script else None)
    relay, _ = limited(inner, queue_s=1e6)

    await hear(relay)
    await hear(relay)

    assert [at for at, _ in inner.asked] == [1000.0, pytest.approx(1300.0)]


@in_virtual_time
async def test_the_rate_follows_what_the_upstream_bears_and_recovers() -> None:
    bears = [10.0]
    level = [10.0, clock()]

    def bucket() -> RelayError | None:
        level[0] = min(10.0, level[0] + (clock() - level[1]) * bears[0])
        level[1] = clock()
        if level[0] < 1:
            return RelayRateLimited()
        level[0] -= 1
        return None

    inner = Upstream(refuses=bucket)
    relay = Retrying(limited(inner)[0], paced=True)

    async def offer(per_s: float, seconds: float) -> list[Heard]:
        tasks = []
        for _ in range(int(per_s * seconds)):
            tasks.append(asyncio.create_task(hear(relay)))
            await asyncio.sleep(1 / per_s)
        return await asyncio.gather(*tasks)

    peak = await offer(13, 40)
    attempts = len(inner.asked)
    bears[0] = 1000.0
    await asyncio.sleep(20)
    after = await offer(30, 10)

    codes = Counter(each.error.code if each.error else "" for each in peak)
    assert codes["relay_rate_limited"] == 0
    assert codes[""] > 0.75 * 400
    assert attempts <= 1.2 * len(peak)
    assert not any(each.error for each in after)
    assert max(wait.seconds or 0 for each in after for wait in waits(each) or [Waiting(reason="queued")]) < 1


@in_virtual_time
async def test_an_upstream_that_refuses_one_in_twenty_whatever_the_load_is_not_choked() -> None:
    number = iter(range(10**6))
    inner = Upstream(refuses=lambda: RelayRateLimited() if next(number) % 20 == 19 else None)
    relay = Retrying(limited(inner)[0], paced=True)
    tasks = []
    for _ in range(3000):
        tasks.append(asyncio.create_task(hear(relay)))
        await asyncio.sleep(0.01)

    heard = await asyncio.gather(*tasks)

    assert not any(each.error for each in heard)
    assert clock() - 1000.0 < 31


@in_virtual_time
async def test_other_faults_hold_nobody_back() -> None:
    inner = Upstream(refuses=RelayOverloaded)
    relay, _ = limited(inner)

    await at_once(relay, 20)

    assert clock() == 1000.0


def test_loops_of_several_threads_stand_in_one_line() -> None:
    limiter = Limiter(Local(Limits(requests_per_minute=6000)))
    relay = Limited(_Answers(), limiter)

    async def many() -> list[Heard]:
        return await asyncio.gather(*(hear(relay) for _ in range(320)))

    async def both() -> list[list[Heard]]:
        return await asyncio.gather(*(asyncio.to_thread(asyncio.run, many()) for _ in range(2)))

    heard = [each for part in asyncio.run(both()) for each in part]

    assert not any(each.error for each in heard)
    assert len(limiter) == 0


class _Answers:
    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        yield AttemptStarted(attempt=request.attempt, endpoint="e", model=request.model, number=request.number)
        yield AttemptEnded(attempt=request.attempt, outcome="answered", usage=Usage())
