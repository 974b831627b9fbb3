"""The chat over server-sent events."""

import asyncio
from typing import Any

import httpx
import pytest
from django.test import Client, override_settings
from django.urls import reverse

from chatbot import wire
from chatbot.api import chat, errors
from chatbot.database import in_database
from chatbot.models import Message, Turn
from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import LiveShop, Shopper, parts_of, text_of

pytestmark = pytest.mark.usefixtures("routes", "goods")

STALLED = [["say_chars:" + "SGVsbG8gdGhlcmU", "stall_mid:3:30"]]  # "Hello there", silent after three characters


@in_database
def turns() -> list[tuple[str, str]]:
    return list(Turn.objects.order_by("started_at").values_list("status", "client_message_id"))


class Stream:
    """An event stream that is read as it comes."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.pieces = response.aiter_bytes()
        self.seen = b""

    async def until(self, words: bytes) -> bytes:
        """All bytes so far, once `words` are among them."""
        while words not in self.seen:
            self.seen += await asyncio.wait_for(anext(self.pieces), 20)
        return self.seen


async def test_an_answer_streams_as_the_ai_sdk_expects(simulator: RunningSimulator, shopper: Shopper) -> None:
    body = shopper.asked("무선 이어폰 추천해줘", page={"path": "/p/E-1/", "sku": "E-1"})
    async with shopper.http.stream("POST", "chat", json=body) as response:
        parts = await parts_of(response)

    assert response.status_code == 200
    for name, value in wire.SSE_HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["X-Chatbot-Conversation"] == parts[0]["messageMetadata"]["conversation"]
    assert response.headers["X-Chatbot-Turn"] == parts[0]["messageMetadata"]["turn"]
    assert [part["seq"] for part in parts] == list(range(1, len(parts) + 1))
    assert [parts[0]["type"], parts[-1]["type"]] == ["start", "finish"]
    assert text_of(parts)


@pytest.mark.parametrize("path", ["chat", "chat/"])
async def test_the_first_words_come_before_the_last(path: str, simulator: RunningSimulator, shopper: Shopper) -> None:
    simulator.script(STALLED)
    async with shopper.http.stream("POST", path, json=shopper.asked("이어폰")) as response:
        stream = Stream(response)
        await stream.until(b'l"}\n\n')
        conversation = response.headers["X-Chatbot-Conversation"]
        stopped = await shopper.http.post(f"chat/{conversation}/stop")
        await stream.until(wire.SSE_DONE)

    assert stopped.status_code == 204


async def test_the_sites_gzip_middleware_leaves_the_stream_alone(simulator: RunningSimulator, shopper: Shopper) -> None:
    # The live server's middleware is loaded once; what the middleware does to the response is what counts.
    from django.http import HttpRequest
    from django.middleware.gzip import GZipMiddleware

    async with shopper.http.stream("POST", "chat", json=shopper.asked("이어폰")) as response:
        assert response.headers["Content-Encoding"] == "identity"
        await parts_of(response)
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    made = chat._stream(None, "", after=0)  # type: ignore[arg-type]
    assert GZipMiddleware(lambda _: made)(request)["Content-Encoding"] == "identity"


async def test_leaving_changes_nothing_and_coming_back_goes_on(simulator: RunningSimulator, shopper: Shopper) -> None:
    simulator.script([["say_chars:" + "SGVsbG8gdGhlcmU", "stall_mid:3:0.4"]])
    async with shopper.http.stream("POST", "chat", json=shopper.asked("이어폰")) as response:
        first = Stream(response)
        await first.until(b'l"}\n\n')
        conversation = response.headers["X-Chatbot-Conversation"]
    seen = first.seen.count(b"id: ")
    path = f"chat/{conversation}/stream"
    async with shopper.http.stream("GET", path, headers={"Last-Event-ID": str(seen)}) as response:
        rest = await parts_of(response)
    after_the_end = await shopper.http.get(path)

    assert [part["seq"] for part in rest] == list(range(seen + 1, seen + 1 + len(rest)))
    assert text_of(rest) == "lo there"
    assert rest[-1]["type"] == "finish"
    assert after_the_end.status_code == 204


@pytest.mark.parametrize("last", [None, "0", "x", "-1", "1e3", "²", "9" * 30])
async def test_coming_back_without_a_number_tells_all(
    last: str | None, simulator: RunningSimulator, shopper: Shopper
) -> None:
    simulator.script(STALLED)
    async with shopper.http.stream("POST", "chat", json=shopper.asked("이어폰")) as response:
        stream = Stream(response)
        await stream.until(b'l"}\n\n')
        conversation = response.headers["X-Chatbot-Conversation"]
        headers = {} if last is None else {"Last-Event-ID": last.encode()}
        async with shopper.http.stream("GET", f"chat/{conversation}/stream", headers=headers) as again:
            told = await Stream(again).until(b'l"}\n\n')
        await shopper.http.post(f"chat/{conversation}/stop")
        await stream.until(wire.SSE_DONE)

    assert told.startswith(b'id: 1\ndata: {"type":"start"')


async def test_stop_keeps_what_was_said_and_may_be_repeated(simulator: RunningSimulator, shopper: Shopper) -> None:
    simulator.script(STALLED)
    async with shopper.http.stream("POST", "chat", json=shopper.asked("이어폰")) as response:
        stream = Stream(response)
        await stream.until(b'l"}\n\n')
        conversation = response.headers["X-Chatbot-Conversation"]
        codes = [(await shopper.http.post(f"chat/{conversation}/stop")).status_code for _ in range(2)]
        told = await stream.until(wire.SSE_DONE)

    assert codes == [204, 204]
    assert b'"type":"abort"' in told
    said = await in_database(lambda: Message.objects.get(role="assistant").text)()
    assert said == "Hel"


async def test_a_chat_that_the_client_named_goes_on_under_its_name(
    simulator: RunningSimulator, shopper: Shopper
) -> None:
    assert (await shopper.http.get("chat/my-chat/stream")).status_code == 204
    simulator.script(STALLED)
    async with shopper.http.stream("POST", "chat", json=shopper.asked("이어폰", id="my-chat")) as response:
        stream = Stream(response)
        await stream.until(b'l"}\n\n')
        async with shopper.http.stream("GET", "chat/my-chat/stream") as again:
            assert again.status_code == 200
            await Stream(again).until(b'l"}\n\n')
        busy = await shopper.http.post("chat", json=shopper.asked("주전자", id="my-chat"))
        assert (await shopper.http.post("chat/my-chat/stop")).status_code == 204
        await stream.until(wire.SSE_DONE)

    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (409, "turn_running", "1")


async def test_a_double_click_is_one_turn(simulator: RunningSimulator, shopper: Shopper) -> None:
    await shopper.session()
    body = shopper.asked("무선 이어폰")
    one, two = await asyncio.gather(shopper.ask_by_sse(body), shopper.ask_by_sse(body))

    assert one == two
    assert len(await turns()) == 1
    assert simulator.bill()["totals"]["requests"] == 1


async def test_only_the_last_message_of_the_shopper_is_read(simulator: RunningSimulator, shopper: Shopper) -> None:
    text = {"type": "text", "text": "무선 "}
    messages: list[dict[str, Any]] = [
        {"id": "old", "role": "user", "parts": [{"type": "text", "text": "shoes"}]},
        {"id": "hers", "role": "assistant", "parts": [{"type": "data-product", "data": {}}]},
        {
            "id": "new",
            "role": "user",
            "metadata": {"any": "thing"},
            "parts": [text, {"type": "file", "url": "data:,x", "text": 5}, {"type": "text", "text": "이어폰"}],
        },
        {"id": "late", "role": "assistant", "parts": []},
    ]
    await shopper.ask_by_sse({"id": None, "messages": messages, "trigger": "submit-message", "messageId": None})

    asked = await in_database(lambda: list(Message.objects.filter(role="user").values_list("text", flat=True)))()
    assert asked == ["무선 이어폰"]
    assert [client_id for _, client_id in await turns()] == ["new"]


MALFORMED = {
    "not JSON": b"hello",
    "empty": b"",
    "an array": b"[]",
    "no message": b'{"id": null}',
    "no message of the shopper's": b'{"messages": [{"id": "1", "role": "assistant", "parts": []}]}',
    "role unknown": b'{"messages": [{"id": "1", "role": "root", "parts": []}]}',
    "parts is text": b'{"message": {"id": "1", "role": "user", "parts": "hi"}}',
    "a part is text": b'{"message": {"id": "1", "role": "user", "parts": ["hi"]}}',
    "text is a number": b'{"message": {"id": "1", "role": "user", "parts": [{"type": "text", "text": 1}]}}',
    "chat name too long": b'{"id": "' + b"x" * 129 + b'", "message": {"id": "1", "parts": []}}',
    "id missing": b'{"message": {"role": "user", "parts": [{"type": "text", "text": "hi"}]}}',
    "id too long": b'{"message": {"id": "' + b"x" * 65 + b'", "parts": [{"type": "text", "text": "hi"}]}}',
    "deep": b'{"message": ' + b"[" * 30_000,
    "not UTF-8": b'{"message": {"id": "1", "parts": [{"type": "text", "text": "\xff"}]}}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_body_is_a_json_error(body: bytes, simulator: RunningSimulator, shopper: Shopper) -> None:
    response = await shopper.http.post("chat", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert set(response.json()) == {"code", "detail", "retry_after"}
    assert response.json()["code"] == "malformed"
    assert await turns() == []


async def test_a_body_over_the_limit_is_refused_also_when_it_does_not_say_how_long_it_is(
    simulator: RunningSimulator, shopper: Shopper
) -> None:
    async def in_pieces() -> Any:
        for _ in range(20):
            yield b" " * 10_000

    declared = await shopper.http.post("chat", content=b" " * 200_000)
    undeclared = await shopper.http.post("chat", content=in_pieces())
    too_long = await shopper.http.post("chat", json=shopper.asked("x" * 5_000))

    assert (declared.status_code, declared.json()["code"]) == (413, "too_large")
    assert (undeclared.status_code, undeclared.json()["code"]) == (413, "too_large")
    assert (too_long.status_code, too_long.json()["code"]) == (413, "question_too_long")


async def test_too_many_questions_are_told_when_to_come_back(simulator: RunningSimulator, shopper: Shopper) -> None:
    from django.conf import settings

    await shopper.session()
    with override_settings(CHATBOT={**settings.CHATBOT, "QUESTIONS_PER_MINUTE": 1}):
        await shopper.ask_by_sse(shopper.asked("이어폰"))
        response = await shopper.http.post("chat", json=shopper.asked("주전자"))

    assert response.status_code == 429
    assert response.json()["code"] == "rate_limited"
    assert 0 < response.json()["retry_after"] <= 60
    assert 1 <= int(response.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(("method", "path"), [("GET", "chat"), ("POST", "chat/x/stream"), ("GET", "chat/x/stop")])
async def test_a_wrong_method_says_the_right_one(method: str, path: str, shopper: Shopper) -> None:
    response = await shopper.http.request(method, path)

    assert response.status_code == 405
    assert response.headers["Allow"] != method
    assert response.json()["code"] == "method_not_allowed"


async def test_a_silent_stream_beats(
    simulator: RunningSimulator, shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "HEARTBEAT_S", 0.05)
    simulator.script(STALLED)
    async with shopper.http.stream("POST", "chat", json=shopper.asked("이어폰")) as response:
        stream = Stream(response)
        told = await stream.until(b'l"}\n\n' + wire.SSE_HEARTBEAT + wire.SSE_HEARTBEAT)
        await shopper.http.post(f"chat/{response.headers['X-Chatbot-Conversation']}/stop")
        rest = await stream.until(wire.SSE_DONE)

    assert told.startswith(b"id: 1\n")
    assert b'"type":"abort"' in rest


async def test_a_cookie_is_set_for_a_new_visitor(simulator: RunningSimulator, shopper: Shopper) -> None:
    await shopper.ask_by_sse(shopper.asked("주전자"))

    assert "chatbot_visitor" in shopper.http.cookies
    assert len((await shopper.session())["conversation"]["messages"]) == 2


def test_under_wsgi_the_stream_says_what_it_needs(client: Client, db: None) -> None:
    response = client.post(reverse("chatbot:chat"), {"message": {}}, content_type="application/json")

    assert response.status_code == 501  # upon which the widget asks for whole answers
    assert response.json()["code"] == "no_streaming"


def test_under_wsgi_nobody_is_mailed_for_what_the_widget_knows_how_to_go_on_from(
    client: Client, db: None, caplog: pytest.LogCaptureFixture, settings: Any, mailoutbox: list[object]
) -> None:
    settings.DEBUG = False
    settings.ADMINS = [("Kim", "kim@shop.example")]
    errors._tell_once.cache_clear()
    for _ in range(3):
        client.post(reverse("chatbot:chat"), {"message": {}}, content_type="application/json")
    assert mailoutbox == []
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Answers stream from an ASGI server only" in caplog.text


async def test_what_is_wrong_with_a_body_is_in_the_log(
    simulator: RunningSimulator, shopper: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    for body, words in (
        ({"message": "green tea"}, "malformed: Expected `object | null`, got `str` - at `$.message`"),
        (
            {"message": {"parts": [{"type": "text", "text": "hi"}]}},
            "malformed: The client message id must have 1 to 64 characters.",
        ),
        ({}, "malformed: There is no message of the role user."),
    ):
        assert (await shopper.http.post("chat", json=body)).status_code == 400
        assert words in caplog.text


async def test_a_site_with_a_transaction_per_request_is_served(
    simulator: RunningSimulator, shopper: Shopper, server: LiveShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connections

    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    parts = await shopper.ask_by_sse(shopper.asked("주전자"))
    reply = await shopper.http.post("answers/", json={"text": "이어폰"})

    assert parts[-1]["type"] == "finish"
    assert reply.json()["ending"] == "complete"
