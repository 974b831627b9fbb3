"""Stop: what was said is kept, the upstream sees it at once, and each route is paid by its policy."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from time import perf_counter

import pytest
from django.conf import settings
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import RelayEvent, TextAdded, TurnEnded, Waiting
from chatbot.models import Budget, Reservation, Route
from chatbot.relay.base import ChatRequest
from chatbot.simulator.testing import RunningSimulator
from chatbot.testing import answered_by
from tests.assistant.turns import ME, SAID, answer_of, ask, attempts, drained, read, read_a_word, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


async def test_stop_saves_what_was_said_and_closes_the_upstream(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:10:30"]])
    started = await turn.start(ME, ask())
    said: list[str] = []
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded):
                said.append(event.text)
                await turn.stop(ME, started.turn)
            last = event
    assert last == TurnEnded(ending="stopped")
    stored = await answer_of(started)
    assert stored is not None
    assert stored.text == "".join(said)
    assert (await row(started)).status == "stopped"
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.source) == ("stopped", "estimated")
    assert attempt.output_tokens
    bill = simulator.bill()
    assert bill["totals"]["aborted"] == 1
    assert attempt.upstream_id == bill["lines"][0]["id"]  # a bill's line finds it


async def test_the_upstream_sees_a_stop_at_once_and_not_at_the_end_of_its_stall(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:10:30"]])
    started = await turn.start(ME, ask())
    await read_a_word(started)
    began = perf_counter()
    await turn.stop(ME, started.turn)
    bill = await asyncio.to_thread(simulator.bill, wait_s=5.0)
    assert (bill["totals"]["aborted"], bill["totals"]["requests"]) == (1, 1)
    await read(started)
    assert perf_counter() - began < 1


class Queue:
    """A relay in which a request waits for ever before it leaves."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        yield Waiting(reason="queued")
        await asyncio.Event().wait()


async def test_stop_before_the_request_left_costs_nothing() -> None:
    with answered_by(Queue()):
        started = await turn.start(ME, ask())
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, Waiting):
                await turn.stop(ME, started.turn)
    assert event == TurnEnded(ending="stopped")
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.error_code, attempt.cost_usd) == ("stopped", "not_sent", 0)


async def test_stopping_a_turn_that_is_over_changes_nothing(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    await read(started)
    await turn.stop(ME, started.turn)
    assert (await row(started)).status == "complete"


async def stop_at_first_word(started: turn.Started) -> float:
    """Stops the turn at its first word; seconds from there to its end."""
    began = 0.0
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded) and not began:
                began = perf_counter()
                await turn.stop(ME, started.turn)
            last = event
    assert last == TurnEnded(ending="stopped")
    return perf_counter() - began


async def policy(value: str) -> None:
    await in_database(Route.objects.update)(abandoned_policy=value)


async def test_a_route_that_bills_to_the_end_is_read_on_unseen_and_booked_exactly(simulator: RunningSimulator) -> None:
    await policy("drain")
    await in_database(Budget.objects.create)(limit_usd=10)
    simulator.say(SAID)
    simulator.script([["stall_mid:10:0.3"]])
    started = await turn.start(ME, ask())
    assert await stop_at_first_word(started) < 0.3
    stored = await answer_of(started)
    assert stored is not None
    assert SAID.startswith(stored.text)
    assert (await in_database(Reservation.objects.get)()).settled_usd is None
    await drained()
    [attempt] = await attempts()
    bill = simulator.bill()["totals"]
    assert (attempt.outcome, attempt.source) == ("stopped", "reported")
    assert (attempt.input_tokens, attempt.output_tokens) == (bill["input_tokens"], bill["output_tokens"])
    assert (bill["aborted"], bill["requests"]) == (0, 1)
    assert (await in_database(Reservation.objects.get)()).settled_usd == attempt.cost_usd
    assert await answer_of(started) == stored
    assert (await row(started)).status == "stopped"


async def test_reading_on_has_a_ceiling(simulator: RunningSimulator) -> None:
    await policy("drain")
    simulator.script([["stall_mid:10:30"]])
    with override_settings(CHATBOT={**settings.CHATBOT, "DRAIN_S": 0}):
        await stop_at_first_word(await turn.start(ME, ask()))
        await drained()
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.source) == ("stopped", "estimated")
    assert simulator.bill()["totals"]["aborted"] == 1


async def test_reading_on_begins_no_other_attempt(simulator: RunningSimulator) -> None:
    await policy("drain")
    simulator.say(SAID)
    simulator.script([["stall_mid:10:0.2", "cut:15"]])
    await stop_at_first_word(await turn.start(ME, ask()))
    await drained()
    assert len(await attempts()) == 1
    assert simulator.bill()["totals"]["requests"] == 1


async def test_a_process_that_ends_while_it_reads_on_books_an_estimate(simulator: RunningSimulator) -> None:
    await policy("drain")
    simulator.script([["stall_mid:10:30"]])
    await stop_at_first_word(await turn.start(ME, ask()))
    for task in turn._tasks:
        task.cancel()
    await asyncio.gather(*turn._tasks, return_exceptions=True)
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.source) == ("stopped", "estimated")
    assert attempt.output_tokens


async def test_a_relay_that_does_not_bill_stopped_streams_costs_nothing(simulator: RunningSimulator) -> None:
    await policy("unbilled")
    simulator.script([["stall_mid:10:30"]])
    await stop_at_first_word(await turn.start(ME, ask()))
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.source, attempt.cost_usd) == ("stopped", "estimated", 0)
