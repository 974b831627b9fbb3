"""The search port: what the shop's assistant needs from a product search, and nothing of how it is done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from chatbot.models import Product


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that answers the words. Scores compare within one search only; higher is better."""

    product_id: int
    sku: str
    score: float
    lacks: tuple[str, ...] = ()
    """Words that the product does not hold, folded (see `Word.written`). A search may leave it empty, and does so where
    any product that it found holds all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something that products say in a column of their own, or in their title where the column says nothing of it."""

    column: Literal["brand", "color", "size", ""]
    """Empty where titles alone say it."""
    values: tuple[str, ...]
    """Values of the column; any of them."""
    words: tuple[str, ...]
    """What a title may say instead; any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What products must be, besides answering the words. `now` decides which sales run."""

    now: datetime
    wanted: tuple[Trait, ...] = ()
    """All of them."""
    unwanted: tuple[Trait, ...] = ()
    """None of them."""
    on_sale: bool = False
    """Only what costs less than usual at `now`."""
    category: str = ""
    """A category path; those below it count too."""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str = ""
    """Of the bounds. A price in another currency is never within them: nothing here converts money."""
    except_skus: tuple[str, ...] = ()
    hints: str = ""
    """Words that speak for a product but need not be there."""


class Search(Protocol):
    """A product search. A site may bring its own by CHATBOT['SEARCH'].

    `index` and `remove` are called inside the transaction that writes the products.
    """

    def search(
        self, words: str, *, limit: int = 10, in_stock_only: bool = False, filters: Filters | None = None
    ) -> list[Hit]:
        """The best products for the words, best first, one of each group of variants.

        Empty when nothing in the catalogue suits.
        """
        ...

    def index(self, products: Iterable[Product]) -> None:
        """Take these products in, or take in what changed about them."""
        ...

    def remove(self, product_ids: Collection[int]) -> None:
        """Forget these products. Unknown ids are fine."""
        ...

    def rebuild(self) -> int:
        """Forget everything and index all offered products anew. Returns how many."""
        ...
