"""Transcripts in the admin: what was said and what it cost, as text, for those who may view it."""

from decimal import Decimal

import pytest

from chatbot.accounting.rerating import rerate
from chatbot.admin import figures
from chatbot.models import Message, Turn
from tests.accounting import rows
from tests.accounting.rows import settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CONVERSATIONS = "/admin/chatbot/conversation/"
TURNS = "/admin/chatbot/turn/"
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def spoken(question: str = "Which one?", answer: str = "This one.", card: dict | None = None) -> Turn:
    turn = rows.turn()
    turn.status, turn.ended_at = Turn.Status.COMPLETE, rows.NOON
    turn.save()
    parts = [{"type": "text", "text": answer}, {"type": "data-product", "id": "s", "data": card or {"title": "Thing"}}]
    for role, text, of in (("user", question, []), ("assistant", answer, parts)):
        Message.objects.create(conversation=turn.conversation, turn=turn, role=role, text=text, parts=of)
    settled(rows.NOON, "0.0025", turn=turn, conversation_id=turn.conversation_id).save(force_insert=True)
    return turn


def transcript(client, turn) -> str:
    response = client.get(f"{CONVERSATIONS}{turn.conversation_id}/change/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_transcript_shows_what_was_said_in_order_and_what_it_cost(staff):
    body = transcript(staff, spoken("Which earphones?", "These.", {"title": "Haneul Pro", "price_text": "₩259,000"}))
    assert body.index("Which earphones?") < body.index("These.") < body.index("Haneul Pro") < body.index("₩259,000")
    assert "$0.002500" in body


def test_what_a_talk_cost_is_with_the_corrections_of_its_prices(staff):
    wrong = rows.price(per_million="2.50")
    turn = spoken()
    turn.attempts.update(price=wrong)
    right = rows.price(per_million="1.25", corrects=wrong)
    rerate(right.created_at)
    known = turn.attempts.get().corrections.get().cost_usd
    assert known != Decimal("0.0025")
    for body in (transcript(staff, turn), staff.get(CONVERSATIONS).content.decode()):
        assert figures.dollars(known, places=6).text in body
        assert "$0.002500" not in body


def test_words_and_cards_are_text_and_never_markup(staff):
    card = dict.fromkeys(("title", "sku", "price_text", "sale_price_text", "availability_text"), EVIL)
    turn = spoken(EVIL, EVIL, card)
    turn.interventions = [{EVIL: EVIL}]
    turn.error_code = "<b>"
    turn.save()
    body = transcript(staff, turn)
    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert body.count("&lt;script&gt;alert(1)") == 8


def test_a_part_of_an_unknown_kind_does_not_break_the_page(staff):
    turn = spoken()
    turn.messages.filter(role="assistant").update(parts=[{"type": "new"}, {}, {"type": "data-product"}])
    assert "Which one?" in transcript(staff, turn)


def test_lists_hold_no_words_of_shoppers(staff):
    spoken("My address is 1 Secret Street", "Noted, Secret Street")
    for url in (CONVERSATIONS, TURNS):
        assert "Secret Street" not in staff.get(url).content.decode()


def test_conversations_are_found_by_id_alone(staff):
    turn, other = spoken(), spoken("Secret words")
    for key in (turn.pk, turn.conversation_id):
        response = staff.get(CONVERSATIONS, {"q": str(key)})
        assert [row.pk for row in response.context["cl"].result_list] == [turn.conversation_id]
    assert not staff.get(CONVERSATIONS, {"q": "Secret"}).context["cl"].result_list
    assert [row.pk for row in staff.get(TURNS, {"q": str(other.pk)}).context["cl"].result_list] == [other.pk]


def test_a_list_of_turns_says_which_model_was_asked_first_and_ids_in_short(staff):
    turn = spoken()
    body = staff.get(TURNS).content.decode()
    assert '<td class="field-first_model">alpha</td>' in body
    assert f'<span title="{turn.pk}">{str(turn.pk)[:8]}</span>' in body
    assert f'title="{turn.conversation_id}">{str(turn.conversation_id)[:8]}</a>' in body


def test_nobody_changes_what_was_said(staff):
    turn = spoken()
    for url in (f"{CONVERSATIONS}{turn.conversation_id}", f"{TURNS}{turn.pk}"):
        assert staff.get(f"{url}/change/").status_code == 200
        assert staff.post(f"{url}/change/", {"visitor": "x"}).status_code == 403
        assert staff.post(f"{url}/delete/", {"post": "yes"}).status_code == 403


def test_an_unknown_conversation_is_told_so(staff):
    for key in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        assert staff.get(f"{CONVERSATIONS}{key}/change/").status_code == 302


@pytest.mark.parametrize("url", [CONVERSATIONS, TURNS])
def test_only_those_who_may_view_conversations_do(staff_who_may, url):
    assert staff_who_may("view_costs").get(url).status_code == 403
    assert staff_who_may("view_conversation", "view_turn").get(url).status_code == 200


@pytest.mark.parametrize("page", ["conversations", "turns", "transcript"])
def test_the_number_of_queries_does_not_grow(staff, django_assert_max_num_queries, page):
    first = spoken()
    url = {"conversations": CONVERSATIONS, "turns": TURNS}.get(page, f"{CONVERSATIONS}{first.conversation_id}/change/")

    def queries() -> int:
        with django_assert_max_num_queries(20) as captured:
            assert staff.get(url).status_code == 200
        return len(captured)

    queries()  # fills the caches of content types
    few = queries()
    for _ in range(4):
        more = spoken()
        if page == "transcript":
            Turn.objects.filter(pk=more.pk).update(conversation=first.conversation)
            Message.objects.filter(turn=more).update(conversation=first.conversation)
    assert queries() == few
