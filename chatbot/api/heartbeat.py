"""A sign of life in a silent stream, so that no proxy between takes it for dead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from chatbot import wire

AHEAD: Final = 64
"""Frames that may wait for a slow reader before the reading of the turn's log pauses."""


async def with_heartbeat(frames: AsyncGenerator[bytes, None], every_s: float) -> AsyncGenerator[bytes, None]:
    """The frames, and a comment whenever `every_s` seconds passed without one.

    What piled up while the reader was busy comes in one piece. `frames` is read by a task of its own, because waiting
    for an async generator with a time limit would end the generator.
    """
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
    reader = asyncio.create_task(_read(frames, waiting))
    try:
        ended = False
        while not ended:
            try:
                async with asyncio.timeout(every_s):
                    pieces = [await waiting.get()]
            except TimeoutError:
                yield wire.SSE_HEARTBEAT
                continue
            while not waiting.empty():
                pieces.append(waiting.get_nowait())
            ended = pieces[-1] is None
            if ready := b"".join(piece for piece in pieces if piece is not None):
                yield ready
        await reader  # raises what the frames raised
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


async def _read(frames: AsyncGenerator[bytes, None], waiting: asyncio.Queue[bytes | None]) -> None:
    async with aclosing(frames):
        try:
            async for frame in frames:
                await waiting.put(frame)
        except Exception:
            await waiting.put(None)
            raise
        await waiting.put(None)
