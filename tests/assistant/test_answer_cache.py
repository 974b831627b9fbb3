"""Answers that are given again: which are kept, when they are used, and what is booked for them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot.assistant import answer_cache, closing, opening, turn
from chatbot.assistant.answer_cache import Cached
from chatbot.assistant.prompt import Prompt
from chatbot.database import in_database
from chatbot.events import TextAdded, TurnEnded
from chatbot.models import Attempt, Budget, CachedAnswer, Product, Reservation, Route
from chatbot.relay.base import ChatMessage
from chatbot.simulator.testing import RunningSimulator
from chatbot.visitors import Visitor
from chatbot.wire import fold
from tests.assistant.turns import KOREAN, ME, SOMEBODY_ELSE, answer_of, ask, attempts, read, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]

SAID = "새벽 무선 이어폰을 추천해요 [[p1]]\n한 번 충전으로 오래 듣고, 가격은 [[p1.price]]이에요."


def caching(seconds: int = 3600, **more: object) -> override_settings:
    return override_settings(CHATBOT={**settings.CHATBOT, "ANSWER_CACHE_S": seconds, **more})


@in_database
def kept() -> list[CachedAnswer]:
    return list(CachedAnswer.objects.all())


@in_database
def budget(limit: str = "10", **fields: object) -> Budget:
    return Budget.objects.create(limit_usd=Decimal(limit), **fields)


@in_database
def full() -> None:
    """Nothing is left of any budget."""
    Budget.objects.update(limit_usd=0)


async def test_the_same_question_is_answered_again_at_no_cost(simulator: RunningSimulator) -> None:
    simulator.say(SAID)
    with caching():
        first = fold([event for _, event in await read(await turn.start(ME, ask()))])
        started = await turn.start(SOMEBODY_ELSE, ask())
        events = [event for _, event in await read(started, visitor=SOMEBODY_ELSE)]
    again = fold(events)
    assert (again.text, again.products) == (first.text, first.products)
    assert "59,000원" in again.text
    assert events[-1] == TurnEnded(ending="complete")
    assert sum(isinstance(event, TextAdded) for event in events) > 5
    assert len(simulator.requests()) == 1
    stored = await answer_of(started)
    assert stored is not None
    assert stored.parts == again.parts
    [_, booked] = await attempts()
    assert (booked.outcome, booked.endpoint, booked.source, booked.number) == ("cached", "cache", "reported", 1)
    assert (booked.input_tokens, booked.output_tokens, booked.cost_usd) == (0, 0, 0)
    assert (booked.requested_model, booked.route_id) == ("gemini-2.5-flash", None)
    assert booked.settled_at is not None
    assert booked.first_word_ms is not None
    plan = (await row(started)).plan
    assert plan == [{"model": "gemini-2.5-flash", "reason": "answered before, from the cache"}]


CHANGES = {
    "price": lambda: Product.objects.filter(sku="E-1").update(price=Decimal(58000)),
    "stock": lambda: Product.objects.filter(sku="E-1").update(availability="preorder"),
    "title": lambda: Product.objects.filter(sku="E-1").update(title="새벽 무선 이어폰 2"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_another_price_or_stock_is_another_question(simulator: RunningSimulator, what: str) -> None:
    with caching():
        await turn.answer(ME, ask())
        await in_database(CHANGES[what])()
        await turn.answer(SOMEBODY_ELSE, ask())
    assert len(simulator.requests()) == 2


async def test_the_talk_so_far_and_other_words_make_another_question(simulator: RunningSimulator) -> None:
    with caching():
        started = await turn.start(ME, ask())
        await read(started)
        await turn.answer(ME, ask(conversation=started.conversation))
        await turn.answer(ME, ask(KOREAN + "!"))
    assert len(simulator.requests()) == 3


async def test_an_answer_that_is_too_old_is_not_given_again(simulator: RunningSimulator) -> None:
    with caching(60):
        await turn.answer(ME, ask())
        await in_database(CachedAnswer.objects.update)(created_at=timezone.now() - timedelta(seconds=61))
        await turn.answer(ME, ask())
        [renewed] = await kept()
    assert len(simulator.requests()) == 2
    assert renewed.created_at > timezone.now() - timedelta(seconds=30)


INCOMPLETE = {
    "cut": (SAID, [["cut:6"], ["400"], ["400"]]),
    "too long": ("하나 " * 2000, [[]]),
    "an invented product": (SAID + " [[p77]]", [[]]),
    "no model": (SAID, [["401"], ["401"]]),
}


@pytest.mark.parametrize("name", INCOMPLETE)
async def test_only_whole_answers_that_hold_are_kept(simulator: RunningSimulator, name: str) -> None:
    said, script = INCOMPLETE[name]
    simulator.say(said)
    simulator.script(script)
    with caching():
        await turn.answer(ME, ask())
    assert not await kept()


async def test_a_stopped_answer_is_not_kept(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:10:30"]])
    with caching():
        started = await turn.start(ME, ask())
        async for _, event in turn.follow(ME, started.turn):
            if isinstance(event, TextAdded):
                await turn.stop(ME, started.turn)
    assert not await kept()


async def test_an_answer_that_two_models_wrote_is_kept_as_a_whole(simulator: RunningSimulator) -> None:
    simulator.say(SAID)
    simulator.script([["cut:6"], []])
    with caching():
        await turn.answer(ME, ask())
    [answer] = await kept()
    assert (answer.text, answer.model) == (SAID, "gpt-4.1")


async def test_a_full_budget_answers_from_the_cache(simulator: RunningSimulator) -> None:
    simulator.say(SAID)
    await budget()
    first = await turn.answer(ME, ask())
    await full()
    started = await turn.start(SOMEBODY_ELSE, ask())
    again = fold([event for _, event in await read(started, visitor=SOMEBODY_ELSE)])
    assert (again.text, again.products, again.ending) == (first.text, first.products, "complete")
    assert len(simulator.requests()) == 1
    assert [each.outcome for each in await attempts()] == ["answered", "cached"]
    assert (await row(started)).plan == [
        {"model": "gemini-2.5-flash", "reason": "answered before, from the cache, as a budget is spent"}
    ]
    other = await turn.answer(ME, ask("주전자 있나요?"))
    assert (other.ending, bool(other.products)) == ("catalogue", True)


async def test_while_there_is_money_a_model_answers_every_question(simulator: RunningSimulator) -> None:
    await budget()
    await turn.answer(ME, ask())
    await turn.answer(SOMEBODY_ELSE, ask())
    assert len(simulator.requests()) == 2


@pytest.mark.parametrize("kept_s", [0, 604_800])
async def test_nothing_is_kept_where_nothing_could_be_given_again(simulator: RunningSimulator, kept_s: int) -> None:
    with caching(0, ANSWER_KEPT_S=kept_s):
        await budget(action=Budget.Action.WARN if kept_s else Budget.Action.CATALOGUE)
        await turn.answer(ME, ask())
    assert not await kept()


async def test_a_cached_answer_needs_no_money(simulator: RunningSimulator) -> None:
    await budget()
    with caching():
        await turn.answer(ME, ask())
        await turn.answer(SOMEBODY_ELSE, ask())
    assert await in_database(Reservation.objects.count)() == 1


async def test_a_cached_answer_needs_no_route(simulator: RunningSimulator) -> None:
    with caching():
        await turn.answer(ME, ask())
        await in_database(Route.objects.update)(enabled=False)
        reply = await turn.answer(SOMEBODY_ELSE, ask())
    assert reply.ending == "complete"


async def test_a_cached_answer_can_be_stopped(simulator: RunningSimulator) -> None:
    simulator.say("새벽 " * 700)
    with caching():
        await turn.answer(ME, ask())
        started = await turn.start(SOMEBODY_ELSE, ask())
        async for _, event in turn.follow(SOMEBODY_ELSE, started.turn):
            if isinstance(event, TextAdded):
                turn._running[started.turn].stop()  # at once: the whole of it takes milliseconds
    assert event == TurnEnded(ending="stopped")
    assert (await attempts())[-1].outcome == "cached"


def queries_of_a_turn() -> list[str]:
    """What a whole turn asks the database, its model's part left out."""
    with CaptureQueriesContext(connection) as captured:
        opened = opening.open_turn.__wrapped__(Visitor(key="q" * 32), ask("Which earphones?"))
        result = closing.Result(
            status="complete",
            code="",
            reply=fold([TurnEnded(ending="complete")]),
            settlements=(),
            interventions=(),
            first_word_ms=1,
            total_ms=2,
        )
        closing.close_turn.__wrapped__(opened, result)
    return [query["sql"] for query in captured.captured_queries]


def test_without_budgets_and_cache_a_turn_asks_for_neither(simulator: RunningSimulator) -> None:
    queries_of_a_turn()  # what is remembered for a second is read now
    said = " ".join(queries_of_a_turn())
    assert "chatbot_attempt" in said
    for table in ("budget", "spending", "reservation", "cachedanswer", "price"):
        assert f"chatbot_{table}" not in said


def test_words_come_in_pieces_that_are_the_text_again() -> None:
    for text in ("", SAID, "  a\n\nb [[p1]]\n", "\n"):
        assert "".join(Cached(text=text, model="m").pieces()) == ("" if text.isspace() else text)


def test_the_key_is_of_all_messages_in_their_order() -> None:
    def key(*said: tuple[str, str]) -> str:
        messages = tuple(ChatMessage(role=role, content=text) for role, text in said)  # type: ignore[arg-type]
        return answer_cache.key_of(Prompt(messages=messages, estimated_tokens=1))

    keys = {
        key(("system", "a"), ("user", "b")),
        key(("system", "a"), ("assistant", "b")),
        key(("user", "b"), ("system", "a")),
        key(("system", "ab"), ("user", "")),
        key(("system", "a")),
    }
    assert len(keys) == 5
    assert all(len(each) == 64 for each in keys)


@pytest.mark.parametrize(("cache_s", "kept_s", "left"), [(100, 0, 1), (0, 200, 2), (0, 0, 0)])
def test_what_is_too_old_is_deleted(cache_s: int, kept_s: int, left: int) -> None:
    now = timezone.now()
    for number, age_s in enumerate([90, 190, 290]):
        created_at = now - timedelta(seconds=age_s)
        CachedAnswer.objects.create(key=str(number), text="t", model="m", created_at=created_at)
    with caching(cache_s, ANSWER_KEPT_S=kept_s):
        assert answer_cache.purge(now) == 3 - left
    assert CachedAnswer.objects.count() == left
    assert not Attempt.objects.exists()
