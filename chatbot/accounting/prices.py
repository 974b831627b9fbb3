"""The price book: what a model's tokens cost at a moment, and what an attempt therefore cost."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from chatbot.events import Usage
from chatbot.models import Price
from chatbot.models.amounts import PICODOLLAR

MILLION: Final = Decimal(1_000_000)


def price_at(model: str, at: datetime) -> Price | None:
    """The price of `model` at `at`: the row with the latest `valid_from` <= `at`. None when the book has none.

    Of several rows of one moment, the last one written holds: each corrects the one before it.
    """
    return Price.objects.filter(model=model, valid_from__lte=at).order_by("-valid_from", "-id").first()


def price_of_first(models: tuple[str, ...], at: datetime) -> Price | None:
    """The price at `at` of the first of `models` that the book knows; one query."""
    return price_among(Price.objects.filter(model__in=models, valid_from__lte=at), models, at)


def price_among(book: Iterable[Price], models: tuple[str, ...], at: datetime) -> Price | None:
    """As `price_of_first`, out of the rows of `book`. An attempt is priced by (served model, requested model)."""
    latest: dict[str, Price] = {}
    for price in book:
        known = latest.get(price.model)
        if price.valid_from <= at and (known is None or _order(known) < _order(price)):
            latest[price.model] = price
    return next((latest[model] for model in models if model in latest), None)


def cost_usd(usage: Usage, price: Price) -> Decimal | None:
    """US dollars for `usage`, exact to 12 places. None when input or output tokens are not known: that is not 0.

    Cached input tokens are inside the input tokens and have their own price; an unknown number of them is taken as
    none cached. Reasoning tokens are inside the output tokens.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached = usage.cached_input_tokens or 0
    millionths = (
        (usage.input_tokens - cached) * Decimal(price.input_per_million_usd)
        + cached * Decimal(price.cached_input_per_million_usd)
        + usage.output_tokens * Decimal(price.output_per_million_usd)
    )
    return (millionths / MILLION).quantize(PICODOLLAR, ROUND_HALF_EVEN)


def _order(price: Price) -> tuple[datetime, int]:
    return price.valid_from, price.pk
