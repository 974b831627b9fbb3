"""The session and what was said, over HTTP."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot import conf
from chatbot.models import Conversation, Message, Turn
from chatbot.simulator.testing import RunningSimulator
from chatbot.visitors import Visitor, signed_key
from tests.accounting import rows
from tests.doors.conftest import Shopper

VISITOR = Visitor(key="0" * 32)


def _talk(turns: int, *, running: bool = False, minutes_ago: int = 0) -> Conversation:
    """A talk of VISITOR with so many answered questions, and perhaps one that is being answered."""
    began = timezone.now() - timedelta(minutes=minutes_ago, seconds=turns)
    talk = Conversation.objects.create(visitor=VISITOR.key, language="en", updated_at=began)
    for number in range(turns + running):
        over = number < turns
        moment = began + timedelta(seconds=number)
        turn = Turn.objects.create(
            conversation=talk,
            client_message_id=str(number),
            status="complete" if over else "running",
            lease_until=moment + timedelta(minutes=1),
            started_at=moment,
            ended_at=moment if over else None,
        )
        for role in ("user", "assistant") if over else ("user",):
            text = f"{role} {number}"
            said = Message.objects.create(
                conversation=talk, turn=turn, role=role, text=text, parts=[{"type": "text", "text": text}]
            )
            Message.objects.filter(pk=said.pk).update(created_at=moment)
    return talk


@pytest.fixture
def browser() -> Client:
    """A browser of VISITOR's, over WSGI."""
    client = Client(enforce_csrf_checks=True)
    client.cookies[conf.current().visitor_cookie] = signed_key(VISITOR)
    return client


def test_a_new_visitor_gets_a_cookie_a_token_and_the_limits(client: Client, db: None) -> None:
    response = client.get("/chat/api/session")
    cookie = response.cookies[conf.current().visitor_cookie]

    assert response.json()["conversation"] is None
    assert response.json()["limits"] == {"question_characters": 2000}
    assert len(response.json()["csrf_token"]) == 64
    assert response["Cache-Control"] == "no-store"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert not Conversation.objects.exists()


def test_a_known_visitor_keeps_the_cookie(browser: Client, db: None) -> None:
    assert conf.current().visitor_cookie not in browser.get("/chat/api/session").cookies


def test_the_session_tells_the_latest_talk_in_order(browser: Client, db: None) -> None:
    _talk(1, minutes_ago=60)
    latest = _talk(2)
    told = browser.get("/chat/api/session").json()["conversation"]

    assert told["id"] == str(latest.pk)
    assert told["running_turn"] is None
    assert [message["parts"][0]["text"] for message in told["messages"]] == [
        "user 0",
        "assistant 0",
        "user 1",
        "assistant 1",
    ]
    assert set(told["messages"][0]) == {"id", "role", "turn", "parts", "ending", "feedback", "created_at"}
    assert {message["ending"] for message in told["messages"]} == {"complete"}


def test_the_session_tells_the_turn_that_runs(browser: Client, db: None) -> None:
    talk = _talk(1, running=True)
    told = browser.get("/chat/api/session").json()["conversation"]

    assert told["running_turn"] == str(Turn.objects.get(status="running").pk)
    assert [message["role"] for message in told["messages"]] == ["user", "assistant", "user"]
    assert told["messages"][-1]["ending"] == ""
    assert told["id"] == str(talk.pk)


def test_the_session_holds_the_last_fifty_messages(browser: Client, db: None) -> None:
    _talk(30)
    told = browser.get("/chat/api/session").json()["conversation"]["messages"]

    assert len(told) == 50
    assert told[-1]["parts"][0]["text"] == "assistant 29"


def test_the_sessions_queries_do_not_grow(browser: Client, db: None) -> None:
    counts = []
    for turns in (1, 20):
        _talk(turns)
        with CaptureQueriesContext(connection) as queries:
            browser.get("/chat/api/session")
        counts.append(len(queries))

    assert counts == [3, 3]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_session_is_found_with_and_without_a_slash(client: Client, db: None, slash: str) -> None:
    assert client.get(f"/chat/api/session{slash}").status_code == 200


def test_lists_come_in_pages(browser: Client, db: None) -> None:
    talk = _talk(40)
    for number in range(60):
        _talk(0, minutes_ago=number + 10)
    talks = _all(browser, "/chat/api/conversations/")
    said = _all(browser, f"/chat/api/conversations/{talk.pk}/messages/")

    assert [len(page) for page in talks] == [50, 11]
    assert talks[0][0]["id"] == str(talk.pk)
    texts = [message["parts"][0]["text"] for page in said for message in page]
    assert texts == [f"{role} {number}" for number in range(40) for role in ("user", "assistant")]


def _all(browser: Client, url: str) -> list[list[dict[str, Any]]]:
    pages = []
    while url:
        page = browser.get(url).json()
        pages.append(page["results"])
        url = page["next"] or ""
    return pages


def test_a_shopper_has_everything_deleted_and_nobody_elses(browser: Client, db: None) -> None:
    own = [_talk(2), _talk(1, minutes_ago=60)]
    attempt = rows.settled(timezone.now(), "0.01", conversation_id=own[0].pk, visitor="pseudonym")
    attempt.save(force_insert=True)
    Conversation.objects.create(visitor="f" * 32, updated_at=timezone.now())
    foreign = browser.delete("/chat/api/conversations/", HTTP_ORIGIN="http://elsewhere.example")
    assert (foreign.status_code, Conversation.objects.count()) == (403, 3)

    assert browser.delete("/chat/api/conversations/", HTTP_ORIGIN="http://testserver").status_code == 204
    assert [talk.visitor for talk in Conversation.objects.all()] == ["f" * 32]
    assert not Message.objects.exists()
    attempt.refresh_from_db()
    assert (attempt.visitor, attempt.cost_usd) == ("", Decimal("0.01"))
    assert browser.get("/chat/api/session").json()["conversation"] is None


def test_nothing_is_deleted_while_an_answer_is_being_made(browser: Client, db: None) -> None:
    _talk(1)
    _talk(0, running=True)
    refused = browser.delete("/chat/api/conversations/", HTTP_ORIGIN="http://testserver")

    assert (refused.status_code, refused.json()["code"]) == (409, "turn_running")
    assert Conversation.objects.count() == 2
    Turn.objects.filter(status="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    assert browser.delete("/chat/api/conversations/", HTTP_ORIGIN="http://testserver").status_code == 204
    assert not Conversation.objects.exists()


def test_wrong_methods_and_kinds_are_said_in_our_shape(browser: Client, db: None) -> None:
    own = {"HTTP_ORIGIN": "http://testserver"}
    answers = {
        "method": browser.delete("/chat/api/session", **own),
        "kind": browser.post("/chat/api/answers/", {"text": "x"}, **own),
        "json": browser.post("/chat/api/answers/", "{", content_type="application/json", **own),
        "list": browser.post("/chat/api/answers/", "[]", content_type="application/json", **own),
        "deep": browser.post("/chat/api/answers/", "[" * 9_000, content_type="application/json", **own),
        "large": browser.post("/chat/api/answers/", b" " * 70_000, content_type="application/json", **own),
    }

    assert {name: (each.status_code, each.json()["code"]) for name, each in answers.items()} == {
        "method": (405, "method_not_allowed"),
        "kind": (415, "unsupported_media_type"),
        "json": (400, "malformed"),
        "list": (400, "malformed"),
        "deep": (400, "malformed"),
        "large": (413, "too_large"),
    }
    assert all(set(each.json()) == {"code", "detail", "retry_after"} for each in answers.values())


def test_the_sites_rest_framework_settings_change_nothing(browser: Client, db: None, settings: Any) -> None:
    _talk(1)
    before = browser.get("/chat/api/conversations/").content
    settings.REST_FRAMEWORK = {
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.AdminRenderer"],
        "DEFAULT_PAGINATION_CLASS": None,
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
        "EXCEPTION_HANDLER": "nowhere.at.all",
    }

    assert browser.get("/chat/api/conversations/").content == before
    assert browser.get("/chat/api/conversations/1/").json()["code"] == "not_found"


def test_writes_are_throttled(browser: Client, db: None) -> None:
    url = "/chat/api/messages/1/feedback/"
    codes = [
        browser.post(url, {"value": 1}, content_type="application/json", HTTP_ORIGIN="http://testserver")
        for _ in range(61)
    ]

    assert {each.status_code for each in codes[:60]} == {404}
    assert codes[60].status_code == 429
    assert codes[60].json()["code"] == "rate_limited"
    assert 0 < int(codes[60]["Retry-After"]) <= 60


@pytest.mark.usefixtures("routes", "goods")
async def test_a_reload_shows_what_the_socket_said(simulator: RunningSimulator, shopper: Shopper) -> None:
    await shopper.session()
    async with shopper.socket() as socket:
        await socket.ask("무선 이어폰 추천해줘")
        parts = await socket.read_turn()
    answer = (await shopper.session())["conversation"]["messages"][-1]

    assert answer["id"] == parts[0]["messageId"]
    assert answer["ending"] == "complete"
    cards = [part for part in answer["parts"] if part["type"] == "data-product"]
    assert cards == [
        {key: value for key, value in part.items() if key not in ("seq", "turn")}
        for part in parts
        if part["type"] == "data-product"
    ]
