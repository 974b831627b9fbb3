"""A turn over an endpoint of each dialect: the same answer for the shopper, and a ledger that equals the bill."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import uuid4

import pytest
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.assistant.turn import Ask
from chatbot.database import in_database
from chatbot.events import TurnEnded
from chatbot.models import Attempt
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator
from chatbot.visitors import Visitor
from chatbot.wire import fold
from tests import settings as project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("routes", "goods"), pytest.mark.database]

ME = Visitor(key="a" * 32)


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    while turn._tasks:
        await asyncio.gather(*turn._tasks)
    await close_clients()


@in_database
def attempts() -> list[Attempt]:
    return list(Attempt.objects.order_by("opened_at", "number"))


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini"])
async def test_a_conversation_in_any_dialect_is_answered_and_billed_alike(
    simulator: RunningSimulator, dialect: str
) -> None:
    endpoint = {"URL": simulator.url, "KEY": simulator.key, "DIALECT": dialect}
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        conversation = None
        for question in ("무선 이어폰 추천해 주세요", "더 싼 거 있나요?"):
            asked = Ask(
                text=question, client_message_id=str(uuid4()), page={}, language="ko", conversation=conversation
            )
            started = await turn.start(ME, asked)
            async with aclosing(turn.follow(ME, started.turn)) as events:
                heard = [event async for _, event in events]
            assert heard[-1] == TurnEnded(ending="complete")
            assert fold(heard).text
            conversation = started.conversation

    booked = await attempts()
    billed = simulator.bill()["lines"]
    assert [(row.input_tokens, row.output_tokens, row.source) for row in booked] == [
        (line["input_tokens"], line["output_tokens"], "reported") for line in billed
    ]
    assert len(booked) == 2
