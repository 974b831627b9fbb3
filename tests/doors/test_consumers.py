"""The WebSocket door, over a real server."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from chatbot.database import in_database
from chatbot.models import Conversation, Message, Turn
from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import Shopper, Socket, sign_in, text_of

pytestmark = pytest.mark.usefixtures("routes", "simulator", "goods")

STALLED = [["say_chars:" + "SGVsbG8gdGhlcmU", "stall_mid:3:30"]]  # "Hello there", silent after three characters


def said(text: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a part is the text that ends with `text`."""
    return lambda part: part["type"] == "text-delta" and part["delta"].endswith(text)


@in_database
def stored_answers() -> list[tuple[str, str]]:
    return list(Message.objects.filter(role="assistant").values_list("text", "turn__status"))


@in_database
def turns() -> int:
    return Turn.objects.count()


@in_database
def owners() -> list[Any]:
    return list(Conversation.objects.values_list("user_id", flat=True))


async def test_an_answer_streams_with_numbered_parts(shopper: Shopper) -> None:
    async with shopper.socket() as socket:
        await socket.ask("무선 이어폰 추천해줘", page={"path": "/p/E-1/", "sku": "E-1"})
        parts = await socket.read_turn()

    assert [part["seq"] for part in parts] == list(range(1, len(parts) + 1))
    assert {part["turn"] for part in parts} == {parts[0]["messageMetadata"]["turn"]}
    assert parts[-1]["type"] == "finish"
    assert any(part["type"] == "data-product" for part in parts)
    assert await stored_answers() == [(text_of(parts), "complete")]


async def test_a_first_socket_sets_the_cookie_and_the_next_page_shows_the_talk(shopper: Shopper) -> None:
    async with shopper.socket() as socket:
        await socket.ask("전기 주전자 있어요?")
        await socket.read_turn()

    assert settings.SESSION_COOKIE_NAME not in shopper.cookie
    assert [message["role"] for message in (await shopper.session())["conversation"]["messages"]] == [
        "user",
        "assistant",
    ]


async def test_a_signed_in_shopper_owns_the_talk(shopper: Shopper) -> None:
    user = await in_database(get_user_model().objects.create_user)("mina")
    await sign_in(shopper, user)
    async with shopper.socket() as socket:
        await socket.ask("주전자")
        await socket.read_turn()

    assert await owners() == [user.pk]


async def test_stop_saves_what_was_said(shopper: Shopper, simulator: RunningSimulator) -> None:
    simulator.script(STALLED)
    async with shopper.socket() as socket:
        await socket.ask("이어폰")
        parts = await socket.read_until(said("l"))
        await socket.send({"type": "stop", "turn": parts[0]["turn"]})
        parts += await socket.read_turn()

    assert parts[-1]["type"] == "abort"
    assert await stored_answers() == [("Hel", "stopped")]


async def test_closing_the_page_does_not_end_the_answer(shopper: Shopper, simulator: RunningSimulator) -> None:
    simulator.script([["say_chars:" + "SGVsbG8gdGhlcmU", "stall_mid:3:0.3"]])
    async with shopper.socket() as socket:
        await socket.ask("이어폰")
        first = await socket.read_until(said("l"))
    async with shopper.socket() as socket:
        await socket.send({"type": "resume", "turn": first[0]["turn"], "after": first[-1]["seq"]})
        rest = await socket.read_turn()

    assert [part["seq"] for part in first + rest] == list(range(1, len(first + rest) + 1))
    assert text_of(first + rest) == "Hello there"
    assert rest[-1]["type"] == "finish"


@pytest.mark.parametrize("after", [0, 1, 4, 10_000, -3])
async def test_resume_after_any_number_leaves_no_gap_and_no_double(shopper: Shopper, after: int) -> None:
    async with shopper.socket() as socket:
        await socket.ask("무선 이어폰 추천해줘")
        parts = await socket.read_turn()
        await socket.send({"type": "resume", "turn": parts[0]["turn"], "after": after})
        left = parts[max(0, after) :]
        again = [await socket.read() for _ in left]
        await socket.send("not a frame")  # what comes next is the answer to this: nothing more of the turn did

        assert (await socket.read())["code"] == "malformed"
    assert again == left


async def test_a_second_resume_on_one_socket_takes_over(shopper: Shopper, simulator: RunningSimulator) -> None:
    simulator.script(STALLED)
    async with shopper.socket() as socket:
        await socket.ask("이어폰")
        first = await socket.read_until(said("l"))
        await socket.send({"type": "resume", "turn": first[0]["turn"], "after": 0})
        again = await socket.read_until(said("l"))
        await socket.send({"type": "stop", "turn": first[0]["turn"]})
        end = await socket.read_turn()

    assert again == first
    assert [part["seq"] for part in first + end] == list(range(1, len(first + end) + 1))


async def test_two_turns_are_followed_at_once(shopper: Shopper, simulator: RunningSimulator) -> None:
    simulator.script([*STALLED, *STALLED])
    async with shopper.socket() as socket:
        await socket.ask("이어폰")
        one = await socket.read_until(said("l"))
        await socket.ask("주전자")
        two = await socket.read_until(said("l"))
        for turn in (one[0]["turn"], two[0]["turn"]):
            await socket.send({"type": "stop", "turn": turn})
        ends = await _two_ends(socket)

    assert one[0]["turn"] != two[0]["turn"]
    assert {part["turn"] for part in ends} == {one[0]["turn"], two[0]["turn"]}


async def _two_ends(socket: Socket) -> list[dict[str, Any]]:
    seen = await socket.read_turn()
    seen += await socket.read_turn()
    return [part for part in seen if part["type"] == "abort"]


async def test_two_tabs_in_one_conversation_take_turns(shopper: Shopper, simulator: RunningSimulator) -> None:
    async with shopper.socket() as socket:
        await socket.ask("이어폰")
        conversation = (await socket.read_turn())[0]["messageMetadata"]["conversation"]
    simulator.script(STALLED)
    async with shopper.socket() as one, shopper.socket() as two:
        await one.ask("이어폰", conversation=conversation)
        first = await one.read_until(said("l"))
        refused = await two.ask("주전자", conversation=conversation)
        answer = await two.read()
        await two.send({"type": "stop", "turn": first[0]["turn"]})
        await one.read_turn()

    assert (answer["code"], answer["id"], answer["retryable"]) == ("turn_running", refused, True)
    assert await turns() == 2


async def test_a_double_click_is_one_turn(shopper: Shopper, simulator: RunningSimulator) -> None:
    await shopper.session()
    ask = {"type": "ask", "id": str(uuid4()), "text": "무선 이어폰"}
    async with shopper.socket() as one, shopper.socket() as two:
        await asyncio.gather(one.send(ask), two.send(ask))
        ends = await asyncio.gather(one.read_turn(), two.read_turn())

    assert ends[0] == ends[1]
    assert await turns() == 1
    assert simulator.bill()["totals"]["requests"] == 1


MALFORMED = {
    "not JSON": "hello",
    "empty": "",
    "cut": '{"type": "ask", "id": ',
    "an array": "[]",
    "null": "null",
    "no type": '{"id": "1", "text": "x"}',
    "unknown type": '{"type": "delete"}',
    "type is a number": '{"type": 1}',
    "text missing": '{"type": "ask", "id": "1"}',
    "text is a number": '{"type": "ask", "id": "1", "text": 5}',
    "page is text": '{"type": "ask", "id": "1", "text": "x", "page": "/p/1/"}',
    "page holds an object": '{"type": "ask", "id": "1", "text": "x", "page": {"sku": {}}}',
    "conversation is a number": '{"type": "ask", "id": "1", "text": "x", "conversation": 7}',
    "id empty": '{"type": "ask", "id": "", "text": "x"}',
    "id too long": json.dumps({"type": "ask", "id": "x" * 129, "text": "x"}),
    "after is text": '{"type": "resume", "turn": "1", "after": "2"}',
    "after is a fraction": '{"type": "resume", "turn": "1", "after": 1.5}',
    "turn missing": '{"type": "stop"}',
    "deep": "[" * 30_000,
    "deep in an unknown field": '{"type": "stop", "x": ' + "[" * 30_000,
    "half a surrogate": '{"type": "ask", "id": "1", "text": "\\ud83d"}',
    "bytes that are not UTF-8": b'{"type": "ask", "id": "1", "text": "\xff\xfe"}',
    "bytes": b"\x00\x01",
}


@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_frame_is_answered_and_the_socket_stays_open(shopper: Shopper, frame: str | bytes) -> None:
    async with shopper.socket() as socket:
        await socket.send(frame)
        answer = await socket.read()
        await socket.ask("주전자")
        parts = await socket.read_turn()

    assert (answer["type"], answer["code"]) == ("error", "malformed")
    assert "seq" not in answer
    assert parts[-1]["type"] == "finish"


async def test_a_frame_over_the_limit_is_refused_and_the_socket_stays_open(shopper: Shopper) -> None:
    async with shopper.socket() as socket:
        await socket.ask("가" * 30_000)  # 90,000 bytes in 30,000 characters
        too_large = await socket.read()
        await socket.ask("x" * 100_000)
        too_large_again = await socket.read()
        await socket.ask("x" * 5_000)
        too_long = await socket.read()
        await socket.ask("주전자")
        parts = await socket.read_turn()

    assert too_large["code"] == too_large_again["code"] == "too_large"
    assert too_long["code"] == "question_too_long"
    assert parts[-1]["type"] == "finish"
    assert await turns() == 1


async def test_a_refusal_is_said_in_the_language_of_the_page(shopper: Shopper) -> None:
    async with shopper.socket() as socket:
        await socket.ask("  ")
        english = await socket.read()
    shopper.http.cookies.set(settings.LANGUAGE_COOKIE_NAME, "ko", domain="127.0.0.1")
    async with shopper.socket() as socket:
        await socket.ask("  ")
        korean = await socket.read()

    assert english["errorText"] == "Please write a question first."
    assert korean["code"] == english["code"] == "empty_question"


async def test_a_question_asked_while_leaving_is_answered(shopper: Shopper, simulator: RunningSimulator) -> None:
    await shopper.session()
    for number in range(5):
        async with shopper.socket() as socket:
            await socket.ask(f"이어폰 {number}")
            # Nothing is read: the page is gone before the turn has begun.
    async with asyncio.timeout(20):
        while await _states() != ["complete"] * 5:
            await asyncio.sleep(0.01)


@in_database
def _states() -> list[str]:
    return list(Turn.objects.values_list("status", flat=True))
