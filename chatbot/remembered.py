"""Rows that staff change now and then and every turn reads: asked of the database once a second, not once a turn."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeVar

from django.core.signals import setting_changed
from django.db import DatabaseError, connections, models, router
from django.db.models.signals import post_delete, post_migrate, post_save

logger = logging.getLogger(__name__)

R = TypeVar("R")

FRESH_S: Final = 1.0
"""How long a change that another process made may stay unseen."""


class Remembered(Generic[R]):
    """A function without arguments that reads rows of `sources`: anew once a second at most, or once in `fresh_s`.

    A row saved or deleted in this process is seen at once; what goes past the signals (another process, `update()`) a
    second later. Inside a transaction nothing is remembered: it may hold rows that nobody else sees. What comes back
    is shared by all threads: do not change it.
    """

    def __init__(
        self,
        read: Callable[[], R],
        sources: Iterable[type[models.Model]],
        *,
        fresh_s: float = FRESH_S,
        behind: bool = False,
    ) -> None:
        """`read` must fetch all it returns: no lazy querysets. It is called again after `fresh_s` seconds.

        `behind`: it takes long, so what is old is given once more while a thread reads anew.
        """
        self._read = read
        self._fresh_s = fresh_s
        self._behind = behind
        self._reading = False
        self._sources = tuple(sources)
        self._kept: tuple[R, float] | None = None
        self._changes = 0
        self._guard = threading.Lock()
        for source in self._sources:
            post_save.connect(self.forget, sender=source)
            post_delete.connect(self.forget, sender=source)
        post_migrate.connect(self.forget)  # also after the flush between a site's transactional tests
        setting_changed.connect(self.forget)

    def __call__(self) -> R:
        """What `read` returned within the last second, or returns now."""
        if any(connections[router.db_for_read(source)].in_atomic_block for source in self._sources):
            return self._read()
        kept = self._kept
        if kept is not None and time.monotonic() - kept[1] < self._fresh_s:
            return kept[0]
        if kept is not None and self._behind:
            self._read_behind()
            return kept[0]
        return self._read_anew()

    def _read_anew(self) -> R:
        changes, began = self._changes, time.monotonic()
        found = self._read()
        with self._guard:
            if changes == self._changes:
                self._kept = (found, began)
        return found

    def _read_behind(self) -> None:
        with self._guard:
            if self._reading:
                return
            self._reading = True

        def read() -> None:
            try:
                self._read_anew()
            except DatabaseError:
                logger.exception("rows that are remembered could not be read anew")
            finally:
                self._reading = False
                connections.close_all()  # this thread's own

        threading.Thread(target=read, name="chatbot-remembered", daemon=True).start()

    def forget(self, **_: Any) -> None:  # Any: what Django's signals say
        """Read anew at the next call."""
        with self._guard:
            self._changes += 1
            self._kept = None


def remembered(*sources: type[models.Model]) -> Callable[[Callable[[], R]], Remembered[R]]:
    """Decorate a function that reads rows of `sources`; see `Remembered`."""
    return lambda read: Remembered(read, sources)
