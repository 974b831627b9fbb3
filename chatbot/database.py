"""Database work from asyncio, in a small thread pool of its own.

Django's thread-sensitive thread runs one call at a time for the whole process: a single call of 200 ms there makes
every other write wait as long. Here each unit of work (one function, usually one transaction) gets a thread with a
connection that stays open.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connections, router, transaction

from chatbot import conf

P = ParamSpec("P")
R = TypeVar("R")

_pool: "_Pool | None" = None
_guard = threading.Lock()


def atomic(*, savepoint: bool = True) -> "transaction.Atomic":
    """A transaction in the database that our rows are in: a site's router may give them another than the default."""
    return transaction.atomic(using=router.db_for_write(apps.get_model("chatbot", "Turn")), savepoint=savepoint)


def in_database(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """An async function that runs `function` in the pool. One call is one unit of work: do not chain small ones."""

    def unit(*args: P.args, **kwargs: P.kwargs) -> R:
        for connection in connections.all(initialized_only=True):
            if connection.errors_occurred and not connection.is_usable():
                connection.close()
        return function(*args, **kwargs)

    @wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        # Not asgiref's `sync_to_async`: what it does for calls that share one thread is half a millisecond a call here.
        # The context goes along, and with it the active language.
        unit_here = partial(copy_context().run, unit, *args, **kwargs)
        return await asyncio.wrap_future(_opened().run(unit_here))

    return call


def close_pool() -> None:
    """Close the pool's threads and their connections. The next unit of work opens a new pool."""
    global _pool
    with _guard:
        pool, _pool = _pool, None
    if pool is not None:
        pool.close()


def _opened() -> "_Pool":
    global _pool
    with _guard:
        if _pool is None:
            _pool = _Pool(conf.current().database_threads)
        return _pool


class _Pool:
    """Threads of which the one that worked last works next: its connection has pages and statements at hand.

    A ThreadPoolExecutor takes its threads in turn, the coldest first: a first word took 0.9 ms longer.
    """

    def __init__(self, threads: int) -> None:
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix=f"chatbot-database-{n}") for n in range(threads)]
        self._idle = self._threads[::-1]
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._lock = threading.Lock()

    def run(self, work: Callable[[], R]) -> "Future[R]":
        """Have `work` done by an idle thread, or by the first that is."""
        result: Future[R] = Future()
        with self._lock:
            if not self._idle:
                self._waiting.append((result, work))
                return result
            thread = self._idle.pop()
        thread.submit(self._do, thread, result, work)
        return result

    def close(self) -> None:
        """End the threads once they have done what waits."""
        for thread in self._threads:
            thread.submit(connections.close_all)
            thread.shutdown(wait=True)

    def _do(self, thread: ThreadPoolExecutor, result: "Future[Any]", work: Callable[[], Any]) -> None:
        further: tuple[Future[Any], Callable[[], Any]] | None = (result, work)
        while further:
            tell = _done(*further)
            with self._lock:
                further = self._waiting.popleft() if self._waiting else None
                if further is None:  # before the result is told: whoever waits for it may have more to do at once
                    self._idle.append(thread)
            tell()


def _done(result: "Future[R]", work: Callable[[], R]) -> Callable[[], None]:
    """Do the work; what tells the result of it."""
    if not result.set_running_or_notify_cancel():
        return lambda: None
    try:
        return partial(result.set_result, work())
    except BaseException as err:  # noqa: BLE001 - whoever waits for the result gets it
        return partial(result.set_exception, err)
