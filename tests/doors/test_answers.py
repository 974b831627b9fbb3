"""A question answered in one piece, under ASGI and under WSGI; and the shop's products."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from chatbot.counters import counters
from chatbot.models import Attempt, Product, Route, Turn
from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import Shopper

OWN = {"HTTP_ORIGIN": "http://testserver"}


@pytest.mark.usefixtures("routes", "goods")
def test_under_wsgi_the_answer_is_whole_and_the_turn_is_over(simulator: RunningSimulator, client: Client) -> None:
    response = client.post("/chat/api/answers/", {"text": "무선 이어폰"}, content_type="application/json", **OWN)
    reply = response.json()
    turn = Turn.objects.get()

    assert response.status_code == 200
    assert set(reply) == {"turn", "conversation", "message", "text", "parts", "products", "ending"}
    assert (turn.status, str(turn.pk)) == ("complete", reply["turn"])
    assert Attempt.objects.get().outcome == "answered"
    assert reply["products"][0]["price_text"] == "59,000원"


@pytest.mark.usefixtures("routes", "goods")
def test_asked_twice_the_answer_is_the_same_and_costs_once(simulator: RunningSimulator, client: Client) -> None:
    body = {"text": "무선 이어폰", "client_message_id": str(uuid4())}
    one, two = (
        client.post("/chat/api/answers/", body, content_type="application/json", **OWN).json() for _ in range(2)
    )

    assert (one["turn"], one["text"], one["parts"]) == (two["turn"], two["text"], two["parts"])
    assert simulator.bill()["totals"]["requests"] == 1


@pytest.mark.usefixtures("goods")
def test_the_catalogue_answers_where_no_relay_does(
    routes: list[Route], simulator: RunningSimulator, client: Client
) -> None:
    simulator.script([["401"]], repeat=True)
    reply = client.post("/chat/api/answers/", {"text": "무선 이어폰"}, content_type="application/json", **OWN).json()

    assert reply["ending"] == "catalogue"
    assert reply["products"]


def test_no_answer_at_all_is_an_error_with_its_turn(
    routes: list[Route], simulator: RunningSimulator, client: Client
) -> None:
    simulator.script([["401"]], repeat=True)
    response = client.post("/chat/api/answers/", {"text": "x y z"}, content_type="application/json", **OWN)

    assert response.status_code == 503
    assert response.json()["code"] == "relay_unauthorized"
    assert response.json()["turn"] == str(Turn.objects.get().pk)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": None},
        {"text": ["x"]},
        {"text": {"a": 1}},
        {"text": "x", "page": "here"},
        {"text": "x", "page": {"sku": {"a": 1}}},
        {"text": "x", "conversation": "y" * 129},
        {"text": "x", "client_message_id": "y" * 65},
        {"text": "null\0character"},
    ],
)
def test_a_malformed_question_is_refused(body: dict[str, Any], client: Client, db: None) -> None:
    response = client.post("/chat/api/answers/", body, content_type="application/json", **OWN)

    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert not Turn.objects.exists()


@pytest.mark.usefixtures("routes", "goods")
def test_a_cache_that_is_away_costs_no_answer(
    simulator: RunningSimulator, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "_away_until", float("-inf"))
    redis = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": redis, "LOCATION": "redis://127.0.0.1:9"}}
    settings.CHATBOT = {**settings.CHATBOT, "QUESTIONS_PER_MINUTE": 5}
    response = client.post("/chat/api/answers/", {"text": "무선 이어폰"}, content_type="application/json", **OWN)

    assert (response.status_code, response.json()["ending"]) == (200, "complete")


async def test_a_shopper_who_leaves_finds_the_answer(
    routes: list[Route], goods: list[Product], simulator: RunningSimulator, shopper: Shopper
) -> None:
    import httpx

    await shopper.session()
    simulator.script([["stall_before:0.4"]])
    body = {"text": "무선 이어폰", "client_message_id": str(uuid4())}
    with pytest.raises(httpx.ReadTimeout):
        await shopper.http.post("answers/", json=body, timeout=0.2)
    reply = (await shopper.http.post("answers/", json=body)).json()

    assert reply["ending"] == "complete"
    assert simulator.bill()["totals"]["requests"] == 1


def test_products_are_found_by_a_question(goods: list[Product], client: Client) -> None:
    found = client.get("/chat/api/products/", {"q": "무선 이어폰 추천해줘"}).json()

    assert {card["sku"] for card in found["results"]} >= {"E-1", "E-3"}
    assert "K-1" not in {card["sku"] for card in found["results"]}
    assert found["results"][0]["price_text"]


def test_products_are_listed_by_id_without_what_was_removed(goods: list[Product], client: Client) -> None:
    Product.objects.filter(sku="E-3").update(removed_at="2026-01-01T00:00:00Z")
    listed = client.get("/chat/api/products/").json()

    assert [card["sku"] for card in listed["results"]] == ["E-1", "E-2", "K-1"]
    assert listed["next"] is None
