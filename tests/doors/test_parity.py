"""One scripted turn gives the same events through every door."""

import asyncio
import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from chatbot import wire
from chatbot.models import Product, Route
from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import Shopper

pytestmark = pytest.mark.usefixtures("routes")

ANSWER = "**새벽 무선 이어폰** is [[p1.price]]: a fine choice. [[p1]]\nOr this one: [[p2]] What do you think?"


def _comparable(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts without what differs from turn to turn: ids, and where the network cut the text."""
    comparable: list[dict[str, Any]] = []
    for part in parts:
        kept = {key: value for key, value in part.items() if key not in ("turn", "seq")}
        if kept["type"] == "start":
            kept = {"type": "start"}
        if kept["type"] == "text-delta" and comparable[-1]["type"] == "text-delta":
            comparable[-1]["delta"] += kept["delta"]
        else:
            comparable.append(kept)
    return comparable


async def test_one_turn_gives_the_same_events_through_every_door(
    simulator: RunningSimulator, goods: list[Product], shopper: Shopper, routes: list[Route]
) -> None:
    simulator.say(ANSWER)
    question = "무선 이어폰 추천해줘"
    async with shopper.socket() as socket:
        await socket.ask(question)
        by_socket = await socket.read_turn()
    by_sse = await shopper.ask_by_sse(shopper.asked(question))
    by_rest = (await shopper.http.post("answers/", json={"text": question})).json()
    by_terminal = await _terminal(question)

    for parts in (by_socket, by_sse, by_terminal):
        assert [part["seq"] for part in parts] == list(range(1, len(parts) + 1))
    assert _comparable(by_socket) == _comparable(by_sse) == _comparable(by_terminal)
    folded = wire.fold(wire.parse({key: value for key, value in part.items() if key != "seq"}) for part in by_socket)
    assert by_rest["text"] == folded.text
    assert by_rest["parts"] == folded.parts
    assert by_rest["ending"] == folded.ending == "complete"
    assert [product["sku"] for product in by_rest["products"]] == [card.sku for card in folded.products]
    assert len(by_rest["products"]) == 2


async def test_one_client_message_id_is_one_turn_through_every_door(
    simulator: RunningSimulator, goods: list[Product], shopper: Shopper
) -> None:
    question = "무선 이어폰 추천해줘"
    async with shopper.socket() as socket:
        asked = await socket.ask(question)
        by_socket = await socket.read_turn()
    body = shopper.asked(question)
    body["messages"][0]["id"] = asked
    by_sse = await shopper.ask_by_sse(body)
    by_rest = (await shopper.http.post("answers/", json={"text": question, "client_message_id": asked})).json()

    assert [{key: value for key, value in part.items() if key != "turn"} for part in by_socket] == by_sse
    assert by_rest["turn"] == by_socket[0]["turn"]
    assert by_rest["message"] == by_socket[0]["messageId"]
    assert simulator.bill()["totals"]["requests"] == 1


async def test_each_door_says_the_same_refusal(simulator: RunningSimulator, shopper: Shopper) -> None:
    async with shopper.socket() as socket:
        asked = await socket.ask("   ")
        by_socket = await socket.read()
    by_sse = await shopper.http.post("chat", json=shopper.asked("   "))
    by_rest = await shopper.http.post("answers/", json={"text": "   "})

    assert by_socket["code"] == "empty_question"
    assert by_socket["id"] == asked
    assert by_sse.status_code == by_rest.status_code == 400
    assert by_sse.json() == by_rest.json()
    assert by_sse.json() == {"code": "empty_question", "detail": by_socket["errorText"], "retry_after": None}


async def _terminal(question: str) -> list[dict[str, Any]]:
    def run() -> str:
        out = io.StringIO()
        call_command("chatbot_ask", question, "--json", stdout=out, stderr=io.StringIO())
        return out.getvalue()

    lines = (await asyncio.to_thread(run)).splitlines()
    return [json.loads(line) for line in lines if line]
