"""Where what somebody asked in a minute is counted: in the site's cache, or in this process while that is away.

A shopper's question must not fail because a counter cannot be reached. The limits then hold for each process.
"""

import logging
import time
from typing import Any, Final

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

logger = logging.getLogger(__name__)

AGAIN_S: Final = 5.0
"""How long a cache that failed is left alone: one that hangs would hold up every question for its timeout."""


class Counters:
    """The part of Django's cache that counting needs. `incr` raises ValueError for a key that is not there."""

    def __init__(self) -> None:
        self._own = LocMemCache("chatbot.counters", {})
        self._away_until = float("-inf")

    def get(self, key: str, default: Any = None) -> Any:  # Any: what a throttle keeps
        """The value, or `default`."""
        return self._asked("get", key, default)

    def set(self, key: str, value: Any, timeout: float) -> None:  # Any: what a throttle keeps
        """Keep the value for so many seconds."""
        self._asked("set", key, value, timeout)

    def add(self, key: str, value: int, timeout: float) -> None:
        """Keep the value unless there is one."""
        self._asked("add", key, value, timeout)

    def incr(self, key: str) -> int:
        """One more, and how many that makes."""
        return int(self._asked("incr", key))

    def _asked(self, what: str, *arguments: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(cache, what)(*arguments)
            except ValueError:
                raise
            except Exception as err:  # noqa: BLE001 - whatever the driver of the site's cache raises
                self._away_until = time.monotonic() + AGAIN_S
                logger.warning("The default cache is away (%s): limits hold for each process.", type(err).__name__)
        return getattr(self._own, what)(*arguments)


counters: Final = Counters()
