"""Servers of a benchmark, each in a process of its own, with the CPU time that it used."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.shared import SHARED

ICECAT = SHARED / "icecat" / "products.tsv.gz"
KOREAN = SHARED / "korean" / "products.tsv"
SIMULATOR_KEY = "simulator-key"
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server process."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Its address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_s(self) -> float:
        """CPU seconds used so far, user and system, of the process without its children."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_S


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(command: list[str], port: int, *, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run `command` until the block ends; it is ready when `port` accepts a connection."""
    process = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[:4]} did not start") from None
                time.sleep(0.05)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def simulator(*, tokens_per_second: float = 50, spread: int = 0) -> Iterator[Server]:
    """The simulator, its first word without delay."""
    port = free_port()
    options = ["--seed", "1", "--tokens-per-second", str(tokens_per_second), "--latency", "0", "--spread", str(spread)]
    with serve([sys.executable, "-m", "chatbot.simulator", "--port", str(port), *options], port) as server:
        yield server


@contextmanager
def asgi(application: str, *, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """An ASGI application under uvicorn, as the documentation recommends to run it."""
    port = free_port()
    options = ["--port", str(port), "--ws", "websockets-sansio", "--log-level", "error", "--no-access-log"]
    with serve([sys.executable, "-m", "uvicorn", application, *options], port, env=env) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Shop:
    """The demo project over the simulator."""

    server: Server
    simulator: Server
    env: Mapping[str, str]


@contextmanager
def shop(*, catalogue: Path = ICECAT, tokens_per_second: float = 50, spread: int = 0) -> Iterator[Shop]:
    """The demo project on a fresh SQLite file with `catalogue` imported, answering through the simulator."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="chatbot-bench-"))
        upstream = stack.enter_context(simulator(tokens_per_second=tokens_per_second, spread=spread))
        env = {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DJANGO_DEBUG": "0",
            "DJANGO_SECRET_KEY": "benchmarks-only-0123456789-0123456789-0123456789",
            "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
            "CHATBOT_RELAY_URL": f"{upstream.url}/v1",
            "CHATBOT_RELAY_KEY": SIMULATOR_KEY,
            "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
        }
        manage(["migrate", "-v", "0"], env)
        manage(["chatbot_import", str(catalogue), *import_options(catalogue)], env)
        server = stack.enter_context(asgi("config.asgi:application", env=env))
        with urllib.request.urlopen(f"{server.url}/chat/api/session") as response:  # the first request warms up
            response.read()
        yield Shop(server, upstream, env)


def import_options(catalogue: Path) -> list[str]:
    """How the columns of a shared catalogue map to product fields."""
    if catalogue == ICECAT:
        return [
            "--map",
            "id=product_id",
            "--map",
            "description=short_description",
            "--map",
            "mpn=model",
            "--map",
            "price=price_cents",
            "--price-unit",
            "cents",
        ]
    return ["--map", "id=product_id", "--map", "product_type=category", "--map", "price=price_krw", "--currency", "KRW"]


def manage(command: list[str], env: Mapping[str, str]) -> None:
    """Run a management command of the demo project to its end."""
    subprocess.run(
        [sys.executable, "manage.py", *command], env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL
    )
