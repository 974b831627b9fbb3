"""Which products a reference means, and what it says of their prices."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from chatbot.catalog.asked import Context, Question, Shown
from chatbot.catalog.references import LAST, Kind, Reference
from chatbot.catalog.text import tokens

_WITHOUT_CENTS: Final = frozenset({"KRW", "JPY", "VND", "CLP", "ISK", "HUF"})
_THE_ONE: Final = re.compile(r"\bthe\s+(?P<name>[\w-]+)\s+one\b", re.IGNORECASE)


def by_name(reference: Reference, context: Context) -> Reference:
    """With the place of "the Sony one", where just one of the products that were shown is called that."""
    match = None if reference.places else _THE_ONE.search(reference.rest)
    if match is None or reference.kind == "other":
        return reference
    name = set(tokens(match["name"]))
    places = [place for place, item in enumerate(context.shown, 1) if name and name <= set(tokens(item.title))]
    if len(places) != 1:
        return reference
    rest = f"{reference.rest[: match.start()]} {reference.rest[match.end() :]}"
    return replace(reference, rest=rest, kind=reference.kind or "same", places=tuple(places))


def pointed_at(reference: Reference, context: Context) -> list[Shown]:
    """The products that the reference means."""
    shown, viewed = list(context.shown), context.viewed
    if reference.is_cart:
        return [Shown(sku=sku, title="") for sku in context.cart]
    if reference.places:
        places = [len(shown) + 1 + place if place <= LAST else place for place in reference.places]
        return [shown[place - 1] for place in places if 0 < place <= len(shown)]
    if reference.kind == "other":
        return shown
    if viewed and (reference.is_this or reference.kind == "with" or not shown):
        return [viewed]
    if reference.kind == "with":
        return shown[:1]
    return shown


def priced_against(question: Question, kind: Kind, seen: Sequence[Shown]) -> Question:
    """Strictly below the cheapest of those, or above the dearest."""
    priced = [item for item in seen if item.price is not None and item.currency == seen[0].currency]
    if not priced:
        return replace(question, sort="cheapest" if kind == "cheaper" else "dearest")
    currency = priced[0].currency
    step = Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")
    prices = [item.price for item in priced if item.price is not None]
    if kind == "cheaper":
        return replace(question, price_min=None, price_max=min(prices) - step, currency=currency)
    return replace(question, price_min=max(prices) + step, price_max=None, currency=currency)
