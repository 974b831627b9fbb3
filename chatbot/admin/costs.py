"""The Costs page: today, this month, and a month by model and by day, with every figure leading to its attempts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot import conf
from chatbot.accounting import reports
from chatbot.accounting.periods import Month
from chatbot.accounting.reports import Report
from chatbot.accounting.sums import Sums
from chatbot.admin import chart, figures
from chatbot.admin.figures import Figure, LedgerLinks
from chatbot.admin.filters import parse_month
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.models import Costs, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The figures of some attempts, as a row of a table or the contents of a card."""

    name: Figure
    cost: Figure
    attempts: Figure
    input_tokens: Figure
    cached_input_tokens: Figure
    output_tokens: Figure
    reasoning_tokens: Figure
    failed: Figure
    estimated: Figure
    unpriced: Figure
    share: str = ""
    series: int = 0
    by_model: Sequence[Figure] = ()


@admin.register(Costs)
class CostsAdmin(ReadOnlyAdmin):
    """One page; `chatbot.view_costs` opens it."""

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css"]}

    def get_urls(self) -> list[URLPattern]:
        """The page alone: there are no rows to open."""
        return [path("", self.admin_site.admin_view(self.changelist_view), name="chatbot_costs_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The page of the month in `?month=2026-03`, of this month without. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        zone = conf.current().zone
        now = timezone.now().astimezone(zone)
        this_month = Month.of(now.date())
        month = parse_month(request.GET.get("month", "")) or this_month
        current = reports.read(this_month.first, this_month.end, zone)
        report = current if month == this_month else reports.read(month.first, month.end, zone)
        links = LedgerLinks.of(request, self.admin_site.name)
        here = reverse("admin:chatbot_costs_changelist", current_app=self.admin_site.name)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Costs"),
            "opts": self.opts,
            "media": self.media,
            "zone": zone.key,
            "offset": now.isoformat()[-6:],
            "now": date_format(now, "DATETIME_FORMAT"),
            "today": _line(current.of(now.date()), date_format(now), links, period=now.date(), places=2),
            "this_month": _line(
                current.total(), date_format(this_month.first, "YEAR_MONTH_FORMAT"), links, period=this_month, places=2
            ),
            "open": figures.number(reports.open_attempts(), url=links.to(state="open")),
            "month": date_format(month.first, "YEAR_MONTH_FORMAT"),
            "previous": _turn_page(here, month.shifted(-1)),
            "next": _turn_page(here, month.shifted(1)) if month < this_month else None,
            **_breakdown(report, month, links, today=now.date()),
            **_provenance(report, zone, links, self.admin_site.name),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "chatbot/admin/costs.html", context)


def _line(
    sums: Sums,
    name: str,
    links: LedgerLinks,
    *,
    period: date | Month,
    model: str = "",
    places: int = 4,
    **more: Any,  # Any: further fields of Line
) -> Line:
    where = {"model": model} if model else {}
    rows = links.to(period, **where, state="settled")
    estimated = _("%(amount)s of the cost") % {"amount": figures.dollars(sums.estimated_usd).text}
    return Line(
        name=Figure(text=name),
        cost=figures.cost(sums, places=places, url=rows),
        attempts=figures.number(sums.attempts, url=rows),
        input_tokens=figures.tokens(sums.input_tokens, sums),
        cached_input_tokens=figures.tokens(sums.cached_input_tokens, sums),
        output_tokens=figures.tokens(sums.output_tokens, sums),
        reasoning_tokens=figures.tokens(sums.reasoning_tokens, sums),
        failed=figures.number(sums.failed, url=links.to(period, **where, state="failed")),
        estimated=figures.number(
            sums.estimated, url=links.to(period, **where, state="estimated"), exact=estimated if sums.estimated else ""
        ),
        unpriced=figures.number(sums.unpriced, url=links.to(period, **where, state="unpriced")),
        **more,
    )


def _breakdown(report: Report, month: Month, links: LedgerLinks, *, today: date) -> dict[str, Any]:
    """The chart and the tables of a month. Days that have not begun are left out of the table."""
    models, days, total = report.by_model(), report.by_day(), report.total()
    series = chart.series_of(list(models))
    costs = {key: cell.cost_usd for key, cell in report.cells.items()}
    drawn = chart.draw(list(days), list(models), costs)

    def by_model_on(day: date) -> Iterator[Figure]:
        for model in models:
            cell = report.cells.get((day, model))
            if cell is None:
                yield Figure(text="–")
            else:
                yield figures.cost(cell, url=links.to(day, model=model, state="settled"))

    return {
        "chart": drawn if total.cost_usd else None,
        "scale": [(tick.y, _tick(tick.value, drawn.step)) for tick in drawn.ticks],
        "bars": [
            (bar, f"{date_format(bar.day)}, {bar.model}: {figures.dollars(bar.value).text}") for bar in drawn.bars
        ],
        "models": [
            _line(
                sums,
                model,
                links,
                period=month,
                model=model,
                share=figures.percent(sums.cost_usd, total.cost_usd) if sums.is_measured else "–",
                series=series[model],
            )
            for model, sums in models.items()
        ],
        "days": [
            _line(sums, date_format(day, "D j"), links, period=day, by_model=list(by_model_on(day)))
            for day, sums in days.items()
            if day <= today or sums.attempts
        ],
        "total": _line(
            total,
            _("Whole month"),
            links,
            period=month,
            share=figures.percent(total.cost_usd, total.cost_usd),
            by_model=[
                figures.cost(sums, url=links.to(month, model=model, state="settled")) for model, sums in models.items()
            ],
        ),
        "has_attempts": bool(total.attempts),
    }


def _tick(value: Decimal, step: Decimal) -> str:
    """An amount at the chart's scale, with the places that its step needs and no others."""
    places = 0 if step >= 1 else max(2, -step.adjusted())
    return figures.dollars(value, places=places).text


def _provenance(report: Report, zone: Any, links: LedgerLinks, site: str) -> dict[str, Any]:  # Any: a tzinfo
    """Where the figures of a report come from: rollups of when, rows read directly, and price versions."""
    rolled_up_at = reports.rolled_up_at()
    waiting = ngettext("%(count)s attempt", "%(count)s attempts", report.waiting) % {"count": report.waiting}
    return {
        "rolled_up_at": date_format(rolled_up_at.astimezone(zone), "DATETIME_FORMAT") if rolled_up_at else "",
        "waiting": waiting if report.waiting else "",
        "prices": [
            {
                "model": price.model,
                "since": date_format(_local(price.valid_from, zone)),
                "input": figures.dollars(Decimal(price.input_per_million_usd), places=2),
                "cached": figures.dollars(Decimal(price.cached_input_per_million_usd), places=2),
                "output": figures.dollars(Decimal(price.output_per_million_usd), places=2),
                "note": price.note,
            }
            for price in Price.objects.filter(pk__in=report.prices).order_by("model", "valid_from")
        ],
    }


def _turn_page(here: str, month: Month) -> dict[str, str] | None:
    if not 2000 <= month.year < 2100:
        return None
    return {"url": f"{here}?month={month}", "name": date_format(month.first, "YEAR_MONTH_FORMAT")}


def _local(moment: datetime, zone: Any) -> date:  # Any: a tzinfo
    return moment.astimezone(zone).date()
