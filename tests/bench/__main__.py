"""Run benchmarks: `python -m tests.bench [--area main] [--only name]`."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

import tests.bench
from tests.bench import figures

RESULTS = Path("build/bench/results.jsonl")


def main() -> int:
    """Exit status 1 when a figure falls short of its goal."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--area", default="")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"tests.bench.{module.name}")
    chosen = list(figures.selected(options.area, options.only))
    if not chosen:
        sys.exit(f"No benchmark is named so. There are: {', '.join(b.name for b in figures.selected(None, None))}.")
    short = 0
    for each in chosen:
        for figure in each.measure():
            print(figures.row(figure), flush=True)
            figures.write(figure, RESULTS)
            short += figure.holds is False
    print(f"\n{RESULTS}: one JSON line a figure. {short} of the goals not met.")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
