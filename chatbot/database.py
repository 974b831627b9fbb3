"""Database work from asyncio, in a small thread pool of its own.

Django's thread-sensitive thread runs one call at a time for the whole process: a single call of 200 ms there makes
every other write wait as long. Here each unit of work (one function, usually one transaction) gets a thread with a
connection that stays open.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from django.db import connections

from chatbot import conf

P = ParamSpec("P")
R = TypeVar("R")

_pool: ThreadPoolExecutor | None = None
_guard = threading.Lock()


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
        return await asyncio.get_running_loop().run_in_executor(_executor(), unit_here)

    return call


def close_pool() -> None:
    """Close the pool's threads and their connections. The next unit of work opens a new pool."""
    global _pool
    with _guard:
        pool, _pool = _pool, None
    if pool is None:
        return
    # As many as the pool can ever have: for fewer it may start a new thread for one and leave an old one out.
    threads = pool._max_workers
    barrier = threading.Barrier(threads)

    def close() -> None:
        connections.close_all()
        barrier.wait(timeout=10)  # holds each thread until all have closed theirs

    for _ in range(threads):
        pool.submit(close)
    pool.shutdown(wait=True)


def _executor() -> ThreadPoolExecutor:
    global _pool
    with _guard:
        if _pool is None:
            _pool = ThreadPoolExecutor(conf.current().database_threads, thread_name_prefix="chatbot-database")
        return _pool
