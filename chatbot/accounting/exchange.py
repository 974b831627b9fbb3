"""Dollars in the currency that staff read: by the rate of the day on which they were spent.

A rate holds from its day until the currency's next row. Where none is known there is no amount, and dollars are shown:
nothing is made up, and no total is of a part. Conversion is exact, nothing is rounded: a period is the sum of its days,
each at its own rate, and a day the sum of its models. Round only what is shown, half to even, to `places`.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from django.db.models import Max, Q

from chatbot.models import ExchangeRate

DOLLAR: Final = "USD"
_EXACT: Final = Context(prec=100)
"""Twelve places of a dollar by eight of a rate: the usual 28 digits would do, but for sums over many years."""
_NO_PLACES: Final = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"),
        *("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
_THREE_PLACES: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The rates of one currency over some days; of the dollar, always 1. `since` are the days that they hold from."""

    currency: str
    since: tuple[date, ...] = ()
    per_usd: tuple[Decimal, ...] = ()

    @property
    def places(self) -> int:
        """Decimal places that the currency is written with."""
        return places(self.currency)

    def rate(self, day: date) -> Decimal | None:
        """Units of the currency for one dollar on that day; None when not known."""
        if self.currency == DOLLAR:
            return Decimal(1)
        found = bisect_right(self.since, day)
        return self.per_usd[found - 1] if found else None

    def convert(self, usd: Decimal, day: date) -> Decimal | None:
        """Dollars of that day in the currency, exact; None when the rate is not known."""
        rate = self.rate(day)
        return None if rate is None else _EXACT.multiply(usd, rate)

    def total(self, usd_by_day: Mapping[date, Decimal]) -> Decimal | None:
        """The sum of the days, each at its own rate, exact. None when one that cost something has no rate."""
        total = Decimal(0)
        for day, usd in usd_by_day.items():
            converted = self.convert(usd, day) if usd else Decimal(0)
            if converted is None:
                return None
            total = _EXACT.add(total, converted)
        return total

    def rounded(self, amount: Decimal) -> Decimal:
        """An amount of the currency as it is shown: half to even, to its places."""
        return amount.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_EVEN, context=_EXACT)


def load(currency: str, start: date, end: date) -> Rates:
    """The rates of the days from `start` to before `end`; one query, none for dollars."""
    if currency == DOLLAR:
        return Rates(currency=currency)
    rows = ExchangeRate.objects.filter(currency=currency)
    before = rows.filter(day__lte=start).order_by().values("currency").annotate(last=Max("day")).values("last")
    held = rows.filter(Q(day__gt=start, day__lt=end) | Q(day__in=before)).order_by("day")
    pairs = list(held.values_list("day", "per_usd"))
    return Rates(currency=currency, since=tuple(day for day, _ in pairs), per_usd=tuple(rate for _, rate in pairs))


def convert(usd: Decimal, day: date, currency: str) -> Decimal | None:
    """Dollars of a day in a currency, exact; None when the rate is not known. One query."""
    return load(currency, day, day).convert(usd, day)


def places(currency: str) -> int:
    """Decimal places that an amount of `currency` is written with (ISO 4217)."""
    if currency in _NO_PLACES:
        return 0
    return 3 if currency in _THREE_PLACES else 2
