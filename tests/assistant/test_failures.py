"""Relays that fail, and none at all: what a shopper reads, what the turn says of it, and what is booked."""

import pytest
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import TurnEnded, TurnFailed
from chatbot.models import Route
from chatbot.simulator.testing import RunningSimulator
from chatbot.wire import fold
from tests import settings as project
from tests.assistant.turns import ME, answer_of, ask, attempts, read, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]

UPSTREAM_FAULTS = {
    "wrong key": (["401"] * 2, "relay_unauthorized"),
    "refuses the request": (["403"] * 2, "relay_unauthorized"),
    "an html page": (["html"] * 6, "bad_gateway_body"),
    "server errors": (["500", "503", "502"] * 2, "relay_overloaded"),
}


@pytest.mark.parametrize("name", UPSTREAM_FAULTS)
@pytest.mark.usefixtures("no_waiting")
async def test_without_a_model_the_catalogue_answers(simulator: RunningSimulator, name: str) -> None:
    faults, code = UPSTREAM_FAULTS[name]
    simulator.script([[fault] for fault in faults])
    started = await turn.start(ME, ask())
    reply = fold([event for _, event in await read(started)])
    assert (reply.ending, reply.error) == ("catalogue", None)
    assert reply.products
    assert all(card.availability != "out_of_stock" for card in reply.products)
    stored = await row(started)
    assert (stored.status, stored.error_code) == ("catalogue", code)
    rows = await attempts()
    assert len(rows) == len(faults)
    assert all(attempt.outcome == "failed" and attempt.settled_at for attempt in rows)
    if name != "an html page":  # a page with status 200 may have been billed; we say so by an estimate
        assert sum(attempt.cost_usd or 0 for attempt in rows) == 0


@override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1", "KEY": "k"}}})
@pytest.mark.usefixtures("no_waiting")
async def test_an_unreachable_relay_is_answered_by_the_catalogue() -> None:
    reply = await turn.answer(ME, ask())
    assert (reply.ending, bool(reply.products)) == ("catalogue", True)
    assert {attempt.error_code for attempt in await attempts()} == {"relay_unreachable"}


@override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1"}}})
async def test_without_a_key_nothing_is_sent_and_the_turn_says_so() -> None:
    started = await turn.start(ME, ask())
    await read(started)
    assert (await row(started)).error_code == "no_key"
    assert not await attempts()


async def test_without_routes_the_turn_says_so(simulator: RunningSimulator) -> None:
    await in_database(Route.objects.all().delete)()
    started = await turn.start(ME, ask())
    await read(started)
    assert (await row(started)).error_code == "no_route"


@pytest.mark.usefixtures("no_waiting")
async def test_without_a_model_and_without_products_the_failure_is_a_sentence(simulator: RunningSimulator) -> None:
    simulator.script([["401"], ["401"]])
    started = await turn.start(ME, ask("qwertyuiop zxcvbnm"))
    last = (await read(started))[-1][1]
    assert isinstance(last, TurnFailed)
    assert (last.code, last.retryable) == ("relay_unauthorized", True)
    assert (await row(started)).status == "failed"


async def test_a_cut_after_words_keeps_them_and_says_incomplete(simulator: RunningSimulator) -> None:
    simulator.script([["cut:6"], ["400"], ["400"]])
    started = await turn.start(ME, ask())
    events = [event for _, event in await read(started)]
    assert events[-1] == TurnEnded(ending="incomplete", code="relay_rejected")
    stored = await answer_of(started)
    assert stored is not None
    assert stored.text == fold(events).text
    assert stored.text
    rows = await attempts()
    assert [(attempt.outcome, attempt.source) for attempt in rows] == [
        ("incomplete", "estimated"),
        ("failed", "estimated"),
        ("failed", "estimated"),
    ]
    assert [attempt.cost_usd == 0 for attempt in rows] == [False, True, True]


@pytest.mark.usefixtures("no_waiting")
async def test_a_retry_before_the_first_word_is_unseen_and_booked(simulator: RunningSimulator) -> None:
    simulator.script([["reset_before"], []])
    reply = await turn.answer(ME, ask())
    assert reply.ending == "complete"
    rows = await attempts()
    assert [(attempt.number, attempt.outcome) for attempt in rows] == [(1, "failed"), (2, "answered")]
    assert len({attempt.id for attempt in rows}) == 2
