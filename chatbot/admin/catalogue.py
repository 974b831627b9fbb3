"""The page about the catalogue's health. Who may see products sees it; each count leads to its rows in their list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.apps.registry import Apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.admin.problems import MEANINGS, NAMES
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.catalog import health
from chatbot.catalog.health import Health, Outcome, Standing
from chatbot.catalog.search.nearness import Way
from chatbot.models import Product, SourceStatus

_OUTCOMES: dict[Outcome, Promise] = {
    Outcome.NEVER: _("never ran"),
    Outcome.RUNNING: _("running now"),
    Outcome.SUCCEEDED: _("succeeded"),
    Outcome.FAILED: _("failed"),
    Outcome.DIED: _("broken off"),
}
_BAD = (Outcome.FAILED, Outcome.DIED)
_WAYS: dict[Way, tuple[str, Promise]] = {
    Way.PGVECTOR: ("pgvector", _("PostgreSQL finds the nearest products by an index.")),
    Way.MEMORY: ("numpy", _("Vectors are compared in the memory of each process, up to 200,000 of them.")),
    Way.NONE: (
        "–",
        _(
            "Words alone search: there are more than 200,000 vectors, and they have no index. PostgreSQL with pgvector "
            "gets one by manage.py chatbot_vectors."
        ),
    ),
}


class Catalogue(models.Model):
    """The page hangs on this name in the admin's index. It is in a registry of its own: it has no table and no rows."""

    class Meta:
        apps = Apps()
        app_label = "chatbot"
        managed = False
        default_permissions = ()
        verbose_name = _("catalogue health")
        verbose_name_plural = _("catalogue health")

    def __str__(self) -> str:
        return "catalogue"


@admin.register(Catalogue)
class CatalogueAdmin(ReadOnlyAdmin):
    """One page; there are no rows to open."""

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css", "chatbot/admin/catalogue.css"]}

    def get_urls(self) -> list[URLPattern]:
        """The page."""
        return [path("", self.admin_site.admin_view(self.changelist_view), name="chatbot_catalogue_changelist")]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Those who may see products, as Django has it: who may change them may see them."""
        may = request.user.has_perm
        return may("chatbot.view_product") or may("chatbot.change_product")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The page as of now. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, zone = timezone.now(), conf.current().zone
        found = health.read()
        standings = sorted(health.standings(now, found.by_source), key=_is_bad, reverse=True)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Catalogue health"),
            "opts": Product._meta,
            "media": self.media,
            "tiles": list(self._tiles(found, standings)),
            "problems": list(self._problems(found)),
            "sources": [self._source(standing, now, zone) for standing in standings],
            "now": _moment(now, zone),
            "zone": zone.key,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "chatbot/admin/catalogue.html", context)

    def _products(self, **filters: str) -> str:
        address = reverse("admin:chatbot_product_changelist", current_app=self.admin_site.name)
        return f"{address}?{urlencode(filters)}"

    def _offered(self, **filters: str) -> str:
        return self._products(**filters, removed_at__isempty="1")

    def _tiles(self, found: Health, standings: list[Standing]) -> Iterator[dict[str, Any]]:
        selling = [standing for standing in standings if standing.offered]
        count = len(selling)
        yield {
            "name": _("Products"),
            "figure": figures.number(found.offered, url=self._offered()),
            "note": ngettext("from %(count)s source", "from %(count)s sources", count) % {"count": count},
        }
        yield {
            "name": _("Sold out"),
            "figure": figures.number(
                found.sold_out, url=self._offered(availability__exact=Product.Availability.OUT_OF_STOCK)
            ),
            "note": _share(found.sold_out, found.offered),
        }
        ran = [standing for standing in standings if standing.status or standing.is_declared]
        bad = [standing.name for standing in ran if _is_bad(standing)]
        if ran:
            yield {"name": _("Sources in order"), "figure": f"{len(ran) - len(bad)} / {len(ran)}", "bad": bad}
        if found.nearness:
            figure, note = _WAYS[found.nearness]
            yield {"name": _("Search by meaning"), "figure": figure, "note": note}

    def _problems(self, found: Health) -> Iterator[dict[str, Any]]:
        for problem, count in found.having.items():
            yield {
                "name": NAMES[problem],
                "means": MEANINGS[problem],
                "count": figures.number(count, url=self._products(problem=problem)),
                "share": _share(count, found.offered),
                # One product of a million leaves its trace too.
                "width": max(1, 100 * count // found.offered) if count else 0,
            }

    def _source(self, standing: Standing, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
        status = standing.status
        return {
            "name": standing.name,
            "outcome": _OUTCOMES[standing.outcome] if status or standing.is_declared else "",
            "is_broken": standing.outcome in _BAD,
            "has_died": standing.outcome is Outcome.DIED,
            "is_well": standing.outcome is Outcome.SUCCEEDED,
            "is_overdue": standing.is_overdue,
            "is_declared": standing.is_declared,
            "mistake": standing.mistake,
            "products": figures.number(standing.offered, url=self._offered(source=standing.name)),
            **(_run(status, standing.outcome, now, zone) if status else {}),
        }


def _run(status: SourceStatus, outcome: Outcome, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What the last run of a source did, and when."""
    has_ended = outcome in (Outcome.SUCCEEDED, Outcome.FAILED)
    return {
        "began": _ago(status.started_at, now, zone),
        "ended": _ago(status.ended_at, now, zone) if has_ended else None,
        "succeeded": _ago(status.succeeded_at, now, zone) if outcome is not Outcome.SUCCEEDED else None,
        "is_same": status.is_same and outcome is Outcome.SUCCEEDED,
        "error": status.error if outcome is Outcome.FAILED else "",
        # Until a run has ended, the row still has the counts of the one before.
        "is_before": not has_ended,
        "counts": [
            (_("Added"), figures.number(status.added)),
            (_("Changed"), figures.number(status.changed)),
            (_("Unchanged"), figures.number(status.unchanged)),
            (_("Removed"), figures.number(status.removed)),
            (_("Rejected"), figures.number(status.rejected, url=f"#chatbot-rejected-{status.pk}")),
        ],
        "rejected": figures.number(status.rejected) if status.rejected else None,
        "is_cut": status.rejected > len(status.rejections),
        "rejections_id": f"chatbot-rejected-{status.pk}",
        "rejections": status.rejections,
    }


def _is_bad(standing: Standing) -> bool:
    return standing.outcome in _BAD or standing.is_overdue or bool(standing.mistake)


def _share(part: int, whole: int) -> Figure:
    """A rate that is never 0 where there is something."""
    shown = figures.share(part, whole)
    if part and part * 2000 < whole:  # rounded to one place it would be 0.0
        return replace(shown, text=f"< {figures.percent(Decimal(1), Decimal(1000))}")
    return shown


def _ago(at: datetime | None, now: datetime, zone: ZoneInfo) -> dict[str, str] | None:
    if at is None:
        return None
    return {"age": gettext("%(time)s ago") % {"time": timesince(at, now, depth=1)}, "at": _moment(at, zone)}


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "DATETIME_FORMAT")
