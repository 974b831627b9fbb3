"""Answers out of the shop's entries, through a whole turn, and the instructions that hold."""

import pytest
from django.conf import settings
from django.test import override_settings

from chatbot.assistant import instructions, turn
from chatbot.database import in_database
from chatbot.errors import RelayRejected
from chatbot.events import TurnEnded
from chatbot.models import Instructions, ShopEntry, Turn
from chatbot.relay.base import ChatRequest
from chatbot.testing import ScriptedRelay, answered_by
from chatbot.wire import Reply, fold
from tests.assistant.turns import ME, ask, read

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


@pytest.fixture
def delivery(transactional_db: None) -> ShopEntry:
    return ShopEntry.objects.create(
        topic="delivery",
        language="ko",
        title="배송 안내",
        text="배송은 2~3일 걸립니다. 배송비는 3,000원이고 5만원 이상은 무료 배송입니다.",
        link="/delivery/(home)",
    )


async def answered(question: str, *pieces: str) -> tuple[Reply, ChatRequest, Turn]:
    with answered_by(ScriptedRelay(pieces)) as relay:
        started = await turn.start(ME, ask(question))
        reply = fold([event for _, event in await read(started)])
    row = await in_database(Turn.objects.get)(pk=started.turn)
    return reply, relay.requests[0], row


async def test_an_entry_is_read_by_the_model_and_cited_by_its_title(delivery: ShopEntry) -> None:
    reply, request, row = await answered("배송비 얼마예요?", "배송비는 3,000원이에요. [[", "k1]] 2~3일 걸려요. [[k1]]")
    assert reply.text == "배송비는 3,000원이에요. ([배송 안내](/delivery/%28home%29)) 2~3일 걸려요. "
    assert "<terms>\nk1 | 배송 안내 | 배송은 2~3일 걸립니다." in request.messages[0].content
    assert "p1 |" not in request.messages[0].content
    assert row.prompt["entries"] == [delivery.pk]
    assert row.interventions == []


async def test_a_promise_that_no_entry_makes_is_withheld(delivery: ShopEntry) -> None:
    reply, _, row = await answered("배송비 얼마예요?", "내일 도착하고 배송비는 1,000원이에요. [[k1]] [[k7]]")
    assert "내일" not in reply.text
    assert "1,000" not in reply.text
    assert "[[" not in reply.text
    assert {each["kind"] for each in row.interventions} == {"terms", "citation_dropped"}


async def test_without_an_entry_the_model_reads_that_there_is_none() -> None:
    with override_settings(CHATBOT={**settings.CHATBOT, "CONTACT_URL": "/contact/"}):
        _, request, _ = await answered("배송비 얼마예요?", "모르겠어요. /contact/")
    assert "<terms>\n</terms>" in request.messages[0].content
    assert "point to /contact/." in request.messages[0].content


async def test_a_switched_off_entry_is_not_there(delivery: ShopEntry) -> None:
    delivery.enabled = False
    await in_database(delivery.save)()
    _, request, row = await answered("배송비 얼마예요?", "모르겠어요.")
    assert "배송 안내" not in request.messages[0].content
    assert "entries" not in row.prompt


async def test_when_no_model_answers_the_entry_does(delivery: ShopEntry) -> None:
    with answered_by(ScriptedRelay([RelayRejected("no")])):
        started = await turn.start(ME, ask("배송은 얼마나 걸려요?"))
        events = [event for _, event in await read(started)]
    assert fold(events).text == f"{delivery.text} ([배송 안내](/delivery/%28home%29))"
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].ending == "catalogue"


async def test_the_newest_instructions_hold_and_a_turn_says_which(delivery: ShopEntry) -> None:
    _, request, row = await answered("무선 이어폰", "네.")
    assert row.prompt["instructions"] == 0
    assert request.messages[0].content.startswith("You are the shopping assistant of")
    make = in_database(Instructions.objects.create)
    await make(text="Be brief.")
    newest = await make(text="Speak like a sailor of {shop}. {0} {unknown}")
    _, request, row = await answered("무선 이어폰", "네.")
    assert row.prompt["instructions"] == newest.pk
    assert request.messages[0].content.startswith(
        "Speak like a sailor of this online shop. {0} {unknown}\n\nWhat you know"
    )


@pytest.mark.django_db
def test_instructions_are_written_once() -> None:
    written = Instructions.objects.create(text="Be brief.")
    written.text = "Be long."
    with pytest.raises(ValueError, match="written once"):
        written.save()
    assert instructions.in_force().text == "Be brief."


async def test_after_a_question_about_terms_what_was_wanted_still_holds(delivery: ShopEntry) -> None:
    with answered_by(ScriptedRelay(["네."])) as relay:
        first = await turn.start(ME, ask("새벽 무선 이어폰"))
        await read(first)
        for question in ("배송비 얼마예요?", "더 싼 거 있어요?"):
            await read(await turn.start(ME, ask(question, conversation=first.conversation)))
    rows = await in_database(lambda: list(Turn.objects.order_by("started_at")))()
    assert rows[1].question["words"] == rows[0].question["words"]
    assert "p1 |" not in relay.requests[1].messages[0].content
    assert "p1 |" in relay.requests[2].messages[0].content
