"""What a month will come to, and when a budget will be spent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.forecast import forecast
from chatbot.accounting.periods import Month
from chatbot.accounting.sums import Sums

TODAY = date(2026, 3, 15)


def days(costs: dict[int, str | None]) -> dict[date, Sums]:
    """Figures by days before today; None is a day of attempts without a known cost."""
    return {
        TODAY - timedelta(days=n): Sums(attempts=1, unpriced=1)
        if usd is None
        else Sums(attempts=1, cost_usd=Decimal(usd))
        for n, usd in costs.items()
    }


def test_each_day_to_come_is_like_the_mean_of_the_last_seven():
    course = forecast(days(dict.fromkeys(range(1, 15), "1") | {0: "0.25", 1: "8"}), TODAY)
    # 14 days of which one cost 8, today so far; the mean of the week is 2; 1.75 of today and 16 days are to come.
    assert (course.spent_usd, course.per_day_usd) == (Decimal("21.25"), Decimal(2))
    assert course.expected_usd == Decimal("21.25") + Decimal("1.75") + 16 * 2
    assert course.lowest_usd == Decimal("21.25") + Decimal("0.75") + 16
    assert course.highest_usd == Decimal("21.25") + Decimal("7.75") + 16 * 8


def test_a_today_that_is_dearer_already_stays_what_it_is():
    course = forecast(days({1: "1", 0: "5"}), TODAY)
    assert course.expected_usd == 6 + 16


def test_days_before_the_first_attempt_and_days_that_nobody_measured_are_not_zero():
    course = forecast(days({3: "3", 2: None, 1: "1"}), TODAY)
    assert (course.rests_on, course.per_day_usd) == (2, Decimal(2))


def test_a_quiet_day_in_between_is_zero():
    course = forecast(days({3: "3", 1: "3"}), TODAY)
    assert (course.rests_on, course.per_day_usd) == (3, Decimal(2))


@pytest.mark.parametrize("costs", [{}, {0: "1"}, {1: None}, {30: "1"}])
def test_without_a_whole_day_nothing_is_foretold(costs):
    course = forecast(days(costs), TODAY)
    assert course.expected_usd is None
    assert course.spent_up_on(Decimal("0.01")) is None


def test_the_week_before_reaches_into_the_month_before():
    today = date(2026, 3, 2)
    figures = {date(2026, 2, 23) + timedelta(days=n): Sums(attempts=1, cost_usd=Decimal(1)) for n in range(7)}
    course = forecast(figures, today)
    assert (course.rests_on, course.spent_usd, course.expected_usd) == (7, Decimal(1), Decimal(31))


def test_the_day_on_which_a_budget_is_spent():
    course = forecast(days(dict.fromkeys(range(8), "1")), TODAY)
    assert course.spent_usd == 8
    assert course.spent_up_on(Decimal(8)) == TODAY
    assert course.spent_up_on(Decimal(10)) == TODAY + timedelta(days=2)
    assert course.spent_up_on(Decimal(24)) == date(2026, 3, 31)
    assert course.spent_up_on(Decimal("24.01")) is None


@given(
    st.dictionaries(st.integers(0, 40), st.decimals(0, 1000, places=12), max_size=41),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_the_last_day_of_the_month_is_the_forecast_and_nothing_is_unspent(costs, today):
    figures = {today - timedelta(days=n): Sums(attempts=1, cost_usd=usd) for n, usd in costs.items()}
    course = forecast(figures, today)
    last = Month.of(today).end - timedelta(days=1)
    assert course.spent_by(last) == course.expected_usd
    if course.expected_usd is not None:
        assert course.spent_usd <= course.lowest_usd <= course.expected_usd <= course.highest_usd
