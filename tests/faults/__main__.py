"""Run rows of the catalogue: `python -m tests.faults [--row F3]`. Exit status 1 when one does not hold."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

import tests.faults
from tests.faults import rows

FINDINGS = Path("build/bench/faults.jsonl")
DOCS = Path("docs/faults.md")


def main() -> int:
    """Print the table and write the findings."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--row", default="")
    parser.add_argument("--docs", action="store_true", help=f"also write what was found to {DOCS}")
    options = parser.parse_args()
    chosen = options.row
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
    print(f"\n{FINDINGS}: one JSON line a fault. {failed} do not hold.")
    if options.docs:
        DOCS.parent.mkdir(exist_ok=True)
        DOCS.write_text(rows.as_page(FINDINGS), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
