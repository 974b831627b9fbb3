"""Corrections of the ledger, to read: what was added to the cost of attempts whose price was wrong or came late."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting.periods import day_start
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.admin.filters import (
    LAST_HOUR,
    AdjustsFilter,
    EndpointFilter,
    ModelFilter,
    PageFilter,
    PeriodFilter,
    SourceFilter,
    last_hour,
    parse_span,
)
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.models import Correction

_OF_ATTEMPT = {"model": "requested_model", "endpoint": "endpoint", "source": "source", "page": "page"}


class OfModel(ModelFilter):
    """The model that the attempt asked for."""

    field = "attempt__requested_model"


class OfEndpoint(EndpointFilter):
    """The relay that the attempt asked."""

    field = "attempt__endpoint"


class OfSource(SourceFilter):
    """Where the attempt's tokens come from."""

    field = "attempt__source"


class OfPage(PageFilter):
    """The page of the attempt."""

    field = "attempt__page"


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """Corrections, the latest first."""

    list_display = ("created_at", "attempt_link", "of_model", "delta", "cost", "price", "counts_at", "adjusts")
    list_filter = (PeriodFilter, OfModel, OfEndpoint, OfSource, OfPage, AdjustsFilter)
    list_per_page = 50
    list_select_related = ("attempt", "price")
    ordering = ("-created_at", "-pk")
    raw_id_fields = ("attempt",)
    search_ids = ("attempt_id", "attempt__turn_id", "attempt__conversation_id")
    search_help_text = _("Id of an attempt, a turn or a conversation")

    @admin.display(description=_("attempt"), ordering="attempt")
    def attempt_link(self, correction: Correction) -> SafeString:
        """The row of the ledger that it corrects."""
        url = reverse("admin:chatbot_attempt_change", args=[correction.attempt_id], current_app=self.admin_site.name)
        return format_html('<a href="{}">{}</a>', url, str(correction.attempt_id)[:8])

    @admin.display(description=_("model"), ordering="attempt__requested_model")
    def of_model(self, correction: Correction) -> str:
        """The requested model."""
        return correction.attempt.requested_model

    @admin.display(description=_("correction"), ordering="delta_usd")
    def delta(self, correction: Correction) -> Figure:
        """US dollars; below 0 where the price was too high."""
        return figures.dollars(correction.delta_usd, places=6)

    @admin.display(description=_("cost with it"), ordering="cost_usd")
    def cost(self, correction: Correction) -> Figure:
        """US dollars."""
        return figures.dollars(correction.cost_usd, places=6)


def of(parameters: Mapping[str, str]) -> QuerySet[Correction] | None:
    """Corrections under the parameters of a ledger page; None where these choose attempts by what they came to.

    With them, the totals of the page are the figure of the Costs page that led there.
    """
    rows: QuerySet[Correction] = Correction.objects.order_by()
    for name, value in parameters.items():
        match name:
            case "o" | "p" | "e":
                pass
            case _ if not value:
                pass
            case "state" if value == "settled":
                pass
            case "adjusts":
                rows = rows.filter(adjusts=value)
            case "period" if value == LAST_HOUR:
                rows = last_hour(rows, timezone.now())
            case "period" if asked := parse_span(value):
                start, end = (day_start(day, conf.current().zone) for day in asked)
                rows = rows.filter(counts_at__gte=start, counts_at__lt=end)
            case "model" | "endpoint" | "source" | "page":
                rows = rows.filter(**{f"attempt__{_OF_ATTEMPT[name]}": value})
            case "q":
                try:
                    key = UUID(value.strip())
                except ValueError:
                    return None
                rows = rows.filter(Q(attempt=key) | Q(attempt__turn=key) | Q(attempt__conversation_id=key))
            case _:
                return None
    return rows
