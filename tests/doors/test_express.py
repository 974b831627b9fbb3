"""Words are sent in the middle of the writer's work; a socket that makes us wait gets each word once, in order."""

import asyncio
import json
from typing import Any

import pytest

from chatbot.consumers import ExpressSending
from chatbot.events import TextAdded, TurnEnded


class Line:
    """A socket's `send` that waits while `open` is not set, and fails once `gone`."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.gone = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.open.wait()
        if self.gone:
            raise OSError("gone")
        self.sent.append(json.loads(message["text"])["delta"])


def words(text: str) -> TextAdded:
    return TextAdded(text=text)


async def test_a_word_is_sent_at_once() -> None:
    line = Line()
    express = ExpressSending(line.send, "t")
    assert express.take(1, words("a"))
    assert line.sent == ["a"]
    assert not await express.finish()


async def test_what_is_not_words_is_left_to_the_reader() -> None:
    express = ExpressSending(Line().send, "t")
    assert not express.take(1, TurnEnded(ending="complete"))
    assert not await express.finish()


async def test_a_word_that_must_wait_is_finished_by_the_reader_and_sent_once() -> None:
    line = Line()
    express = ExpressSending(line.send, "t")
    line.open.clear()
    assert not express.take(1, words("a"))
    finishing = asyncio.create_task(express.finish())
    await asyncio.sleep(0)
    assert line.sent == []
    line.open.set()
    assert await finishing
    assert line.sent == ["a"]
    assert express.take(2, words("b"))
    assert line.sent == ["a", "b"]


async def test_a_reader_that_is_cancelled_while_it_waits_sends_nothing_more() -> None:
    line = Line()
    express = ExpressSending(line.send, "t")
    line.open.clear()
    assert not express.take(1, words("a"))
    finishing = asyncio.create_task(express.finish())
    await asyncio.sleep(0)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    line.open.set()
    await asyncio.sleep(0)
    assert line.sent == []


async def test_a_socket_that_is_gone_does_not_disturb_the_writer() -> None:
    line = Line()
    line.gone = True
    express = ExpressSending(line.send, "t")
    assert not express.take(1, words("a"))
    assert not await express.finish()
    line.gone = False
    line.open.clear()
    assert not express.take(2, words("b"))
    line.gone = True
    line.open.set()
    with pytest.raises(OSError, match="gone"):
        await express.finish()
