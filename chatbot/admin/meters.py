"""Budgets on the Costs page: how far each is spent, what was told about it, and where the month is going."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from chatbot import conf
from chatbot.accounting import budgets
from chatbot.accounting.budgets import Standing
from chatbot.accounting.forecast import Forecast
from chatbot.accounting.sums import Sums
from chatbot.admin import chart, figures
from chatbot.admin.chart import Chart, Point
from chatbot.admin.figures import Figure
from chatbot.admin.selection import day_name
from chatbot.models import Budget, BudgetAlert

LENGTH: Final = 100
"""Length of a meter's bar, in units of its SVG; that much is the whole limit."""
WARNING: Final = Decimal("0.8")
"""From this share of the limit on a meter says "nearly spent"."""


_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A budget's current period. `spent` and `reserved` are lengths of the bar, `level` is fine, warning or over."""

    name: str
    limit: Figure
    spent: Figure
    reserved: Figure
    share: str
    level: str
    spent_length: Decimal
    reserved_length: Decimal
    told: str = ""

    def drawn(self) -> SafeString:
        """The bar, and beside it the share in words, which is what is read aloud."""
        return format_html(
            '<svg class="chatbot-meter chatbot-{}" viewBox="0 0 {} 4" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="chatbot-meter-whole" width="{}" height="4"/>'
            '<rect class="chatbot-meter-spent" width="{}" height="4"/>'
            '<rect class="chatbot-meter-reserved" x="{}" width="{}" height="4"/></svg> {}',
            self.level,
            LENGTH,
            LENGTH,
            str(self.spent_length),
            str(self.spent_length),
            str(self.reserved_length),
            self.share,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnDown:
    """What is left of a monthly budget, day by day: as it was, and from today on as the forecast has it."""

    budget: str
    limit: Figure
    drawn: Chart
    scale: Sequence[tuple[Decimal, str]]
    points: Sequence[tuple[Point, str]]
    lines: Sequence["Left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A row of the table beside the burn-down."""

    day: str
    spent: Figure
    left: Figure
    is_forecast: bool


def limits(now: datetime) -> list[Meter]:
    """The enabled budgets of the shop and of models, the longest period first; three queries however many there are."""
    shared = list(Budget.objects.filter(enabled=True, scope__in=(Budget.Scope.SHOP, Budget.Scope.MODEL)))
    order = {Budget.Period.MONTH: 0, Budget.Period.DAY: 1, Budget.Period.HOUR: 2}
    shared.sort(key=lambda b: (b.scope != Budget.Scope.SHOP, order[Budget.Period(b.period)], b.subject))
    standings = budgets.standings(shared, now)
    alerts = told(standings)
    return [meter(budget, standings.get(budget.pk), alerts.get(budget.pk)) for budget in shared]


def told(standings: Mapping[int, Standing]) -> dict[int, BudgetAlert]:
    """The highest alert of each budget's current period, by the budget's id; one query."""
    current = Q(pk__in=[])
    for pk, standing in standings.items():
        current |= Q(budget=pk, period_start=standing.period_start)
    return {alert.budget_id: alert for alert in BudgetAlert.objects.filter(current).order_by("percent")}


def sentence(alert: BudgetAlert) -> str:
    """An alert in words."""
    at = date_format(alert.created_at.astimezone(conf.current().zone), "SHORT_DATETIME_FORMAT")
    return _("%(percent)s %% reached %(at)s") % {"percent": alert.percent, "at": at}


def name(budget: Budget) -> str:
    """A budget in words."""
    whose = budget.subject if budget.scope == Budget.Scope.MODEL else budget.get_scope_display()
    text = _("%(whose)s, per %(period)s") % {"whose": whose, "period": budget.get_period_display()}
    return text if budget.scope == Budget.Scope.MODEL else text[:1].upper() + text[1:]


def monthly() -> Budget | None:
    """The enabled budget of the whole shop for a month."""
    return Budget.objects.filter(enabled=True, scope=Budget.Scope.SHOP, period=Budget.Period.MONTH).first()


def burn_down(budget: Budget, days: Mapping[date, Sums], course: Forecast) -> BurnDown:
    """The course of `budget` through the month of `course`."""
    limit = Decimal(budget.limit_usd)
    month = [course.month.first + timedelta(days=n) for n in range((course.month.end - course.month.first).days)]
    spent = Decimal(0)
    was: list[Decimal | None] = []
    will: list[Decimal | None] = []
    lines: list[Left] = []
    for day in month:
        if day <= course.today:
            spent += days.get(day, Sums()).cost_usd
            was.append(limit - spent)
            lines.append(_left(day, spent, limit, is_forecast=False))
        else:
            was.append(None)
        if day < course.today or (coming := course.spent_by(day)) is None:
            will.append(None)
            continue
        will.append(limit - coming)
        if day > course.today:
            lines.append(_left(day, coming, limit, is_forecast=True))
    drawn = chart.draw_lines(month, [was, will])
    places = 0 if drawn.step >= 1 else max(2, -drawn.step.adjusted())
    return BurnDown(
        budget=name(budget),
        limit=figures.dollars(limit, places=2),
        drawn=drawn,
        scale=[(tick.y, figures.dollars(tick.value, places=places).text) for tick in drawn.ticks],
        points=[(point, _says(point)) for point in drawn.points],
        lines=lines,
    )


def _left(day: date, spent: Decimal, limit: Decimal, *, is_forecast: bool) -> Left:
    return Left(
        day=day_name(day),
        spent=figures.dollars(spent, places=2),
        left=figures.dollars(limit - spent, places=2),
        is_forecast=is_forecast,
    )


def _says(point: Point) -> str:
    amount = figures.dollars(point.value, places=2).text
    form = _("%(day)s: %(amount)s left") if point.series == 1 else _("%(day)s: %(amount)s left, by the forecast")
    return form % {"day": date_format(point.day), "amount": amount}


def meter(budget: Budget, standing: Standing | None, alert: BudgetAlert | None) -> Meter:
    """How far the current period of `budget` is; without a standing no turn has met it yet."""
    limit = Decimal(budget.limit_usd)
    spent, counted = (standing.spent_usd, standing.counted_usd) if standing else (Decimal(0), Decimal(0))
    used = counted / limit if limit else Decimal(1)
    length = min(spent / limit if limit else Decimal(1), Decimal(1)) * LENGTH
    return Meter(
        name=name(budget),
        limit=figures.dollars(limit, places=2),
        spent=figures.dollars(spent, places=2),
        reserved=figures.dollars(counted - spent, places=2),
        share=figures.percent(counted, limit),
        level="over" if used >= 1 else "warning" if used >= WARNING else "fine",
        spent_length=length.quantize(_TENTH),
        reserved_length=(min(used, Decimal(1)) * LENGTH - length).quantize(_TENTH),
        told=sentence(alert) if alert else "",
    )
