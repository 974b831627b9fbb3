"""Answers against their signature, made here by hand."""

import asyncio
import hmac
import json
from collections.abc import Callable
from contextlib import aclosing

import pytest

from chatbot.errors import AnswerTooLarge, IntegrityFailed, StreamCut
from chatbot.events import AttemptEnded, RelayEvent, TextAdded, TextWithdrawn
from chatbot.relay.base import Endpoint, Integrity
from chatbot.relay.client import HttpRelay
from chatbot.relay.failover import Failover
from chatbot.relay.integrity import MAX_AGE_S, AnswerCheck, Seen
from chatbot.relay.retrying import Retrying
from tests.relay.conftest import DONE, STREAM_HEAD, Exchange, Upstream, ask, chunk, chunked, data, hear, plain, usage

SECRET = b"shared"
NOW = 1_700_000_000
WORDS = (chunk("Hello"), chunk(" world"), chunk(finish="stop"), usage())


def signature(*chunks: bytes, secret: bytes = SECRET) -> str:
    payloads = [each.removeprefix(b"data: ").removesuffix(b"\n\n") for each in chunks]
    return hmac.new(secret, b"".join(payloads), "sha256").hexdigest()


def trailer(signature: str, timestamp: object = NOW) -> bytes:
    return b"event: signature\n" + data({"signature": signature, "timestamp": timestamp})


def verdict(
    *pieces: bytes, policy: Integrity = "required", headers: dict[str, str] | None = None, seen: Seen | None = None
) -> str:
    """What is wrong with the answer in `pieces`; the same when it comes byte by byte."""
    found = []
    for cut in (pieces, [bytes([each]) for each in b"".join(pieces)]):
        check = AnswerCheck(SECRET, policy, headers or {}, stream=True, seen=seen or Seen(), clock=lambda: float(NOW))
        for piece in cut:
            check.feed(piece)
        check.close()
        found.append(check.trouble)
        if seen is not None:
            return found[0]
    assert found[0] == found[1]
    return found[0]


RIGHT = trailer(signature(*WORDS))


@pytest.mark.parametrize("end", [(RIGHT, DONE), (DONE, RIGHT), (RIGHT,)])
def test_a_signed_stream_is_believed(end: tuple[bytes, ...]) -> None:
    assert verdict(*WORDS, *end) == ""


def test_line_ends_comments_and_time_as_text_change_nothing() -> None:
    stream = b"".join((b": hello\n\n", *WORDS, trailer(signature(*WORDS), str(NOW)), DONE))
    assert verdict(stream.replace(b"\n", b"\r\n")) == ""


def test_a_signature_may_stand_in_the_headers() -> None:
    headers = {"x-server-signature": signature(*WORDS).upper(), "x-server-timestamp": str(NOW)}
    assert verdict(*WORDS, DONE, headers=headers) == ""
    assert verdict(*WORDS[1:], DONE, headers=headers) == "is not what was signed"


WRONG: dict[str, tuple[tuple[bytes, ...], str]] = {
    "nothing": ((*WORDS, DONE), "is not signed"),
    "another secret": ((*WORDS, trailer(signature(*WORDS, secret=b"x"))), "is not what was signed"),
    "another word": ((chunk("Hallo"), *WORDS[1:], RIGHT), "is not what was signed"),
    "a word less": ((*WORDS[1:], RIGHT), "is not what was signed"),
    "words swapped": ((WORDS[1], WORDS[0], *WORDS[2:], RIGHT), "is not what was signed"),
    "an early end": ((WORDS[0], DONE, *WORDS[1:], RIGHT), "is not what was signed"),
    "words behind it": ((*WORDS, RIGHT, chunk("!"), DONE), "goes on behind its signature"),
    "two signatures": ((*WORDS, RIGHT, RIGHT), "is signed twice"),
    "two chunks as one": ((WORDS[0][:-2] + WORDS[1][6:], *WORDS[2:], RIGHT), "holds a chunk that is no JSON object"),
    "one chunk as two": ((WORDS[0][:20] + b"\n\ndata: " + WORDS[0][20:], *WORDS[1:], RIGHT), "no JSON object"),
    "words in a ping": ((b"event: ping\n" + WORDS[0], *WORDS[1:], RIGHT), "named otherwise than its chunk"),
    "no time": ((*WORDS, b"event: signature\n" + data({"signature": "aa"})), "cannot be read"),
    "a time of no number": ((*WORDS, trailer(signature(*WORDS), "noon")), "a time of signing that cannot be read"),
    "a time too large": ((*WORDS, trailer(signature(*WORDS), "9" * 400)), "a time of signing that cannot be read"),
    "letters of no hex": ((*WORDS, trailer("서명")), "is not what was signed"),
    "an old time": ((*WORDS, trailer(signature(*WORDS), NOW - MAX_AGE_S - 1)), "more than 300 s from now"),
    "a time to come": ((*WORDS, trailer(signature(*WORDS), NOW + MAX_AGE_S + 1)), "more than 300 s from now"),
    "a signature of nothing": ((*WORDS, trailer("")), "is not what was signed"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_was_not_signed_so_is_not_believed(name: str) -> None:
    pieces, trouble = WRONG[name]
    assert trouble in verdict(*pieces)
    # Whoever may leave a signature out may not have a wrong one.
    assert verdict(*pieces, policy="if_present") == ("" if name == "nothing" else verdict(*pieces))


@pytest.mark.parametrize("age", [-MAX_AGE_S, MAX_AGE_S])
def test_three_hundred_seconds_are_not_too_old(age: int) -> None:
    assert verdict(*WORDS, trailer(signature(*WORDS), NOW + age)) == ""


def test_an_answer_is_believed_once() -> None:
    seen = Seen()
    assert verdict(*WORDS, RIGHT, seen=seen) == ""
    assert verdict(*WORDS, RIGHT, seen=seen) == "was seen before"
    assert verdict(*WORDS, trailer(signature(*WORDS), NOW + 1), seen=seen) == "was seen before"


def test_signatures_are_forgotten_only_when_they_are_many_and_old() -> None:
    seen = Seen(kept=2)
    assert [seen.add(name, 0) for name in (b"a", b"b", b"c", b"a")] == [True, True, True, False]
    assert seen.add(b"d", MAX_AGE_S + 1)
    assert seen.add(b"a", MAX_AGE_S + 1)


def test_a_named_event_is_believed_when_its_chunk_bears_the_name() -> None:
    named = data({"type": "message_delta", "delta": {}})
    assert verdict(b"event: message_delta\n" + named, trailer(signature(named))) == ""


def test_a_line_without_end_is_left_to_the_reader() -> None:
    check = AnswerCheck(SECRET, "required", {}, stream=True)
    check.feed(b"data: " + b"x" * (1 << 21))
    check.close()
    with pytest.raises(AnswerTooLarge):
        check._parser.feed(b"x")  # type: ignore[union-attr]


# Over the wire


def relay(upstream: Upstream, policy: Integrity = "required") -> HttpRelay:
    return HttpRelay(
        Endpoint(name="default", url=upstream.url, key="k", signing_secret=SECRET.decode(), integrity=policy)
    )


@pytest.fixture(autouse=True)
async def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Callable[[], float] = lambda: float(NOW)  # noqa: E731
    monkeypatch.setitem(AnswerCheck.__init__.__kwdefaults__, "clock", clock)
    monkeypatch.setitem(AnswerCheck.__init__.__kwdefaults__, "seen", Seen())


def closed(*pieces: bytes) -> bytes:
    return STREAM_HEAD + b"".join(pieces)


async def test_words_on_trust_are_taken_back(upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    shown = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD, chunk("Hallo"))
        await shown.wait()
        await exchange.send(*WORDS[1:], RIGHT, DONE)
        exchange.writer.close()

    upstream.plays(play)
    events: list[RelayEvent] = []

    async def listen() -> None:
        async with aclosing(Retrying(relay(upstream)).stream(ask())) as stream:
            async for event in stream:
                events.append(event)
                if isinstance(event, TextAdded):
                    shown.set()

    with pytest.raises(IntegrityFailed):
        await listen()
    *_, withdrawn, ended = events
    assert isinstance(withdrawn, TextWithdrawn)
    assert isinstance(ended, AttemptEnded)
    assert (withdrawn.reason, ended.error_code) == ("integrity_failed", "integrity_failed")
    assert len(upstream.requests) == 1
    (record,) = [each for each in caplog.records if each.name == "chatbot.security"]
    assert "is not what was signed" in record.getMessage()
    assert "Hallo" not in caplog.text


async def test_another_model_starts_afresh_where_words_were_taken_back(upstream: Upstream) -> None:
    foul = closed(chunk("Hallo"), *WORDS[1:], RIGHT, DONE)
    upstream.plays(closed(chunk("Hallo")), foul, closed(*WORDS, RIGHT, DONE))
    one = relay(upstream)
    heard = await hear(Failover([(one, "a"), (one, "b"), (one, "c")]))
    assert heard.error is None
    withdrawn = max(at for at, event in enumerate(heard.events) if isinstance(event, TextWithdrawn))
    assert "".join(each.text for each in heard.events[withdrawn:] if isinstance(each, TextAdded)) == "Hello world"
    assert b"Hallo" not in upstream.requests[-1].body


async def test_a_cut_answer_that_had_to_be_signed_is_taken_back(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WORDS[0])
    heard = await hear(relay(upstream))
    assert isinstance(heard.error, StreamCut)
    assert [type(each) for each in heard.events[-2:]] == [TextWithdrawn, AttemptEnded]


async def test_a_cut_answer_that_need_not_be_signed_stays(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WORDS[0])
    heard = await hear(relay(upstream, "if_present"))
    assert isinstance(heard.error, StreamCut)
    assert not any(isinstance(each, TextWithdrawn) for each in heard.events)


@pytest.mark.parametrize("end", [(RIGHT, DONE), (DONE, RIGHT)])
async def test_a_signed_answer_passes_in_whatever_pieces(upstream: Upstream, end: tuple[bytes, ...]) -> None:
    upstream.plays(chunked(*WORDS, *end))
    heard = await hear(relay(upstream))
    assert (heard.text, heard.error) == ("Hello world", None)


async def test_of_a_plain_answer_nothing_is_shown_before_it_is_checked(upstream: Upstream) -> None:
    answer = plain("Hello")
    head, _, body = answer.partition(b"\r\n\r\n")
    signed = b"\r\n".join(
        [head, f"X-Server-Signature: {signature(body)}".encode(), f"X-Server-Timestamp: {NOW}".encode(), b""]
    )
    upstream.plays(signed + b"\r\n" + body, signed + b"\r\n" + body.replace(b"Hello", b"Hallo"), answer)
    assert (await hear(relay(upstream))).text == "Hello"
    for trouble in ("is not what was signed", "is not signed"):
        heard = await hear(relay(upstream))
        assert (heard.text, [each.outcome for each in heard.ended]) == ("", ["failed"])
        assert trouble in str(heard.error)
        assert json.dumps("Hallo") not in str(heard.error)
