"""A turn over an endpoint of each dialect: the same answer for the shopper, and a ledger that equals the bill."""

import pytest
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.events import TurnEnded
from chatbot.simulator.testing import RunningSimulator
from chatbot.wire import fold
from tests import settings as project
from tests.assistant.turns import ME, ask, attempts, read

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini"])
async def test_a_conversation_in_any_dialect_is_answered_and_billed_alike(
    simulator: RunningSimulator, dialect: str
) -> None:
    endpoint = {"URL": simulator.url, "KEY": simulator.key, "DIALECT": dialect}
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        conversation = None
        for question in ("무선 이어폰 추천해 주세요", "더 싼 거 있나요?"):
            started = await turn.start(ME, ask(question, conversation=conversation))
            heard = [event for _, event in await read(started)]
            assert heard[-1] == TurnEnded(ending="complete")
            assert fold(heard).text
            conversation = started.conversation

    booked = await attempts()
    billed = simulator.bill()["lines"]
    assert [(row.input_tokens, row.output_tokens, row.source) for row in booked] == [
        (line["input_tokens"], line["output_tokens"], "reported") for line in billed
    ]
    assert len(booked) == 2
