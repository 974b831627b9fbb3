"""A turn over several routes: failover, circuits, a race for the first word, and what a stopped stream costs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from decimal import Decimal
from time import monotonic, perf_counter

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from chatbot.accounting import calibration, ledger
from chatbot.accounting.budgets import most_tokens
from chatbot.assistant import opening, routing, turn
from chatbot.database import in_database
from chatbot.events import TextAdded, TurnEnded, Waiting
from chatbot.models import Attempt, Budget, Reservation, Route, Turn
from chatbot.relay.base import ChatMessage
from chatbot.relay.breaking import PLACE_S, Breaker
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.test_turn import ME, answer_of, ask, attempts, read, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("routes", "goods"), pytest.mark.database]

SAID = "새벽 무선 이어폰을 추천해요. It lasts 30 hours on one charge and costs [[p1.price]]. Shall I compare the two?"

SOURCES = ("reported", "estimated")


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    while turn._tasks:
        await asyncio.gather(*turn._tasks)
    await close_clients()


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


async def drained() -> None:
    while turn._tasks:
        await asyncio.gather(*turn._tasks)


async def policy(value: str) -> None:
    await in_database(Route.objects.update)(abandoned_policy=value)


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


async def test_the_reservation_is_for_the_dearest_route(simulator: RunningSimulator) -> None:
    await in_database(Budget.objects.create)(limit_usd=10)
    await turn.answer(ME, ask())
    reservation = await in_database(Reservation.objects.get)()
    [request] = simulator.requests()
    said = [ChatMessage(role="user", content=message["content"]) for message in request["body"]["messages"]]
    assert reservation.reserved_usd == Decimal(most_tokens(said) + 800) * 8 / 1_000_000


async def test_stop_closes_the_upstream_at_once(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:10:30"]])
    took_s = await stop_at_first_word(await turn.start(ME, ask()))
    assert took_s < 1
    assert simulator.bill()["totals"]["aborted"] == 1


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


async def test_estimates_are_put_right_by_what_the_relay_reported(simulator: RunningSimulator) -> None:
    questions = ["무선 이어폰 추천해 주세요", "Which wireless earphones last longest?", "주전자 있나요?"]
    for number in range(12):
        await turn.answer(ME, ask(questions[number % 3]))
    learnt = await in_database(calibration.measured)("gemini-2.5-flash", timezone.now())
    assert learnt.input_ratio != 1
    calibration.forget()
    await policy("cancel_and_estimate")
    simulator.script([["no_usage"]] * 9)
    before = len(await attempts())
    for number in range(9):
        await turn.answer(ME, ask(questions[number % 3]))
    rows = (await attempts())[before:]
    lines = simulator.bill()["lines"][before:]
    assert {each.source for each in rows} == {"estimated"}
    for field in ("input_tokens", "output_tokens"):
        billed = sum(line[field] for line in lines)
        assert sum(getattr(each, field) for each in rows) == pytest.approx(billed, rel=0.1)


async def test_over_a_mix_of_faults_the_ledger_is_the_bill_and_estimates_are_near_it(
    simulator: RunningSimulator,
) -> None:
    endpoint = {"URL": simulator.url, "KEY": simulator.key, "TIMEOUTS": {"BETWEEN_TOKENS_S": 0.2}}
    chatbot = {**settings.CHATBOT, "ENDPOINTS": {"default": endpoint}, "QUESTIONS_PER_MINUTE": 0}
    chatbot["QUESTIONS_PER_MINUTE_PER_ADDRESS"] = 0
    questions = ["무선 이어폰 추천해 주세요", "Which wireless earphones last longest?", "주전자 있나요?"]
    # No reset in the middle: it throws away words on their way, more of them the busier the machine is.
    mix = {"reset_before": 0.1, "close_mid": 0.1, "stall_mid::30": 0.05, "429": 0.05, "malformed": 0.1, "cut": 0.1}
    with override_settings(CHATBOT=chatbot):
        for number in range(12):
            await turn.answer(ME, ask(questions[number % 3]))
        simulator.rate(mix)
        endings = [(await turn.answer(ME, ask(questions[number % 3]))).ending for number in range(60)]
        await drained()
    assert endings.count("complete") >= 58
    rows, bill = await attempts(), simulator.bill()["totals"]
    lines = {line["id"]: line for line in simulator.bill()["lines"]}
    assert len(rows) > 80
    for field in ("input_tokens", "output_tokens"):
        booked = {source: sum(getattr(each, field) for each in rows if each.source == source) for source in SOURCES}
        assert booked["reported"] == bill["reported"][field]
        assert booked["estimated"] == pytest.approx(bill["unreported"][field], rel=0.1)
        for each in rows:
            if each.source == "reported":
                assert getattr(each, field) == lines[each.upstream_id][field]


async def test_an_attempt_whose_process_died_is_estimated_where_that_is_possible(simulator: RunningSimulator) -> None:
    for _ in range(10):
        await turn.answer(ME, ask())
    calibration.forget()
    simulator.script([["stall_mid:3:30"]])
    started = await turn.start(ME, ask())
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded):
                break
    await in_database(Turn.objects.filter(pk=started.turn).update)(lease_until=timezone.now() - timedelta(seconds=1))
    assert await in_database(ledger.settle_abandoned)(timezone.now()) == 1
    row_ = await in_database(Attempt.objects.get)(turn=started.turn)
    assert (row_.outcome, row_.source) == ("abandoned", "estimated")
    assert row_.cost_usd
    line = simulator.bill(wait_s=0)["lines"][-1]
    assert row_.input_tokens == pytest.approx(line["input_tokens"], rel=0.1)
    await turn.stop(ME, started.turn)
