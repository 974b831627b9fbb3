"""The ledger, to read: every attempt, its filters, and what the shown rows add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting import sums
from chatbot.accounting.sums import Sums
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.admin.filters import ModelFilter, PeriodFilter, StateFilter
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.models import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A row of the totals below the list."""

    name: str
    attempts: Figure
    cost: Figure
    input_tokens: Figure
    cached_input_tokens: Figure
    output_tokens: Figure
    failed: Figure
    unpriced: Figure


class LedgerPage(ChangeList):
    """A page of the ledger with the totals of its settled rows and, under a filter, of all that match."""

    totals: Sequence[Total]

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the rows and add them up."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        totals = [_total(gettext("This page"), _add_up(self.result_list))]
        if self.multi_page and (self.get_filters_params() or self.query):  # without either, that is the whole ledger
            row = self.queryset.filter(settled_at__isnull=False).order_by().aggregate(**sums.over_attempts())
            totals.append(_total(gettext("All that match"), Sums(**{n: row[f"sum_{n}"] for n in sums.MEASURES})))
        self.totals = totals


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Attempts, the latest first."""

    change_list_template = "chatbot/admin/ledger.html"
    list_display = (
        "when",
        "asked_model",
        "outcome_column",
        "cost",
        "tokens_from",
        "input",
        "output",
        "first_word_ms",
        "total_ms",
    )
    list_filter = (PeriodFilter, ModelFilter, StateFilter, "outcome", "source")
    list_per_page = 50
    ordering = ("-opened_at",)
    search_ids = ("pk", "turn_id", "conversation_id")
    search_help_text = _("Id of an attempt, a turn or a conversation")

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        """The page with totals."""
        return LedgerPage

    @admin.display(description=_("request left"), ordering="opened_at")
    def when(self, row: Attempt) -> str:
        """In the shop's time zone, in which periods are cut."""
        return date_format(timezone.localtime(row.opened_at, conf.current().zone), "Y-m-d H:i:s")

    @admin.display(description=_("model"), ordering="requested_model")
    def asked_model(self, row: Attempt) -> str:
        """The requested model, and the served one where it is another."""
        served = row.served_model if row.served_model != row.requested_model else ""
        return f"{row.requested_model} → {served}" if served else row.requested_model

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_column(self, row: Attempt) -> str:
        """With the error's code."""
        outcome = row.get_outcome_display() if row.settled_at else gettext("open")
        return f"{outcome} ({row.error_code})" if row.error_code else outcome

    @admin.display(description=_("tokens from"), ordering="source")
    def tokens_from(self, row: Attempt) -> str:
        """Where the tokens come from, in a word."""
        match row.source:
            case Attempt.Source.REPORTED:
                return gettext("reported")
            case Attempt.Source.ESTIMATED:
                return gettext("estimated")
        return gettext("unknown") if row.settled_at else ""

    @admin.display(description=_("input tokens"), ordering="input_tokens")
    def input(self, row: Attempt) -> Figure | None:
        """With the cached part on hover."""
        if row.input_tokens is None:
            return None
        cached = gettext("%(tokens)s cached") % {"tokens": row.cached_input_tokens} if row.cached_input_tokens else ""
        return figures.number(row.input_tokens, exact=cached)

    @admin.display(description=_("output tokens"), ordering="output_tokens")
    def output(self, row: Attempt) -> Figure | None:
        """With the reasoning part on hover."""
        if row.output_tokens is None:
            return None
        reasoning = gettext("%(tokens)s reasoning") % {"tokens": row.reasoning_tokens} if row.reasoning_tokens else ""
        return figures.number(row.output_tokens, exact=reasoning)

    @admin.display(description=_("cost"), ordering="cost_usd")
    def cost(self, row: Attempt) -> Figure | None:
        """US dollars; empty while the attempt is open."""
        if row.cost_usd is None:
            return Figure(text=gettext("not measured")) if row.settled_at else None
        return figures.dollars(row.cost_usd, places=6)


def _add_up(rows: Sequence[Attempt]) -> Sums:
    total = Sums()
    for row in rows:
        if row.settled_at is not None:
            total += Sums(
                attempts=1,
                failed=row.outcome in Attempt.FAILURES,
                unpriced=row.cost_usd is None,
                unknown=row.source == Attempt.Source.UNKNOWN,
                estimated=row.source == Attempt.Source.ESTIMATED,
                input_tokens=row.input_tokens or 0,
                cached_input_tokens=row.cached_input_tokens or 0,
                output_tokens=row.output_tokens or 0,
                reasoning_tokens=row.reasoning_tokens or 0,
                cost_usd=row.cost_usd or Decimal(0),
            )
    return total


def _total(name: str, of: Sums) -> Total:
    return Total(
        name=name,
        attempts=figures.number(of.attempts),
        cost=figures.cost(of, places=6),
        input_tokens=figures.number(of.input_tokens),
        cached_input_tokens=figures.number(of.cached_input_tokens),
        output_tokens=figures.number(of.output_tokens),
        failed=figures.number(of.failed),
        unpriced=figures.number(of.unpriced),
    )
