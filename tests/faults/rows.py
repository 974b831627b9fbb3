"""A row of the catalogue, and what it found."""

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
    order = {"F": 0, "P": 1, "S": 2}
    for each, run in sorted(_rows, key=lambda r: (order[r[0][0]], int(r[0][1:]))):
        if not name or each == name.upper():
            yield each, run


def line(finding: Finding) -> str:
    """The finding as a line of the table."""
    verdict = "holds" if finding.holds else "FAILS"
    return f"{finding.row:4} {finding.fault:46} {finding.runs:>6}  {verdict:6} {finding.figure}"


def write(finding: Finding, path: Path) -> None:
    """Keep the finding in `path`, in place of an older one of the same fault."""
    keep(path, asdict(finding), key=("row", "fault"))
