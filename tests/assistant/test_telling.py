"""Whose a turn is, and its answer told again from the database."""

from uuid import uuid4

import pytest

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.errors import NotFound
from chatbot.models import Conversation
from chatbot.simulator.testing import RunningSimulator
from chatbot.visitors import Visitor
from chatbot.wire import fold
from tests.assistant.turns import ME, SOMEBODY_ELSE, ask, read

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


async def test_a_turn_that_left_memory_is_told_again_from_the_database(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    live = fold([event for _, event in await read(started)])
    turn._streams._logs.clear()
    again = fold([event for _, event in await read(started, after=5)])
    assert (again.text, again.products, again.message) == (live.text, live.products, live.message)
    assert again.ending == "complete"


async def test_what_is_not_yours_does_not_exist(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    await read(started)
    for attempted in [
        read(started, visitor=SOMEBODY_ELSE),
        turn.stop(SOMEBODY_ELSE, started.turn),
        turn.running_turn(SOMEBODY_ELSE, started.conversation),
        turn.start(SOMEBODY_ELSE, ask(conversation=started.conversation)),
        turn.start(ME, ask(conversation=str(uuid4()))),
        turn.stop(ME, "no id"),
    ]:
        with pytest.raises(NotFound):
            await attempted


async def test_a_running_turn_is_not_followed_by_somebody_else(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:3:5"]])
    started = await turn.start(ME, ask())
    with pytest.raises(NotFound):
        await read(started, visitor=SOMEBODY_ELSE)
    await turn.stop(ME, started.turn)


async def test_an_anonymous_talk_goes_along_with_the_login(
    simulator: RunningSimulator, django_user_model: type
) -> None:
    user = await in_database(django_user_model.objects.create_user)("shopper")
    first = await turn.start(ME, ask())
    await read(first)
    signed_in = Visitor(key=ME.key, user_id=user.pk)
    second = await turn.start(signed_in, ask(conversation=first.conversation))
    await read(second, visitor=signed_in)
    assert (await in_database(Conversation.objects.get)()).user_id == user.pk
    with pytest.raises(NotFound):
        await read(first)
