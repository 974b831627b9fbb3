"""Charts as numbers for an SVG: stacked bars and lines over time. Pure; Decimal all the way, colours are CSS.

Every chart stands beside a table with the same numbers, so it may round to a tenth of a pixel.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

WIDTH: Final = 960
HALF: Final = 480
"""Width of a chart that shares its row with another."""
HEIGHT: Final = 300
LEFT: Final = 72
RIGHT: Final = 8
TOP: Final = 12
BOTTOM: Final = 32
SERIES: Final = 7
"""Models with a colour of their own; further ones share the last."""
WIDEST: Final = 64
"""No bar is wider, however few there are."""
LABELS: Final = 16
"""Labels that fit below a chart of full width."""

_BASE: Final = HEIGHT - BOTTOM
_PLOT: Final = Decimal(_BASE - TOP)
_TENTH: Final = Decimal("0.1")
_TWO_MONTHS: Final = 62
_HALF_SLOT: Final = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the vertical scale."""

    y: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A model's part of a day. `series` is its colour, from 1."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    series: int
    day: date
    model: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLabel:
    """A day's place below the chart."""

    x: Decimal
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of a line."""

    x: Decimal
    y: Decimal
    series: int
    day: date
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as the `d` of an SVG path; where a value is missing it is broken, never drawn through 0."""

    series: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All that the template draws."""

    step: Decimal
    ticks: Sequence[Tick]
    labels: Sequence[DayLabel]
    bars: Sequence[Bar] = ()
    lines: Sequence[Line] = ()
    points: Sequence[Point] = ()
    zero_y: Decimal = Decimal(_BASE)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = _BASE
    label_y: int = HEIGHT - 10

    @property
    def right(self) -> int:
        """Where the plot ends."""
        return self.width - RIGHT


def series_of(models: Sequence[str]) -> dict[str, int]:
    """The colour of each model; the first ones of `models` have their own, by name: next month's dearest keeps it."""
    own = {model: n for n, model in enumerate(sorted(models[:SERIES]), 1)}
    return {model: own.get(model, SERIES) for model in models}


def draw(days: Sequence[date], models: Sequence[str], values: Mapping[tuple[date, str], Decimal]) -> Chart:
    """Bars of `values`, one for each of `days`; the first of `models` is at the foot."""
    totals = [sum((values.get((day, model), Decimal(0)) for model in models), Decimal(0)) for day in days]
    step, count = scale(max(totals, default=Decimal(0)))
    top = step * count
    slot = Decimal(WIDTH - LEFT - RIGHT) / max(len(days), 1)
    return Chart(
        step=step,
        ticks=[Tick(y=_y(step * n, Decimal(0), top), value=step * n) for n in range(count + 1)],
        bars=list(_bars(days, models, values, slot, top)),
        labels=list(_labels(days, slot, LABELS)),
    )


def draw_lines(days: Sequence[date], series: Sequence[Sequence[Decimal | None]], *, width: int = HALF) -> Chart:
    """Lines through the values of each series, one value for each of `days`; None breaks a line.

    A value below 0 makes room below 0: a budget that is overspent is drawn so.
    """
    known = [value for values in series for value in values if value is not None]
    highest, lowest = max([*known, Decimal(0)]), min([*known, Decimal(0)])
    step, _ = scale(max(highest, -lowest))
    above = max(int((highest / step).to_integral_value(ROUND_CEILING)), 1 if lowest else 3)
    below = int((lowest / step).to_integral_value(ROUND_FLOOR))
    bottom, top = step * below, step * above
    slot = Decimal(width - LEFT - RIGHT) / max(len(days), 1)
    points = [list(_points(n, days, values, slot, bottom, top)) for n, values in enumerate(series, 1)]
    return Chart(
        step=step,
        ticks=[Tick(y=_y(step * n, bottom, top), value=step * n) for n in range(below, above + 1)],
        labels=list(_labels(days, slot, LABELS * width // WIDTH)),
        lines=[Line(series=n, path=_path(of)) for n, of in enumerate(points, 1) if any(of)],
        points=[point for of in points for point in of if point is not None],
        zero_y=_y(Decimal(0), bottom, top),
        width=width,
    )


def scale(highest: Decimal) -> tuple[Decimal, int]:
    """A round step (1, 2 or 5 times a power of ten) and how many of them, 3 to 5, reach `highest`."""
    if highest <= 0:
        return Decimal(1), 4
    power = Decimal(1).scaleb((highest / 5).adjusted())
    for factor in (1, 2, 5, 10):
        step = power * factor
        if step * 5 >= highest:
            return step, max(3, int((highest / step).to_integral_value(ROUND_CEILING)))
    raise AssertionError("10 times the power of ten is never too little")


def _bars(
    days: Sequence[date],
    models: Sequence[str],
    values: Mapping[tuple[date, str], Decimal],
    slot: Decimal,
    top: Decimal,
) -> Iterator[Bar]:
    series = series_of(models)
    width = min(slot * 3 / 4, Decimal(WIDEST))
    for n, day in enumerate(days):
        below = Decimal(0)
        for model in models:
            value = values.get((day, model), Decimal(0))
            if value > 0:  # a day of nothing but refunds has no bar; its table says so
                y, foot = _y(below + value, Decimal(0), top), _y(below, Decimal(0), top)
                yield Bar(
                    x=(LEFT + slot * n + (slot - width) / 2).quantize(_TENTH),
                    y=y,
                    width=width.quantize(_TENTH),
                    height=foot - y,
                    series=series[model],
                    day=day,
                    model=model,
                    value=value,
                )
                below += value


def _points(
    series: int, days: Sequence[date], values: Sequence[Decimal | None], slot: Decimal, bottom: Decimal, top: Decimal
) -> Iterator[Point | None]:
    for n, (day, value) in enumerate(zip(days, values, strict=True)):
        if value is None:
            yield None
        else:
            x = (LEFT + slot * (n + _HALF_SLOT)).quantize(_TENTH)
            yield Point(x=x, y=_y(value, bottom, top), series=series, day=day, value=value)


def _path(points: Sequence[Point | None]) -> str:
    """A move to the first point after each gap, a line to every other."""
    parts: list[str] = []
    drawing = False
    for point in points:
        if point is not None:
            parts.append(f"{'L' if drawing else 'M'}{point.x} {point.y}")
        drawing = point is not None
    return "".join(parts)


def _labels(days: Sequence[date], slot: Decimal, most: int) -> Iterator[DayLabel]:
    """As many days as have room: all, else the firsts of months with every fifth day, else with the fifteenths."""
    shown = {1, 5, 10, 15, 20, 25, 30} if len(days) <= _TWO_MONTHS else {1, 15}
    for n, day in enumerate(days):
        if len(days) <= most or day.day in shown:
            yield DayLabel(x=(LEFT + slot * (n + _HALF_SLOT)).quantize(_TENTH), day=day)


def _y(value: Decimal, bottom: Decimal, top: Decimal) -> Decimal:
    return (_BASE - _PLOT * (value - bottom) / (top - bottom)).quantize(_TENTH)
