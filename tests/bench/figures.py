"""A figure with its goal, and the register of what measures them."""

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.results import keep

_COMPARE = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `goal` is a comparison such as "<= 10", or empty when the value only informs."""

    area: str
    name: str
    value: float
    unit: str
    goal: str = ""
    n: int = 1
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if not self.goal:
            return None
        sign, bound = self.goal.split()
        return bool(_COMPARE[sign](self.value, float(bound)))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Something that measures figures."""

    area: str
    name: str
    measure: Callable[[], Iterable[Figure]]


_register: list[Benchmark] = []


def benchmark(area: str, name: str) -> Callable[[Callable[[], Iterable[Figure]]], Callable[[], Iterable[Figure]]]:
    """Register the function below as the benchmark `name` of `area`."""

    def register(measure: Callable[[], Iterable[Figure]]) -> Callable[[], Iterable[Figure]]:
        _register.append(Benchmark(area, name, measure))
        return measure

    return register


def selected(area: str | None, only: str | None) -> Iterator[Benchmark]:
    """The registered benchmarks of an area, or of all, whose name holds `only`."""
    for each in _register:
        if (not area or each.area == area) and (not only or only in each.name):
            yield each


def write(figure: Figure, path: Path) -> None:
    """Keep the figure in `path`, in place of an older one of the same name."""
    keep(path, {**asdict(figure), "holds": figure.holds}, key=("area", "name"))


def row(figure: Figure) -> str:
    """The figure as a line of the table."""
    verdict = {True: "holds", False: "FALLS SHORT", None: ""}[figure.holds]
    name = f"{figure.area}/{figure.name}"
    return (
        f"{name:44} {figure.value:>12.4g} {figure.unit:10} {figure.goal:10} {verdict:12} n={figure.n:<7} {figure.note}"
    )
