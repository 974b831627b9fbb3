"""Days, weeks and months that a report by mail covers, as dates of the shop; the end is not in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatbot import conf
from chatbot.accounting.periods import Month
from chatbot.models import ReportSubscription

Kind = ReportSubscription.Kind

READY_AT: Final = time(6)
"""When the shop's morning begins: by then the attempts that the night before left open are settled."""
MOST_MISSED: Final = 7
"""After a long silence the last so many reports are sent; what lies before is on the Costs page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What one report covers."""

    kind: Kind
    start: date
    end: date

    def before(self) -> "Span":
        """The day, week or month before."""
        return ending(self.kind, self.start)

    def __str__(self) -> str:
        """As a reader calls it, in the active language."""
        if self.kind == Kind.MONTHLY:
            return date_format(self.start, "YEAR_MONTH_FORMAT")
        if self.kind == Kind.DAILY:
            return date_format(self.start, "DATE_FORMAT")
        last = self.end - timedelta(days=1)
        return _("%(first)s to %(last)s") % {
            "first": date_format(self.start, "DATE_FORMAT"),
            "last": date_format(last, "DATE_FORMAT"),
        }

    @property
    def slug(self) -> str:
        """For names of files: 2026-11-22, 2026-11-16-to-2026-11-22, 2026-10."""
        if self.kind == Kind.MONTHLY:
            return str(Month.of(self.start))
        if self.kind == Kind.DAILY:
            return self.start.isoformat()
        return f"{self.start.isoformat()}-to-{(self.end - timedelta(days=1)).isoformat()}"


def ending(kind: Kind, day: date) -> Span:
    """The last whole span that is over when `day` begins. Weeks begin on Monday (ISO 8601)."""
    if kind == Kind.DAILY:
        return Span(kind=kind, start=day - timedelta(days=1), end=day)
    if kind == Kind.WEEKLY:
        end = day - timedelta(days=day.weekday())
        return Span(kind=kind, start=end - timedelta(days=7), end=end)
    month = Month.of(day)
    return Span(kind=kind, start=month.shifted(-1).first, end=month.first)


def due(subscription: ReportSubscription, now: datetime) -> Iterator[Span]:
    """Spans that are over and not reported, the earliest first; a new subscription begins with the last one."""
    zone = conf.current().zone
    here = now.astimezone(zone)
    today = here.date() if here.time() >= READY_AT else here.date() - timedelta(days=1)
    missed: list[Span] = []
    span = ending(Kind(subscription.kind), today)
    while len(missed) < MOST_MISSED and (subscription.sent_until is None or span.end > subscription.sent_until):
        missed.append(span)
        if subscription.sent_until is None:
            break
        span = span.before()
    yield from reversed(missed)
