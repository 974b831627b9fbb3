"""The simulator for tests: in a thread of this process, or in a process of its own."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from chatbot.simulator.script import Match
from chatbot.simulator.server import DEFAULT_KEY, Simulator

_Answer = TypeVar("_Answer")

_START_S = 20.0


class RunningSimulator:
    """A simulator that runs in another thread. Every method may be called from any thread."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.url = simulator.url
        self.key = DEFAULT_KEY
        self._simulator = simulator
        self._loop = loop

    @property
    def root(self) -> str:
        """The address without `/v1`, for `/bill`, `/control` and `/requests`."""
        return self.url.removesuffix("/v1")

    def bill(self, *, wait_s: float = 2.0) -> dict[str, Any]:  # Any: JSON
        """The bill as `GET /bill` has it, once no request is open, or after `wait_s` seconds as it stands then."""

        async def settled() -> dict[str, Any]:
            try:
                await asyncio.wait_for(self._simulator.bill.settled(), wait_s)
            except TimeoutError:
                pass
            return self._simulator.bill.as_json()

        return asyncio.run_coroutine_threadsafe(settled(), self._loop).result()

    def script(
        self, entries: Sequence[Sequence[str]], *, match: Mapping[str, Any] | None = None, repeat: bool = False
    ) -> None:
        """Give the next requests these faults, one entry each; `match` narrows it by model, stream or contains."""
        self._call(lambda: self._simulator.faults.script(entries, match=Match(**(match or {})), repeat=repeat))

    def rate(self, rates: Mapping[str, float]) -> None:
        """Let faults strike at random, each with its probability."""
        self._call(lambda: self._simulator.faults.rate(rates))

    def say(self, text: str | None, *, chars: bool = False) -> None:
        """Answer exactly `text` from now on, by tokens or single characters; None goes back to own answers."""
        self._call(lambda: self._simulator.faults.say(text, chars=chars))

    def requests(self) -> list[dict[str, Any]]:  # Any: JSON
        """The chat requests seen, oldest first: headers without the key, and the body."""
        return self._call(self._simulator.requests.as_json)

    @property
    def tokens_issued(self) -> int:
        """How many tokens were got at `/token`."""
        return self._simulator.tokens.issued

    def reset(self) -> None:
        """Forget what is planned, the bill and the requests seen."""

        def forget() -> None:
            self._simulator.faults.reset()
            self._simulator.bill.reset()
            self._simulator.requests.forget()

        self._call(forget)

    def _call(self, function: Callable[[], _Answer]) -> _Answer:
        async def call() -> _Answer:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()


@contextmanager
def run_in_thread(simulator: Simulator | None = None) -> Iterator[RunningSimulator]:
    """`simulator`, by default one without delays under seed 1, running in a thread and an event loop of its own."""
    chosen = simulator or Simulator(seed=1, tokens_per_second=0, latency=0)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(chosen.start(), loop).result(_START_S)
        try:
            yield RunningSimulator(chosen, loop)
        finally:
            asyncio.run_coroutine_threadsafe(_stop(chosen), loop).result(_START_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(simulator: Simulator) -> None:
    await simulator.stop()
    await asyncio.get_running_loop().shutdown_asyncgens()


@contextmanager
def run_in_process(*arguments: str) -> Iterator[str]:
    """The base URL of a simulator in a process of its own, started with these command line arguments on a free port.

    Raises RuntimeError when it does not come up.
    """
    command = [sys.executable, "-m", "chatbot.simulator", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            if not first.startswith("simulator: "):
                raise RuntimeError(f"the simulator did not start; exit status {process.wait(_START_S)}")
            yield first.removeprefix("simulator: ").strip()
        finally:
            process.terminate()
