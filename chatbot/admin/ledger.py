"""The ledger, to read: every attempt, its filters, and what the shown rows add up to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting import ledger, ledger_file, sums
from chatbot.accounting.csv_export import stream_csv
from chatbot.accounting.sums import Sums
from chatbot.admin import corrections, figures
from chatbot.admin.figures import Figure
from chatbot.admin.filters import (
    AdjustsFilter,
    EndpointFilter,
    ErrorFilter,
    ModelFilter,
    PageFilter,
    PeriodFilter,
    SourceFilter,
    StateFilter,
)
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.admin.streaming import attachment
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
    """A page of the ledger with the totals of its settled rows and, under a filter, of all that match.

    Corrections are rows of their own and may count in another period than their attempt, so they are told apart.
    """

    totals: Sequence[Total]

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the rows and what they cost by now, and add them up."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        _put_known_costs(self.result_list)
        totals = [_total(gettext("This page"), _add_up(self.result_list))]
        if self.get_filters_params() or self.query:  # without either, that is the whole ledger
            matching = sums.total(self.queryset) if self.multi_page else _booked(self.result_list)
            if self.multi_page:
                totals.append(_total(gettext("All that match"), matching))
            totals += _with_corrections(request, matching, self.model_admin.admin_site.name)
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
        "input",
        "output",
        "tokens_from",
        "first_word_ms",
        "total_ms",
    )
    list_filter = (
        PeriodFilter,
        ModelFilter,
        EndpointFilter,
        StateFilter,
        SourceFilter,
        "outcome",
        ErrorFilter,
        PageFilter,
        AdjustsFilter,
    )
    list_per_page = 50
    ordering = ("-opened_at",)
    search_ids = ("pk", "turn_id", "conversation_id")
    search_help_text = _("Id of an attempt, a turn or a conversation")
    readonly_fields = ("corrected",)

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        """The page with totals."""
        return LedgerPage

    def get_urls(self) -> list[URLPattern]:
        """The pages, and the rows as a file."""
        export = path("export/", self.admin_site.admin_view(self.export_view), name="chatbot_attempt_export")
        return [export, *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """All rows that the filters in the address match, as CSV. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            matching = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            raise Http404("A filter in the address means nothing.") from None
        rows = ledger_file.rows(matching.order_by("opened_at", "pk"))
        name = f"chatbot-ledger-{timezone.localdate(timezone=conf.current().zone)}.csv"
        return attachment(request, stream_csv(rows), name=name, kind="text/csv; charset=utf-8")

    @admin.display(description=_("corrections"))
    def corrected(self, row: Attempt) -> SafeString | str:
        """What was added to the cost later, in order, each with the price that it rests on."""
        lines = [
            (
                date_format(timezone.localtime(c.created_at, conf.current().zone), "Y-m-d H:i"),
                figures.dollars(c.delta_usd, places=6),
                figures.dollars(c.cost_usd, places=6),
                c.price,
            )
            for c in row.corrections.select_related("price").order_by("pk")
        ]
        return format_html_join("", "<div>{}: {} → {} ({})</div>", lines) if lines else "–"

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
        known = getattr(row, "known_cost_usd", row.cost_usd)
        if known is None:
            return Figure(text=gettext("not measured")) if row.settled_at else None
        shown = figures.dollars(known, places=6)
        if known == row.cost_usd:
            return shown
        was = figures.dollars(row.cost_usd, places=6).text if row.cost_usd is not None else gettext("not measured")
        return replace(shown, text=f"{shown.text} *", exact=gettext("corrected; was %(amount)s") % {"amount": was})


def _put_known_costs(rows: Sequence[Any]) -> None:  # Any: attempts that take a further attribute
    """Give each row its cost with corrections; one query."""
    costs = ledger.with_cost(Attempt.objects.filter(pk__in=[row.pk for row in rows]))
    known = {row.pk: row.known_cost_usd for row in costs}  # type: ignore[attr-defined]  # an annotation
    for row in rows:
        row.known_cost_usd = known.get(row.pk)


def _with_corrections(request: HttpRequest, matching: Sums, site: str) -> list[Total]:
    """What corrections add to the rows that match, and both together; nothing where there are none."""
    rows = corrections.of(request.GET.dict())
    if rows is None:
        return []
    found = rows.aggregate(count=Count("pk"), usd=Sum("delta_usd"))
    if not found["count"]:
        return []
    url = ""
    if request.user.has_perm("chatbot.view_correction"):
        asked = {name: value for name, value in request.GET.items() if name not in ("state", "o", "p")}
        url = f"{reverse('admin:chatbot_correction_changelist', current_app=site)}?{urlencode(asked)}"
    brought = Sums(corrections=found["count"], cost_usd=found["usd"], corrected_usd=found["usd"])
    count = ngettext("%(count)s correction", "%(count)s corrections", found["count"]) % {"count": found["count"]}
    line = replace(_total(count, brought), cost=figures.dollars(brought.cost_usd, places=6, url=url))
    both = matching + brought
    together = replace(_total(gettext("Together"), both), cost=figures.dollars(both.cost_usd, places=6))
    return [line, together]


def _add_up(rows: Sequence[Any]) -> Sums:  # Any: attempts with their known cost
    """Rows with their corrections, as they are shown."""
    return _added(rows, lambda row: row.known_cost_usd)


def _booked(rows: Sequence[Attempt]) -> Sums:
    """Rows without their corrections."""
    return _added(rows, lambda row: row.cost_usd)


def _added(rows: Sequence[Attempt], cost: Callable[[Any], Decimal | None]) -> Sums:
    total = Sums()
    for row in rows:
        if row.settled_at is not None:
            total += Sums(
                attempts=1,
                failed=row.outcome in Attempt.FAILURES,
                unpriced=cost(row) is None,
                unknown=row.source == Attempt.Source.UNKNOWN,
                estimated=row.source == Attempt.Source.ESTIMATED,
                input_tokens=row.input_tokens or 0,
                cached_input_tokens=row.cached_input_tokens or 0,
                output_tokens=row.output_tokens or 0,
                reasoning_tokens=row.reasoning_tokens or 0,
                cost_usd=cost(row) or Decimal(0),
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
