"""Events as parts: every event has one part, and a part says its event back."""

import json
from decimal import Decimal
from typing import get_args

import pytest

from chatbot import wire
from chatbot.errors import TurnRunning
from chatbot.events import (
    ProductCard,
    ProductShown,
    TextAdded,
    TextCorrected,
    TextFinished,
    TextStarted,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
    Waiting,
)

CARD = ProductCard(
    sku="A/1",
    title="<b>이어폰</b>",
    currency="USD",
    price=Decimal("19.990000000001"),
    sale_price=None,
    price_text="$19.99",
    sale_price_text="",
    availability="in_stock",
    availability_text="in stock",
    link="/p/1/",
    image_link="/i/1.svg",
    brand="Saebyeok",
)
EVENTS: list[TurnEvent] = [
    TurnStarted(turn="t", conversation="c", message="m"),
    Waiting(reason="queued", seconds=3.5),
    TextStarted(block="t1"),
    TextAdded(text="줄\u2028바꿈 😀 \n", block="t1"),
    TextFinished(block="t1"),
    ProductShown(card=CARD),
    TextCorrected(block="t1", text="corrected", reason="price"),
    TurnEnded(ending="complete"),
    TurnEnded(ending="catalogue", code="relay_unreachable"),
    TurnEnded(ending="stopped"),
    TurnEnded(ending="incomplete", code="stream_cut"),
    TurnFailed(code="error", sentence="No.", retryable=True, retry_after_s=2.0),
]


def test_every_event_of_the_union_is_in_this_file() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(TurnEvent))


@pytest.mark.parametrize("event", EVENTS, ids=repr)
def test_a_part_says_its_event_back(event: TurnEvent) -> None:
    assert wire.parse(json.loads(wire.encode(wire.part(event)))) == event


@pytest.mark.parametrize("event", EVENTS, ids=repr)
def test_a_server_sent_event_is_one_line_of_data(event: TurnEvent) -> None:
    frame = wire.sse_frame(7, event)
    head, data = frame.split(b"\n", 1)
    assert head == b"id: 7"
    assert data.endswith(b"\n\n")
    assert data.count(b"\n") == 2
    assert json.loads(data.removeprefix(b"data: "))["type"] == wire.part(event)["type"]


def test_a_socket_frame_carries_number_and_turn() -> None:
    frame = json.loads(wire.ws_frame(3, TextAdded(text="안녕"), "turn-1"))
    assert frame == {"type": "text-delta", "id": "t1", "delta": "안녕", "seq": 3, "turn": "turn-1"}


def test_amounts_travel_as_text_so_that_no_float_touches_them() -> None:
    assert json.loads(wire.encode(wire.part(ProductShown(card=CARD))))["data"]["price"] == "19.990000000001"


def test_folding_gives_the_blocks_and_cards_in_order() -> None:
    reply = wire.fold(EVENTS[:6])
    assert [part["type"] for part in reply.parts] == ["text", "data-product"]
    assert reply.text == "줄\u2028바꿈 😀 \n"
    assert reply.products == [CARD]


def test_a_correction_replaces_the_block() -> None:
    assert wire.fold(EVENTS[:8]).text == "corrected"


def test_a_second_start_begins_the_answer_afresh() -> None:
    assert wire.fold([*EVENTS[:5], EVENTS[0]]).text == ""


@pytest.mark.parametrize(
    "part", [{}, {"type": "nonsense"}, {"type": "text-delta"}, {"type": "data-product", "data": {}}]
)
def test_a_part_of_no_event_is_refused(part: wire.Part) -> None:
    with pytest.raises(ValueError, match="not a part"):
        wire.parse(part)


def test_a_refusal_is_an_error_part_with_its_code() -> None:
    part = wire.error_part(TurnRunning(retry_after_s=1), "One moment.")
    assert part["errorText"] == "One moment."
    assert (part["code"], part["retryable"], part["retry_after_s"]) == ("turn_running", True, 1)
