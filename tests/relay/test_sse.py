"""The parser against awkward bytes, and against httpx-sse as the oracle."""

import time
from itertools import pairwise

import pytest
from httpx_sse._decoders import SSEDecoder
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chatbot.errors import AnswerTooLarge
from chatbot.relay.sse import ServerSentEvent, SseParser
from tests.relay.conftest import DONE, WHOLE, chunk
from tests.shared import shared

SPLITTERS = "한국어 \u2028 \u2029 \u0085 \x0b \x0c \x1c 👩‍👩‍👧"
STREAMS = {
    "text": chunk(SPLITTERS) + chunk("é" * 50) + DONE,
    "crlf": WHOLE.replace(b"\n", b"\r\n"),
    "cr": WHOLE.replace(b"\n", b"\r"),
    "mixed": b"\xef\xbb\xbfdata: a\r\n\r\n: ping\rdata:b\rdata\n\r\nevent: x\r\nid: 7\ndata: c\r\rretry: 10\n\n"
    b"data:  d\n\n\n",
}


def whole(stream: bytes) -> list[bytes | ServerSentEvent]:
    parser = SseParser()
    return parser.feed(stream) + parser.close()


def assert_same_however_cut_in_two(stream: bytes) -> None:
    expected = whole(stream)

    for at in range(len(stream) + 1):
        parser = SseParser()
        assert parser.feed(stream[:at]) + parser.feed(stream[at:]) + parser.close() == expected


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_cut_in_two_at_every_byte_gives_the_same_events(name: str) -> None:
    assert_same_however_cut_in_two(STREAMS[name])


@pytest.mark.parametrize("name", ["openai-stream-usage.sse", "anthropic-stream.sse", "gemini-stream.sse"])
def test_a_real_stream_cut_in_two_at_every_byte_gives_the_same_events(name: str) -> None:
    assert_same_however_cut_in_two(shared("captures", name).read_bytes())


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_stream_in_tiny_pieces_gives_the_same_events(name: str, size: int) -> None:
    stream = STREAMS[name]
    parser = SseParser()

    events = [event for at in range(0, len(stream), size) for event in parser.feed(stream[at : at + size])]

    assert events + parser.close() == whole(stream)


def test_every_line_end_of_the_standard_ends_a_line() -> None:
    assert whole(STREAMS["mixed"]) == [
        b"a",
        b"b\n",
        ServerSentEvent(data=b"c", event="x", id="7"),
        b" d",
    ]


def test_unicode_line_separators_are_text() -> None:
    data = SPLITTERS.encode()

    assert whole(b"data: %b\n\n" % data) == [data]


def test_a_comment_is_no_event() -> None:
    assert whole(b": ping\n\n:\n\ndata: a\n\n") == [b"a"]


def test_an_event_without_data_is_not_dispatched_but_its_id_is_remembered() -> None:
    parser = SseParser()

    events = parser.feed(b"event: x\nid: 41\nretry: 3000\n\ndata: a\n\n")

    assert events == [b"a"]
    assert (parser.last_event_id, parser.retry_ms) == ("41", 3000)


def test_an_id_with_a_nul_and_a_retry_that_is_no_number_are_ignored() -> None:
    parser = SseParser()

    assert parser.feed(b"id: a\0b\nretry: soon\ndata: a\n\n") == [b"a"]
    assert (parser.last_event_id, parser.retry_ms) == ("", None)


def test_a_last_event_without_its_blank_line_is_kept_and_flagged() -> None:
    parser = SseParser()

    assert parser.feed(b"data: a\n\ndata: [DO") == [b"a"]
    assert parser.close() == [ServerSentEvent(data=b"[DO", truncated=True)]


def test_a_whole_stream_leaves_nothing_to_close() -> None:
    parser = SseParser()
    parser.feed(WHOLE)

    assert parser.close() == []


@pytest.mark.parametrize("stream", [b"data: " + b"x" * 95, b"data: " + b"x" * 95 + b"\n\n", b":" + b"x" * 100])
def test_a_line_over_its_limit_is_an_error(stream: bytes) -> None:
    with pytest.raises(AnswerTooLarge):
        SseParser(max_line_bytes=100).feed(stream)


def test_a_line_at_its_limit_passes() -> None:
    assert SseParser(max_line_bytes=100).feed(b"data: " + b"x" * 94 + b"\n\n") == [b"x" * 94]


def test_an_event_over_its_limit_is_an_error_however_short_its_lines() -> None:
    with pytest.raises(AnswerTooLarge):
        SseParser(max_event_bytes=100).feed(b"data:\n" * 200)


def test_events_before_one_that_is_too_large_are_given_first() -> None:
    parser = SseParser(max_line_bytes=100)

    assert parser.feed(b"data: a\n\ndata: " + b"x" * 200) == [b"a"]
    with pytest.raises(AnswerTooLarge):
        parser.feed(b"\n\n")
    with pytest.raises(AnswerTooLarge):
        parser.close()


def test_one_large_event_in_small_reads_takes_linear_time() -> None:
    def seconds(size: int) -> float:
        stream = b"data: " + b"x" * size + b"\n\n"
        best = float("inf")
        for _ in range(5):
            parser = SseParser(max_line_bytes=1 << 24, max_event_bytes=1 << 24)
            began = time.process_time()
            for at in range(0, len(stream), 64):
                parser.feed(stream[at : at + 64])
            best = min(best, time.process_time() - began)
        return best

    # Eight times the bytes; a parser that searches its buffer anew needs about sixty-four times as long.
    assert seconds(1 << 20) < 40 * seconds(1 << 17)


line_ends = st.sampled_from(["\n", "\r", "\r\n"])
values = st.text(st.sampled_from("ab :한😀\u2028\u0085\x0b\0"), max_size=6)
lines = st.one_of(
    st.builds(
        lambda name, gap, value: f"{name}:{gap}{value}",
        st.sampled_from(["data", "data", "event", "id", "x"]),
        st.sampled_from(["", " "]),
        values,
    ),
    st.just(""),
    st.just(""),
    st.builds(":{}".format, values),
    st.sampled_from(["data", "retry: 12", "retry: x", "event"]),
)
streams = st.lists(st.tuples(lines, line_ends), max_size=25)


@settings(max_examples=600, deadline=None)
@given(streams, st.lists(st.integers(1, 9), max_size=8), st.booleans())
def test_the_events_are_those_of_httpx_sse(written: list[tuple[str, str]], cuts: list[int], marked: bool) -> None:
    # An empty line's LF behind a CR would be the second half of one line end, not the two that were written.
    assume(not any(end == "\r" and (line, next_end) == ("", "\n") for (_, end), (line, next_end) in pairwise(written)))
    decoder = SSEDecoder()
    expected = []
    for line, _ in written:
        event = decoder.decode(line)
        if event is not None and event.data:  # it also gives events without data, which the standard does not
            expected.append((event.event, event.data, event.id))
    stream = ("\ufeff" if marked else "").encode() + "".join(line + end for line, end in written).encode()

    parser = SseParser()
    got = []
    at = 0
    for size in [*cuts, len(stream)]:
        for event in parser.feed(stream[at : at + size]):
            is_plain = isinstance(event, bytes)
            text = (event if is_plain else event.data).decode()
            # The last id lives on in the standard; here it is the parser's, and an event's only where it stood.
            got.append(("message" if is_plain else event.event or "message", text, None if is_plain else event.id))
        at += size

    carried = [(kind, text) for kind, text, _ in got if text]
    assert carried == [(kind, text) for kind, text, _ in expected]
    assert parser.last_event_id == decoder._last_event_id


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=10))
def test_any_bytes_are_parsed_without_a_crash_and_however_cut(stream: bytes, cuts: list[int]) -> None:
    parser = SseParser()
    events = []
    at = 0
    for size in [*cuts, len(stream)]:
        events += parser.feed(stream[at : at + size])
        at += size

    assert events + parser.close() == whole(stream)
