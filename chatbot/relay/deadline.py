"""One moving time limit for the waits of an attempt, with one timer.

`asyncio.timeout` would not do: an attempt is an async generator, and a timeout that is open across its `yield` cancels
whoever consumes it. This one runs only inside `with deadline:`, around the wait itself, so a slow consumer never counts
against the upstream. Moving the limit later costs an assignment; the timer looks at it when it rings.

Nor does a busy loop count: when its timers ring late, what was waited for may have come long ago and wait in a socket.
So a limit that has passed lets the loop go round once more, and holds only if the wait is still on after that.
"""

import asyncio
import math
from types import TracebackType


class Expired(Exception):
    """The wait took longer than its limit."""


class Deadline:
    """A limit in the running loop's time, in seconds. Set it with `move`, wait inside `with`, `close` it at the end."""

    __slots__ = ("_cancelling", "_loop", "_rung", "_task", "_timer", "_when")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._when = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._rung = False

    def time(self) -> float:
        """Now, on the clock that limits are set in."""
        return self._loop.time()

    def move(self, when: float) -> None:
        """The limit is `when` from now on."""
        self._when = when
        if self._timer is not None and self._timer.when() > when:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Stops the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __enter__(self) -> None:
        # The loop is passed in because looking it up asks the kernel for the process id (before Python 3.12): once a
        # token, that is felt.
        task = asyncio.current_task(self._loop)
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        if self._timer is None:
            self._timer = self._loop.call_at(self._when, self._ring)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        if not self._rung:
            return
        self._rung = False
        assert task is not None
        # A cancellation from outside that came at the same moment wins: it must not be turned into a timeout.
        if task.uncancel() <= self._cancelling and (kind is None or issubclass(kind, asyncio.CancelledError)):
            raise Expired from None

    def _ring(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._when:
            self._timer = self._loop.call_at(self._when, self._ring)
            return
        # Whoever was woken by what came before this ring runs before the next one.
        self._timer = self._loop.call_at(self._when, self._ring_again)

    def _ring_again(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._when:
            self._timer = self._loop.call_at(self._when, self._ring)
            return
        self._rung = True
        self._task.cancel()
