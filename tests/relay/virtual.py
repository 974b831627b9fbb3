"""An event loop whose time passes only when everyone sleeps: a minute of waiting takes no time, and is exact."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

BEGIN_S = 1000.0
"""What the virtual clock shows at first."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop for code that waits by timers alone, without sockets or threads."""

    def __init__(self) -> None:
        self.now = BEGIN_S
        selector = _Skipping(self)
        super().__init__(selector)

    def time(self) -> float:
        """Seconds of the virtual clock."""
        return self.now


class _Skipping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nobody sleeps and nothing will happen: the code under test waits for ever")
        self._loop.now += max(timeout, 0.0)
        return super().select(0)


def clock() -> float:
    """The time of the running loop."""
    return asyncio.get_running_loop().time()


def run(main: Coroutine[Any, Any, Result]) -> Result:  # Any: what a coroutine sends and receives
    """The result of `main` in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
