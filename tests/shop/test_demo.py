"""`make demo`, for real: started on free ports, looked at, and stopped in every way that it can end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config import demo
from tests.shop.conftest import ROOT

LIMIT_S = 60


@dataclass
class Demo:
    """A running demo, its children, and the folder that it writes to."""

    process: subprocess.Popen[str]
    port: int
    var: Path

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return str(response.read().decode())

    def descendants(self) -> dict[int, str]:
        """Every process below the runner: its command by its id."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if stat[0] != "Z":
                parents[int(entry.name)] = (int(stat[1]), command)
        found: dict[int, str] = {}
        family = {self.process.pid}
        while new := {pid for pid, (parent, _) in parents.items() if parent in family and pid not in family}:
            family |= new
            found |= {pid: parents[pid][1] for pid in new}
        return found


def environment(var: Path, **extra: str) -> dict[str, str]:
    ours = ("CHATBOT_", "DJANGO_", "SHOP_", "REDIS_URL", "DATABASE_URL", "CELERY_", "PYTHONDEVMODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "SHOP_VAR": str(var),
        **extra,
    }


def run(var: Path, *arguments: str, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.demo", *arguments],
        cwd=ROOT,
        env=environment(var, **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(var: Path, **extra: str) -> Iterator[tuple[Demo, str]]:
    """A demo that has announced itself, and what it said so far."""
    port = free_port()
    process = run(var, "--port", str(port), **extra)
    assert process.stdout
    said = ""
    try:
        for line in process.stdout:
            said += line
            if "Ctrl-C stops" in line:
                break
        else:
            pytest.fail(f"The demo did not start:\n{said}")
        yield Demo(process, port, var), said
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT_S)


def until(condition: Callable[[], bool]) -> bool:
    limit = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_demo_serves_the_shop_and_a_signal_stops_all_of_it(tmp_path: Path) -> None:
    with running(tmp_path) as (demo_, said):
        assert f"http://127.0.0.1:{demo_.port}/admin/chatbot/costs/" in said
        assert "password: staff" in said
        assert "/bill" in said
        widget = re.search(r'<chatbot-widget [^>]*stylesheet="([^"]+)"', demo_.get("/"))
        assert widget is not None
        assert "--chatbot" in demo_.get(widget[1])
        family = demo_.descendants()
        commands = " ".join(family.values())
        assert all(name in commands for name in ("chatbot.simulator", "uvicorn", "celery"))
        assert {path.name for path in (tmp_path / "log").iterdir()} == {"simulator.log", "web.log", "worker.log"}
        second = run(tmp_path, "--port", str(free_port()))
        assert "already runs from this folder" in second.communicate(timeout=LIMIT_S)[0]
        assert second.returncode == 1
        demo_.process.send_signal(signal.SIGINT)
        rest = demo_.process.communicate(timeout=LIMIT_S)[0]
        assert "Stopping." in rest
        assert demo_.process.returncode == 0
        assert [command for pid, command in family.items() if alive(pid)] == []


def test_the_death_of_one_part_stops_the_rest_and_names_its_log(tmp_path: Path) -> None:
    with running(tmp_path) as (demo_, _said):
        family = demo_.descendants()
        simulator = next(pid for pid, command in family.items() if "chatbot.simulator" in command)
        os.kill(simulator, signal.SIGKILL)
        rest = demo_.process.communicate(timeout=LIMIT_S)[0]
        assert demo_.process.returncode == 1
        assert "The simulator ended by itself" in rest
        assert str(tmp_path / "log" / "simulator.log") in rest
        assert until(lambda: not any(alive(pid) for pid in family))


def test_a_port_in_use_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run(tmp_path, "--port", str(port))
        said = process.communicate(timeout=LIMIT_S)[0]
    assert process.returncode == 1
    assert f"Port {port} is already in use. Take another one: make demo PORT=8000" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("port", ["0", "eighty", "70000"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    process = run(tmp_path, "--port", port)
    assert "is not a port" in process.communicate(timeout=LIMIT_S)[0]
    assert process.returncode == 2


def test_half_a_relay_is_refused_by_name(tmp_path: Path) -> None:
    process = run(tmp_path, "--port", str(free_port()), CHATBOT_RELAY_KEY="k")
    said = process.communicate(timeout=LIMIT_S)[0]
    assert "CHATBOT_RELAY_KEY is set and CHATBOT_RELAY_URL is not" in said
    assert process.returncode == 1


def test_a_wrong_setting_stops_the_demo_with_its_sentence(tmp_path: Path) -> None:
    process = run(tmp_path, "--port", str(free_port()), SHOP_TIME_ZONE="Asia/Busan")
    said = process.communicate(timeout=LIMIT_S)[0]
    assert "SHOP_TIME_ZONE is 'Asia/Busan'" in said
    assert process.returncode == 1


def test_with_a_relay_there_is_no_simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k", encoding="utf-8")
    monkeypatch.setenv("CHATBOT_RELAY_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("CHATBOT_RELAY_KEY_FILE", str(tmp_path / "key"))
    services: list[demo.Service] = []
    assert demo._start_simulator(services, demo._environment()) == ""
    assert services == []
