"""A turn over several routes: failover, circuits, and a race for the first word."""

from time import monotonic

import pytest
from django.conf import settings
from django.test import override_settings

from chatbot.assistant import opening, routing, turn
from chatbot.database import in_database
from chatbot.events import Waiting
from chatbot.models import Route
from chatbot.relay.breaking import PLACE_S, Breaker
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.turns import ME, SAID, answer_of, ask, attempts, read, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


@pytest.mark.parametrize("repeat", [[], ["repeat:3"]])
async def test_the_next_model_finishes_what_the_first_one_began(simulator: RunningSimulator, repeat: list[str]) -> None:
    simulator.say(SAID)
    simulator.script([["cut:12"], repeat])
    started = await turn.start(ME, ask())
    await read(started)
    stored = await answer_of(started)
    assert stored is not None
    assert stored.text == SAID.replace("[[p1.price]]", "59,000원")
    rows = await attempts()
    assert [(each.number, each.requested_model, each.outcome, each.source) for each in rows] == [
        (1, "gemini-2.5-flash", "incomplete", "estimated"),
        (2, "gpt-4.1", "answered", "reported"),
    ]
    assert [each.route_id for each in rows] == [choice.pk for choice in await in_database(list)(Route.objects.all())]
    bill = simulator.bill()["lines"]
    for attempt, line in zip(rows, bill, strict=True):
        assert attempt.input_tokens == pytest.approx(line["input_tokens"], rel=0.35)
        assert attempt.output_tokens == pytest.approx(line["output_tokens"], abs=12)
    assert rows[0].output_tokens is not None
    assert rows[0].output_tokens < 40


async def test_a_plan_puts_a_resting_route_last_and_says_why(simulator: RunningSimulator) -> None:
    circuit = routing.breaker_of("default", "gemini-2.5-flash")
    for _ in range(5):
        circuit.failed(circuit.enter())
    started = await turn.start(ME, ask())
    await read(started)
    stored = await row(started)
    assert [(each["model"], each["reason"]) for each in stored.plan] == [
        ("gpt-4.1", "position 1"),
        ("gemini-2.5-flash", "position 0, resting after failures"),
    ]
    [attempt] = await attempts()
    assert (attempt.requested_model, attempt.outcome) == ("gpt-4.1", "answered")


async def test_a_circuit_that_opens_in_between_leaves_a_row_that_was_never_sent(
    simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    circuit = routing.breaker_of("default", "gemini-2.5-flash")
    open_turn = opening.open_turn

    async def opened_and_then_tripped(*asked: object) -> object:
        opened = await open_turn(*asked)
        for _ in range(5):
            circuit.failed(circuit.enter())
        return opened

    monkeypatch.setattr(opening, "open_turn", opened_and_then_tripped)
    started = await turn.start(ME, ask())
    await read(started)
    rows = {each.requested_model: each for each in await attempts()}
    assert (rows["gemini-2.5-flash"].error_code, rows["gemini-2.5-flash"].cost_usd) == ("not_sent", 0)
    assert rows["gpt-4.1"].outcome == "answered"
    assert (await row(started)).status == "complete"


async def test_when_every_route_rests_the_turn_tries_one_all_the_same(simulator: RunningSimulator) -> None:
    passed_s = 0.0
    circuits = [Breaker(clock=lambda: monotonic() + passed_s, random=lambda: 0.0) for _ in range(2)]
    for model, circuit in zip(("gemini-2.5-flash", "gpt-4.1"), circuits, strict=True):
        routing._breakers["default", model] = circuit
        for _ in range(5):
            circuit.failed(circuit.enter())
        passed_s += 0.05  # else it is the speed of the machine that says whose rest is over first
    passed_s = PLACE_S - 0.2
    started = await turn.start(ME, ask())
    events = await read(started)
    [waiting] = [event for _, event in events if isinstance(event, Waiting)]
    assert waiting.reason == "retrying"
    assert 0 < (waiting.seconds or 0) <= 0.2
    assert (await row(started)).status == "complete"
    never, tried = await attempts()
    assert (never.error_code, never.cost_usd) == ("not_sent", 0)
    assert (tried.requested_model, tried.outcome, tried.source) == ("gemini-2.5-flash", "answered", "reported")
    assert [circuit.state for circuit in circuits] == ["closed", "open"]
    assert simulator.bill()["totals"]["requests"] == 1


async def test_a_late_first_word_is_raced_for_and_both_are_booked(simulator: RunningSimulator) -> None:
    simulator.script([["stall_first:30"]], match={"model": "gemini-2.5-flash"})
    with override_settings(CHATBOT={**settings.CHATBOT, "HEDGE_AFTER_MS": 50}):
        reply = await turn.answer(ME, ask())
    assert reply.ending == "complete"
    rows = {each.requested_model: each for each in await attempts()}
    assert (rows["gemini-2.5-flash"].outcome, rows["gemini-2.5-flash"].source) == ("hedged", "estimated")
    assert rows["gemini-2.5-flash"].output_tokens == 0
    assert rows["gemini-2.5-flash"].input_tokens
    assert (rows["gpt-4.1"].outcome, rows["gpt-4.1"].source) == ("answered", "reported")
    assert simulator.bill()["totals"]["aborted"] == 1
