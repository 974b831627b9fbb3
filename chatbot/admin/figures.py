"""Figures as staff read them: the rounded text, the exact amount behind it, and a link to the rows that it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from html import escape
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chatbot.accounting.periods import Month
from chatbot.accounting.sums import Sums

_SECOND: Final = Decimal(1000)
"""In milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Prints as itself in a template. `exact` is shown on hover, `url` leads to the rows."""

    text: str
    exact: str = ""
    url: str = ""

    def __html__(self) -> SafeString:
        # A page holds a thousand figures: Python's own escape is several times faster than `format_html`.
        text, title = escape(self.text), f' title="{escape(self.exact)}"' if self.exact else ""
        if self.url:
            text = f'<a href="{escape(self.url)}"{title}>{text}</a>'
        elif title:
            text = f"<span{title}>{text}</span>"
        return mark_safe(text)  # noqa: S308 - every part is escaped above

    __str__ = __html__


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLinks:
    """Addresses of ledger pages that show exactly the rows of a figure; empty for those who may not see the ledger."""

    ledger: str

    @classmethod
    def of(cls, request: HttpRequest, site: str) -> "LedgerLinks":
        """Links within the admin site named `site`, for the one who asks."""
        if not request.user.has_perm("chatbot.view_attempt"):
            return cls(ledger="")
        return cls(ledger=reverse("admin:chatbot_attempt_changelist", current_app=site))

    def to(self, period: date | Month | str | None = None, **filters: str) -> str:
        """The ledger of a period, as `admin.filters` writes it, with further filters by their parameter names."""
        query = filters if period is None else {"period": str(period), **filters}
        return f"{self.ledger}?{urlencode(query)}" if self.ledger else ""

    def states(self, period: date | Month | str, **filters: str) -> Callable[[str], str]:
        """As `to`, for several states of the same rows: of such addresses a page has hundreds."""
        address = self.to(period, **filters)
        return lambda state: f"{address}&state={state}" if address else ""


def dollars(amount: Decimal, *, places: int = 4, url: str = "") -> Figure:
    """US dollars at so many places; something that would round to nothing is "less than" and never 0."""
    step = Decimal(1).scaleb(-places)
    exact = f"{'-' if amount < 0 else ''}${_plain(abs(amount))}"
    if 0 < amount < step / 2:
        return Figure(text=f"< ${_grouped(step, places)}", exact=exact, url=url)
    rounded = amount.quantize(step, ROUND_HALF_EVEN)
    sign = "−" if rounded < 0 else ""
    return Figure(text=f"{sign}${_grouped(abs(rounded), places)}", exact=exact if rounded != amount else "", url=url)


def cost(sums: Sums, *, places: int = 4, url: str = "") -> Figure:
    """The known cost of some attempts, "not measured" if nothing of it is known; without attempts it is 0 and known."""
    if not sums.attempts:
        return dollars(Decimal(0), places=places)
    if not sums.is_measured:
        return Figure(text=_("not measured"), url=url)
    return dollars(sums.cost_usd, places=places, url=url)


def number(value: int, *, url: str = "", exact: str = "") -> Figure:
    """A count, with a link unless it is 0."""
    return Figure(text=_grouped(value, 0), url=url if value else "", exact=exact)


def tokens(value: int, sums: Sums, *, url: str = "") -> Figure:
    """Tokens of some attempts; of attempts whose tokens nobody knows, "not measured"."""
    known = sums.attempts - sums.unknown
    return number(value, url=url) if known or not sums.attempts else Figure(text=_("not measured"), url=url)


def share(part: int, whole: int, *, url: str = "") -> Figure:
    """A rate with the counts behind it on hover; of nothing it is a dash, for 0 of 0 is not 0 %."""
    if not whole:
        return Figure(text="–")
    exact = _("%(part)s of %(whole)s") % {"part": _grouped(part, 0), "whole": _grouped(whole, 0)}
    return Figure(text=percent(Decimal(part), Decimal(whole)), exact=exact, url=url if part else "")


def per(sums: Sums, count: int, *, places: int = 4, url: str = "") -> Figure:
    """The known cost for each of `count`; "not measured" without a known cost, a dash without anything to divide by."""
    if not count:
        return Figure(text="–")
    if not sums.is_measured:
        return Figure(text=_("not measured"))
    return dollars(sums.cost_usd / count, places=places, url=url)


def milliseconds(value: Decimal | int | None, *, url: str = "") -> Figure:
    """A time in seconds from one second on, in milliseconds below; unknown is a dash with the reason."""
    if value is None:
        return Figure(text="–", exact=_("not measured"))
    if value < _SECOND:
        return Figure(text=_("%(number)s ms") % {"number": _grouped(Decimal(value).quantize(Decimal(1)), 0)}, url=url)
    seconds = (Decimal(value) / _SECOND).quantize(Decimal("0.01"))
    return Figure(text=_("%(number)s s") % {"number": _grouped(seconds, 2)}, url=url)


def time_at_scale(value: Decimal, step: Decimal, highest: Decimal) -> str:
    """A mark of a scale of times: all of its marks are in milliseconds, or all in seconds."""
    if highest < _SECOND:
        return milliseconds(value).text
    places = max(0, -(step / _SECOND).adjusted())
    return _("%(number)s s") % {"number": _grouped(value / _SECOND, places)}


def percent(part: Decimal, whole: Decimal) -> str:
    """A share with one place; a dash of nothing."""
    return f"{_grouped((part * 100 / whole).quantize(Decimal('0.1')), 1)}\N{NO-BREAK SPACE}%" if whole else "–"


def _grouped(value: Decimal | int, places: int) -> str:
    return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)


def price(amount: Decimal) -> Figure:
    """US dollars with all places that are not 0, at least two."""
    return dollars(amount, places=max(2, _places(amount)))


def plain(amount: Decimal) -> Decimal:
    """The same amount without zeros at its end."""
    return amount.quantize(Decimal(1).scaleb(-_places(amount)))


def _places(amount: Decimal) -> int:
    return max(0, -int(amount.normalize().as_tuple().exponent))


def _plain(amount: Decimal) -> str:
    """All places that are not 0, at least two; for a tooltip and for copying, so not localised."""
    exact = amount.normalize()
    return f"{exact:f}" if exact.as_tuple().exponent < -2 else f"{amount:.2f}"  # type: ignore[operator]  # finite
