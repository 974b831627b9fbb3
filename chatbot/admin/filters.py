"""Filters of the ledger. The Costs page links to them: each figure to exactly the attempts that it counts."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting.periods import Month, day_start
from chatbot.models import Attempt, Price, Route

_MONTH = re.compile(r"(20\d\d)-(\d\d)")
_DAY = re.compile(r"20\d\d-\d\d-\d\d")

Choices = list[tuple[str, str]]


def parse_month(text: str) -> Month | None:
    """The month that "2026-03" says; None for anything else."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12:
        return None
    return Month(year=int(match[1]), month=int(match[2]))


def parse_day(text: str) -> date | None:
    """The day that "2026-03-14" says; None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


class PeriodFilter(admin.SimpleListFilter):
    """A day or a month of the shop's time zone: `?period=2026-03-14`, `?period=2026-03`."""

    title = _("period")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # Any: of no interest here
        """Near days and months, and whatever is chosen."""
        today = timezone.now().astimezone(conf.current().zone).date()
        month = Month.of(today)
        choices = [
            (str(today), gettext("Today")),
            (str(today - timedelta(days=1)), gettext("Yesterday")),
            (str(month), gettext("This month")),
            (str(month.shifted(-1)), gettext("Last month")),
        ]
        chosen = self.value() or ""
        if chosen not in dict(choices):
            if day := parse_day(chosen):
                choices.append((chosen, date_format(day)))
            elif other := parse_month(chosen):
                choices.append((chosen, date_format(other.first, "YEAR_MONTH_FORMAT")))
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        """Attempts whose request left in the period."""
        chosen = self.value()
        if not chosen:
            return queryset
        zone = conf.current().zone
        if day := parse_day(chosen):
            start, end = day, day + timedelta(days=1)
        elif month := parse_month(chosen):
            start, end = month.first, month.end
        else:
            raise IncorrectLookupParameters
        return queryset.filter(opened_at__gte=day_start(start, zone), opened_at__lt=day_start(end, zone))


class ModelFilter(admin.SimpleListFilter):
    """The requested model. Choices come from routes and prices: asking the ledger would read all of it."""

    title = _("model")
    parameter_name = "model"

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
        return queryset.filter(requested_model=chosen) if chosen else queryset


class StateFilter(admin.SimpleListFilter):
    """Where an attempt stands, in the words of the Costs page."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # Any: likewise
        """The columns of the Costs page."""
        return (
            ("open", gettext("Open")),
            ("settled", gettext("Settled")),
            ("failed", gettext("Failed")),
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
            case "failed":
                return settled.filter(outcome__in=Attempt.FAILURES)
            case "estimated":
                return settled.filter(source=Attempt.Source.ESTIMATED)
            case "unpriced":
                return settled.filter(cost_usd__isnull=True)
        raise IncorrectLookupParameters
