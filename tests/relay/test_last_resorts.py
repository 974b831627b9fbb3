"""Requests that have no other route: how many pass an open circuit, when, and what comes of them."""

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing

import pytest

from chatbot.errors import CircuitOpen, RelayOverloaded
from chatbot.events import AttemptStarted, Waiting
from chatbot.relay.breaking import PATIENCE_S, PLACE_S, PLACES, Breaking
from tests.relay.circuits import breaker, opened, until
from tests.relay.conftest import Clock, Heard, ask, hear
from tests.relay.stand_in import StandIn


def last_resort(relay: Breaking) -> Awaitable[Heard]:
    return hear(relay, ask(last_resort=True))


async def test_a_last_resort_passes_an_open_circuit_and_closes_it(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]] * 5 + [["good"]])
    relay = Breaking(upstream, circuit := breaker(clock))
    await opened(relay)
    clock.now += PLACE_S
    heard = await last_resort(relay)
    assert (heard.text, circuit.state) == ("good", "closed")
    assert not any(isinstance(event, Waiting) for event in heard.events)


async def test_last_resorts_that_fail_are_few_and_do_not_make_the_rest_longer(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock), sleep=clock.sleep)
    await opened(relay)
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
    await opened(relay)
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
    await opened(relay)
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
    await opened(relay)
    for _ in range(PLACES):
        assert isinstance((await last_resort(relay)).error, RelayOverloaded)
    clock.now += 1
    heard = await last_resort(relay)
    assert heard.text == "good"
    assert heard.events[0] == Waiting(reason="retrying", seconds=PLACE_S - 1)


async def test_a_rest_that_is_nearly_over_is_waited_for_and_the_last_resort_is_the_probe(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, circuit := breaker(clock), sleep=clock.sleep)
    await opened(relay)
    clock.now += 28
    heard = await last_resort(relay)
    assert heard.events[0] == Waiting(reason="retrying", seconds=2)
    assert clock.now == 1030
    assert circuit.wait_s == 60  # it was the probe, and it failed


async def test_a_last_resort_that_leaves_while_it_waits_gives_its_place_back(clock: Clock) -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Breaking(upstream, breaker(clock), sleep=clock.sleep)
    await opened(relay)
    for _ in range(PLACES):
        await last_resort(relay)
    for _ in range(10):
        async with aclosing(relay.stream(ask(last_resort=True))) as events:
            assert isinstance(await anext(events), Waiting | AttemptStarted)
    assert len(upstream.left) == 5 + PLACES
