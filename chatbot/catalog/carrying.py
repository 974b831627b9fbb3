"""What of a question still holds when the next one refines it."""

from collections.abc import Collection
from dataclasses import replace

from chatbot.catalog.asked import Question
from chatbot.catalog.released import Released


def merged(last: Question, now: Question, *, adds: bool) -> Question:
    """The question before with the wishes of the newer one: in place of older ones of a kind, or added to them."""

    def newer(mine: tuple[str, ...], older: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(name for name in older if name not in now.without)
        return tuple(dict.fromkeys((*kept, *mine))) if adds or not mine else mine

    low, high, currency = now.price_min, now.price_max, now.currency
    was_range = last.price_min is not None and last.price_max is not None  # one wish: a newer one stands for all of it
    if (last.currency in ("", currency) or not currency) and not (was_range and now.bounded):
        low = last.price_min if low is None else low
        high = last.price_max if high is None else high
        currency = currency or last.currency
    if low is not None and high is not None and low > high:  # "over $100" after "under $50" takes it back
        low, high = now.price_min, now.price_max
    wanted = {*now.brands, *now.colors}
    return Question(
        asks=now.asks,
        words=now.words or last.words,
        price_min=low,
        price_max=high,
        currency=currency,
        brands=newer(now.brands, last.brands),
        colors=newer(now.colors, last.colors),
        sizes=newer(now.sizes, last.sizes),
        category=last.category,
        without=tuple(dict.fromkeys((*(name for name in last.without if name not in wanted), *now.without))),
        sort=now.sort or last.sort,
        on_sale=now.on_sale or last.on_sale,
        gift=now.gift or last.gift,
        recipient=now.recipient or last.recipient,
    )


def without_released(last: Question, released: Collection[Released]) -> Question:
    """The question before, without wishes that do not matter any more."""
    if "color" in released:
        last = replace(last, colors=())
    if "brand" in released:
        last = replace(last, brands=())
    if "size" in released:
        last = replace(last, sizes=())
    if "price" in released:
        last = replace(last, price_min=None, price_max=None, currency="")
    return last
