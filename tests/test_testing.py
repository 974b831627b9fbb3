"""The relay that a shop's tests script."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.assistant.turn import Ask
from chatbot.errors import StreamCut
from chatbot.testing import ScriptedRelay, answered_by
from chatbot.visitors import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("routes", "goods")]

ME = Visitor(key="a" * 32)


@pytest.fixture(autouse=True)
async def _ended_turns() -> AsyncIterator[None]:
    yield
    await asyncio.gather(*turn._tasks)


def ask() -> Ask:
    return Ask(text="무선 이어폰", client_message_id=str(uuid4()), page={}, language="ko")


async def test_it_says_its_pieces_and_remembers_what_it_was_asked() -> None:
    with answered_by(ScriptedRelay(["이건 ", "어때요? [[p1]]"])) as relay:
        reply = await turn.answer(ME, ask())
    assert (reply.text, len(reply.products)) == ("이건 어때요? ", 1)
    assert relay.requests[0].messages[-1].content == "무선 이어폰"


async def test_an_error_among_the_pieces_ends_the_answer_there() -> None:
    with answered_by(ScriptedRelay(["half", StreamCut()])):
        reply = await turn.answer(ME, ask())
    assert (reply.text, reply.ending) == ("half", "incomplete")


async def test_outside_the_block_the_real_relay_answers_again() -> None:
    with answered_by(ScriptedRelay(["scripted"])):
        pass
    nobody = {"ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1"}}}
    with override_settings(CHATBOT=nobody):
        assert (await turn.answer(ME, ask())).ending == "catalogue"
