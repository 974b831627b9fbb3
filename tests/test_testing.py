"""The relay that a shop's tests script."""

import pytest
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.errors import StreamCut
from chatbot.testing import ScriptedRelay, answered_by
from tests.assistant.turns import KOREAN, ME, ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ended_turns", "routes", "goods")]


async def test_it_says_its_pieces_and_remembers_what_it_was_asked() -> None:
    with answered_by(ScriptedRelay(["이건 ", "어때요? [[p1]]"])) as relay:
        reply = await turn.answer(ME, ask())
    assert (reply.text, len(reply.products)) == ("이건 어때요? ", 1)
    assert relay.requests[0].messages[-1].content == KOREAN


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
