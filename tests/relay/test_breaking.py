"""When a circuit opens, and what does not open it."""

import asyncio
import heapq
import random
from contextlib import aclosing

import pytest

from chatbot.errors import CircuitOpen, RelayError, RelayOverloaded, RelayRateLimited, RelayRejected, StreamCut
from chatbot.events import TextAdded
from chatbot.relay.breaking import Breaking, Pass
from chatbot.relay.retrying import Retrying
from tests.relay.circuits import breaker, until
from tests.relay.conftest import Clock, ask, hear
from tests.relay.stand_in import StandIn


async def test_five_failures_in_a_row_open_the_circuit_and_nothing_more_is_sent(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    codes = [(await hear(relay)).error for _ in range(7)]
    assert [type(error) for error in codes] == [RelayOverloaded] * 5 + [CircuitOpen] * 2
    assert codes[-1] is not None
    assert codes[-1].retry_after_s == 30
    assert (len(upstream.left), circuit.state, circuit.opened_at_s) == (5, "open", 1000.0)


async def test_five_in_a_row_say_nothing_about_a_route_that_answered_a_moment_ago(clock: Clock) -> None:
    upstream = StandIn([["good"], *[[RelayOverloaded()]] * 11])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(12):
        await hear(relay)
    assert circuit.state == "closed"

    await hear(relay)  # the twelfth

    assert circuit.state == "open"


async def test_five_in_a_row_open_it_when_the_last_answer_is_half_a_minute_old(clock: Clock) -> None:
    upstream = StandIn([["good"], [RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    clock.now += 30.1
    assert circuit.state == "closed"

    await hear(relay)

    assert circuit.state == "open"


async def test_five_in_a_row_say_nothing_about_a_route_that_is_speaking(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([["slow ", gate, "answer"], [RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    hearing = asyncio.create_task(hear(relay))
    await until(lambda: upstream.left)
    for _ in range(12):
        await hear(relay)
    assert circuit.state == "closed"

    gate.set()

    assert (await hearing).text == "slow answer"


async def test_a_good_answer_in_between_starts_the_count_anew(clock: Clock) -> None:
    bad = [RelayOverloaded()]
    upstream = StandIn([bad, bad, bad, bad, ["good"], bad, bad, bad, bad, ["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(10):
        await hear(relay)
    assert circuit.state == "closed"


async def test_three_of_four_failing_open_it_too(clock: Clock) -> None:
    bad = [RelayOverloaded()]
    upstream = StandIn([["good"], bad, bad, bad] * 7)
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(28):
        await hear(relay)
        clock.now += 0.1
    assert (circuit.state, len(upstream.left)) == ("open", 23)


async def test_failures_long_past_are_not_counted_in(clock: Clock) -> None:
    bad = [RelayOverloaded()]
    upstream = StandIn([["good"], bad, bad, bad] * 7)
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(28):
        await hear(relay)
        clock.now += 7
    assert circuit.state == "closed"


def opened_after_s(share: float, *, per_s: float, requests: int, answer_s: float = 5.0, seed: int = 1) -> float | None:
    """Seconds until the circuit opens when this share of requests fails, half of those before a word; None if never."""
    clock, chance = Clock(), random.Random(seed)
    circuit, began = breaker(clock), clock.now
    ends: list[tuple[float, int, Pass, bool]] = []
    for number in range(requests):
        at = began + number / per_s
        while ends and ends[0][0] <= at:
            clock.now, _, ended, fails = heapq.heappop(ends)
            (circuit.failed if fails else circuit.succeeded)(ended)
            if circuit.state != "closed":
                return clock.now - began
        clock.now = at
        passed = circuit.enter()
        fails = chance.random() < share
        early = fails and chance.random() < 0.5
        if not early:
            circuit.spoke(passed)
        heapq.heappush(ends, (at + (0.1 if early else answer_s * chance.uniform(0.5, 1)), number, passed, fails))
    return None


@pytest.mark.parametrize("per_s", [1, 20])
def test_scattered_faults_never_open_it(per_s: float) -> None:
    assert opened_after_s(0.24, per_s=per_s, requests=100_000) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_burst_after_a_quiet_night_does_not_open_it_before_the_first_answer_is_whole(seed: int) -> None:
    # Ten seconds pass before the first answer; by then a dozen attempts have failed.
    assert opened_after_s(0.24, per_s=10, requests=500, answer_s=20, seed=seed) is None


@pytest.mark.parametrize(("share", "within_s"), [(1.0, 5), (0.9, 10), (0.75, 20)])
@pytest.mark.parametrize("seed", range(5))
def test_a_route_that_mostly_fails_is_left_alone_soon(share: float, within_s: float, seed: int) -> None:
    took_s = opened_after_s(share, per_s=5, requests=1000, answer_s=1, seed=seed)
    assert took_s is not None
    assert took_s <= within_s


async def test_a_stream_that_breaks_after_its_first_word_is_no_success(clock: Clock) -> None:
    relay = Breaking(StandIn([["words", StreamCut()]]), circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    assert circuit.state == "open"


@pytest.mark.parametrize("error", [RelayRejected(), RelayRateLimited()])
async def test_what_is_wrong_with_one_request_says_nothing_about_the_route(clock: Clock, error: RelayError) -> None:
    relay = Breaking(StandIn([[error]]), circuit := breaker(clock))
    for _ in range(30):
        await hear(relay)
    assert circuit.state == "closed"


async def test_a_shopper_who_stops_says_nothing_about_the_route(clock: Clock) -> None:
    upstream = StandIn([["one", "two"]] * 30 + [[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(30):
        async with aclosing(relay.stream(ask())) as events:
            async for event in events:
                if isinstance(event, TextAdded):
                    break
    assert circuit.state == "closed"
    for _ in range(5):  # and nobody who stopped counts as one who is still listening
        await hear(relay)
    assert circuit.state == "open"


async def test_retries_end_when_the_circuit_opens_under_them(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    retrying = Retrying(upstream, attempts=20, base_s=0)
    relay = Breaking(retrying, breaker(clock))
    heard = await hear(relay)
    assert isinstance(heard.error, CircuitOpen)
    assert (len(upstream.left), len(heard.ended)) == (5, 5)
