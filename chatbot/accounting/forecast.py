"""What a month will cost when it is over: a simple rule that can be checked by hand, and says how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from chatbot.accounting.periods import Month
from chatbot.accounting.sums import Sums

WINDOW: Final = 7
"""Days that the forecast rests on: a week has each weekday once, so a quiet Sunday counts as much as it should."""
_DAY: Final = timedelta(days=1)
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The cost of a month. `expected_usd` is None when no whole day has gone by from which to say it.

    `spent_usd` is what is known so far. `per_day_usd` is the mean of the `rests_on` days that the forecast rests on;
    were every day to come like the cheapest or the dearest of them, the month would cost `lowest_usd` or `highest_usd`.
    """

    month: Month
    today: date
    spent_usd: Decimal
    spent_today_usd: Decimal
    rests_on: int
    per_day_usd: Decimal | None = None
    expected_usd: Decimal | None = None
    lowest_usd: Decimal | None = None
    highest_usd: Decimal | None = None

    def spent_by(self, day: date) -> Decimal | None:
        """What will have been spent at the end of `day`, today or later; None when nothing can be said."""
        if self.per_day_usd is None:
            return None
        return self.spent_usd + _to_come(self.per_day_usd, self.spent_today_usd, (day - self.today).days)

    def spent_up_on(self, limit_usd: Decimal) -> date | None:
        """The day of this month on which `limit_usd` will have been spent; None when that day does not come."""
        day = self.today
        while day < self.month.end:
            spent = self.spent_by(day)
            if spent is not None and spent >= limit_usd:
                return day
            day += _DAY
        return None


def forecast(days: Mapping[date, Sums], today: date) -> Forecast:
    """The forecast of today's month from the figures of its days and of the week before today.

    What is spent, and for each day to come the mean of the last seven whole days; today becomes such a day too, or
    stays what it is if it is dearer already. Days before the first attempt of the seven, and days of which no cost was
    measured, are left out of the mean: they say nothing about a usual day.
    """
    month = Month.of(today)
    spent = sum((sums.cost_usd for day, sums in days.items() if month.first <= day <= today), _NOTHING)
    spent_today = days.get(today, Sums()).cost_usd
    week = [days.get(today - n * _DAY, Sums()) for n in range(WINDOW, 0, -1)]
    while week and not week[0].attempts:
        week.pop(0)
    costs = [sums.cost_usd for sums in week if sums.is_measured]
    if not costs:
        return Forecast(month=month, today=today, spent_usd=spent, spent_today_usd=spent_today, rests_on=0)
    left = (month.end - today).days - 1

    def whole(per_day: Decimal) -> Decimal:
        return spent + _to_come(per_day, spent_today, left)

    mean = sum(costs, _NOTHING) / len(costs)
    return Forecast(
        month=month,
        today=today,
        spent_usd=spent,
        spent_today_usd=spent_today,
        rests_on=len(costs),
        per_day_usd=mean,
        expected_usd=whole(mean),
        lowest_usd=whole(min(costs)),
        highest_usd=whole(max(costs)),
    )


def _to_come(per_day: Decimal, spent_today: Decimal, days: int) -> Decimal:
    """What the rest of today and so many whole days after it cost."""
    return max(per_day - spent_today, _NOTHING) + days * per_day
