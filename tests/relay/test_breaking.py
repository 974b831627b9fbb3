"""When a circuit opens, what it lets pass while it is open, and what closes it."""

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from chatbot.errors import CircuitOpen, RelayError, RelayOverloaded, RelayRateLimited, RelayRejected, StreamCut
from chatbot.events import AttemptStarted, TextAdded, Waiting
from chatbot.relay.breaking import LONGEST_REST_S, PATIENCE_S, PLACE_S, PLACES, Breaker, Breaking, Pass
from chatbot.relay.retrying import Retrying
from tests.relay.conftest import Heard, ask, hear
from tests.relay.stand_in import StandIn


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def breaker(clock: Callable[[], float]) -> Breaker:
    return Breaker(failures=5, interval_s=30, clock=clock, random=lambda: 0.0)


def last_resort(relay: Breaking) -> Awaitable[Heard]:
    return hear(relay, ask(last_resort=True))


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def test_five_failures_in_a_row_open_the_circuit_and_nothing_more_is_sent(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    codes = [(await hear(relay)).error for _ in range(7)]
    assert [type(error) for error in codes] == [RelayOverloaded] * 5 + [CircuitOpen] * 2
    assert codes[-1] is not None
    assert codes[-1].retry_after_s == 30
    assert (len(upstream.left), circuit.state, circuit.opened_at_s) == (5, "open", 100.0)


async def test_five_in_a_row_say_nothing_about_a_route_that_answered_a_moment_ago(clock: Clock) -> None:
    upstream = StandIn([["good"], *[[RelayOverloaded()]] * 11])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(12):
        await hear(relay)
    assert circuit.state == "closed"

    await hear(relay)  # the twelfth

    assert circuit.state == "open"


async def test_they_do_when_its_last_answer_is_half_a_minute_old(clock: Clock) -> None:
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


async def test_one_probe_passes_in_an_interval_and_its_end_closes_the_circuit(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([[RelayOverloaded()]] * 5 + [["slow ", gate, "probe"], ["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    clock.now += 30
    assert circuit.state == "half_open"
    probe = asyncio.create_task(hear(relay))
    await until(lambda: len(upstream.left) == 6)
    others = [await hear(relay) for _ in range(50)]
    assert all(isinstance(other.error, CircuitOpen) for other in others)
    assert circuit.state == "half_open"
    gate.set()
    assert (await probe).text == "slow probe"
    assert (circuit.state, circuit.opened_at_s) == ("closed", None)
    assert (await hear(relay)).text == "good"


async def test_each_probe_that_fails_doubles_the_rest(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    rests = []
    for _ in range(6):
        rests.append(circuit.wait_s)
        clock.now += circuit.wait_s
        await hear(relay)
    assert rests == [30, 60, 120, 240, LONGEST_REST_S, LONGEST_REST_S]
    assert (len(upstream.left), circuit.state) == (5 + 6, "open")


async def test_a_probe_that_ends_well_ends_the_doubling(clock: Clock) -> None:
    bad = [RelayOverloaded()]
    upstream = StandIn([*[bad] * 6, ["good"], bad])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(7):
        clock.now += circuit.wait_s
        await hear(relay)
    assert circuit.state == "closed"
    clock.now += 31
    for _ in range(5):
        await hear(relay)
    assert circuit.wait_s == 30


async def test_rests_differ_from_process_to_process(clock: Clock) -> None:
    rests = set()
    for _ in range(20):
        circuit = Breaker(clock=clock)
        relay = Breaking(StandIn([[RelayOverloaded()]]), circuit)
        for _ in range(5):
            await hear(relay)
        rests.add(circuit.wait_s)
    assert 30 <= min(rests) < max(rests) <= 36
    assert len(rests) > 10


async def test_a_request_from_before_the_circuit_opened_has_no_say(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([["early", gate], [RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    early = asyncio.create_task(hear(relay))
    await until(lambda: upstream.left)
    for _ in range(13):  # one more than if nobody were speaking
        await hear(relay)
    assert circuit.state == "open"
    gate.set()
    assert (await early).text == "early"
    assert circuit.state == "open"


async def test_retries_end_when_the_circuit_opens_under_them(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    retrying = Retrying(upstream, attempts=20, base_s=0)
    relay = Breaking(retrying, breaker(clock))
    heard = await hear(relay)
    assert isinstance(heard.error, CircuitOpen)
    assert (len(upstream.left), len(heard.ended)) == (5, 5)


async def test_a_last_resort_passes_an_open_circuit_and_closes_it(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]] * 5 + [["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    clock.now += PLACE_S
    heard = await last_resort(relay)
    assert (heard.text, circuit.state) == ("good", "closed")
    assert not any(isinstance(event, Waiting) for event in heard.events)


async def test_last_resorts_that_fail_are_few_and_do_not_make_the_rest_longer(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock), sleep=clock.sleep)
    for _ in range(5):
        await hear(relay)
    began = clock.now
    while clock.now < began + 20:
        await last_resort(relay)
        clock.now += 0.01
    assert len(upstream.left) - 5 <= PLACES * (20 / PLACE_S + 1)
    assert circuit.wait_s == pytest.approx(10, abs=PATIENCE_S)


async def test_last_resorts_that_hear_nothing_are_three_at_a_time(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([[RelayOverloaded()]] * 5 + [[gate, "late", "r"]])
    relay = Breaking(upstream, breaker(clock))
    for _ in range(5):
        await hear(relay)
    waiting = [asyncio.create_task(hear(relay, ask(last_resort=True))) for _ in range(PLACES)]
    await until(lambda: len(upstream.left) == 5 + PLACES)
    assert isinstance((await last_resort(relay)).error, CircuitOpen)
    gate.set()
    assert [heard.text for heard in await asyncio.gather(*waiting)] == ["later"] * PLACES
    assert len(upstream.left) == 5 + PLACES


async def test_a_route_that_speaks_to_last_resorts_has_room_for_all(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([[RelayOverloaded()]] * 5 + [["words ", gate, "and words"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    hearing = []
    for number in range(20):
        hearing.append(asyncio.create_task(hear(relay, ask(last_resort=True))))
        await until(lambda number=number: len(circuit._speaking) > number)  # type: ignore[misc]
    assert circuit.state == "open"
    gate.set()
    assert {heard.text for heard in await asyncio.gather(*hearing)} == {"words and words"}
    assert circuit.state == "closed"


async def test_a_last_resort_waits_for_a_place_and_says_so(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]] * (5 + PLACES) + [["good"]])
    relay = Breaking(upstream, breaker(clock), sleep=clock.sleep)
    for _ in range(5):
        await hear(relay)
    for _ in range(PLACES):
        assert isinstance((await last_resort(relay)).error, RelayOverloaded)
    clock.now += 1
    heard = await last_resort(relay)
    assert heard.text == "good"
    assert heard.events[0] == Waiting(reason="retrying", seconds=PLACE_S - 1)


async def test_a_rest_that_is_nearly_over_is_waited_for_and_the_last_resort_is_the_probe(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock), sleep=clock.sleep)
    for _ in range(5):
        await hear(relay)
    clock.now += 28
    heard = await last_resort(relay)
    assert heard.events[0] == Waiting(reason="retrying", seconds=2)
    assert clock.now == 130
    assert circuit.wait_s == 60  # it was the probe, and it failed


async def test_one_that_leaves_while_it_waits_gives_its_place_back(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, breaker(clock), sleep=clock.sleep)
    for _ in range(5):
        await hear(relay)
    for _ in range(PLACES):
        await last_resort(relay)
    for _ in range(10):
        async with aclosing(relay.stream(ask(last_resort=True))) as events:
            assert isinstance(await anext(events), Waiting | AttemptStarted)
    assert len(upstream.left) == 5 + PLACES
