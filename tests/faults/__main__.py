"""Run rows of the catalogue: `python -m tests.faults [--row F3]`. Exit status 1 when one does not hold."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

import tests.faults
from tests.faults import rows

FINDINGS = Path("build/bench/faults.jsonl")


def main() -> int:
    """Print the table and write the findings."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--row", default="")
    chosen = parser.parse_args().row
    for module in pkgutil.iter_modules(tests.faults.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"tests.faults.{module.name}")
    found = list(rows.selected(chosen))
    if not found:
        sys.exit(f"No row {chosen!r} yet. There are: {', '.join(sorted({name for name, _ in rows.selected('')}))}.")
    failed = 0
    for _, run in found:
        for finding in run():
            print(rows.line(finding), flush=True)
            rows.write(finding, FINDINGS)
            failed += not finding.holds
    print(f"\n{FINDINGS}: one JSON line a row. {failed} do not hold.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
