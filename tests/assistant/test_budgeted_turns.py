"""Whole turns under budgets: cheaper models, further attempts, and what a shopper reads when the money is spent."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from chatbot.accounting import budgets
from chatbot.accounting.spendings import differences
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import TurnEnded
from chatbot.models import Attempt, Budget, BudgetAlert, Reservation, Spending, Turn
from chatbot.relay.base import ChatMessage
from chatbot.simulator.testing import RunningSimulator
from chatbot.wire import fold
from tests.assistant.turns import KOREAN, ME, SAID, answer_of, ask, attempts, read, read_a_word, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]

MILLION = 1_000_000


@in_database
def budget(limit: Decimal | str, **fields: object) -> Budget:
    return Budget.objects.create(limit_usd=Decimal(limit), **fields)


@in_database
def spending() -> Spending:
    assert not differences()
    return Spending.objects.get()


async def bound(simulator: RunningSimulator, model_usd: str, question: str = KOREAN) -> Decimal:
    """The most that an attempt with the prompt of `question` costs, as the simulator saw that prompt."""
    await turn.answer(ME, ask(question))
    said = [ChatMessage(role="user", content=each["content"]) for each in simulator.requests()[-1]["body"]["messages"]]
    await in_database(Turn.objects.all().delete)()
    await in_database(Attempt.objects.all().delete)()
    simulator.reset()
    return Decimal(model_usd) * (budgets.most_tokens(said) + 800) / MILLION


async def test_a_budget_for_cheaper_models_asks_one_that_fits_and_says_why(simulator: RunningSimulator) -> None:
    cheap = await bound(simulator, "2.5")
    await in_database(lambda: [each.save() for each in _swap_routes()])()
    await budget(cheap, action=Budget.Action.CHEAPER)
    started = await turn.start(ME, ask())
    await read(started)
    assert (await row(started)).plan == [
        {"model": "gemini-2.5-flash", "reason": "position 1, the cheapest that a budget has room for"}
    ]
    [attempt] = await attempts()
    assert (attempt.requested_model, attempt.outcome) == ("gemini-2.5-flash", "answered")
    assert (await row(started)).status == "complete"


def _swap_routes() -> list:
    from chatbot.models import Route

    routes = list(Route.objects.order_by("position"))
    for route in routes:
        route.position = 1 - route.position
    return routes


async def test_failures_that_cost_nothing_take_nothing_of_the_budget(simulator: RunningSimulator) -> None:
    dear = await bound(simulator, "8")
    await budget(dear)
    simulator.script([["429"], ["401"], []])
    reply = await turn.answer(ME, ask())
    assert reply.ending == "complete"
    assert len(await attempts()) == 3
    row_ = await spending()
    assert row_.spent_usd == sum(each.cost_usd or 0 for each in await attempts())
    assert row_.reserved_usd == 0


@pytest.mark.usefixtures("no_waiting")
async def test_a_failed_attempt_that_may_be_billed_counts_and_there_is_no_room_for_another(
    simulator: RunningSimulator,
) -> None:
    dear = await bound(simulator, "8")
    await budget(dear)
    simulator.script([["html"]] * 9)  # a page with status 200 may have been billed
    started = await turn.start(ME, ask())
    reply = fold([event for _, event in await read(started)])
    assert (reply.ending, bool(reply.products), reply.error) == ("catalogue", True, None)
    assert (await row(started)).error_code == "budget_spent"
    row_ = await spending()
    assert 0 < row_.spent_usd <= dear
    assert row_.spent_usd == sum(each.cost_usd for each in await attempts())
    assert all(each.settled_at for each in await attempts())
    assert len(await attempts()) == len(simulator.requests())


async def test_the_rest_of_an_answer_that_broke_off_is_not_bought_where_the_budget_ends(
    simulator: RunningSimulator,
) -> None:
    dear = await bound(simulator, "8")
    simulator.say(SAID)
    await budget(dear)
    simulator.script([["cut:12"], []])
    started = await turn.start(ME, ask())
    events = [event for _, event in await read(started)]
    assert events[-1] == TurnEnded(ending="incomplete", code="budget_spent")
    stored = await answer_of(started)
    assert stored is not None
    assert stored.text
    assert len(simulator.requests()) == 1
    assert [each.outcome for each in await attempts()] == ["incomplete"]
    assert (await spending()).spent_usd <= dear


async def test_the_rest_is_bought_and_covered_where_there_is_room(simulator: RunningSimulator) -> None:
    dear = await bound(simulator, "8")
    simulator.say(SAID)
    await budget(dear * 2)
    simulator.script([["cut:12"], []])
    assert (await turn.answer(ME, ask())).ending == "complete"
    rows = await attempts()
    assert [each.outcome for each in rows] == ["incomplete", "answered"]
    reservation = await in_database(Reservation.objects.get)()
    assert dear < reservation.reserved_usd <= dear * 2
    assert reservation.settled_usd == sum(each.cost_usd for each in rows)


async def test_the_cache_stands_in_when_another_attempt_would_cost_too_much(simulator: RunningSimulator) -> None:
    dear = await bound(simulator, "8")
    simulator.say(SAID)
    limited = await budget(10)
    first = await turn.answer(ME, ask())
    spent = (await spending()).spent_usd
    await in_database(Budget.objects.filter(pk=limited.pk).update)(limit_usd=spent + dear)
    simulator.script([["cut:0"], ["html"]] * 9)
    again = await turn.answer(ME, ask())
    assert (again.text, again.ending) == (first.text, "complete")
    assert (await attempts())[-1].outcome == "cached"


@pytest.mark.parametrize(("times", "races"), [("1.4", True), ("1.2", False)])
async def test_two_models_race_only_if_both_fit(simulator: RunningSimulator, times: str, races: bool) -> None:
    dear = await bound(simulator, "8")  # the other one is bound by 0.3125 of it
    await budget(dear * Decimal(times))
    simulator.script([["stall_first:0.4"]], match={"model": "gemini-2.5-flash"})
    with override_settings(CHATBOT={**settings.CHATBOT, "HEDGE_AFTER_MS": 50}):
        assert (await turn.answer(ME, ask())).ending == "complete"
    assert len(await attempts()) == (2 if races else 1)
    assert (await spending()).reserved_usd == 0


async def test_a_shopper_who_asks_for_what_there_is_not_reads_a_sentence_and_no_error(
    simulator: RunningSimulator,
) -> None:
    await budget(0)
    for question, language, sentence in [
        ("qwertyuiop zxcvbnm", "en", "Other words may help."),
        ("뷁뛟쒥 꿿뚫쀍", "ko", "다른 말로 다시 물어봐 주세요."),
    ]:
        started = await turn.start(ME, ask(question, language=language))
        reply = fold([event for _, event in await read(started)])
        assert (reply.ending, reply.error, reply.products) == ("catalogue", None, [])
        assert sentence in reply.text
        assert (await row(started)).status == "catalogue"
    alert = await in_database(BudgetAlert.objects.get)()
    assert alert.percent == 100


async def test_a_stop_while_a_further_attempt_is_booked_leaves_nothing_open(
    simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatbot.assistant import booking

    await budget(10)
    simulator.script([["reset_before"], []])
    book = booking.book_attempt
    begun = asyncio.Event()

    async def slow(*given: object) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        await book(*given)

    monkeypatch.setattr(booking, "book_attempt", slow)
    started = await turn.start(ME, ask())
    await begun.wait()
    await turn.stop(ME, started.turn)
    await read(started)
    rows = await attempts()
    assert [(each.outcome, each.error_code) for each in rows][1:] == [("stopped", "not_sent")]
    assert all(each.settled_at for each in rows)
    assert (await spending()).reserved_usd == 0


async def test_a_dead_process_gives_its_money_back(simulator: RunningSimulator) -> None:
    await budget(10)
    simulator.script([["stall_mid:3:5"]])
    started = await turn.start(ME, ask())
    await read_a_word(started)
    assert (await spending()).reserved_usd > 0
    await in_database(Turn.objects.update)(lease_until=timezone.now() - timedelta(seconds=1))
    assert await in_database(turn.recover)(timezone.now()) == 1
    assert (await spending()).reserved_usd == 0
    await turn.stop(ME, started.turn)


async def test_a_spent_budget_is_answered_by_the_catalogue(simulator: RunningSimulator) -> None:
    await budget(0)
    reply = await turn.answer(ME, ask())
    assert (reply.ending, bool(reply.products)) == ("catalogue", True)
    assert not simulator.requests()
    assert not await attempts()


async def test_the_reservation_is_for_the_dearest_route(simulator: RunningSimulator) -> None:
    await budget(10)
    await turn.answer(ME, ask())
    reservation = await in_database(Reservation.objects.get)()
    [request] = simulator.requests()
    said = [ChatMessage(role="user", content=message["content"]) for message in request["body"]["messages"]]
    assert reservation.reserved_usd == Decimal(budgets.most_tokens(said) + 800) * 8 / MILLION


async def test_a_reservation_is_settled_at_what_the_turn_cost(simulator: RunningSimulator) -> None:
    await budget(10)
    await turn.answer(ME, ask())
    [attempt] = await attempts()
    reservation = await in_database(Reservation.objects.get)()
    assert reservation.settled_usd == attempt.cost_usd
    assert reservation.reserved_usd > reservation.settled_usd
