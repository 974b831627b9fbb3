"""Rows F5, F6, F7 and F16: bytes that are wrong, cut, huge or packed."""

import asyncio
import gzip
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from httpx_sse._decoders import SSEDecoder

from chatbot.relay.sse import SseParser
from chatbot.simulator.testing import run_in_process, run_in_thread
from tests.faults.raw_upstream import Body, raw_upstream
from tests.faults.rows import Finding, row
from tests.faults.upstream import ANSWER, RUNS, hear_all
from tests.npm import installed

CASES = 100_000
CASES_FOR_NODE = 20_000
MEMORY_MIB = 8
EVENTSOURCE_PARSER = "4.1.3"
PIECES = [
    "data",
    "data:",
    "data: ",
    "event: x",
    "id: 7",
    "retry: 3",
    ": ping",
    "안녕",
    "a",
    "\u2028",
    " ",
    ":",
    "",
    "{}",
]
ENDS = ["\n", "\r\n", "\r"]


def made_stream(dice: random.Random) -> str:
    """A stream of fields, junk and every kind of line end, ended by an empty line."""
    lines = ["".join(dice.choices(PIECES, k=dice.randint(0, 3))) for _ in range(dice.randint(1, 8))]
    # An LF behind a CR would be the second half of one line end, so a stream keeps to one kind.
    end = dice.choice(ENDS)
    return ("\ufeff" if dice.random() < 0.1 else "") + end.join([*lines, "", ""])


def ours(stream: str, dice: random.Random) -> list[tuple[str, str]]:
    """Kind and data of each event, the bytes cut at random."""
    data = stream.encode()
    cuts = sorted(dice.sample(range(len(data) + 1), k=min(len(data), dice.randint(0, 4))))
    parser = SseParser()
    events = [e for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) for e in parser.feed(data[a:b])]
    told = [("", e) if isinstance(e, bytes) else (e.event, e.data) for e in events]
    return [(kind or "message", text.decode()) for kind, text in told if text]


def of_httpx_sse(stream: str) -> list[tuple[str, str]]:
    """The same by httpx-sse, its lines split as the standard says and not as `splitlines` would."""
    decoder = SSEDecoder()
    text = stream.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    events = [event for line in text.split("\n")[:-1] if (event := decoder.decode(line)) is not None]
    return [(event.event, event.data) for event in events if event.data]


@row("F5")
def malformed_streams() -> Iterator[Finding]:
    """Any bytes are read as the standard says, by two other readers' testimony."""
    dice = random.Random(5)
    same = crashes = 0
    kept = []
    for number in range(CASES):
        stream = made_stream(dice)
        try:
            got = ours(stream, dice)
        except Exception:  # noqa: BLE001 - counting crashes of any kind is the point
            crashes += 1
            continue
        same += got == of_httpx_sse(stream)
        if number < CASES_FOR_NODE:
            kept.append((stream, got))
    yield Finding(
        row="F5",
        fault="seeded streams of fields and junk, cut at random, against httpx-sse",
        runs=CASES,
        figure=f"equal {same}, crashes {crashes}",
        holds=same == CASES and crashes == 0,
    )
    package = installed("eventsource-parser", EVENTSOURCE_PARSER)
    script = Path(__file__).with_name("eventsource_parser.mjs")
    done = subprocess.run(
        ["node", str(script), str(package)],
        input=json.dumps([stream for stream, _ in kept]),
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = [[(kind, data) for kind, data in events if data] for events in json.loads(done.stdout)]
    equal = sum(got == other for (_, got), other in zip(kept, theirs, strict=True))
    yield Finding(
        row="F5",
        fault=f"the same against npm eventsource-parser {EVENTSOURCE_PARSER}",
        runs=len(kept),
        figure=f"equal {equal}",
        holds=equal == len(kept),
    )


@row("F6")
def split_characters() -> Iterator[Finding]:
    """Cut at every byte, the text stays the same to the character."""
    with run_in_thread() as simulator:
        simulator.say(ANSWER)
        heard = [h for size in range(1, 9) for h in asyncio.run(hear_all(simulator, [[f"split_bytes:{size}"]], 25))]
    same = sum(each.text == ANSWER for each in heard)
    yield Finding(
        row="F6",
        fault="characters cut in pieces of 1 to 8 bytes",
        runs=len(heard),
        figure=f"text equal {same}",
        holds=same == len(heard),
    )
    stream = f"data: {ANSWER}\n\ndata: x\r\n\r\n".encode()
    whole = SseParser().feed(stream)
    equal = 0
    for at in range(len(stream) + 1):
        parser = SseParser()
        equal += parser.feed(stream[:at]) + parser.feed(stream[at:]) == whole
    yield Finding(
        row="F6",
        fault="a stream cut in two at every byte",
        runs=len(stream) + 1,
        figure=f"events equal {equal}",
        holds=equal == len(stream) + 1,
    )
    for fault in ("split_surrogate", "lone_surrogate", "invalid_utf8"):
        with run_in_thread() as simulator:
            simulator.say(ANSWER)
            heard = asyncio.run(hear_all(simulator, [[fault]], RUNS))
        printable = sum("\ud800" <= c <= "\udfff" for each in heard for c in each.text)
        kept = sum(_holds_all(each.text, ANSWER) and not each.error for each in heard)
        yield Finding(
            row="F6",
            fault=fault,
            runs=RUNS,
            figure=f"every character kept {kept}, lone surrogates that reach a reader {printable}",
            holds=kept == RUNS and printable == 0,
        )


@row("F7")
def huge_lines() -> Iterator[Finding]:
    """A line, a delta or a number of chunks beyond all reason costs an error, not the memory."""
    for name, body, error in [
        ("a line of 1 MiB", _huge(1 << 20), None),
        ("a line of 64 MiB", _huge(64 << 20), "answer_too_large"),
        ("a line of 64 MiB without an end", _endless(64 << 20), "answer_too_large"),
        ("100,000 tiny chunks", _tiny(100_000), ""),
    ]:
        yield _memory("F7", name, body, error)


@row("F16")
def packed_bodies() -> Iterator[Finding]:
    """A packed body was not asked for and is not unpacked; a length that lies is a cut stream."""
    bomb = gzip.compress(b"\0" * (64 << 20))
    for name, head, body, error in [
        ("a gzip bomb of 64 MiB", b"Content-Encoding: gzip\r\n", [bomb], "bad_gateway_body"),
        ("brotli that is none", b"Content-Encoding: br\r\n", [b"\xff" * 4096], "bad_gateway_body"),
        ("more length than body", b"Content-Length: 99999\r\n", [_chunk("half")], "stream_cut"),
    ]:
        pieces = [
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n" + head + b"\r\n",
            *body,
        ]
        yield _memory("F16", name, lambda pieces=pieces: pieces, error)


def _holds_all(text: str, wanted: str) -> bool:
    """Whether all characters of `wanted` stand in `text` in their order, whatever else does."""
    rest = iter(text)
    return all(character in rest for character in wanted)


def _memory(row: str, fault: str, body: Body, error: str | None) -> Finding:
    with run_in_process("--tokens-per-second", "0", "--latency", "0") as plain, raw_upstream(body) as url:
        command = [sys.executable, "-m", "tests.faults._memory", plain, url]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    expected = error is None or found["error"] == error
    return Finding(
        row=row,
        fault=fault,
        runs=1,
        figure=f"{found['error'] or 'answered'}, memory +{found['mib']:.1f} MiB (at most {MEMORY_MIB})",
        holds=expected and found["mib"] < MEMORY_MIB,
    )


def _head() -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def _chunk(text: str) -> bytes:
    return b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n' % text.encode()


def _end() -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def _huge(size: int) -> Body:
    def pieces() -> Iterator[bytes]:
        yield _head()
        yield _chunk("first")
        yield b'data: {"choices":[{"index":0,"delta":{"content":"'
        for _ in range(size >> 16):
            yield b"x" * (1 << 16)
        yield b'"}}]}\n\n' + _end()

    return pieces


def _endless(size: int) -> Body:
    def pieces() -> Iterator[bytes]:
        yield _head()
        for _ in range(size >> 16):
            yield b"x" * (1 << 16)

    return pieces


def _tiny(count: int) -> Body:
    def pieces() -> Iterator[bytes]:
        yield _head()
        for _ in range(count // 100):
            yield _chunk("x") * 100
        yield _end()

    return pieces
