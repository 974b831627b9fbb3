"""The Costs page, its live figures, and the files that can be taken from it: `chatbot.view_costs` opens all of them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatbot import conf
from chatbot.accounting import exchange, latency, reports, tops
from chatbot.accounting.forecast import WINDOW, Forecast, forecast
from chatbot.accounting.latency import Spread
from chatbot.accounting.periods import Month
from chatbot.accounting.reports import Report
from chatbot.accounting.sums import Sums
from chatbot.admin import chart, dashboard, exports, figures, live, meters, selection, tiles
from chatbot.admin.dashboard import View
from chatbot.admin.figures import LedgerLinks
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.admin.selection import Selection
from chatbot.admin.tiles import Tile
from chatbot.models import Attempt, ClosedMonth, Costs, Endpoint, LatencyBucket, Price, Route

_DAY = timedelta(days=1)
Spreads = tuple[Spread, Mapping[date, Spread]]
"""Times until the first word: of the period that the page compares with, and by day of its own."""
_FIRST_WORD = LatencyBucket.Kind.FIRST_WORD


@admin.register(Costs)
class CostsAdmin(ReadOnlyAdmin):
    """One page; there are no rows to open."""

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css"]}
        js: ClassVar = [Script("chatbot/admin/live.js", type="module")]

    def get_urls(self) -> list[URLPattern]:
        """The page, its live figures, its exports."""
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="chatbot_costs_changelist"),
            path("live/", view(self.live_view), name="chatbot_costs_live"),
            path("export/<slug:form>/", view(self.export_view), name="chatbot_costs_export"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The page of the selection in the address, of this month without. Raises PermissionDenied."""
        now, zone, asked = self._asked(request)
        view = View(
            selection=asked,
            columns=selection.units(asked),
            links=LedgerLinks.of(request, self.admin_site.name),
            rates=exchange.load(conf.current().display_currency, asked.start, asked.end),
            site=self.admin_site.name,
            corrections=self._address("correction_changelist")
            if request.user.has_perm("chatbot.view_correction")
            else "",
            sees_conversations=request.user.has_perm("chatbot.view_conversation"),
        )
        report = reports.read(
            asked.start,
            asked.end,
            zone,
            since=asked.previous().start,
            model=asked.model,
            endpoint=asked.endpoint,
            source=asked.source,
        )
        leaders = tops.leaders(asked.start, asked.end, zone)
        spreads = _spreads(asked, zone)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Costs"),
            "opts": self.opts,
            "media": self.media,
            **self._controls(asked, report.by_model()),
            **dashboard.breakdown(report, view),
            **dashboard.provenance(report, zone),
            "zone": zone.key,
            "offset": now.isoformat()[-6:],
            "rates_currency": "" if view.rates.currency == exchange.DOLLAR else view.rates.currency,
            "tiles": list(_tiles(report, spreads, view)),
            "latency": _latency(spreads, view),
            "pages": dashboard.top_pages(leaders.pages, view),
            "conversations": dashboard.top_conversations(leaders.conversations, view),
            "outcomes": dashboard.outcomes(leaders.outcomes, view),
            **self._month(request, now, _month_so_far(report, asked, zone), view.links),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "chatbot/admin/costs.html", context)

    def live_view(self, request: HttpRequest) -> JsonResponse:
        """What goes on now, for the page's script. Raises PermissionDenied."""
        now, zone, asked = self._asked(request)
        today = reports.total(asked.today, asked.today + _DAY, zone)
        readings = live.read(now, LedgerLinks.of(request, self.admin_site.name), today)
        told = {r.key: {"text": r.figure.text, "exact": r.figure.exact, "url": r.figure.url} for r in readings}
        return JsonResponse({"clock": live.clock(now), "figures": told}, headers={"Cache-Control": "private, no-store"})

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """The selection as a file: `csv`, `xlsx` or `focus`. Raises PermissionDenied, Http404 for other forms."""
        _now, zone, asked = self._asked(request)
        made = exports.FORMS.get(form)
        if made is None or not exports.is_available(form):
            raise Http404(f"There is no export {form!r}.")
        return made(request, asked, zone)

    def _asked(self, request: HttpRequest) -> tuple[datetime, ZoneInfo, Selection]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        zone = conf.current().zone
        now = timezone.now().astimezone(zone)
        return now, zone, selection.read(request.GET.dict(), now.date())

    def _address(self, name: str, *args: str) -> str:
        return reverse(f"admin:chatbot_{name}", args=args, current_app=self.admin_site.name)

    def _controls(self, asked: Selection, models: dict[str, Sums]) -> dict[str, Any]:
        """What the reader can turn: the period, the narrowing, and the exports of what is chosen."""
        closed = ClosedMonth.objects.filter(first=asked.start).first() if asked.month else None
        zone = conf.current().zone
        return {
            "selection": asked,
            "period": asked.name,
            "compared": dashboard.compared(asked),
            "is_running": asked.is_running,
            "presets": selection.presets(asked),
            "fields": _fields(asked, models),
            "narrowed": bool(asked.narrowed),
            "everything": asked.query(model="", endpoint="", source=""),
            "previous": _turn_page(asked.turned(-1)),
            "next": _turn_page(asked.turned(1)) if asked.end <= asked.today else None,
            "closed": date_format(closed.closed_at.astimezone(zone), "DATETIME_FORMAT") if closed else "",
            "exports": [
                {
                    "name": name,
                    "explained": explained,
                    "url": f"{self._address('costs_export', form)}?{asked.query()}",
                }
                for form, name, explained in exports.offered()
            ],
        }

    def _month(
        self, request: HttpRequest, now: datetime, days: Mapping[date, Sums], links: LedgerLinks
    ) -> dict[str, Any]:
        """What is of today and this month, whatever is selected: live figures, budgets, the forecast."""
        today = now.date()
        course = forecast(days, today)
        budget = meters.monthly()
        limit = budget.limit_usd if budget else None
        up_on = course.spent_up_on(limit) if limit is not None else None
        may = request.user.has_perm
        return {
            "live": live.read(now, links, days[today]),
            "live_url": self._address("costs_live"),
            "live_seconds": live.REFRESH_S,
            "live_clock": live.clock(now),
            "forecast": {
                **_course(course),
                "limit": figures.dollars(limit, places=2) if limit is not None else None,
                "spent_up": date_format(up_on) if up_on else "",
            },
            "burn_down": meters.burn_down(budget, days, course) if budget else None,
            "meters": meters.limits(now),
            "budgets_url": self._address("budget_changelist") if may("chatbot.view_budget") else "",
            "budgets_add_url": self._address("budget_add") if may("chatbot.add_budget") else "",
        }


def _fields(asked: Selection, models: dict[str, Sums]) -> list[dict[str, Any]]:
    """The selects. Models are those that can be used and those of the period: asking the ledger would read it all."""
    known = set(Route.objects.values_list("model", flat=True).order_by())
    known.update(Price.objects.values_list("model", flat=True).order_by().distinct())
    endpoints = set(Endpoint.objects.values_list("name", flat=True).order_by())
    choices: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "model": lambda: _named({*known, *models, asked.model}),
        "endpoint": lambda: _named({*endpoints, asked.endpoint}),
        "source": lambda: [(value, str(label)) for value, label in Attempt.Source.choices],
    }
    labels = {"model": _("Model"), "endpoint": _("Endpoint"), "source": _("Tokens from")}
    return [
        {"name": name, "label": label, "choices": choices[name](), "chosen": getattr(asked, name)}
        for name, label in labels.items()
    ]


def _named(names: set[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(names) if name]


def _month_so_far(report: Report, asked: Selection, zone: ZoneInfo) -> Mapping[date, Sums]:
    """The days of this month so far, and the week before today; without a query where the page's report has them."""
    start, end = min(Month.of(asked.today).first, asked.today - WINDOW * _DAY), asked.today + _DAY
    if not asked.narrowed and asked.start <= start and end <= asked.end:
        return report.by_day()
    return reports.by_day(start, end, zone)


def _tiles(report: Report, spreads: Spreads | None, view: View) -> Iterator[Tile]:
    before, by_day = spreads or (Spread(), {})
    costs = {day: sums.cost_usd for day, sums in report.by_day().items()}
    total = report.total()
    return tiles.tiles(
        tiles.Side(sums=total, latency=_halves(sum(by_day.values(), Spread()))),
        tiles.Side(sums=report.before, latency=_halves(before)),
        to=view.to,
        converted=view.converted(costs, total, unit=True),
    )


def _spreads(asked: Selection, zone: ZoneInfo) -> Spreads | None:
    """None where they are not kept so narrowly."""
    if asked.endpoint or asked.source:
        return None
    return latency.compared(asked.previous().start, asked.start, asked.end, zone, _FIRST_WORD, model=asked.model)


def _halves(of: Spread) -> tiles.Latency:
    return tiles.Latency(p50=_ms(of.p50), p95=_ms(of.p95))


def _latency(found: Spreads | None, view: View) -> dict[str, Any]:
    """The chart of times until the first word, and its table."""
    asked = view.selection
    if found is None:
        return {"unavailable": _("Times are kept by model; they cannot be narrowed to an endpoint or a source.")}
    columns = view.columns
    spreads = {
        unit: sum((found[1][unit.start + n * _DAY] for n in range((unit.end - unit.start).days)), Spread())
        for unit in columns
    }
    shown = {unit: spread for unit, spread in spreads.items() if unit.start <= asked.today or spread.attempts}
    if not any(spread.attempts for spread in shown.values()):
        return {}
    both = [[_ms(s.p50) for s in spreads.values()], [_ms(s.p95) for s in spreads.values()]]
    drawn = chart.draw_lines([unit.start for unit in columns], both)
    names = {unit.start: unit.in_full for unit in columns}
    form = {1: _("%(day)s: half within %(time)s"), 2: _("%(day)s: 95 of 100 within %(time)s")}
    return {
        "chart": drawn,
        "scale": [
            (tick.y, figures.time_at_scale(tick.value, drawn.step, drawn.ticks[-1].value)) for tick in drawn.ticks
        ],
        "points": [
            (p, form[p.series] % {"day": names[p.day], "time": figures.milliseconds(p.value).text})
            for p in drawn.points
        ],
        "labels": dashboard.labels(drawn, view),
        "rows": [
            {
                "day": unit.name,
                "p50": figures.milliseconds(_ms(spread.p50), url=view.to(unit.period, state="timed")),
                "p95": figures.milliseconds(_ms(spread.p95), url=view.to(unit.period, state="timed")),
                "measured": figures.number(spread.attempts, url=view.to(unit.period, state="timed")),
            }
            for unit, spread in shown.items()
        ],
    }


def _course(course: Forecast) -> dict[str, Any]:
    def shown(amount: Any) -> figures.Figure | None:
        return None if amount is None else figures.dollars(amount, places=2)

    return {
        "month": date_format(course.month.first, "YEAR_MONTH_FORMAT"),
        "expected": shown(course.expected_usd),
        "lowest": shown(course.lowest_usd),
        "highest": shown(course.highest_usd),
        "rests_on": course.rests_on,
    }


def _turn_page(other: Selection | None) -> dict[str, str] | None:
    return {"url": f"?{other.query()}", "name": other.name} if other else None


def _ms(value: float | None) -> Decimal | None:
    """A percentile, which is no more exact than 2.5 %, as the charts calculate."""
    return None if value is None else Decimal(round(value))
