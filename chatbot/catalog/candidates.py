"""Products that may answer a question, as the shop's database has them now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

from chatbot.catalog.question import Question
from chatbot.catalog.search import Hit, Search, configured
from chatbot.conf import current
from chatbot.models import Product

DEPTH = 10
"""With a price bound, how many times the wanted number of hits is looked at."""


@dataclass(frozen=True, slots=True)
class Candidates(Sequence[Product]):
    """Products, best first; a sequence of them.

    `relaxed`: nothing suits the price, so these are the nearest without it, and the answer should say so.
    """

    products: tuple[Product, ...] = ()
    scores: tuple[float, ...] = ()
    relaxed: bool = False

    def __len__(self) -> int:
        return len(self.products)

    def __iter__(self) -> Iterator[Product]:
        return iter(self.products)

    @overload
    def __getitem__(self, at: int) -> Product: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Product]: ...
    def __getitem__(self, at: int | slice) -> Product | Sequence[Product]:
        return self.products[at]


def candidates(
    question: Question, *, limit: int, now: datetime, in_stock_only: bool = False, search: Search | None = None
) -> Candidates:
    """At most `limit` products for the question, with price and stock of this moment, in a fixed number of queries.

    Empty when the catalogue has nothing that suits the words. An aware `now` decides which sales run.
    """
    if not question.words:
        return Candidates()
    depth = limit * DEPTH if question.bounded else limit
    hits = (search or configured()).search(question.words, limit=depth, in_stock_only=in_stock_only)
    # Without the further columns of the feed: they are the larger part of a row, and no answer is made of them.
    rows = Product.objects.offered().defer("attributes").in_bulk([hit.product_id for hit in hits])
    found = [(hit, rows[hit.product_id]) for hit in hits if hit.product_id in rows]
    fitting = [(hit, product) for hit, product in found if _affordable(product, question, now)]
    relaxed = bool(found) and not fitting
    return _candidates((found if relaxed else fitting)[:limit], relaxed=relaxed)


def _candidates(found: list[tuple[Hit, Product]], *, relaxed: bool) -> Candidates:
    return Candidates(tuple(product for _, product in found), tuple(hit.score for hit, _ in found), relaxed)


def _affordable(product: Product, question: Question, now: datetime) -> bool:
    if not question.bounded:
        return True
    price = product.price_at(now)
    # Nothing here converts money: a bound in another currency cannot be held against the price.
    if price is None or product.currency != (question.currency or current().currency):
        return False
    low, high = question.price_min, question.price_max
    return (low is None or low <= price) and (high is None or price <= high)
