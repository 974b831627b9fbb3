"""Figures as a mail says them: plain text in the active language. What is not measured is said so, never 0."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from chatbot.accounting.sums import Sums

NONE: Final = "–"
"""Where there is nothing to be said: a share of nothing, a change from nothing."""


def dollars(amount: Decimal, *, places: int = 4) -> str:
    """US dollars, rounded half to even; an amount that would round to nothing is "less than", never 0."""
    step = Decimal(1).scaleb(-places)
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    if 0 < size < step / 2:
        return f"{'>' if sign else '<'} {sign}${_grouped(step, places)}"
    return f"{sign}${_grouped(size.quantize(step, ROUND_HALF_EVEN), places)}"


def exact(amount: Decimal) -> str:
    """US dollars with all places that are not 0, two at the least."""
    exponent = amount.normalize().as_tuple().exponent
    return dollars(amount, places=max(2, -exponent if isinstance(exponent, int) else 0))


def in_currency(amount: Decimal, currency: str, *, places: int) -> str:
    """An amount of another currency, already rounded to `places`, with the currency's code."""
    return f"{_grouped(amount, places)} {currency}"


def cost(sums: Sums, *, places: int = 4) -> str:
    """The known cost of some attempts; "not measured" where nothing of it is known."""
    return dollars(sums.cost_usd, places=places) if sums.is_measured else _("not measured")


def cost_per_answer(sums: Sums, *, places: int = 4) -> str:
    """The known cost over the answered questions; a dash without any."""
    if not sums.answered:
        return NONE
    return _("not measured") if sums.usd_per_answer is None else dollars(sums.usd_per_answer, places=places)


def number(value: int) -> str:
    """A count."""
    return _grouped(value, 0)


def tokens(value: int, sums: Sums) -> str:
    """Tokens of some attempts; "not measured" where nobody knows any."""
    return _("not measured") if sums.attempts and sums.unknown == sums.attempts else number(value)


def percent(share: Decimal | None) -> str:
    """A share of 1 in percent with one place; a dash of nothing."""
    return NONE if share is None else f"{_tenths(share)} %"


def change(now: Sums, before: Sums) -> str:
    """How much dearer or cheaper, in percent with its sign; a dash where one side is unknown or nothing was spent."""
    if not (now.is_measured and before.is_measured and before.cost_usd):
        return NONE
    difference = now.cost_usd - before.cost_usd
    return f"{'+' if difference > 0 else ''}{_tenths(difference / before.cost_usd)} %"


def _tenths(share: Decimal) -> str:
    return _grouped((share * 100).quantize(Decimal("0.1"), ROUND_HALF_EVEN), 1)


def _grouped(value: Decimal | int, places: int) -> str:
    return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
