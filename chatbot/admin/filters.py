"""Filters of the ledger. The Costs page links to them: each figure to exactly the attempts that it counts."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, TypeVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting.days import timed
from chatbot.accounting.periods import Month, day_start
from chatbot.models import Attempt, Correction, Endpoint, LatencyBucket, Price, Route

_MONTH = re.compile(r"(20\d\d)-(\d\d)")
_DAY = re.compile(r"20\d\d-\d\d-\d\d")

Row = TypeVar("Row", Attempt, Correction)
LAST_HOUR: Final = "last-hour"

Choices = list[tuple[str, str]]


def parse_month(text: str) -> Month | None:
    """The month that "2026-03" says; None for anything else."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12:
        return None
    return Month(year=int(match[1]), month=int(match[2]))


def parse_span(text: str) -> tuple[date, date] | None:
    """First day and the day after the last of "2026-03", "2026-03-14" or "2026-03-01..2026-03-14"; None for others."""
    if month := parse_month(text):
        return month.first, month.end
    first, dots, last = text.partition("..")
    start, end = parse_day(first), parse_day(last if dots else first)
    if start is None or end is None or end < start:
        return None
    return start, end + timedelta(days=1)


def parse_day(text: str) -> date | None:
    """The day that "2026-03-14" says; None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def last_hour(rows: QuerySet[Row], now: datetime) -> QuerySet[Row]:
    """Rows that count in the 60 minutes before `now`."""
    return rows.filter(counts_at__gt=now - timedelta(hours=1), counts_at__lte=now)


def span(start: date, end: date) -> str:
    """The days from `start` to before `end` in words."""
    last = end - timedelta(days=1)
    if last == start:
        return date_format(start)
    return gettext("%(first)s to %(last)s") % {"first": date_format(start), "last": date_format(last)}


class PeriodFilter(admin.SimpleListFilter):
    """Days of the shop's time zone: `?period=2026-03-14`, `?period=2026-03`, `?period=2026-03-01..2026-03-14`."""

    title = _("period")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # Any: of no interest here
        """Near days and months, and whatever is chosen."""
        today = timezone.now().astimezone(conf.current().zone).date()
        month = Month.of(today)
        choices = [
            (LAST_HOUR, gettext("Last hour")),
            (str(today), gettext("Today")),
            (str(today - timedelta(days=1)), gettext("Yesterday")),
            (str(month), gettext("This month")),
            (str(month.shifted(-1)), gettext("Last month")),
        ]
        chosen = self.value() or ""
        if chosen not in dict(choices):
            if other := parse_month(chosen):
                choices.append((chosen, date_format(other.first, "YEAR_MONTH_FORMAT")))
            elif asked := parse_span(chosen):
                choices.append((chosen, span(*asked)))
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        """Attempts that count in the period."""
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen == LAST_HOUR:
            return last_hour(queryset, timezone.now())
        asked = parse_span(chosen)
        if asked is None:
            raise IncorrectLookupParameters
        zone = conf.current().zone
        start, end = asked
        return queryset.filter(counts_at__gte=day_start(start, zone), counts_at__lt=day_start(end, zone))


class ModelFilter(admin.SimpleListFilter):
    """The requested model. Choices come from routes and prices: asking the ledger would read all of it."""

    title = _("model")
    parameter_name = "model"
    field = "requested_model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # Any: of no interest here
        """Models that can be or could be used, and the one that is chosen."""
        known = set(Route.objects.values_list("model", flat=True).order_by())
        known.update(Price.objects.values_list("model", flat=True).order_by().distinct())
        if chosen := self.value():
            known.add(chosen)
        return [(model, model) for model in sorted(known)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        """Attempts that asked for the model."""
        chosen = self.value()
        return queryset.filter(**{self.field: chosen}) if chosen else queryset


class ExactFilter(admin.SimpleListFilter):
    """A field that equals what was chosen. It has no choices of its own: links bring them, and they can be undone."""

    field: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # Any: of no interest here
        """What is chosen."""
        chosen = self.value()
        return [(chosen, chosen)] if chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        """Attempts whose field is just that."""
        chosen = self.value()
        return queryset.filter(**{self.field: chosen}) if chosen else queryset


class EndpointFilter(ExactFilter):
    """The relay that was asked."""

    title = _("endpoint")
    parameter_name = "endpoint"
    field = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # Any: of no interest here
        """Relays that there are, and the one that is chosen."""
        known = set(Endpoint.objects.values_list("name", flat=True).order_by())
        if chosen := self.value():
            known.add(chosen)
        return [(name, name) for name in sorted(known)]


class PageFilter(ExactFilter):
    """The shop page where the question came up."""

    title = _("page")
    parameter_name = "page"
    field = "page"


class SourceFilter(ExactFilter):
    """Where the tokens come from."""

    title = _("tokens from")
    parameter_name = "source"
    field = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # Any: of no interest here
        """All there are."""
        return [(value, str(label)) for value, label in Attempt.Source.choices]


class ErrorFilter(ExactFilter):
    """The code of the error that an attempt ended with."""

    title = _("error")
    parameter_name = "error"
    field = "error_code"


class AdjustsFilter(ExactFilter):
    """The closed month that an attempt came too late for."""

    title = _("adjusts the closed month")
    parameter_name = "adjusts"
    field = "adjusts"


class StateFilter(admin.SimpleListFilter):
    """Where an attempt stands, in the words of the Costs page."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # Any: likewise
        """The columns of the Costs page."""
        return (
            ("open", gettext("Open")),
            ("settled", gettext("Settled")),
            ("questions", gettext("First attempts")),
            ("answered", gettext("Answered")),
            ("cached", gettext("From the cache")),
            ("retries", gettext("Retries")),
            ("failed", gettext("Failed")),
            ("timed", gettext("First word measured")),
            ("estimated", gettext("Estimated")),
            ("unpriced", gettext("Cost not measured")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        """Attempts in the state; all but `open` are settled."""
        settled = queryset.filter(settled_at__isnull=False)
        match self.value():
            case None:
                return queryset
            case "open":
                return queryset.filter(settled_at__isnull=True)
            case "settled":
                return settled
            case "questions":
                return settled.filter(number=1)
            case "answered":
                return settled.filter(outcome__in=(Attempt.Outcome.ANSWERED, Attempt.Outcome.CACHED))
            case "cached":
                return settled.filter(outcome=Attempt.Outcome.CACHED)
            case "retries":
                return settled.filter(number__gt=1)
            case "failed":
                return settled.filter(outcome__in=Attempt.FAILURES)
            case "timed":
                return timed(settled, LatencyBucket.Kind.FIRST_WORD)
            case "estimated":
                return settled.filter(source=Attempt.Source.ESTIMATED)
            case "unpriced":
                return settled.filter(cost_usd__isnull=True)
        raise IncorrectLookupParameters
