"""The chart of the costs: its scale, its bars and their colours."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.admin import chart

DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(31)]
_amounts = st.decimals(min_value=0, max_value=10**6, places=12)


@pytest.mark.parametrize(
    ("highest", "step", "count"),
    [("0", "1", 4), ("4.2", "1", 5), ("5", "1", 5), ("5.01", "2", 3), ("0.0007", "0.0002", 4), ("93", "20", 5)],
)
def test_the_scale_is_round(highest, step, count):
    assert chart.scale(Decimal(highest)) == (Decimal(step), count)


@given(_amounts)
def test_the_scale_reaches_the_highest_bar_and_is_not_far_above_it(highest):
    step, count = chart.scale(highest)
    assert step * count >= highest
    assert 3 <= count <= 5
    assert step.normalize().as_tuple().digits in {(1,), (2,), (5,)}
    assert count == 3 or not highest or step * (count - 1) < highest


@given(st.dictionaries(st.tuples(st.sampled_from(DAYS), st.sampled_from(["a", "b", "c"])), _amounts))
def test_the_parts_of_a_bar_stand_on_each_other_inside_the_plot(values):
    drawn = chart.draw(DAYS, ["a", "b", "c"], values)
    for day in DAYS:
        foot = Decimal(drawn.base)
        for bar in (bar for bar in drawn.bars if bar.day == day):
            assert bar.y + bar.height == foot
            assert bar.height >= 0
            foot = bar.y
        assert foot >= chart.TOP
    assert {(bar.day, bar.model): bar.value for bar in drawn.bars} == {key: v for key, v in values.items() if v}
    assert all(bar.x >= chart.LEFT and bar.x + bar.width <= drawn.right for bar in drawn.bars)


def test_models_past_the_last_colour_share_it():
    models = [f"m{n}" for n in range(chart.SERIES + 3)]
    assert list(chart.series_of(models).values()) == [*range(1, chart.SERIES + 1), *[chart.SERIES] * 3]


def test_a_model_keeps_its_colour_when_another_becomes_dearer():
    assert chart.series_of(["a", "b", "c"]) == chart.series_of(["c", "a", "b"])


def test_the_bar_of_a_single_day_is_no_wall_and_stands_over_its_label():
    drawn = chart.draw(DAYS[:1], ["a"], {(DAYS[0], "a"): Decimal(1)})
    [bar], [label] = drawn.bars, drawn.labels
    assert bar.width == chart.WIDEST
    assert bar.x + bar.width / 2 == label.x
