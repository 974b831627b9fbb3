"""Row S11: staff who may not, staff who may only look, and cells that are formulas."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests import services
from tests.bench.databases import postgresql, sqlite
from tests.faults.rows import Finding, row


@row("S11")
def staff() -> Iterator[Finding]:
    """On both databases; a finding holds when it holds on each."""
    found: dict[str, list[dict[str, object]]] = {}
    for database in (sqlite, postgresql):
        try:
            with database() as env:
                command = [sys.executable, "-m", "tests.faults._staff"]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
        except services.Missing:
            continue
        for line in done.stdout.splitlines():
            finding = json.loads(line)
            found.setdefault(str(finding["fault"]), []).append(finding)
    for fault, findings in found.items():
        yield Finding(
            row="S11",
            fault=fault,
            runs=sum(int(str(finding["runs"])) for finding in findings),
            figure=str(findings[0]["figure"]),
            holds=all(finding["holds"] for finding in findings),
        )
