"""The sign of life in a silent stream."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from chatbot import wire
from chatbot.api.heartbeat import AHEAD, with_heartbeat


async def test_what_piled_up_comes_in_one_piece_and_in_order() -> None:
    async def frames() -> AsyncGenerator[bytes, None]:
        for number in range(1_000):
            yield b"%d," % number

    pieces = [piece async for piece in with_heartbeat(frames(), 60)]

    assert b"".join(pieces) == b"".join(b"%d," % number for number in range(1_000))
    assert len(pieces) <= 1_000 // AHEAD + 2


async def test_silence_beats_and_the_words_after_it_come() -> None:
    word = asyncio.Event()

    async def frames() -> AsyncGenerator[bytes, None]:
        yield b"one"
        await word.wait()
        yield b"two"

    seen = []
    async with aclosing(with_heartbeat(frames(), 0.01)) as pieces:
        async for piece in pieces:
            seen.append(piece)
            if seen.count(wire.SSE_HEARTBEAT) == 2:
                word.set()

    assert [piece for piece in seen if piece != wire.SSE_HEARTBEAT] == [b"one", b"two"]
    assert seen[:3] == [b"one", wire.SSE_HEARTBEAT, wire.SSE_HEARTBEAT]


async def test_a_reader_that_does_not_read_holds_up_the_writer() -> None:
    made = 0

    async def frames() -> AsyncGenerator[bytes, None]:
        nonlocal made
        while True:
            made += 1
            yield b"x"

    async with aclosing(with_heartbeat(frames(), 60)) as pieces:
        await anext(pieces)
        before = made
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert made <= before + AHEAD + 1


async def test_leaving_closes_the_frames() -> None:
    closed = asyncio.Event()

    async def frames() -> AsyncGenerator[bytes, None]:
        try:
            yield b"x"
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with aclosing(with_heartbeat(frames(), 60)) as pieces:
        await anext(pieces)

    assert closed.is_set()


async def test_what_the_frames_raise_is_raised_after_the_words_before_it() -> None:
    async def frames() -> AsyncGenerator[bytes, None]:
        yield b"x"
        raise LookupError

    async with aclosing(with_heartbeat(frames(), 60)) as pieces:
        assert await anext(pieces) == b"x"
        with pytest.raises(LookupError):
            await anext(pieces)
