"""An answer that is not what its relay signed, as the shopper and the database see it."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import ProductShown, TextAdded, TextCorrected, TurnEnded, TurnFailed
from chatbot.models import Attempt, Product, Route
from chatbot.simulator.server import Simulator
from chatbot.simulator.testing import RunningSimulator, run_in_thread
from chatbot.wire import fold
from tests import settings as project
from tests.assistant.turns import ME, answer_of, ask, attempts, read, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]

SECRET = "shared-with-the-relay"
# Each test asks in its own words: the same request of two processes in one second would be a replay to the relay.


@pytest.fixture(scope="module")
def signing_thread() -> Iterator[RunningSimulator]:
    with run_in_thread(Simulator(seed=1, tokens_per_second=0, latency=0, signing_secret=SECRET)) as running:
        yield running


@pytest.fixture
def signing(signing_thread: RunningSimulator) -> Iterator[RunningSimulator]:
    signing_thread.reset()
    endpoint = {
        "URL": signing_thread.url,
        "KEY": signing_thread.key,
        "SIGNING_SECRET": SECRET,
        "INTEGRITY": "required",
    }
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        yield signing_thread


@in_database
def only_one_route() -> None:
    Route.objects.exclude(model="gemini-2.5-flash").delete()


@in_database
def empty_the_shop() -> None:
    Product.objects.all().delete()


async def test_a_signed_answer_is_an_answer(signing: RunningSimulator) -> None:
    started = await turn.start(ME, ask("무선 이어폰 부탁해요"))
    events = [event for _, event in await read(started)]
    assert events[-1] == TurnEnded(ending="complete")
    assert not any(isinstance(event, TextCorrected) for event in events)


async def test_tampered_words_are_taken_back_and_the_catalogue_answers(signing: RunningSimulator) -> None:
    await only_one_route()
    signing.script([["tampered:3", "stall_mid:9:0.5"]])  # words are shown before the signature comes
    started = await turn.start(ME, ask("무선 이어폰 골라 주세요"))
    events = [event for _, event in await read(started)]
    withdrawn = [event for event in events if isinstance(event, TextCorrected)]
    assert withdrawn
    assert {(event.text, event.reason) for event in withdrawn} == {("", "integrity_failed")}
    model_said = "".join(e.text for e in events[: events.index(withdrawn[0])] if isinstance(e, TextAdded))
    assert model_said
    assert events[-1] == TurnEnded(ending="catalogue", code="integrity_failed")
    stored = await answer_of(started)
    assert stored is not None
    assert model_said not in stored.text
    assert stored.text == fold(events).text == "".join(p["text"] for p in stored.parts if p["type"] == "text")
    assert all(part.get("text") != "" for part in stored.parts)
    shown = [event.card.sku for event in events if isinstance(event, ProductShown)]
    assert len(shown) == len(set(shown)) > 0
    assert (await row(started)).error_code == "integrity_failed"


async def test_what_was_tampered_with_is_paid_all_the_same(signing: RunningSimulator) -> None:
    await only_one_route()
    signing.script([["tampered:3"]])
    await read(await turn.start(ME, ask("무선 이어폰 알려 주세요")))
    (attempt,) = await attempts()
    totals = signing.bill()["totals"]
    assert attempt.outcome in (Attempt.Outcome.INCOMPLETE, Attempt.Outcome.FAILED)
    assert (attempt.input_tokens, attempt.output_tokens) == (totals["input_tokens"], totals["output_tokens"])


async def test_without_goods_there_is_no_answer_left_to_store(signing: RunningSimulator) -> None:
    await only_one_route()
    await empty_the_shop()
    signing.script([["sign_wrong"]])
    started = await turn.start(ME, ask("무선 이어폰 보여 주세요"))
    events = [event for _, event in await read(started)]
    assert isinstance(events[-1], TurnFailed)
    assert await answer_of(started) is None
