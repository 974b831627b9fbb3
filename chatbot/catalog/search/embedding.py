"""Vectors from the relay for code that is not asynchronous: the search of a turn, and the task that fills the table.

One thread with an event loop of its own keeps the connection open; a question that comes again costs nothing.
"""

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

from chatbot import conf
from chatbot.errors import ConfigurationError
from chatbot.relay.base import Endpoint
from chatbot.relay.embedding import embed
from chatbot.relay.pool import close_clients

FILLING_S: Final = 60.0
"""Seconds that a batch of products may take."""
_KEPT: Final = 2_000

_guard = threading.Lock()
_loop: tuple[int, asyncio.AbstractEventLoop, threading.Thread] | None = None
_asked: OrderedDict[tuple[str, str], list[float]] = OrderedDict()


def model() -> str:
    """The embedding model of the settings; empty where the search does without vectors."""
    return conf.current().embedding_model


def asked(text: str) -> "Future[list[list[float]]]":
    """The vector of a question, on its way: await it no longer than the settings allow."""
    name = model()
    with _guard:
        kept = _asked.get((name, text))
        if kept is not None:
            _asked.move_to_end((name, text))
            ready: Future[list[list[float]]] = Future()
            ready.set_result([kept])
            return ready
    future = _submit([text], conf.current().embedding_wait_ms / 1000)
    future.add_done_callback(lambda done: _keep(name, text, done))
    return future


def embedded(texts: Sequence[str]) -> list[list[float]]:
    """Vectors of product texts. Raises `RelayError`."""
    return _submit(texts, FILLING_S).result()


def close() -> None:
    """End the thread and its connections, and forget all questions; the next one starts anew."""
    global _loop
    with _guard:
        _asked.clear()
        running, _loop = _loop, None
    if running is None or running[0] != os.getpid():
        return
    _, loop, thread = running
    asyncio.run_coroutine_threadsafe(close_clients(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def _keep(name: str, text: str, done: "Future[list[list[float]]]") -> None:
    if done.cancelled() or done.exception():
        return
    with _guard:
        _asked[name, text] = done.result()[0]
        while len(_asked) > _KEPT:
            _asked.popitem(last=False)


def _submit(texts: Sequence[str], timeout_s: float) -> "Future[list[list[float]]]":
    return asyncio.run_coroutine_threadsafe(embed(_endpoint(), model(), texts, timeout_s=timeout_s), _running())


def _endpoint() -> Endpoint:
    settings = conf.current()
    found = settings.endpoints.get(settings.embedding_endpoint)
    if found is None:
        raise ConfigurationError(
            f"CHATBOT['EMBEDDING_ENDPOINT'] names {settings.embedding_endpoint!r}, which ENDPOINTS lacks."
        )
    return found


def _running() -> asyncio.AbstractEventLoop:
    """The thread's loop; a forked process starts one of its own."""
    global _loop
    with _guard:
        if _loop is None or _loop[0] != os.getpid():
            loop = asyncio.new_event_loop()
            thread = threading.Thread(target=loop.run_forever, name="chatbot-embeddings", daemon=True)
            thread.start()
            _loop = (os.getpid(), loop, thread)
        return _loop[1]
