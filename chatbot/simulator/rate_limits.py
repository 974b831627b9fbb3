"""Requests and tokens per minute, as a relay holds its customers to them: by key, over the last 60 seconds."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

WINDOW_S: Final = 60.0
KEYS_KEPT: Final = 10_000


@dataclass(slots=True)
class _Window:
    taken: deque[tuple[float, int]] = field(default_factory=deque)
    tokens: int = 0


class RateLimits:
    """What each key has used in the last minute. 0 is no limit. A request that is refused uses nothing."""

    def __init__(
        self,
        *,
        requests_per_minute: int = 0,
        tokens_per_minute: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests_per_minute = requests_per_minute
        self.tokens_per_minute = tokens_per_minute
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    @property
    def any(self) -> bool:
        """Whether there is anything to hold to."""
        return bool(self.requests_per_minute or self.tokens_per_minute)

    def take(self, key: str, tokens: int) -> float:
        """Let a request of `tokens` tokens in and return 0, or return the seconds until it would be let in.

        A request that is larger than a minute's tokens is let in when nothing else was.
        """
        now = self._clock()
        window = self._window(key, now)
        wait_s = 0.0
        if self.requests_per_minute and len(window.taken) >= self.requests_per_minute:
            wait_s = window.taken[-self.requests_per_minute][0] + WINDOW_S - now
        if self.tokens_per_minute and window.taken:
            over = window.tokens + tokens - self.tokens_per_minute
            for at, used in window.taken:
                if over <= 0:
                    break
                over -= used
                wait_s = max(wait_s, at + WINDOW_S - now)
        if wait_s <= 0:
            window.taken.append((now, tokens))
            window.tokens += tokens
            return 0.0
        return wait_s

    def headers(self, key: str) -> dict[str, str]:
        """What is agreed and what is left of it, in the header names of OpenAI's reference."""
        window = self._window(key, self._clock())
        headers = {}
        for what, limit, used in (
            ("requests", self.requests_per_minute, len(window.taken)),
            ("tokens", self.tokens_per_minute, window.tokens),
        ):
            if limit:
                headers[f"x-ratelimit-limit-{what}"] = str(limit)
                headers[f"x-ratelimit-remaining-{what}"] = str(max(0, limit - used))
        return headers

    def _window(self, key: str, now: float) -> _Window:
        if key not in self._windows and len(self._windows) >= KEYS_KEPT:
            self._windows.clear()
        window = self._windows.setdefault(key, _Window())
        while window.taken and window.taken[0][0] <= now - WINDOW_S:
            window.tokens -= window.taken.popleft()[1]
        return window


def retry_after(wait_s: float) -> str:
    """The `Retry-After` of a refusal: whole seconds, rounded up, as relays send it."""
    return str(math.ceil(wait_s))
