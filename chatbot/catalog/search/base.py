"""The search port: what the shop's assistant needs from a product search, and nothing of how it is done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from chatbot.models import Product


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that answers the words. Scores compare within one search only; higher is better."""

    product_id: int
    sku: str
    score: float


class Search(Protocol):
    """A product search. A site may bring its own by CHATBOT['SEARCH'].

    `index` and `remove` are called inside the transaction that writes the products.
    """

    def search(self, words: str, *, limit: int = 10, in_stock_only: bool = False) -> list[Hit]:
        """The best products for the words, best first. Empty when nothing in the catalogue suits."""
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
