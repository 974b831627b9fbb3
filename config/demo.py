"""Runs the whole demo: simulator, web server, Celery worker and beat. One Ctrl-C stops all of it.

    python -m config.demo [--port 8000]

With CHATBOT_RELAY_URL and CHATBOT_RELAY_KEY set there is no simulator: the shop talks to that relay. Everything that is
written goes to `var/` (or SHOP_VAR), one log per process in `var/log/`.
"""

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_S = 60
STOP_LIMIT_S = 10
POLL_S = 0.1
SIMULATOR_KEY = "simulator-key"


class CannotStart(Exception):
    """The demo cannot run; the message is for the person who started it."""


class Stopped(Exception):
    """Someone asked the demo to stop."""


@dataclass(frozen=True, slots=True)
class Service:
    """One running process, its log, and how to tell that it is ready."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    is_ready: Callable[[], bool]


def main(arguments: list[str] | None = None) -> int:
    """Start everything, wait until someone stops it or a part dies. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make demo", description="Run the demo shop.")
    parser.add_argument("--port", type=_port, default=8000, help="port of the shop (8000)")
    port = parser.parse_args(arguments).port
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    services: list[Service] = []
    try:
        with _alone():
            _check_port(port)
            environment = _environment()
            simulator = _start_simulator(services, environment)
            _prepare(environment)
            _start_shop(services, environment, port)
            for service in services:
                _await(service, services)
            _announce(port, simulator)
            while True:
                _check_alive(services)
                _pause()
    except Stopped:
        print("\nStopping.", flush=True)
        return 0
    except CannotStart as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    finally:
        _end(services)


def _port(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port; give a number from 1 to 65535")
    return int(value)


_asked_to_stop = False


def _stop(number: int, frame: FrameType | None) -> None:
    # Only a note: an exception here could strike between the start of a process and our knowing of it.
    global _asked_to_stop
    _asked_to_stop = True


def _pause() -> None:
    time.sleep(POLL_S)
    if _asked_to_stop:
        raise Stopped


def _var() -> Path:
    return Path(os.environ.get("SHOP_VAR") or ROOT / "var").resolve()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the var folder: two demos in one would share a database and overwrite each other's logs."""
    (_var() / "log").mkdir(parents=True, exist_ok=True)
    with (_var() / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart("The demo already runs from this folder. Stop that one first (Ctrl-C).") from None
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(f"Port {port} needs root. Take another one: make demo PORT=8001") from None
        except OSError:
            other = 8001 if port == 8000 else 8000
            raise CannotStart(f"Port {port} is already in use. Take another one: make demo PORT={other}") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", **os.environ, "PYTHONUNBUFFERED": "1"}
    given = {name for name in ("CHATBOT_RELAY_URL", "CHATBOT_RELAY_KEY") if _is_set(name)}
    if len(given) == 1:
        missing = ({"CHATBOT_RELAY_URL", "CHATBOT_RELAY_KEY"} - given).pop()
        raise CannotStart(
            f"{given.pop()} is set and {missing} is not. Set both to talk to a relay, or neither to use the simulator."
        )
    return environment


def _is_set(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _start_simulator(services: list[Service], environment: dict[str, str]) -> str:
    """Start the simulator unless a relay is given. Returns its address, empty without one."""
    if _is_set("CHATBOT_RELAY_URL"):
        return ""
    port = _free_port()
    address = f"http://{HOST}:{port}"
    environment |= {"CHATBOT_RELAY_URL": f"{address}/v1", "CHATBOT_RELAY_KEY": SIMULATOR_KEY}
    command = ["-m", "chatbot.simulator", "--host", HOST, "--port", str(port), "--key", SIMULATOR_KEY]
    services.append(_start("simulator", command, environment, lambda log: _answers(f"{address}/bill")))
    return address


def _prepare(environment: dict[str, str]) -> None:
    print("Preparing the database and the catalogue.", flush=True)
    command = [sys.executable, "manage.py", "shop_prepare"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            while process.poll() is None:
                _pause()
        finally:
            process.terminate()
    if process.returncode:
        raise CannotStart("The database or the catalogue could not be prepared; the reason is above.")


def _start_shop(services: list[Service], environment: dict[str, str], port: int) -> None:
    # Per-message deflate doubles the memory of a socket and saves nothing on frames of a few words.
    web = ["-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port), "--ws", "websockets-sansio"]
    web += ["--ws-per-message-deflate", "false", "--timeout-graceful-shutdown", "5"]
    # One process that works and, forked from it, one that keeps the time: the solo pool needs no third.
    worker = ["-m", "celery", "-A", "config.celery", "worker", "--beat", "--pool", "solo", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle", "--schedule", str(_var() / "beat-schedule")]
    services.append(_start("web", web, environment, lambda log: _answers(f"http://{HOST}:{port}/")))
    services.append(
        _start("worker", worker, environment, lambda log: _says(log, " ready.") and _says(log, "beat: Starting"))
    )


def _start(name: str, command: list[str], environment: dict[str, str], is_ready: Callable[[Path], bool]) -> Service:
    log = _var() / "log" / f"{name}.log"
    print(f"Starting {name}.", flush=True)
    with log.open("wb") as output:
        # A session of its own: Ctrl-C in the terminal reaches this process alone, which then stops the others in turn.
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Service(name, process, log, lambda: is_ready(log))


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except urllib.error.HTTPError as problem:
        raise CannotStart(f"{address} answers with status {problem.code}; see the logs in {_var() / 'log'}.") from None
    except OSError:
        return False


def _says(log: Path, words: str) -> bool:
    return words in log.read_text(encoding="utf-8", errors="replace")


def _await(service: Service, services: list[Service]) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while not service.is_ready():
        _check_alive(services)
        if time.monotonic() > limit:
            raise CannotStart(f"The {service.name} is not ready after {START_LIMIT_S} s. Its log: {service.log}")
        _pause()


def _check_alive(services: list[Service]) -> None:
    for service in services:
        if (status := service.process.poll()) is not None:
            print(f"\nThe end of {service.log}:\n{_tail(service.log)}", file=sys.stderr)
            raise CannotStart(
                f"The {service.name} ended by itself (status {status}), so all is stopped. Its log: {service.log}"
            )


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        _seek_back(file, 2000)
        return file.read().decode("utf-8", "replace").strip()


def _seek_back(file: IO[bytes], count: int) -> None:
    file.seek(max(0, file.seek(0, os.SEEK_END) - count))


def _announce(port: int, simulator: str) -> None:
    shop = f"http://{HOST}:{port}"
    relay = f"{simulator}/bill" if simulator else f"{os.environ.get('CHATBOT_RELAY_URL', '')} (a real relay)"
    print(
        f"""
  Shop       {shop}/
  Staff      {shop}/admin/   user: staff   password: staff   (this demo only)
  Costs      {shop}/admin/chatbot/costs/
  {"Bill    " if simulator else "Relay   "}   {relay}
  Logs       {_var() / "log"}

Ctrl-C stops all of it.""",
        flush=True,
    )


def _end(services: list[Service]) -> None:
    """Stop every process and everything that it started: politely first, then not."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for service in reversed(services):
        _signal(service, signal.SIGTERM)
    limit = time.monotonic() + STOP_LIMIT_S
    for service in services:
        try:
            service.process.wait(max(0.0, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        _signal(service, signal.SIGKILL)
        service.process.wait()


def _signal(service: Service, number: signal.Signals) -> None:
    try:
        os.killpg(service.process.pid, number)
    except (ProcessLookupError, PermissionError):  # the whole group is gone
        pass


if __name__ == "__main__":
    sys.exit(main())
