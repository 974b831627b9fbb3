"""What a report of costs says: key figures beside those of the span before, by model and by day, and a CSV file.

Every figure comes from one `Report`: the file, the tables and the sums agree with each other and with the Costs page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot import conf
from chatbot.accounting import exchange, reports
from chatbot.accounting.csv_export import Cell, write_csv
from chatbot.accounting.exchange import Rates
from chatbot.accounting.mails import amounts
from chatbot.accounting.mails.posting import Mail, link
from chatbot.accounting.mails.spans import Kind, Span
from chatbot.accounting.reports import Report
from chatbot.accounting.sums import Sums, added, added_by_key

MOST_MODELS: Final = 12
"""Rows of the table by model; the rest is added up in one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table: what, how often, for how much. `bar` is the part of the dearest row, in percent."""

    name: str
    count: str
    cost: str
    share: str
    bar: int


def compose(span: Span, *, to: str, key: str) -> Mail:
    """The mail about `span` in the active language, not sent yet."""
    zone = conf.current().zone
    report = reports.read(span.start, span.end, zone, since=span.before().start)
    rates = exchange.load(conf.current().display_currency, span.start, span.end)
    total, before = report.total(), report.before
    context = {
        "span": str(span),
        "zone": zone.key,
        "cost": amounts.cost(total, places=2),
        "exact": amounts.exact(total.cost_usd) if total.is_measured and total.attempts else "",
        "converted": _converted(report, rates),
        "comparison": _comparison(span, total, before),
        "figures": _figures(total, before),
        "unknown": _unknown(total),
        "notes": list(_notes(report, rates)),
        "models": _models(report),
        "days": _days(report) if span.kind != Kind.DAILY else [],
        "costs_url": link("admin:chatbot_costs_changelist"),
        "subscriptions_url": link("admin:chatbot_reportsubscription_changelist"),
    }
    return Mail(
        key=key,
        to=to,
        subject=_("Costs, %(span)s: %(cost)s") % {"span": span, "cost": context["cost"]},
        template="chatbot/mail/cost_report",
        context=context,
        attachments=[(f"costs-{span.slug}.csv", write_csv(rows(report, rates)), "text/csv")],
    )


def rows(report: Report, rates: Rates) -> Iterator[Sequence[Cell]]:
    """The report as a table with all places of every amount; what is not measured is said in words.

    A row is a day's model, and what came too late for a closed month is in rows of its own. A display currency other
    than dollars has a column, at the rate of each day.
    """
    foreign = rates.currency != exchange.DOLLAR
    yield [
        _("date"),
        _("model"),
        _("late for the closed month"),
        _("questions"),
        _("answered"),
        _("from the cache"),
        _("requests"),
        _("retries"),
        _("failed"),
        _("input tokens"),
        _("of these cached"),
        _("output tokens"),
        _("of these reasoning"),
        _("cost in USD"),
        _("of this estimated"),
        _("of this corrections"),
        _("requests without a known cost"),
        *([_("cost in %(currency)s") % {"currency": rates.currency}] if foreign else []),
    ]
    lines = added_by_key(((group.day, group.model, group.adjusts), sums) for group, sums in report.groups.items())
    for key, sums in sorted(lines.items(), key=itemgetter(0)):
        converted = rates.convert(sums.cost_usd, key[0]) if sums.is_measured else None
        yield [*key, *_cells(sums), *([_("not known") if converted is None else converted] if foreign else [])]


def _cells(sums: Sums) -> list[Cell]:
    unknown = _("not measured")
    has_tokens, has_cost = not sums.attempts or sums.unknown < sums.attempts, sums.is_measured
    return [
        sums.questions,
        sums.answered,
        sums.cached,
        sums.attempts,
        sums.retries,
        sums.failed,
        *(
            count if has_tokens else unknown
            for count in (sums.input_tokens, sums.cached_input_tokens, sums.output_tokens, sums.reasoning_tokens)
        ),
        *(amount if has_cost else unknown for amount in (sums.cost_usd, sums.estimated_usd, sums.corrected_usd)),
        sums.unpriced,
    ]


def _comparison(span: Span, total: Sums, before: Sums) -> str:
    change = amounts.change(total, before)
    if change == amounts.NONE:
        return ""
    against = {
        Kind.DAILY: _("%(change)s against the day before (%(cost)s)"),
        Kind.WEEKLY: _("%(change)s against the week before (%(cost)s)"),
        Kind.MONTHLY: _("%(change)s against the month before (%(cost)s)"),
    }[span.kind]
    return against % {"change": change, "cost": amounts.cost(before, places=2)}


def _figures(total: Sums, before: Sums) -> list[dict[str, str]]:
    """Key figures as (name, now, before)."""

    def row(name: str, now: str, then: str) -> dict[str, str]:
        return {"name": name, "now": now, "before": then}

    return [
        row(_("Questions"), amounts.number(total.questions), amounts.number(before.questions)),
        row(_("Answered"), amounts.number(total.answered), amounts.number(before.answered)),
        row(_("Cost per answered question"), amounts.cost_per_answer(total), amounts.cost_per_answer(before)),
        row(_("Answered from the cache"), amounts.percent(total.cached_share), amounts.percent(before.cached_share)),
        row(_("Failed requests"), amounts.percent(total.error_rate), amounts.percent(before.error_rate)),
        row(_("Retries per question"), amounts.percent(total.retry_rate), amounts.percent(before.retry_rate)),
    ]


def _unknown(total: Sums) -> str:
    """What is missing in the sums; empty when nothing is."""
    if total.unpriced <= 0:
        return ""
    return ngettext(
        "The cost of %(count)s request is not known and not in these sums.",
        "The cost of %(count)s requests is not known and not in these sums.",
        total.unpriced,
    ) % {"count": amounts.number(total.unpriced)}


def _converted(report: Report, rates: Rates) -> str:
    """The cost in the display currency, each day at its own rate; empty for dollars, and where a rate is not known."""
    usd_by_day = {day: sums.cost_usd for day, sums in report.by_day().items()}
    if rates.currency == exchange.DOLLAR or not report.total().is_measured:
        return ""
    total = rates.total(usd_by_day)
    return "" if total is None else amounts.in_currency(rates.rounded(total), rates.currency, places=rates.places)


def _notes(report: Report, rates: Rates) -> Iterator[str]:
    """What the cost is made of, beyond what the relay reported in time."""
    total = report.total()
    if rates.currency != exchange.DOLLAR and total.cost_usd and not _converted(report, rates):
        yield _("A rate of %(currency)s is not known for each of these days, so amounts are in dollars.") % {
            "currency": rates.currency
        }
    if total.estimated:
        yield _("%(amount)s of the cost rests on our own estimate of the tokens.") % {
            "amount": amounts.dollars(total.estimated_usd)
        }
    if total.corrections:
        yield _("%(amount)s of the cost are later corrections of prices.") % {
            "amount": amounts.dollars(total.corrected_usd)
        }
    for month, sums in report.adjustments().items():
        yield _("%(amount)s of the cost came too late for %(month)s, which was closed by then.") % {
            "amount": amounts.cost(sums),
            "month": date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT"),
        }


def _models(report: Report) -> list[Line]:
    by_model = list(report.by_model().items())
    shown, rest = by_model[:MOST_MODELS], by_model[MOST_MODELS:]
    if rest:
        shown.append((_("%(count)s others") % {"count": len(rest)}, added(sums for _name, sums in rest)))
    return _lines([(name, sums.attempts, sums) for name, sums in shown], report.total())


def _days(report: Report) -> list[Line]:
    days = report.by_day().items()
    return _lines([(_day(day), sums.questions, sums) for day, sums in days], report.total())


def _lines(named: Sequence[tuple[str, int, Sums]], total: Sums) -> list[Line]:
    dearest = max((sums.cost_usd for _name, _count, sums in named), default=Decimal(0))
    return [
        Line(
            name=name,
            count=amounts.number(count),
            cost=amounts.cost(sums),
            share=amounts.percent(sums.cost_usd / total.cost_usd if sums.is_measured and total.cost_usd else None),
            bar=int(max(sums.cost_usd, Decimal(0)) * 100 / dearest) if dearest > 0 else 0,
        )
        for name, count, sums in named
    ]


def _day(day: date) -> str:
    return f"{date_format(day, 'MONTH_DAY_FORMAT')} ({date_format(day, 'D')})"
