"""A bar chart as numbers for an SVG: one bar a day, stacked by model. Pure; Decimal all the way, colours are CSS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 300
LEFT: Final = 72
RIGHT: Final = 8
TOP: Final = 12
BOTTOM: Final = 32
SERIES: Final = 7
"""Models with a colour of their own; further ones share the last."""

_BASE: Final = HEIGHT - BOTTOM
_PLOT: Final = Decimal(_BASE - TOP)
_TENTH: Final = Decimal("0.1")


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
    """A day's number below its bar."""

    x: Decimal
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All that the template draws."""

    step: Decimal
    ticks: Sequence[Tick]
    bars: Sequence[Bar]
    labels: Sequence[DayLabel]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = _BASE
    label_y: int = HEIGHT - 10


def series_of(models: Sequence[str]) -> dict[str, int]:
    """The colour of each model, in their order."""
    return {model: min(n, SERIES) for n, model in enumerate(models, 1)}


def draw(days: Sequence[date], models: Sequence[str], values: Mapping[tuple[date, str], Decimal]) -> Chart:
    """The chart of `values`; the first of `models` stands at the foot of each bar."""
    totals = [sum((values.get((day, model), Decimal(0)) for model in models), Decimal(0)) for day in days]
    step, count = scale(max(totals, default=Decimal(0)))
    top = step * count
    slot = Decimal(WIDTH - LEFT - RIGHT) / max(len(days), 1)
    return Chart(
        step=step,
        ticks=[Tick(y=_y(step * n, top), value=step * n) for n in range(count + 1)],
        bars=list(_bars(days, models, values, slot, top)),
        labels=[
            DayLabel(x=(LEFT + slot * (n + Decimal("0.5"))).quantize(_TENTH), day=day)
            for n, day in enumerate(days)
            if day.day == 1 or day.day % 5 == 0
        ],
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
    for n, day in enumerate(days):
        below = Decimal(0)
        for model in models:
            value = values.get((day, model), Decimal(0))
            if value > 0:
                y, foot = _y(below + value, top), _y(below, top)
                yield Bar(
                    x=(LEFT + slot * n + slot / 8).quantize(_TENTH),
                    y=y,
                    width=(slot * 3 / 4).quantize(_TENTH),
                    height=foot - y,
                    series=series[model],
                    day=day,
                    model=model,
                    value=value,
                )
                below += value


def _y(value: Decimal, top: Decimal) -> Decimal:
    return (_BASE - _PLOT * value / top).quantize(_TENTH)
