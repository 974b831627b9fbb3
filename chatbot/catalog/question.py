"""What the shopper wants, out of what the shopper wrote: words to search for, and what the price may be.

>>> question = understand("5만원 이하 무선 이어폰 추천해줘")
>>> question.words, question.price_max, question.currency
('무선 이어폰', Decimal('50000'), 'KRW')
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chatbot.catalog.budget import read_bounds
from chatbot.catalog.text import query
from chatbot.catalog.wording import unwrapped

READ_CHARACTERS = 2_000
"""How much of a message is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A wish in the catalogue's terms. Bounds are in `currency`'s major unit and both in; empty is the shop's own."""

    words: str
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str = ""

    @property
    def bounded(self) -> bool:
        """Whether the price matters."""
        return self.price_min is not None or self.price_max is not None

    def as_dict(self) -> dict[str, str | None]:
        """The question as JSON may hold it, for the record of a turn."""
        return {
            "words": self.words,
            "price_min": _written(self.price_min),
            "price_max": _written(self.price_max),
            "currency": self.currency,
        }


def understand(text: str, *, history: Sequence[str] = (), page: str | None = None) -> Question:
    """The question in `text`.

    `history` are the shopper's earlier messages, oldest first: where this one names no goods ("anything under $30?"),
    the last that did still holds. `page` is what the open page is about, a product's title for one: it stands in when
    nobody named anything.
    """
    bounds, rest = read_bounds(text[:READ_CHARACTERS])
    words = unwrapped(rest)
    if not query(words):
        words = next(filter(None, map(_words_of, reversed(history))), "") or (page or "")
    return Question(words=words, price_min=bounds.low, price_max=bounds.high, currency=bounds.currency)


def _words_of(text: str) -> str:
    words = unwrapped(read_bounds(text[:READ_CHARACTERS])[1])
    return words if query(words) else ""


def _written(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"
