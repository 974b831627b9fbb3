"""When a circuit opens, what it lets pass while it is open, and what closes it."""

import asyncio
from contextlib import aclosing

import pytest

from chatbot.errors import CircuitOpen, RelayError, RelayOverloaded, RelayRateLimited, RelayRejected, StreamCut
from chatbot.events import TextAdded
from chatbot.relay.breaking import Breaker, Breaking
from chatbot.relay.retrying import Retrying
from tests.relay.conftest import ask, hear
from tests.relay.stand_in import StandIn


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=5, interval_s=30, clock=clock)


async def test_five_failures_in_a_row_open_the_circuit_and_nothing_more_is_sent(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    codes = [(await hear(relay)).error for _ in range(7)]
    assert [type(error) for error in codes] == [RelayOverloaded] * 5 + [CircuitOpen] * 2
    assert codes[-1] is not None
    assert codes[-1].retry_after_s == 30
    assert (len(upstream.left), circuit.state, circuit.opened_at_s) == (5, "open", 100.0)


async def test_a_good_answer_in_between_starts_the_count_anew(clock: Clock) -> None:
    bad = [RelayOverloaded()]
    upstream = StandIn([bad, bad, bad, bad, ["good"], bad, bad, bad, bad, ["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(10):
        await hear(relay)
    assert circuit.state == "closed"


async def test_half_of_the_last_twenty_open_it_too(clock: Clock) -> None:
    upstream = StandIn([["good"], [RelayOverloaded()]] * 10 + [["never"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(20):
        await hear(relay)
    assert circuit.state == "open"


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
    relay = Breaking(StandIn([["one", "two"]]), circuit := breaker(clock))
    for _ in range(30):
        async with aclosing(relay.stream(ask())) as events:
            async for event in events:
                if isinstance(event, TextAdded):
                    break
    assert circuit.state == "closed"


async def test_one_probe_passes_in_an_interval_and_its_end_closes_the_circuit(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([[RelayOverloaded()]] * 5 + [["slow ", gate, "probe"], ["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    clock.now += 30
    assert circuit.state == "half_open"
    probe = asyncio.create_task(hear(relay))
    while len(upstream.left) < 6:
        await asyncio.sleep(0)
    others = [await hear(relay) for _ in range(50)]
    assert all(isinstance(other.error, CircuitOpen) for other in others)
    assert circuit.state == "half_open"
    gate.set()
    assert (await probe).text == "slow probe"
    assert (circuit.state, circuit.opened_at_s) == ("closed", None)
    assert (await hear(relay)).text == "good"


async def test_a_probe_that_fails_opens_it_anew(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    for _ in range(5):
        await hear(relay)
    for _ in range(300):
        clock.now += 1
        await hear(relay)
    assert len(upstream.left) == 5 + 10
    assert circuit.state == "open"


async def test_a_request_from_before_the_circuit_opened_has_no_say(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([["early", gate], [RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock))
    early = asyncio.create_task(hear(relay))
    while not upstream.left:
        await asyncio.sleep(0)
    for _ in range(5):
        await hear(relay)
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
