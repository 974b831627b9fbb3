"""How an open circuit closes: one probe at a time, after rests that grow."""

import asyncio

from chatbot.errors import CircuitOpen, RelayOverloaded
from chatbot.relay.breaking import LONGEST_REST_S, Breaker, Breaking
from tests.relay.circuits import breaker, opened, until
from tests.relay.conftest import Clock, hear
from tests.relay.stand_in import StandIn


async def test_one_probe_passes_in_an_interval_and_its_end_closes_the_circuit(clock: Clock) -> None:
    gate = asyncio.Event()
    upstream = StandIn([[RelayOverloaded()]] * 5 + [["slow ", gate, "probe"], ["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    await opened(relay)
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
    await opened(relay)
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
    await opened(relay)
    assert circuit.wait_s == 30


async def test_rests_differ_from_process_to_process(clock: Clock) -> None:
    rests = set()
    for _ in range(20):
        circuit = Breaker(clock=clock)
        await opened(Breaking(StandIn([[RelayOverloaded()]]), circuit))
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
