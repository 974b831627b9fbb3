"""A row of the catalogue, and what it found."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.results import keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one fault did to us in `runs` runs. `figure` is what the row asks to report."""

    row: str
    fault: str
    runs: int
    figure: str
    holds: bool


_PAGE = """\
# Faults and attacks

What the upstream, the machines and strangers can do, run against the real thing: `make faults` runs all rows,
`make faults ROW=F3` one. F is an upstream that misbehaves, P a process or a service that does, S a stranger who does.
The figures are those of the last run that was written down, on a shared machine with two cores.

| row | fault | runs | figure | holds |
|---|---|---|---|---|"""

Run = Callable[[], Iterable[Finding]]
_rows: list[tuple[str, Run]] = []


def row(name: str) -> Callable[[Run], Run]:
    """Register the function below as what runs row `name`."""

    def register(run: Run) -> Run:
        _rows.append((name, run))
        return run

    return register


def selected(name: str) -> Iterator[tuple[str, Run]]:
    """The registered rows in the catalogue's order, or the one that is named."""
    for each, run in sorted(_rows, key=lambda r: _place(r[0])):
        if not name or each == name.upper():
            yield each, run


def line(finding: Finding) -> str:
    """The finding as a line of the table."""
    verdict = "holds" if finding.holds else "FAILS"
    return f"{finding.row:4} {finding.fault:46} {finding.runs:>6}  {verdict:6} {finding.figure}"


def as_page(findings: Path) -> str:
    """The findings as a page of the documentation."""
    found = [json.loads(line) for line in findings.read_text(encoding="utf-8").splitlines()]
    found.sort(key=lambda each: (*_place(each["row"]), each["fault"]))
    lines = [
        f"| {each['row']} | {each['fault']} | {each['runs']} | {each['figure']} | {'yes' if each['holds'] else 'no'} |"
        for each in found
    ]
    return "\n".join((_PAGE, *lines)) + "\n"


def _place(name: str) -> tuple[int, int]:
    return {"F": 0, "P": 1, "S": 2}[name[0]], int(name[1:])


def write(finding: Finding, path: Path) -> None:
    """Keep the finding in `path`, in place of an older one of the same fault."""
    keep(path, asdict(finding), key=("row", "fault"))
