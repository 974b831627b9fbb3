"""Databases of a benchmark: fresh ones, gone when the block ends, each by the DATABASE_URL that leads to it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests import services
from tests.bench.processes import SIMULATOR_KEY, manage

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "DJANGO_DEBUG": "0",
    "DJANGO_SECRET_KEY": "benchmarks-only-0123456789-0123456789-0123456789",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
    "CHATBOT_RELAY_KEY": SIMULATOR_KEY,
}
"""Environment of a process that works on the demo project."""


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    """The environment of a project on a migrated SQLite file."""
    with TemporaryDirectory(prefix="chatbot-bench-") as folder:
        env = {**SETTINGS, "DATABASE_URL": f"sqlite:///{Path(folder) / 'shop.sqlite3'}"}
        manage(["migrate", "-v", "0"], env)
        yield env


@contextmanager
def postgresql(serve: Callable[[], dict[str, str]] = services.postgresql) -> Iterator[dict[str, str]]:
    """The environment of a project on a migrated PostgreSQL database of that server. Raises services.Missing."""
    server = serve()
    where = f"{server['USER']}@{server['HOST']}:{server['PORT']}"
    name = f"chatbot_bench_{os.getpid()}"
    with psycopg.connect(f"postgres://{where}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        env = {**SETTINGS, "DATABASE_URL": f"postgres://{where}/{name}"}
        manage(["migrate", "-v", "0"], env)
        yield env
    finally:
        with psycopg.connect(f"postgres://{where}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
