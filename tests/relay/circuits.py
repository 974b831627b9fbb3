"""Circuits for the tests: they open after five failures, by a clock that the test sets."""

import asyncio
from collections.abc import Callable

from chatbot.relay.breaking import Breaker, Breaking
from tests.relay.conftest import hear


def breaker(clock: Callable[[], float]) -> Breaker:
    return Breaker(failures=5, interval_s=30, clock=clock, random=lambda: 0.0)


async def opened(relay: Breaking) -> None:
    """Five requests, whose failures open the circuit."""
    for _ in range(5):
        await hear(relay)


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0)
