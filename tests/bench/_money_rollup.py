"""Roll up the project's whole ledger: `python -m tests.bench._money_rollup` prints seconds and CPU seconds as JSON."""

import json
import time

import django
from django.db import connection


def server_cpu_s() -> float:
    """CPU seconds of the database's process that works for us; 0 where it is not on this machine, or ourselves."""
    from tests.bench.processes import Server

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    try:
        return Server(connection.connection.info.backend_pid, 0).cpu_s()
    except OSError:
        return 0.0


def main() -> None:
    """One run of the task's function; it is the only one that works on this database."""
    from django.utils import timezone

    from chatbot.accounting import rollups

    began, cpu_s = time.perf_counter(), time.process_time() + server_cpu_s()
    rollups.roll_up(timezone.now())
    cpu_s = time.process_time() + server_cpu_s() - cpu_s
    print(json.dumps({"rolled_up_s": time.perf_counter() - began, "cpu_s": cpu_s}))


if __name__ == "__main__":
    django.setup()
    main()
