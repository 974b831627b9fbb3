"""One chat turn over the simulator: start, follow, stop, and what stays in the database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from chatbot import conf
from chatbot.assistant import turn
from chatbot.assistant.turn import Ask
from chatbot.database import in_database
from chatbot.errors import (
    EmptyQuestion,
    MalformedRequest,
    NotFound,
    QuestionTooLong,
    RateLimited,
    TurnRunning,
)
from chatbot.events import (
    ProductShown,
    RelayEvent,
    TextAdded,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
    Waiting,
)
from chatbot.models import Attempt, Budget, Conversation, Message, Product, Reservation, Route, Turn
from chatbot.relay.base import ChatRequest
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator
from chatbot.testing import answered_by
from chatbot.visitors import Visitor
from chatbot.wire import fold
from tests import settings as project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("routes", "goods"), pytest.mark.database]

ME = Visitor(key="a" * 32)
SOMEBODY_ELSE = Visitor(key="b" * 32)
KOREAN = "무선 이어폰 추천해 주세요"


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    while turn._tasks:
        await asyncio.gather(*turn._tasks)
    await close_clients()


def ask(text: str = KOREAN, **changes: object) -> Ask:
    return Ask(**{"text": text, "client_message_id": str(uuid4()), "page": {}, "language": "ko", **changes})


async def read(started: turn.Started, after: int = 0, visitor: Visitor = ME) -> list[tuple[int, TurnEvent]]:
    async with aclosing(turn.follow(visitor, started.turn, after=after)) as events:
        return [numbered async for numbered in events]


@in_database
def row(of: turn.Started) -> Turn:
    return Turn.objects.get(pk=of.turn)


@in_database
def attempts() -> list[Attempt]:
    return list(Attempt.objects.order_by("opened_at", "number"))


@in_database
def answer_of(of: turn.Started) -> Message | None:
    return Message.objects.filter(turn=of.turn, role="assistant").first()


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


async def test_the_ledger_equals_the_bill_to_the_token(simulator: RunningSimulator) -> None:
    for question in [KOREAN, "wireless earphones", "주전자 있나요?"]:
        await read(await turn.start(ME, ask(question)))
    rows = await attempts()
    bill = simulator.bill()["totals"]
    assert [attempt.source for attempt in rows] == ["reported"] * 3
    assert sum(attempt.input_tokens or 0 for attempt in rows) == bill["input_tokens"]
    assert sum(attempt.output_tokens or 0 for attempt in rows) == bill["output_tokens"]
    assert all(attempt.cost_usd is not None and attempt.cost_usd > 0 for attempt in rows)


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


async def test_a_turn_that_left_memory_is_told_again_from_the_database(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    live = fold([event for _, event in await read(started)])
    turn._streams._logs.clear()
    again = fold([event for _, event in await read(started, after=5)])
    assert (again.text, again.products, again.message) == (live.text, live.products, live.message)
    assert again.ending == "complete"


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


async def test_stop_saves_what_was_said_and_closes_the_upstream(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:10:30"]])
    started = await turn.start(ME, ask())
    said: list[str] = []
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded):
                said.append(event.text)
                await turn.stop(ME, started.turn)
            last = event
    assert last == TurnEnded(ending="stopped")
    stored = await answer_of(started)
    assert stored is not None
    assert stored.text == "".join(said)
    assert (await row(started)).status == "stopped"
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.source) == ("stopped", "estimated")
    assert attempt.output_tokens
    bill = simulator.bill()
    assert bill["totals"]["aborted"] == 1
    assert attempt.upstream_id == bill["lines"][0]["id"]  # a bill's line finds it


async def test_the_upstream_sees_a_stop_at_once_and_not_at_the_end_of_its_stall(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:10:30"]])
    started = await turn.start(ME, ask())
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded):
                break
    await turn.stop(ME, started.turn)
    bill = await asyncio.to_thread(simulator.bill, wait_s=5.0)
    assert (bill["totals"]["aborted"], bill["totals"]["requests"]) == (1, 1)
    await read(started)


class Queue:
    """A relay in which a request waits for ever before it leaves."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        yield Waiting(reason="queued")
        await asyncio.Event().wait()


async def test_stop_before_the_request_left_costs_nothing() -> None:
    with answered_by(Queue()):
        started = await turn.start(ME, ask())
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, Waiting):
                await turn.stop(ME, started.turn)
    assert event == TurnEnded(ending="stopped")
    [attempt] = await attempts()
    assert (attempt.outcome, attempt.error_code, attempt.cost_usd) == ("stopped", "not_sent", 0)


async def test_stopping_a_turn_that_is_over_changes_nothing(simulator: RunningSimulator) -> None:
    started = await turn.start(ME, ask())
    await read(started)
    await turn.stop(ME, started.turn)
    assert (await row(started)).status == "complete"


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
async def test_a_client_message_id_has_a_length(wrong: str) -> None:
    with pytest.raises(MalformedRequest):
        await turn.start(ME, ask(client_message_id=wrong))


async def test_too_many_questions_are_refused_and_a_repeated_one_is_not(simulator: RunningSimulator) -> None:
    from django.conf import settings

    with override_settings(CHATBOT={**settings.CHATBOT, "QUESTIONS_PER_MINUTE": 1}):
        question = ask()
        started = await turn.start(ME, question)
        await read(started)
        await turn.start(ME, question)
        with pytest.raises(RateLimited):
            await turn.start(ME, ask(conversation=started.conversation))
    assert await in_database(Turn.objects.count)() == 1


UPSTREAM_FAULTS = {
    "wrong key": (["401"] * 2, "relay_unauthorized"),
    "refuses the request": (["403"] * 2, "relay_unauthorized"),
    "an html page": (["html"] * 6, "bad_gateway_body"),
    "server errors": (["500", "503", "502"] * 2, "relay_overloaded"),
}


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once."""
    from chatbot.assistant import routing
    from chatbot.relay.client import HttpRelay
    from chatbot.relay.retrying import Retrying

    def stack(endpoint: str) -> Retrying:
        return Retrying(HttpRelay(conf.current().endpoints[endpoint]), base_s=0.001, cap_s=0.001)

    monkeypatch.setattr(routing, "relay_for", stack)


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


async def test_a_spent_budget_is_answered_by_the_catalogue(simulator: RunningSimulator) -> None:
    await in_database(Budget.objects.create)(limit_usd=0)
    reply = await turn.answer(ME, ask())
    assert (reply.ending, bool(reply.products)) == ("catalogue", True)
    assert not simulator.requests()
    assert not await attempts()


async def test_a_reservation_is_settled_at_what_the_turn_cost(simulator: RunningSimulator) -> None:
    await in_database(Budget.objects.create)(limit_usd=10)
    await turn.answer(ME, ask())
    [attempt] = await attempts()
    reservation = await in_database(Reservation.objects.get)()
    assert reservation.settled_usd == attempt.cost_usd
    assert reservation.reserved_usd > reservation.settled_usd


async def test_a_turn_whose_process_died_is_ended_and_its_attempt_settled(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:3:30"]])
    started = await turn.start(ME, ask())
    async with aclosing(turn.follow(ME, started.turn)) as events:
        async for _, event in events:
            if isinstance(event, TextAdded):
                break
    later = timezone.now() + timedelta(seconds=conf.current().turn_lease_s + 1)
    assert await in_database(turn.recover)(later) == 1
    assert await in_database(turn.recover)(later) == 0
    stored = await row(started)
    assert (stored.status, stored.error_code) == ("incomplete", "abandoned")
    assert all(attempt.settled_at for attempt in await attempts())
    await turn.stop(ME, started.turn)


async def test_a_dead_turn_does_not_block_the_conversation(simulator: RunningSimulator) -> None:
    first = await turn.start(ME, ask())
    await read(first)
    now = timezone.now()
    await in_database(Turn.objects.filter(pk=first.turn).update)(
        status="running", ended_at=None, lease_until=now - timedelta(seconds=1)
    )
    second = await turn.start(ME, ask(conversation=first.conversation))
    assert (await read(second))[-1][1] == TurnEnded(ending="complete")
    assert (await row(first)).status == "incomplete"


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


async def test_neither_key_nor_cookie_reaches_the_wrong_place(simulator: RunningSimulator) -> None:
    await turn.answer(ME, ask())
    seen = str(simulator.requests())
    assert ME.key not in seen
    assert simulator.key not in seen


async def test_without_routes_the_turn_says_so(simulator: RunningSimulator) -> None:
    await in_database(Route.objects.all().delete)()
    started = await turn.start(ME, ask())
    await read(started)
    assert (await row(started)).error_code == "no_route"


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
