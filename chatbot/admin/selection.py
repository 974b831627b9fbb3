"""What the Costs page shows: a range of days of the shop, and perhaps one model, endpoint or source of tokens.

A selection is read from an address and written into one, so a page can be kept, sent to a colleague, or exported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chatbot.accounting.periods import Month
from chatbot.accounting.reports import MOST_DAYS
from chatbot.admin.filters import parse_day, parse_month, span
from chatbot.models import Attempt

THIS_MONTH: Final = "this-month"
LAST_MONTH: Final = "last-month"
WEEK: Final = "7-days"
THIRTY: Final = "30-days"
PRESETS: Final = (THIS_MONTH, LAST_MONTH, WEEK, THIRTY)
NARROWING: Final = ("model", "endpoint", "source")
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
DAYS_SHOWN: Final = 92
"""A quarter. Longer ranges are shown by month."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The days from `start` (in) to `end` (not in), and what they are narrowed to; empty is everything."""

    start: date
    end: date
    today: date
    preset: str = ""
    model: str = ""
    endpoint: str = ""
    source: str = ""
    trouble: str = ""
    """Why what was asked for is not what is shown."""

    @property
    def last(self) -> date:
        """The last day that is in."""
        return self.end - _DAY

    @property
    def days(self) -> int:
        """Days that have begun."""
        return max((min(self.end, self.today + _DAY) - self.start).days, 0)

    @property
    def month(self) -> Month | None:
        """The calendar month that the range is, if it is one."""
        month = Month.of(self.start)
        return month if (self.start, self.end) == (month.first, month.end) else None

    @property
    def is_running(self) -> bool:
        """Whether today is in the range, so that its figures still grow."""
        return self.start <= self.today < self.end

    @property
    def narrowed(self) -> dict[str, str]:
        """What it is narrowed to, by the names of parameters."""
        return {name: getattr(self, name) for name in NARROWING if getattr(self, name)}

    @property
    def name(self) -> str:
        """The range in words."""
        if month := self.month:
            return date_format(month.first, "YEAR_MONTH_FORMAT")
        return span(self.start, self.end)

    @property
    def period(self) -> str:
        """The range as the ledger's filter writes it."""
        return str(self.month or (self.start if self.last == self.start else f"{self.start}..{self.last}"))

    def previous(self) -> "Selection":
        """As many days as have begun of this one, directly before it."""
        days = max(self.days, 1)
        return replace(self, start=self.start - timedelta(days=days), end=self.start, preset="", trouble="")

    def turned(self, by: int) -> "Selection | None":
        """The range one page on or back: a month for a month, else as many days. None outside 2000 to 2099."""
        if month := self.month:
            other = month.shifted(by)
            start, end = other.first, other.end
        else:
            length = self.end - self.start
            start, end = self.start + by * length, self.end + by * length
        if start.year < FIRST_YEAR or end.year > LAST_YEAR:
            return None
        return replace(self, start=start, end=end, preset="", trouble="")

    def query(self, **changed: str) -> str:
        """The address's part after "?" that shows this selection, with some of it changed."""
        where: dict[str, str]
        if "period" in changed:
            where = {}
        elif self.preset:
            where = {"period": self.preset}
        elif month := self.month:
            where = {"month": str(month)}
        else:
            where = {"from": str(self.start), "to": str(self.last)}
        return urlencode({name: text for name, text in {**where, **self.narrowed, **changed}.items() if text})


def read(asked: Mapping[str, str], today: date) -> Selection:
    """The selection that the parameters of an address say; what makes no sense is this month, with the reason.

    `from` and `to` (both in) win over the `period` whose dates they changed, `month=2026-03` is one month.
    """
    preset = asked.get("period", "")
    narrowed = {name: asked.get(name, "")[:100] for name in NARROWING}
    if narrowed["source"] not in Attempt.Source.values:
        narrowed["source"] = ""
    start, end = _preset(preset if preset in PRESETS else THIS_MONTH, today)
    default = Selection(
        start=start, end=end, today=today, preset=preset if preset in PRESETS else THIS_MONTH, **narrowed
    )
    if not asked.get("from") and not asked.get("to"):
        month = parse_month(asked.get("month", ""))
        if month is None or preset:
            return default
        return _of_month(month, default)
    first, last = parse_day(asked.get("from", "")), parse_day(asked.get("to", ""))
    if first is None or last is None:
        return replace(default, trouble=_("Give both days as year-month-day."))
    if last < first:
        return replace(default, trouble=_("The last day is before the first."))
    if (last - first).days >= MOST_DAYS:
        return replace(default, trouble=_("A report covers at most %(days)s days.") % {"days": MOST_DAYS})
    if (first, last + _DAY) == (default.start, default.end):
        return default
    return replace(default, start=first, end=last + _DAY, preset="")


def presets(chosen: Selection) -> list[tuple[str, str, bool]]:
    """The ranges that are one click away: address, name, whether it is the one shown."""
    names = {
        THIS_MONTH: _("This month"),
        LAST_MONTH: _("Last month"),
        WEEK: _("Last 7 days"),
        THIRTY: _("Last 30 days"),
    }
    shown = (chosen.start, chosen.end)
    # On the 30th this month is the last 30 days too: only one of them was chosen.
    alike = [key for key in PRESETS if shown == _preset(key, chosen.today)]
    current = chosen.preset if chosen.preset in alike else next(iter(alike), "")
    return [(chosen.query(period=key), names[key], key == current) for key in PRESETS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A column of the chart and a row of its table: a day, or in a long range a month or the part of it that is in."""

    start: date
    end: date
    name: str

    @property
    def in_full(self) -> str:
        """The day with its year, or the month."""
        return date_format(self.start) if self.end - self.start == _DAY else self.name

    @property
    def period(self) -> str:
        """As the ledger's filter writes it."""
        last = self.end - _DAY
        return str(self.start) if last == self.start else f"{self.start}..{last}"


def day_name(day: date) -> str:
    """A day in a list of days whose month is known."""
    return date_format(day, pgettext("date format of a day without its month", "D j"))


def units(selection: Selection) -> list[Unit]:
    """The days of the range, or its months when there are more than `DAYS_SHOWN` days."""
    if (selection.end - selection.start).days <= DAYS_SHOWN:
        days = (selection.start + n * _DAY for n in range((selection.end - selection.start).days))
        return [Unit(start=day, end=day + _DAY, name=day_name(day)) for day in days]
    found = []
    start = selection.start
    while start < selection.end:
        end = min(Month.of(start).end, selection.end)
        found.append(Unit(start=start, end=end, name=date_format(start, "YEAR_MONTH_FORMAT")))
        start = end
    return found


def _of_month(month: Month, default: Selection) -> Selection:
    if (month.first, month.end) == (default.start, default.end):
        return default
    return replace(default, start=month.first, end=month.end, preset="")


def _preset(name: str, today: date) -> tuple[date, date]:
    match name:
        case "last-month":
            month = Month.of(today).shifted(-1)
            return month.first, month.end
        case "7-days":
            return today - 6 * _DAY, today + _DAY
        case "30-days":
            return today - 29 * _DAY, today + _DAY
    month = Month.of(today)
    return month.first, month.end
