"""What leaves in each dialect, down to the bytes: address, key, conversation, limits."""

import asyncio
import json

import pytest

from chatbot.relay import dialects
from chatbot.relay.base import ChatMessage, DialectName, Endpoint
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import KEY, STREAM_HEAD, Exchange, Upstream, ask, hear
from tests.relay.dialects.answers import DIALECTS, candidate, plain, stream

TALK = (
    ChatMessage(role="system", content="Sell."),
    ChatMessage(role="user", content="운동화"),
    ChatMessage(role="assistant", content="A, B"),
    ChatMessage(role="user", content="B?"),
)


def body_of(dialect: DialectName, **changes: object) -> dict[str, object]:
    return json.loads(dialects.of(dialect).body(ask(**changes)))


def test_anthropic_gets_the_system_prompt_apart_and_always_a_limit() -> None:
    assert body_of("anthropic", messages=TALK, temperature=1.5, user="v-1") == {
        "model": "gpt-4.1",
        "max_tokens": 4096,
        "system": "Sell.",
        "messages": [
            {"role": "user", "content": "운동화"},
            {"role": "assistant", "content": "A, B"},
            {"role": "user", "content": "B?"},
        ],
        "temperature": 1.0,
        "stream": True,
        "metadata": {"user_id": "v-1"},
    }
    assert body_of("anthropic", max_tokens=7, stream=False) == {
        "model": "gpt-4.1",
        "max_tokens": 7,
        "messages": [{"role": "user", "content": "운동화 추천"}],
    }


def test_anthropic_gets_nothing_that_it_would_refuse() -> None:
    said = (
        ChatMessage(role="assistant", content="an answer whose question was cut away"),
        ChatMessage(role="user", content="go on"),
        ChatMessage(role="user", content=""),
        ChatMessage(role="assistant", content="Once \n"),
    )

    assert body_of("anthropic", messages=said)["messages"] == [
        {"role": "user", "content": "go on"},
        {"role": "assistant", "content": "Once"},
    ]


def test_gemini_gets_contents_in_parts_and_limits_in_a_config() -> None:
    assert body_of("gemini", messages=TALK, max_tokens=7, temperature=0.0, user="v-1") == {
        "contents": [
            {"role": "user", "parts": [{"text": "운동화"}]},
            {"role": "model", "parts": [{"text": "A, B"}]},
            {"role": "user", "parts": [{"text": "B?"}]},
        ],
        "systemInstruction": {"parts": [{"text": "Sell."}]},
        "generationConfig": {"maxOutputTokens": 7, "temperature": 0.0},
    }
    assert body_of("gemini") == {"contents": [{"role": "user", "parts": [{"text": "운동화 추천"}]}]}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_half_a_surrogate_pair_in_a_question_is_replaced(dialect: DialectName) -> None:
    question = ChatMessage(role="user", content="a\ud83d b\ud83d\ude00")

    assert "a\ufffd b😀" in dialects.of(dialect).body(ask(messages=(question,), user="\ud83d")).decode()


@pytest.mark.parametrize(
    ("dialect", "streams", "target", "header"),
    [
        ("openai", True, "/v1/chat/completions", f"authorization: bearer {KEY}"),
        ("anthropic", True, "/v1/messages", f"x-api-key: {KEY}"),
        ("gemini", True, "/v1/models/m%2F1:streamGenerateContent?alt=sse", f"x-goog-api-key: {KEY}"),
        ("gemini", False, "/v1/models/m%2F1:generateContent", f"x-goog-api-key: {KEY}"),
    ],
)
async def test_each_dialect_has_its_address_and_its_header_for_the_key(
    upstream: Upstream, dialect: DialectName, streams: bool, target: str, header: str
) -> None:
    body = stream(dialect, ["Hi"]) if streams else plain(dialect, "Hi")
    kind = "text/event-stream" if streams else "application/json"
    upstream.plays(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode() + body)
    relay = HttpRelay(Endpoint(name="default", url=upstream.url + "/", key=KEY, dialect=dialect))

    heard = await hear(relay, ask(model="m/1", stream=streams))

    assert (heard.text, heard.error) == ("Hi", None)
    lines = upstream.requests[0].head.lower().splitlines()
    assert lines[0] == f"post {target} http/1.1".lower()
    assert [line for line in lines if KEY in line] == [header]
    assert ("anthropic-version: 2023-06-01" in lines) == (dialect == "anthropic")


async def test_a_query_of_the_endpoints_address_stays(upstream: Upstream) -> None:
    upstream.plays(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + stream("gemini", ["Hi"]))
    relay = HttpRelay(Endpoint(name="default", url=upstream.url + "?tier=1", key=KEY, dialect="gemini"))

    await hear(relay, ask(model="m"))

    assert " /v1/models/m:streamGenerateContent?tier=1&alt=sse " in upstream.requests[0].head


async def test_counts_that_cannot_be_are_logged_and_left_out(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    body = stream("gemini", ["Hi"]).replace(b'"candidatesTokenCount":7', b'"candidatesTokenCount":-7')
    upstream.plays(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body)
    relay = HttpRelay(Endpoint(name="default", url=upstream.url, key=KEY, dialect="gemini"))

    [ended] = (await hear(relay, ask(model="m"))).ended

    assert (ended.usage.output_tokens, ended.usage.doubtful, ended.outcome) == (None, True, "answered")
    assert ended.attempt in caplog.text


async def test_words_behind_a_finish_reason_give_the_stream_time_to_go_on(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.relay.exchange.TAIL_S", 0.3)

    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD)
        for word in "abcdef":
            await exchange.send(candidate(word, finish="STOP"))
            await asyncio.sleep(0.1)
        exchange.writer.close()

    upstream.plays(play)

    heard = await hear(HttpRelay(Endpoint(name="default", url=upstream.url, key=KEY, dialect="gemini")))

    assert (heard.text, heard.error) == ("abcdef", None)
