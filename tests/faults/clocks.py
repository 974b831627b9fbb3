"""Row P11: the day, the month and the budget that an answer's cost is in, at every kind of boundary and jump."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests import services
from tests.bench.databases import postgresql, sqlite
from tests.faults.rows import Finding, row


@row("P11")
def clocks() -> Iterator[Finding]:
    """On both databases; a boundary holds when it holds on each."""
    found: dict[str, list[dict[str, object]]] = {}
    for database in (sqlite, postgresql):
        try:
            with database() as env:
                command = [sys.executable, "-m", "tests.faults._clocks"]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
        except services.Missing:
            continue
        for line in done.stdout.splitlines():
            finding = json.loads(line)
            found.setdefault(finding["fault"], []).append(finding)
    for fault, findings in found.items():
        holds = all(finding["holds"] for finding in findings)
        yield Finding(row="P11", fault=fault, runs=len(findings), figure=str(findings[0]["figure"]), holds=holds)
