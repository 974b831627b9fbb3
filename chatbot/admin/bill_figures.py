"""What a comparison of a bill found, as staff read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from chatbot.accounting.reconciliation import Total
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.models import Bill, BillMatch

Kind = BillMatch.Kind
NOTHING: Final = Figure(text="–")

MEANINGS: Final = {
    Kind.EQUAL: _("Tokens and amount are the same on both sides."),
    Kind.MISSING_HERE: _("The relay bills a request that this shop has no record of. Ask the relay whose it was."),
    Kind.MISSING_THERE: _("The relay reported the usage and did not bill it. It may still come on a later bill."),
    Kind.TWICE: _("Another line bills the same request. Ask the relay for the money."),
    Kind.TOKENS: _("The relay reported other tokens with the answer than it bills."),
    Kind.PRICE: _("The relay counts another price than the price book has for that time. One of the two is wrong."),
    Kind.ESTIMATED: _("The answer broke off before its usage was reported, so the ledger holds an estimate."),
    Kind.UNMEASURED: _("The ledger knows no tokens or no price of this attempt; the bill is the first to say."),
    Kind.ROUNDED: _("The difference is smaller than the last place that the bill writes."),
    Kind.TIME_ZONE: _("One side counts it in this period, the other in the one before or after."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Figures under a name: a kind, a side, a finding."""

    name: str
    count: Figure
    input_tokens: Figure
    output_tokens: Figure
    cost: Figure
    meaning: str = ""
    is_explained: bool = True
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: the line, the attempt, and both amounts."""

    line: str
    at: str
    model: str
    request_id: str
    attempt: Figure
    billed: Figure
    booked: Figure
    input_tokens: Figure
    output_tokens: Figure
    difference: Figure


def days(bill: Bill) -> str:
    """The first and the last day that the bill speaks of, as the relay cuts days."""
    zone = ZoneInfo(bill.reading["zone"])
    first = bill.covers_from.astimezone(zone).date()
    last = (bill.covers_until - timedelta(seconds=1)).astimezone(zone).date()
    return date_format(first) if first == last else f"{date_format(first)} – {date_format(last)}"


def sides(bill: Bill) -> Sequence[Row]:
    """The bill, the ledger, and the one minus the other."""
    return [
        _side(
            gettext("Bill"),
            ngettext("%(count)s line", "%(count)s lines", bill.billed_lines)
            % {"count": figures.number(bill.billed_lines).text},
            bill.billed_input_tokens,
            bill.billed_output_tokens,
            bill.billed_usd,
        ),
        _side(
            gettext("Ledger"),
            _attempts(bill.booked_attempts or 0),
            bill.booked_input_tokens,
            bill.booked_output_tokens,
            bill.booked_usd,
        ),
        whole(bill),
    ]


def whole(bill: Bill) -> Row:
    """Bill minus ledger, which all kinds add up to."""
    return Row(
        name=gettext("Bill minus ledger"),
        count=Figure(text=""),
        input_tokens=_minus(bill.billed_input_tokens, bill.booked_input_tokens),
        output_tokens=_minus(bill.billed_output_tokens, bill.booked_output_tokens),
        cost=NOTHING
        if bill.billed_usd is None or bill.booked_usd is None
        else difference(bill.billed_usd - bill.booked_usd),
    )


def by_kind(found: Sequence[Total], here: str, *, chosen: str) -> Sequence[Row]:
    """The findings by kind, each leading to its rows."""
    return [
        Row(
            name=str(Kind(total.kind).label),
            count=figures.number(total.count, url=f"{here}?{urlencode({'kind': total.kind})}#findings"),
            input_tokens=_signed(total.input_tokens),
            output_tokens=_signed(total.output_tokens),
            cost=NOTHING if total.cost_usd is None else difference(total.cost_usd),
            meaning=str(MEANINGS[Kind(total.kind)]),
            is_explained=total.is_explained,
            is_chosen=total.kind == chosen,
        )
        for total in found
    ]


def finding(match: BillMatch, zone: ZoneInfo, attempts: str) -> Finding:
    """A row of the list; `attempts` is the address of the ledger, empty for those who may not see it."""
    line, attempt = match.line, match.attempt
    if attempt is not None:
        key = str(attempt.pk)
        link = Figure(text=key[:8], exact=key, url=f"{attempts}{key}/change/" if attempts else "")
    else:
        link = Figure(text=_attempts(match.attempts)) if match.attempts else NOTHING
    return Finding(
        line=str(line.number) if line else "–",
        at=date_format(match.at.astimezone(zone), "Y-m-d H:i:s"),
        model=line.model if line else match.model,
        request_id=(line.request_id if line else "") or (attempt.upstream_id if attempt else ""),
        attempt=link,
        billed=NOTHING if line is None or line.cost_usd is None else figures.dollars(line.cost_usd, places=6),
        booked=_booked(match),
        input_tokens=_signed(match.input_tokens),
        output_tokens=_signed(match.output_tokens),
        difference=NOTHING if match.cost_usd is None else difference(match.cost_usd, places=6),
    )


def difference(amount: Decimal, *, places: int = 4) -> Figure:
    """Dollars with their sign; the exact amount on hover, or at once where rounding would leave nothing of it."""
    figure = figures.dollars(amount, places=places)
    if amount and abs(amount) < Decimal(1).scaleb(-places):
        return Figure(text=f"{'−' if amount < 0 else '+'}${abs(amount).normalize():f}")
    return Figure(text=f"+{figure.text}", exact=figure.exact) if amount > 0 else figure


def _attempts(count: int) -> str:
    return ngettext("%(count)s attempt", "%(count)s attempts", count) % {"count": figures.number(count).text}


def _booked(match: BillMatch) -> Figure:
    if match.booked_usd is not None:
        return figures.dollars(match.booked_usd, places=6)
    return Figure(text=gettext("not measured")) if match.kind == Kind.UNMEASURED else NOTHING


def _side(name: str, count: str, tokens_in: int | None, tokens_out: int | None, cost: Decimal | None) -> Row:
    return Row(
        name=name,
        count=Figure(text=count),
        input_tokens=NOTHING if tokens_in is None else figures.number(tokens_in),
        output_tokens=NOTHING if tokens_out is None else figures.number(tokens_out),
        cost=NOTHING if cost is None else figures.dollars(cost),
    )


def _minus(theirs: int | None, ours: int | None) -> Figure:
    return _signed(None if theirs is None or ours is None else theirs - ours)


def _signed(count: int | None) -> Figure:
    if count is None:
        return NOTHING
    text = figures.number(abs(count)).text
    return Figure(text=f"+{text}" if count > 0 else f"−{text}" if count < 0 else text)
