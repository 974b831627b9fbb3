"""One chat turn over the simulator: what a shopper reads, whoever leaves, and what the model heard."""

from contextlib import aclosing

import pytest

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import ProductShown, TurnEnded, TurnStarted
from chatbot.models import Product
from chatbot.simulator.testing import RunningSimulator
from chatbot.wire import fold
from tests.assistant.turns import KOREAN, ME, answer_of, ask, read, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


@pytest.mark.parametrize(("question", "language"), [(KOREAN, "ko"), ("Can you recommend wireless earphones?", "en")])
async def test_an_answer_streams_with_cards_of_what_the_shop_sells(
    simulator: RunningSimulator, question: str, language: str
) -> None:
    started = await turn.start(ME, ask(question))
    events = [event for _, event in await read(started)]
    reply = fold(events)
    assert isinstance(events[0], TurnStarted)
    assert events[-1] == TurnEnded(ending="complete")
    assert reply.products
    assert {card.sku for card in reply.products} <= {"E-1", "E-2", "E-3", "K-1"}
    assert "[[" not in reply.text
    assert ("원" in reply.text) == (language == "ko")
    stored = await answer_of(started)
    assert stored is not None
    assert (stored.text, stored.parts) == (reply.text, reply.parts)


async def test_the_answer_outlives_the_reader(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    async with aclosing(turn.follow(ME, started.turn)) as events:
        await anext(events)
    whole = await read(started)
    assert whole[-1][1] == TurnEnded(ending="complete")
    stored = await answer_of(started)
    assert stored is not None
    assert stored.text == fold([event for _, event in whole]).text


async def test_following_from_any_number_has_no_gap_and_no_double(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    whole = await read(started)
    assert [number for number, _ in whole] == list(range(1, len(whole) + 1))
    for after in range(0, len(whole) + 1, 7):
        assert await read(started, after) == whole[after:]


async def test_an_invented_product_is_dropped_and_counted(simulator: RunningSimulator) -> None:
    simulator.say("이건 어떠세요? [[p1]]\n그리고 [[p77]] 도 좋아요.", chars=True)
    started = await turn.start(ME, ask())
    reply = fold([event for _, event in await read(started)])
    assert len(reply.products) == 1
    assert "[[" not in reply.text
    assert [each["text"] for each in (await row(started)).interventions] == ["[[p77]]"]


async def test_price_and_stock_are_those_of_the_moment(simulator: RunningSimulator) -> None:
    await in_database(Product.objects.filter(sku="E-1").update)(price=12345, availability="preorder")
    simulator.say("[[p1.title]]: [[p1.price]], [[p1.stock]] [[p1]]")
    started = await turn.start(ME, ask("새벽 무선 이어폰"))
    events = [event for _, event in await read(started)]
    [shown] = [event.card for event in events if isinstance(event, ProductShown)]
    assert (shown.sku, shown.price, shown.availability) == ("E-1", 12345, "preorder")
    assert fold(events).text.startswith("새벽 무선 이어폰: 12,345원, 예약")


async def test_the_model_hears_what_was_said_before(simulator: RunningSimulator) -> None:
    first = await turn.start(ME, ask())
    await read(first)
    await read(await turn.start(ME, ask("더 저렴한 건요?", conversation=first.conversation)))
    roles = [message["role"] for message in simulator.requests()[-1]["body"]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


async def test_the_product_in_view_is_the_first_candidate(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask("이거 어때요?", page={"sku": "K-1", "path": "/p/K-1/"}))
    await read(started)
    assert (await row(started)).candidates[0] == "K-1"


async def test_no_key_of_the_visitor_or_of_the_relay_stands_in_what_is_asked(
    simulator: RunningSimulator,
) -> None:
    await turn.answer(ME, ask())
    seen = str(simulator.requests())
    assert ME.key not in seen
    assert simulator.key not in seen
