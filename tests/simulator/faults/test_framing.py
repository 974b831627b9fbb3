"""Faults in the bytes: other spellings and other cuts of the same answer."""

import pytest

from chatbot.simulator import Simulator
from tests.simulator.conftest import Ask, AskRaw, streamed, text_of
from tests.simulator.faults.conftest import SAID, TOKENS


@pytest.mark.parametrize(
    ("fault", "restore"),
    [
        ("crlf", (b"\r\n", b"\n")),
        ("cr", (b"\r", b"\n")),
        ("no_space", (b"data:", b"data: ")),
        ("event_names", (b"event: message\n", b"")),
        ("multi_line", (b",\ndata: ", b",")),
        ("comments", (b": ping\n\n", b"")),
        ("bom", (b"\xef\xbb\xbf", b"")),
        ("coalesce:4", (b"", b"")),
        ("split_bytes:1", (b"", b"")),
        ("split_bytes:1000", (b"", b"")),
    ],
)
async def test_other_spellings_say_the_same(
    simulator: Simulator, ask: Ask, fault: str, restore: tuple[bytes, bytes]
) -> None:
    body = (await ask(streamed(), fault)).content
    old, new = restore
    if old:
        assert old in body
        body = body.replace(old, new)
    assert text_of(body) == SAID
    assert body.endswith(b"data: [DONE]\n\n")
    (line,) = simulator.bill.lines
    assert (line.outcome, line.output_tokens, line.reported) == ("answered", len(TOKENS), True)


async def test_writes_are_cut_as_asked(ask_raw: AskRaw) -> None:
    tiny = (await ask_raw(streamed(), "split_bytes:3")).pieces
    assert max(len(part) for part in tiny) == 3
    joined = (await ask_raw(streamed(), "coalesce:4")).pieces
    assert [part.count(b"data: ") for part in joined][1:4] == [4, 4, 2]
