"""What stands on the Costs page, put together from reports: figures as they are read, with links to their rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from chatbot.accounting import exchange, reports
from chatbot.accounting.exchange import Rates
from chatbot.accounting.reports import Report
from chatbot.accounting.sums import Sums, added, added_by_key
from chatbot.accounting.tops import Line as Top
from chatbot.accounting.tops import Tops
from chatbot.admin import chart, figures
from chatbot.admin.figures import Figure, LedgerLinks
from chatbot.admin.filters import span
from chatbot.admin.selection import Selection, Unit
from chatbot.models import Attempt, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The figures of some attempts, as a row of a table."""

    name: Figure
    cost: Figure
    converted: Figure | None
    attempts: Figure
    input_tokens: Figure
    cached_input_tokens: Figure
    output_tokens: Figure
    reasoning_tokens: Figure
    questions: Figure
    answered: Figure
    per_answer: Figure
    failed: Figure
    estimated: Figure
    unpriced: Figure
    share: str = ""
    series: int = 0
    by_model: Sequence[Figure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Whose eyes the figures are for: where their links lead, and in which currency beside dollars they are shown."""

    selection: Selection
    columns: Sequence[Unit]
    """The days or months of the selection."""
    links: LedgerLinks
    rates: Rates
    site: str
    sees_conversations: bool
    corrections: str = ""
    """Address of the list of corrections; empty for those who may not see it."""

    def to(self, period: str = "", **filters: str) -> str:
        """The ledger narrowed as the page is, and further."""
        return self.links.to(period or self.selection.period, **{**self.selection.narrowed, **filters})

    def states(self, period: str = "", **filters: str) -> Callable[[str], str]:
        """As `to`, for several states of the same rows."""
        return self.links.states(period or self.selection.period, **{**self.selection.narrowed, **filters})

    def of_corrections(self, **filters: str) -> str:
        """The corrections of the period, narrowed as the page is, and further."""
        query = {"period": self.selection.period, **self.selection.narrowed, **filters}
        return f"{self.corrections}?{urlencode(query)}" if self.corrections else ""

    def converted(self, costs: Mapping[date, Decimal], of: Sums, *, unit: bool = False) -> Figure | None:
        """The costs of some days in the shop's own currency, each day at its rate; None where that is the dollar.

        `of` are the sums of these days: where nothing of them is known, this side is not 0 either.
        """
        if self.rates.currency == exchange.DOLLAR:
            return None
        if not of.is_measured:
            return Figure(text=_("not measured"))
        amount = self.rates.total(costs)
        if amount is None:
            return Figure(text="–", exact=_("no exchange rate is known for every day"))
        rounded = self.rates.rounded(amount)
        text = number_format(rounded, decimal_pos=self.rates.places, use_l10n=True, force_grouping=True)
        text = f"{text} {self.rates.currency}" if unit else text
        return Figure(text=text, exact=f"{amount.normalize():f} {self.rates.currency}")


def breakdown(report: Report, view: View) -> dict[str, Any]:  # Any: a context
    """The chart of costs and the tables by model, by endpoint and by day or month."""
    columns = view.columns
    place = {day: unit for unit in columns for day in _days(unit)}
    models, total = report.by_model(), report.total()
    series = chart.series_of(list(models))
    cells = added_by_key(((place[day].start, model), cell) for (day, model), cell in report.cells.items())
    daily: dict[str, dict[date, Decimal]] = {"": {}}
    for (day, model), cell in report.cells.items():
        for of in ("", model):
            costs = daily.setdefault(of, {})
            costs[day] = costs.get(day, Decimal(0)) + cell.cost_usd
    drawn = chart.draw([unit.start for unit in columns], list(models), {key: s.cost_usd for key, s in cells.items()})
    names = {unit.start: unit.in_full for unit in columns}
    return {
        "chart": drawn if total.cost_usd > 0 else None,
        "scale": [(tick.y, tick_text(tick.value, drawn.step)) for tick in drawn.ticks],
        "bars": [(bar, f"{names[bar.day]}, {bar.model}: {figures.dollars(bar.value).text}") for bar in drawn.bars],
        "labels": labels(drawn, view),
        "by_month": any((unit.end - unit.start).days > 1 for unit in columns),
        "models": [
            _line(
                sums,
                model,
                view,
                converted=view.converted(daily[model], sums),
                where={"model": model},
                share=_share(sums, total),
                series=series[model],
            )
            for model, sums in models.items()
        ],
        "endpoints": [
            _line(sums, name, view, where={"endpoint": name}, share=_share(sums, total))
            for name, sums in report.by_endpoint().items()
        ],
        "units": list(_unit_lines(columns, list(models), cells, daily[""], view)),
        "total": _line(
            total,
            _("Whole period"),
            view,
            converted=view.converted(daily[""], total),
            share=_share(total, total),
            by_model=[figures.cost(sums, url=view.to(model=model, state="settled")) for model, sums in models.items()],
        ),
        "has_attempts": bool(total.attempts or total.corrections),
        "adjustments": list(_adjustments(report, view)),
        "own": figures.cost(report.own(), places=2),
    }


def top_pages(tops: Tops, view: View) -> dict[str, Any]:  # Any: a context
    """The dearest pages."""
    return _tops(
        tops, view, [(top, Figure(text=top.key or _("not known")), _where("page", top.key)) for top in tops.lines]
    )


def top_conversations(tops: Tops, view: View) -> dict[str, Any]:  # Any: a context
    """The dearest conversations, each with its transcript for those who may read it."""
    return _tops(tops, view, [(top, _conversation(top, view), _where("q", top.key)) for top in tops.lines])


def outcomes(tops: Tops, view: View) -> list[dict[str, Any]]:  # Any: rows of a table
    """How attempts ended, with the errors by code."""
    found = []
    for top in tops.lines:
        where = {"outcome__exact": top.outcome, **({"error": top.error_code} if top.error_code else {})}
        url = view.links.to(view.selection.period, **where)
        found.append(
            {
                "name": str(Attempt.Outcome(top.outcome).label)
                if top.outcome in Attempt.Outcome.values
                else top.outcome,
                "code": top.error_code,
                "attempts": figures.number(top.attempts, url=url),
                "cost": figures.cost(
                    Sums(attempts=top.attempts, unpriced=top.unpriced, cost_usd=top.cost_usd), url=url
                ),
            }
        )
    return found


def provenance(report: Report, zone: Any) -> dict[str, Any]:  # Any: a tzinfo; a context
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
                "corrects": price.corrects_id is not None,
            }
            for price in Price.objects.filter(pk__in=report.prices).order_by("model", "valid_from", "pk")
        ],
    }


def tick_text(value: Decimal, step: Decimal) -> str:
    """An amount at the chart's scale, with the places that its step needs and no others."""
    places = 0 if step >= 1 else max(2, -step.adjusted())
    return figures.dollars(value, places=places).text


def labels(drawn: chart.Chart, view: View) -> list[tuple[Decimal, str]]:
    """What stands below a chart: days, with the month's name where a month begins in a range of several."""
    months = {(label.day.year, label.day.month) for label in drawn.labels}
    by_month = len(months) > 1

    def text(day: date, first: bool) -> str:
        if by_month and (first or day.day == 1):
            return date_format(day, pgettext("date format of a day below a chart", "M j"))
        return str(day.day)

    if len(view.columns) != (view.selection.end - view.selection.start).days:
        return [(label.x, date_format(label.day, "M")) for label in drawn.labels]
    return [(label.x, text(label.day, n == 0)) for n, label in enumerate(drawn.labels)]


def _unit_lines(
    columns: Iterable[Unit],
    models: Sequence[str],
    cells: Mapping[tuple[date, str], Sums],
    daily: Mapping[date, Decimal],
    view: View,
) -> Iterator[Line]:
    """A row for each day or month that has begun, or has attempts all the same."""
    for unit in columns:
        of_unit = {model: cells[unit.start, model] for model in models if (unit.start, model) in cells}
        if unit.start > view.selection.today and not of_unit:
            continue
        sums = added(of_unit.values())
        yield _line(
            sums,
            unit.name,
            view,
            period=unit.period,
            converted=view.converted({day: daily[day] for day in _days(unit) if day in daily}, sums),
            by_model=[
                figures.cost(of_unit[model], url=view.to(unit.period, model=model, state="settled"))
                if model in of_unit
                else Figure(text="–")
                for model in models
            ],
        )


def _line(
    sums: Sums,
    name: str,
    view: View,
    *,
    period: str = "",
    where: Mapping[str, str] | None = None,
    converted: Figure | None = None,
    **more: Any,  # Any: further fields of Line
) -> Line:
    rows_of = view.states(period, **(where or {}))
    rows = rows_of("settled")
    estimated = ""
    if sums.estimated:
        estimated = _("%(amount)s of the cost") % {"amount": figures.dollars(sums.estimated_usd).text}
    return Line(
        name=Figure(text=name),
        cost=figures.cost(sums, url=rows),
        converted=converted,
        attempts=figures.number(sums.attempts, url=rows),
        input_tokens=figures.tokens(sums.input_tokens, sums, url=rows),
        cached_input_tokens=figures.tokens(sums.cached_input_tokens, sums, url=rows),
        output_tokens=figures.tokens(sums.output_tokens, sums, url=rows),
        reasoning_tokens=figures.tokens(sums.reasoning_tokens, sums, url=rows),
        questions=figures.number(sums.questions, url=rows_of("questions")),
        answered=figures.number(sums.answered, url=rows_of("answered")),
        per_answer=figures.per(sums, sums.answered, url=rows),
        failed=figures.number(sums.failed, url=rows_of("failed")),
        estimated=figures.number(
            sums.estimated,
            url=rows_of("estimated"),
            exact=estimated,
        ),
        unpriced=figures.number(sums.unpriced, url=rows_of("unpriced")),
        **more,
    )


def _adjustments(report: Report, view: View) -> Iterator[dict[str, Any]]:  # Any: rows of a table
    for month, sums in report.adjustments().items():
        url = view.to(adjusts=month)
        first = date.fromisoformat(f"{month}-01")
        yield {
            "month": date_format(first, "YEAR_MONTH_FORMAT"),
            "attempts": figures.number(sums.attempts, url=url),
            "corrections": figures.number(sums.corrections, url=view.of_corrections(adjusts=month)),
            "cost": figures.dollars(sums.cost_usd) if sums.is_measured else Figure(text=_("not measured")),
            "unpriced": figures.number(sums.unpriced, url=view.to(adjusts=month, state="unpriced")),
        }


def _tops(tops: Tops, view: View, lines: Iterable[tuple[Top, Figure, dict[str, str]]]) -> dict[str, Any]:
    rows = []
    for top, name, where in lines:
        to = view.links.states(view.selection.period, **where) if where else _no_rows
        sums = Sums(attempts=top.attempts, unpriced=top.unpriced, cost_usd=top.cost_usd)
        rows.append(
            {
                "name": name,
                "cost": figures.cost(sums, url=to("settled")),
                "questions": figures.number(top.questions, url=to("questions")),
                "answered": figures.number(top.answered, url=to("answered")),
                "per_answer": figures.per(sums, top.answered, url=to("settled")),
                "attempts": figures.number(top.attempts, url=to("settled")),
            }
        )
    return {"lines": rows, "complete": tops.complete}


def _conversation(top: Top, view: View) -> Figure:
    if not top.key:
        return Figure(text=_("not known"))
    key = str(top.key)
    url = ""
    if view.sees_conversations:
        url = reverse("admin:chatbot_conversation_change", args=[key], current_app=view.site)
    return Figure(text=key[:8], exact=key, url=url)


def _no_rows(_state: str) -> str:
    return ""


def _where(name: str, key: object) -> dict[str, str]:
    return {name: str(key)} if key else {}


def _share(sums: Sums, total: Sums) -> str:
    return figures.percent(sums.cost_usd, total.cost_usd) if sums.is_measured and total.cost_usd > 0 else "–"


def _days(unit: Unit) -> Iterator[date]:
    for n in range((unit.end - unit.start).days):
        yield date.fromordinal(unit.start.toordinal() + n)


def _local(moment: datetime, zone: Any) -> date:  # Any: a tzinfo
    return moment.astimezone(zone).date()


def compared(selection: Selection) -> str:
    """The period that the key figures are compared with, in words."""
    before = selection.previous()
    return span(before.start, before.end)
