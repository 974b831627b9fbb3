"""A TCP proxy before a server that can be made to refuse, or to swallow everything without a word."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Mode = Literal["through", "refusing", "hung"]


class Proxy:
    """Forwards 127.0.0.1:`port` to `target`. All methods may be called from any thread."""

    def __init__(self, target: int) -> None:
        self.accepted = 0
        self.port = 0
        self._target = target
        self._flowing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Begin, forwarding."""
        self._thread.start()
        self.be("through")

    def be(self, mode: Mode) -> None:
        """Change what happens to connections, old ones and new ones. Refusing also ends the old ones."""
        asyncio.run_coroutine_threadsafe(self._be(mode), self._loop).result(timeout=10)

    def stop(self) -> None:
        """End it."""
        self.be("refusing")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _be(self, mode: Mode) -> None:
        if mode == "refusing":
            if self._server is not None:
                self._server.close()
                self._server = None
            for writer in list(self._writers):
                writer.transport.abort()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        elif self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]
        if mode == "through":
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            await self._flowing.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(back)
            try:
                await asyncio.gather(self._pipe(reader, back), self._pipe(there, writer))
            finally:
                self._writers.discard(back)
                back.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
        writer.transport.abort()


@contextmanager
def before(target: int) -> Iterator[Proxy]:
    """A proxy that runs until the block ends."""
    proxy = Proxy(target)
    proxy.start()
    try:
        yield proxy
    finally:
        with suppress(TimeoutError):
            proxy.stop()
