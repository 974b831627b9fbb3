"""What holds for every dialect alike: the same answer gives the same words, usage and ending, on any endpoint."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot.errors import BadGatewayBody, RelayUnauthorized, UpstreamErrorEvent, UpstreamRefusalEvent
from chatbot.events import Usage
from chatbot.relay import dialects
from chatbot.relay.base import DialectName
from chatbot.relay.classify import status_failure
from chatbot.relay.dialects import AnswerReader
from tests.relay.conftest import data
from tests.relay.dialects.answers import DIALECTS, candidate, delta, named, plain, stream, words
from tests.shared import shared

TEXTS = ("안녕하세요 ", "👩‍👩‍👧 ", "three\u2028picks", "\n\n", "é")
REPORTED = Usage(input_tokens=25, cached_input_tokens=10, output_tokens=7, source="reported")
CAPTURES = {
    "openai-stream-usage.sse": Usage(input_tokens=13, output_tokens=21, reasoning_tokens=0, source="reported"),
    "anthropic-stream.sse": Usage(input_tokens=13, cached_input_tokens=0, output_tokens=21, source="reported"),
    # That server cannot count and says 0, which is no report.
    "gemini-stream.sse": Usage(doubtful=True),
}

both = pytest.mark.parametrize("native", DIALECTS)
every = pytest.mark.parametrize("spoken", DIALECTS)


def read(native: DialectName, body: bytes, cut: int | None = None) -> tuple[AnswerReader, str]:
    reader = dialects.of(native).stream_reader()
    text = reader.feed(body) if cut is None else reader.feed(body[:cut]) + reader.feed(body[cut:])
    return reader, text + reader.close()


def read_plain(native: DialectName, body: bytes) -> tuple[AnswerReader, str]:
    reader = dialects.of(native).plain_reader()
    reader.feed(body)
    return reader, reader.close()


@both
@every
def test_a_stream_of_any_dialect_on_any_endpoint_is_the_same_answer(native: DialectName, spoken: str) -> None:
    reader, text = read(native, stream(spoken, TEXTS))

    assert text == "".join(TEXTS)
    assert reader.usage() == REPORTED
    assert (reader.failure, reader.finish_reason, reader.complete) == (None, "stop", True)
    assert (reader.served_model, reader.upstream_id) == ("served-1", "chatcmpl-1")


@every
def test_a_stream_cut_in_two_at_every_byte_is_the_same_answer(spoken: DialectName) -> None:
    body = stream(spoken, TEXTS)

    for cut in range(len(body) + 1):
        reader, text = read(spoken, body, cut)
        assert (text, reader.usage(), reader.finish_reason) == ("".join(TEXTS), REPORTED, "stop")


@both
@pytest.mark.parametrize("name", CAPTURES)
def test_a_real_stream_is_the_same_answer_on_any_endpoint(native: DialectName, name: str) -> None:
    reader, text = read(native, shared("captures", name).read_bytes())

    assert text == "안녕하세요! 추천 상품은 운동화입니다. Hello — three picks: A, B, C."
    assert reader.usage() == CAPTURES[name]
    assert (reader.failure, reader.finish_reason, reader.complete) == (None, "stop", True)


@pytest.mark.parametrize("name", CAPTURES)
def test_a_real_stream_cut_in_two_at_every_byte_is_the_same_answer(name: str) -> None:
    body = shared("captures", name).read_bytes()
    native = DIALECTS[list(CAPTURES).index(name)]

    for cut in range(len(body) + 1):
        reader, text = read(native, body, cut)  # type: ignore[arg-type]  # one of the three by construction
        assert text == "안녕하세요! 추천 상품은 운동화입니다. Hello — three picks: A, B, C."
        assert (reader.usage(), reader.complete) == (CAPTURES[name], True)


@both
@every
def test_a_plain_answer_of_any_dialect_on_any_endpoint_is_the_same_answer(native: DialectName, spoken: str) -> None:
    reader, text = read_plain(native, plain(spoken, "".join(TEXTS)))

    assert text == "".join(TEXTS)
    assert reader.usage() == REPORTED
    assert (reader.failure, reader.finish_reason, reader.complete) == (None, "stop", True)


@every
@pytest.mark.parametrize("reason", ["stop", "length", "filtered", "other"])
def test_each_dialects_finish_reasons_have_one_name(spoken: DialectName, reason: str) -> None:
    assert read(spoken, stream(spoken, ["a"], reason))[0].finish_reason == reason
    assert read_plain(spoken, plain(spoken, "a", reason))[0].finish_reason == reason


@every
def test_a_stream_without_its_end_is_not_complete(spoken: DialectName) -> None:
    reader, text = read(spoken, words(spoken, "half", " an"))

    assert text == "half an"
    assert (reader.complete, reader.failure, reader.finish_reason) == (False, None, None)


@every
def test_a_surrogate_pair_torn_between_chunks_is_joined(spoken: DialectName) -> None:
    halves = words(spoken, "a<", ">b").replace(b"<", b"\\ud83d").replace(b">", b"\\ude00")

    assert read(spoken, halves)[1] == "a😀b"


@every
def test_chunks_that_cannot_be_read_are_skipped(spoken: DialectName) -> None:
    reader, text = read(spoken, b"data: {\n\n" + stream(spoken, ["a"]) + b"data: nonsense\n\n")

    assert (text, reader.complete, reader.failure) == ("a", True, None)


@every
def test_an_event_that_is_new_to_us_adds_nothing_and_does_no_harm(spoken: DialectName) -> None:
    new = data({"type": "content_block_citation", "index": 0}) + data({"sources": [{"url": "x"}]})

    reader, text = read(spoken, new * 9 + stream(spoken, ["a"]))

    assert (text, reader.complete, reader.failure) == ("a", True, None)


def identified(*events: tuple[str, str]) -> bytes:
    return b"".join(f"id: {name}\n".encode() + words("openai", text) for name, text in events)


def test_an_event_that_is_sent_twice_under_its_number_is_heard_once() -> None:
    assert read("openai", identified(("1", "a"), ("2", "b"), ("2", "b"), ("3", "b")))[1] == "abb"


def test_words_that_come_twice_under_the_one_id_of_a_stream_are_both_heard() -> None:
    assert read("openai", identified(("x", "a"), ("x", "b"), ("x", "b"), ("y", "c"), ("y", "c")))[1] == "abbcc"
    assert read("openai", identified(("x", "ha"), ("x", "ha"), ("x", "!")))[1] == "haha!"
    assert read("openai", words("openai", "ha", "ha"))[1] == "haha"


ERRORS = {
    "openai": data({"error": {"message": "x", "type": "server_error", "code": None}}),
    "vllm": data({"object": "error", "message": "x", "type": "InternalServerError", "code": 500}),
    "anthropic": named({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}),
    "anthropic unnamed": data({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}),
    "openrouter": data(
        {"error": {"code": 502, "message": "x"}, "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}
    ),
    "gemini": data({"error": {"code": 503, "message": "x", "status": "UNAVAILABLE"}}),
}


@both
@pytest.mark.parametrize("shape", ERRORS)
def test_an_error_inside_a_stream_is_typed_and_keeps_the_words_before_it(native: DialectName, shape: str) -> None:
    reader, text = read(native, words(native, "Hel", "lo") + ERRORS[shape] + words(native, "lost"))

    assert text == "Hello"
    assert type(reader.failure) is UpstreamErrorEvent
    assert not reader.complete


@both
@pytest.mark.parametrize(
    "error",
    [
        {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "x"}},
        {"type": "error", "error": {"type": "invalid_request_error", "message": "x"}},
    ],
)
def test_an_error_inside_a_stream_that_would_come_again_is_a_refusal(native: DialectName, error: object) -> None:
    assert type(read(native, data(error))[0].failure) is UpstreamRefusalEvent


@both
@pytest.mark.parametrize("body", [b"<!doctype html><p>Please log in", b"[]", b"[1]", b"{}", b'"text"', b""])
def test_a_plain_body_that_is_no_answer_is_a_bad_gateway(native: DialectName, body: bytes) -> None:
    assert isinstance(read_plain(native, body)[0].failure, BadGatewayBody)


@both
@pytest.mark.parametrize("shape", [shape for shape in ERRORS if shape != "anthropic"])
def test_a_plain_body_that_is_an_error_is_typed(native: DialectName, shape: str) -> None:
    body = ERRORS[shape].removeprefix(b"data: ").strip()

    assert type(read_plain(native, body)[0].failure) is UpstreamErrorEvent


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ({"input_tokens": 5, "output_tokens": 1}, {"output_tokens": 7}, (5, None, 7)),
        ({"input_tokens": 0, "output_tokens": 0}, {"input_tokens": 5, "output_tokens": 7}, (5, None, 7)),
        ({"input_tokens": 5, "cache_read_input_tokens": 3}, {"input_tokens": 0, "output_tokens": 7}, (8, 3, 7)),
        ({"input_tokens": 5, "cache_read_input_tokens": None}, {"output_tokens": 7}, (5, None, 7)),
        (
            {"input_tokens": 5, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 0},
            {"input_tokens": 5, "output_tokens": 7},
            (7, 0, 7),
        ),
    ],
)
def test_anthropic_counts_come_in_parts_and_input_holds_the_cached(
    start: object, end: object, expected: tuple[int, int, int]
) -> None:
    reader, _ = read(
        "anthropic",
        named({"type": "message_start", "message": {"usage": start}})
        + delta("a")
        + named({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": end}),
    )

    given, cached, output = expected
    assert reader.usage() == Usage(
        input_tokens=given, cached_input_tokens=cached, output_tokens=output, source="reported"
    )


def test_an_anthropic_stream_that_is_cut_reports_its_input_alone() -> None:
    counts = {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 1}
    reader, _ = read("anthropic", named({"type": "message_start", "message": {"usage": counts}}) + delta("a b c"))

    assert reader.usage() == Usage(input_tokens=7, cached_input_tokens=2, source="unknown")


def test_a_negative_anthropic_count_is_none_and_flagged() -> None:
    counts = {"input_tokens": -5, "cache_read_input_tokens": 2, "output_tokens": 7}
    reader, _ = read("anthropic", delta("a") + named({"type": "message_delta", "delta": {}, "usage": counts}))

    assert reader.usage() == Usage(output_tokens=7, doubtful=True)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (
            {"promptTokenCount": 5, "candidatesTokenCount": 7, "thoughtsTokenCount": 20},
            Usage(input_tokens=5, output_tokens=27, reasoning_tokens=20, source="reported"),
        ),
        ({"promptTokenCount": 5}, Usage(input_tokens=5)),
        ({"promptTokenCount": 5, "candidatesTokenCount": -1}, Usage(input_tokens=5, doubtful=True)),
        ("odd", Usage()),
        (None, Usage()),
    ],
)
def test_gemini_counts_of_thoughts_are_output(counts: object, expected: Usage) -> None:
    reader, text = read("gemini", candidate("a", usageMetadata=counts))

    assert (text, reader.usage()) == ("a", expected)


def test_the_last_of_geminis_counts_wins() -> None:
    counts = [{"promptTokenCount": 5, "candidatesTokenCount": n} for n in (1, 2, 3)]

    reader, _ = read("gemini", b"".join(candidate("a", usageMetadata=each) for each in counts))

    assert reader.usage() == Usage(input_tokens=5, output_tokens=3, source="reported")


def test_thoughts_and_tool_calls_are_no_words() -> None:
    thinking = named(
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm", "text": "x"}}
    )
    calling = named({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}})
    thought = data({"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}, {"functionCall": {}}]}}]})

    assert read("anthropic", thinking + calling + delta("a"))[1] == "a"
    assert read("gemini", thought + candidate("a"))[1] == "a"


def test_a_question_that_gemini_blocks_ends_as_filtered() -> None:
    reader, text = read("gemini", data({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {}}))

    assert (text, reader.finish_reason, reader.complete) == ("", "filtered", True)


def test_geminis_stream_as_one_list_is_an_answer() -> None:
    chunks = [json.loads(line[6:]) for line in stream("gemini", TEXTS).split(b"\n\n") if line]

    reader, text = read_plain("gemini", json.dumps(chunks).encode())

    assert (text, reader.usage(), reader.finish_reason) == ("".join(TEXTS), REPORTED, "stop")


def test_a_delta_without_any_type_is_words() -> None:
    assert read("openai", data({"delta": {"text": "Hi"}}) * 2)[1] == "HiHi"


@pytest.mark.parametrize(
    ("native", "body", "codes"),
    [
        ("openai", b'{"error":{"code":"invalid_api_key","type":"x"}}', ("invalid_api_key", "x")),
        ("anthropic", b'{"type":"error","error":{"type":"authentication_error"}}', ("authentication_error",)),
        (
            "gemini",
            b'[{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]',
            ("INVALID_ARGUMENT", 400, "API_KEY_INVALID"),
        ),
        ("gemini", b"<html>", ()),
        ("anthropic", b"", ()),
    ],
)
def test_the_codes_of_a_refusal_are_read(native: DialectName, body: bytes, codes: tuple[object, ...]) -> None:
    assert dialects.of(native).error_codes(body) == codes


def test_a_key_that_google_refuses_with_a_400_is_a_wrong_key() -> None:
    assert status_failure(400, ("INVALID_ARGUMENT", 400, "API_KEY_INVALID")) is RelayUnauthorized


# The names that mean something in one dialect or another.
_NAMES = """
    type delta text choices content finish_reason index usage error code message candidates parts usageMetadata id model
    finishReason promptTokenCount input_tokens output_tokens stop_reason content_block promptFeedback
"""
names = st.sampled_from(_NAMES.split())
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.just(1e400),
    st.sampled_from(["", "a", "message_start", "message_delta", "content_block_delta", "error", "\ud83d", "stop"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(DIALECTS), st.lists(st.dictionaries(names, values, max_size=5), max_size=5))
@example("openai", [{"delta": "\ud83d"}])
def test_nothing_that_an_upstream_writes_makes_a_reader_raise(native: DialectName, events: list[object]) -> None:
    body = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)

    for reader, text in (read(native, body), read_plain(native, json.dumps(events[:1] or {}).encode())):
        counts = reader.usage()
        assert all(each is None or each >= 0 for each in (counts.input_tokens, counts.output_tokens))
        assert text.encode().decode() == text
    dialects.of(native).error_codes(body[6:])
