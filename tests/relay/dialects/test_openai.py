"""The OpenAI dialect: what leaves, and how each of the many spellings of an answer is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.errors import AnswerTooLarge, BadGatewayBody
from chatbot.events import Usage
from chatbot.relay.base import ChatMessage
from chatbot.relay.dialects.openai import OpenAI
from chatbot.relay.dialects.reading import MAX_TEXT, PlainReader, StreamReader
from tests.relay.conftest import DONE, WHOLE, ask, chunk, data
from tests.shared import shared


def read(stream: bytes, cut: int | None = None) -> tuple[StreamReader, str]:
    reader = StreamReader()
    text = reader.feed(stream) if cut is None else reader.feed(stream[:cut]) + reader.feed(stream[cut:])
    return reader, text + reader.close()


def test_what_is_not_set_does_not_leave() -> None:
    body = OpenAI().body(ask(stream=False))

    assert body == '{"model":"gpt-4.1","messages":[{"role":"user","content":"운동화 추천"}]}'.encode()


def test_all_that_is_set_leaves() -> None:
    body = json.loads(OpenAI().body(ask(max_tokens=0, temperature=0.0, user="v-1")))

    assert body == {
        "model": "gpt-4.1",
        "messages": [{"role": "user", "content": "운동화 추천"}],
        "max_tokens": 0,
        "temperature": 0.0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "user": "v-1",
    }


def test_half_a_surrogate_pair_in_a_question_is_replaced() -> None:
    body = OpenAI().body(ask(messages=(ChatMessage(role="user", content="a\ud83d b\ud83d\ude00"),)))

    assert json.loads(body)["messages"][0]["content"] == "a\ufffd b😀"


def test_a_real_stream_is_read_to_its_usage_whatever_byte_it_is_cut_at() -> None:
    capture = shared("captures", "openai-stream-usage.sse").read_bytes()
    for cut in range(len(capture) + 1):
        reader, text = read(capture, cut)
        assert text == "안녕하세요! 추천 상품은 운동화입니다. Hello — three picks: A, B, C."
        assert reader.usage() == Usage(input_tokens=13, output_tokens=21, reasoning_tokens=0, source="reported")
        assert (reader.finish_reason, reader.done, reader.complete, reader.malformed) == ("stop", True, True, 0)
        assert (reader.served_model, reader.upstream_id[:13]) == ("gpt-4.1", "chatcmpl-55dc")


def test_a_surrogate_pair_torn_between_chunks_is_joined() -> None:
    high = b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n'
    halves = high + b'data: {"choices":[{"delta":{"content":"\\ude00b"}}]}\n\n'

    for cut in range(len(halves) + 1):
        assert read(halves, cut)[1] == "a😀b"


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (["\\ud83d", "x"], "\ufffdx"),
        (["x\\ud83d"], "x\ufffd"),
        (["\\ude00"], "\ufffd"),
        (["\\ud83d\\ude00"], "😀"),
        (["\\ud83d", "\\ud83d\\ude00"], "\ufffd😀"),
    ],
)
def test_half_a_surrogate_pair_that_stays_alone_is_replaced(contents: list[str], text: str) -> None:
    stream = "".join(f'data: {{"choices":[{{"delta":{{"content":"{each}"}}}}]}}\n\n' for each in contents)

    assert read(stream.encode())[1] == text


def test_bytes_that_are_not_utf8_are_replaced_and_the_rest_is_kept() -> None:
    assert read(b'data: {"choices":[{"delta":{"content":"a\xffb"}}]}\n\n')[1] == "a\ufffdb"


@given(st.text(max_size=40))
def test_any_text_comes_through_unchanged(text: str) -> None:
    assert read(chunk(text))[1] == text


@pytest.mark.parametrize(
    ("upstream", "reason"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "filtered"), ("tool_calls", "other"), ("new", "other")],
)
def test_each_finish_reason_has_its_name(upstream: str, reason: str) -> None:
    assert read(chunk("a", finish=upstream))[0].finish_reason == reason


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 5,
                "total_tokens": 15,
                "prompt_tokens_details": {"cached_tokens": 4},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
            Usage(input_tokens=10, cached_input_tokens=4, output_tokens=5, reasoning_tokens=2, source="reported"),
        ),
        ({"prompt_tokens": 0, "completion_tokens": 0}, Usage(doubtful=True)),
        ({"prompt_tokens": 10}, Usage(input_tokens=10)),
        ({"prompt_tokens": -1, "completion_tokens": 5}, Usage(output_tokens=5, doubtful=True)),
        ({"prompt_tokens": 10.0, "completion_tokens": 5}, Usage(input_tokens=10, output_tokens=5, source="reported")),
        ({"prompt_tokens": 1.5, "completion_tokens": 1e99}, Usage(doubtful=True)),
        (
            {"prompt_tokens": 3, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 9}},
            Usage(input_tokens=3, output_tokens=5, source="reported", doubtful=True),
        ),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 5,
                "total_tokens": 35,
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            Usage(input_tokens=10, output_tokens=25, reasoning_tokens=20, source="reported"),
        ),
        (
            {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": None, "cost": 0.1},
            Usage(input_tokens=1, output_tokens=2, source="reported"),
        ),
        ({}, Usage()),
        (None, Usage()),
        ("odd", Usage()),
    ],
)
def test_usage_is_normalised(counts: object, expected: Usage) -> None:
    reader, text = read(chunk("a", usage=counts))

    assert text == "a"
    assert reader.usage() == expected


def test_an_answer_without_words_may_have_used_nothing() -> None:
    reader, _ = read(chunk(finish="stop", usage={"prompt_tokens": 0, "completion_tokens": 0}))

    assert reader.usage() == Usage(input_tokens=0, output_tokens=0, source="reported")


def test_usage_that_comes_in_parts_or_twice_is_the_last_word_on_each_count() -> None:
    stream = (
        chunk("a", usage={"prompt_tokens": 7, "completion_tokens": 1})
        + chunk("b", usage={"prompt_tokens": None, "completion_tokens": 2})
        + data({"choices": [], "usage": {"completion_tokens": 3}}) * 2
    )

    assert read(stream)[0].usage() == Usage(input_tokens=7, output_tokens=3, source="reported")


@pytest.mark.parametrize(
    "odd",
    [
        data({"choices": []}),
        data({"choices": None}),
        data({"choices": [{"index": 0}]}),
        data({"choices": [{"index": 0, "delta": None}]}),
        data({"choices": [{"index": 0, "delta": {"content": None, "refusal": None}}]}),
        data({"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"name": "x"}}]}}]}),
        data({"choices": [{"index": 1, "delta": {"content": "the other answer"}}]}),
        data({"choices": [{"index": 0, "message": {"content": "all of it again"}}]}),
        data({"type": "ping"}),
        b"event: ping\ndata: now\n\n",
        b"data:\n\n",
        b": comment\n\n",
    ],
)
def test_a_chunk_without_words_adds_none_and_does_no_harm(odd: bytes) -> None:
    reader, text = read(odd + WHOLE)

    assert text == "Hello world"
    assert (reader.failure, reader.malformed) == (None, 0)


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"[1]",
        b"null",
        b"12",
        b'{"choices":{}}',
        b'{"choices":[{"delta":{"content":5}}]}',
        b'{"a":' + b"[" * 99999,
    ],
)
def test_a_chunk_that_cannot_be_read_is_skipped_and_counted(bad: bytes) -> None:
    reader, text = read(b"data: %b\n\n" % bad + WHOLE)

    assert (text, reader.malformed, reader.complete) == ("Hello world", 1, True)


def test_a_done_that_lacks_its_blank_line_counts() -> None:
    reader, _ = read(chunk("a") + chunk(finish="stop") + DONE.rstrip())

    assert reader.done


def test_what_goes_wrong_behind_a_finish_reason_changes_nothing() -> None:
    reader, text = read(chunk("a", finish="stop") + data({"error": {"code": 500}}) + b"data: bad\n\n" * 9 + DONE)

    assert (text, reader.failure, reader.complete) == ("a", None, True)


def test_an_endless_answer_is_too_large() -> None:
    reader = StreamReader()
    piece = chunk("x" * 1000)

    length = sum(len(reader.feed(piece)) for _ in range(MAX_TEXT // 1000 + 2))

    assert length <= MAX_TEXT
    assert isinstance(reader.failure, AnswerTooLarge)


def test_names_of_the_upstream_are_cut_to_a_length_that_can_be_stored() -> None:
    reader, _ = read(data({"id": "i" * 5000, "model": "m" * 5000, "choices": []}))

    assert (len(reader.upstream_id), len(reader.served_model)) == (128, 128)


def test_a_plain_answer_is_read_when_its_body_ends() -> None:
    reader = PlainReader()
    body = b'{"id":"c","model":"m","choices":[{"message":{"content":"a\\ud83d\\ude00"},"finish_reason":"stop"}]}'

    assert reader.feed(body[:20]) + reader.feed(body[20:]) == ""
    assert not reader.complete
    assert reader.close() == "a😀"
    assert reader.complete


def test_a_plain_body_that_is_cut_is_no_answer() -> None:
    reader = PlainReader()
    reader.feed(b'{"choices":[{"message":{"content":"a')

    assert reader.close() == ""
    assert isinstance(reader.failure, BadGatewayBody)


def test_a_plain_answer_over_its_limit_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.relay.dialects.reading.MAX_PLAIN_BYTES", 100)
    reader = PlainReader()
    reader.feed(b"x" * 101)

    assert reader.close() == ""
    assert isinstance(reader.failure, AnswerTooLarge)
