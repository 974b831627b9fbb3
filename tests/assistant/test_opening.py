"""How a turn begins: once for each message, one at a time in a conversation, or not at all."""

import asyncio

import pytest
from django.conf import settings
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.errors import EmptyQuestion, MalformedRequest, QuestionTooLong, RateLimited, TurnRunning
from chatbot.events import TurnEnded
from chatbot.models import Turn
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.turns import ME, SOMEBODY_ELSE, ask, read

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


async def test_the_same_client_message_is_the_same_turn(simulator: RunningSimulator) -> None:
    question = ask()
    first = await turn.start(ME, question)
    second = await turn.start(ME, question)
    assert (second.turn, second.conversation, first.is_new, second.is_new) == (
        first.turn,
        first.conversation,
        True,
        False,
    )
    await read(first)
    assert (await turn.start(ME, question)).turn == first.turn
    assert len(simulator.requests()) == 1


async def test_a_double_click_is_one_turn(simulator: RunningSimulator) -> None:
    question = ask()
    started = await asyncio.gather(*(turn.start(ME, question) for _ in range(8)))
    assert len({one.turn for one in started}) == 1
    assert sum(one.is_new for one in started) == 1
    await read(started[0])
    assert simulator.bill()["totals"]["requests"] == 1


async def test_one_running_turn_per_conversation(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:3:5"]])
    first = await turn.start(ME, ask())
    with pytest.raises(TurnRunning):
        await turn.start(ME, ask("다른 질문", conversation=first.conversation))
    assert await turn.running_turn(ME, first.conversation) == first.turn
    await turn.stop(ME, first.turn)
    await read(first)
    assert await turn.running_turn(ME, first.conversation) is None
    second = await turn.start(ME, ask("다른 질문", conversation=first.conversation))
    assert (await read(second))[-1][1] == TurnEnded(ending="complete")


async def test_two_tabs_that_ask_at_once_get_one_answer_and_one_wait(simulator: RunningSimulator) -> None:
    simulator.script([[], ["stall_mid:3:5"]])
    first = await turn.start(ME, ask())
    await read(first)
    asked = await asyncio.gather(
        *(turn.start(ME, ask("그리고요?", conversation=first.conversation)) for _ in range(5)), return_exceptions=True
    )
    started = [one for one in asked if isinstance(one, turn.Started)]
    assert len(started) == 1
    assert sum(isinstance(one, TurnRunning) for one in asked) == 4
    await turn.stop(ME, started[0].turn)
    await read(started[0])


async def test_a_clients_own_chat_name_is_one_conversation(simulator: RunningSimulator) -> None:
    first = await turn.start(ME, ask(conversation="chat-made-in-the-browser"))
    await read(first)
    second = await turn.start(ME, ask(conversation="chat-made-in-the-browser"))
    await read(second)
    theirs = await turn.start(SOMEBODY_ELSE, ask(conversation="chat-made-in-the-browser"))
    await read(theirs, visitor=SOMEBODY_ELSE)
    assert first.conversation == second.conversation != theirs.conversation


REFUSED = {
    "empty": ("", EmptyQuestion),
    "only spaces": (" \n\t", EmptyQuestion),
    "100,000 characters": ("가" * 100_000, QuestionTooLong),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_question_that_cannot_be_asked_is_refused_and_costs_nothing(
    simulator: RunningSimulator, name: str
) -> None:
    text, error = REFUSED[name]
    with pytest.raises(error):
        await turn.start(ME, ask(text))
    assert not simulator.requests()
    assert not await in_database(Turn.objects.count)()


@pytest.mark.parametrize("wrong", ["", "x" * 65])
async def test_a_client_message_id_that_is_empty_or_too_long_is_refused(wrong: str) -> None:
    with pytest.raises(MalformedRequest):
        await turn.start(ME, ask(client_message_id=wrong))


async def test_too_many_questions_are_refused_and_a_repeated_one_is_not(simulator: RunningSimulator) -> None:
    with override_settings(CHATBOT={**settings.CHATBOT, "QUESTIONS_PER_MINUTE": 1}):
        question = ask()
        started = await turn.start(ME, question)
        await read(started)
        await turn.start(ME, question)
        with pytest.raises(RateLimited):
            await turn.start(ME, ask(conversation=started.conversation))
    assert await in_database(Turn.objects.count)() == 1
