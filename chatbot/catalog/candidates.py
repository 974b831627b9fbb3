"""Products that may answer a question, as the shop's database has them now."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple, overload

from django.db.models import F

from chatbot.catalog.facets import Facet, facet, facet_of, whole_shop
from chatbot.catalog.missing import lacks_thing, missing
from chatbot.catalog.offered import offered
from chatbot.catalog.question import Question
from chatbot.catalog.search import Hit, Search, configured
from chatbot.catalog.search.base import Filters
from chatbot.catalog.search.filtering import fitting, paid_at, share_paid
from chatbot.catalog.similar import goes_with, similar_to, variants_of
from chatbot.catalog.vocabulary import Vocabulary, vocabulary
from chatbot.catalog.wanted import constraints, filters_of
from chatbot.models import Product

DEPTH = 10
"""To be put in another order, how many times the wanted number of hits is looked at."""
FACET_DEPTH = 200
"""Products that are found for what there is to choose from."""
STRONG = 0.5
"""Share of the best score from which on a product counts when the cheapest is asked for, no cable among the laptops, or
for the thing itself."""


class _Scored(NamedTuple):
    score: float
    product: Product
    lacks: tuple[str, ...] = ()
    """As in `Hit`."""


Scored = list[_Scored]


@dataclass(frozen=True, slots=True)
class Candidates(Sequence[Product]):
    """Products, best first; a sequence of them.

    `relaxed` are the constraints that had to be let go, in words of `wanted.RELAXED_IN_ORDER`: nothing fulfils all of
    them, these are the nearest, and the answer should say so.
    """

    products: tuple[Product, ...] = ()
    scores: tuple[float, ...] = ()
    relaxed: tuple[str, ...] = ()
    missing: str = ""
    """What of the question none of the products is, as the shopper wrote it: "backpack" of "a light backpack". They are
    the nearest, and the answer should say so."""
    facet: Facet = ()
    """What there is of what the question asks to choose from (see `Question.asks`), with the numbers of products."""

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
    """At most `limit` products for the question, with price and stock of this moment.

    Empty when the catalogue has nothing that suits the words. What fulfils no product is let go, one constraint after
    the other in the order of `wanted.RELAXED_IN_ORDER`: first each alone, then more and more of them together. An aware
    `now` decides which sales run.
    """
    finding = _Finding(question, limit, now, in_stock_only, search)
    if not finding.is_possible:
        return Candidates(facet=whole_shop().get(question.asks, ()))
    if found := finding.without(()):
        return finding.candidates(found, ())
    has = constraints(question)
    if not has or not finding.without(has):
        return Candidates()
    together = (tuple(names) for names in accumulate((name,) for name in has))
    for names in (*((name,) for name in has), *together):
        if found := finding.without(names):
            return finding.candidates(found, names)
    return Candidates()


class _Finding:
    """Looks for the products of one question, with fewer and fewer of its constraints."""

    def __init__(
        self, question: Question, limit: int, now: datetime, in_stock_only: bool, search: Search | None
    ) -> None:
        self._question = question
        self._limit = limit
        self._now = now
        self._in_stock_only = in_stock_only
        self._search = search or configured()
        needs_words = question.colors or question.brands or question.sizes or question.without
        self._known = vocabulary() if needs_words or question.bounded else Vocabulary()
        self._about = _products(question.about) if question.reference in ("same", "like", "with") else []

    @property
    def is_possible(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._question.words or self._question.listed or self._question.sort == "newest" or self._about)

    def without(self, dropped: Collection[str]) -> Scored:
        """The products that fulfil the question without these constraints, best first."""
        question = self._question
        if self._about and question.reference == "same":
            chosen = variants_of(self._about) if question.asks in ("color", "size") else self._about
            return [_Scored(1.0, product) for product in chosen][: self._limit]
        filters = filters_of(question, self._known, now=self._now, without=dropped)
        if filters and not self._may_be_paid(filters):
            return []
        if self._about and question.reference == "like":
            like = similar_to(
                self._about[0],
                words=question.words,
                limit=self._limit,
                now=self._now,
                filters=filters,
                search=self._search,
            )
            return [_Scored(1.0, product) for product in like]
        if self._about:  # "socks to go with it" names what it is to be
            named = [scored for scored in self._searched(filters) if scored.product.pk != self._about[0].pk]
            if named or question.words:
                return named
            found = goes_with(self._about[0], limit=self._limit, now=self._now, filters=filters, search=self._search)
            return [_Scored(1.0, product) for product in found]
        found_ = self._searched(filters) if question.words else self._listed(filters)
        if found_ or question.reference not in ("cheaper", "dearer") or "price" in dropped:
            return found_
        about = _products(question.about)[:1]  # what it is called finds nothing cheaper: what it is may
        like = (
            similar_to(about[0], limit=self._limit, now=self._now, filters=filters, search=self._search)
            if about
            else []
        )
        return [_Scored(1.0, product) for product in like]

    def _searched(self, filters: Filters | None) -> Scored:
        """What the words find."""
        if not self._question.words:
            return []
        depth = self._limit * DEPTH if self._question.sort else self._limit
        hits = self._hits(depth, filters)
        rows = offered([hit.product_id for hit in hits])
        found_ = [_Scored(hit.score, rows[hit.product_id], hit.lacks) for hit in hits if hit.product_id in rows]
        if all(scored.lacks for scored in found_):  # none holds the whole question
            found_ = self._thing_first(found_)
        return self._sorted(found_)[: self._limit]

    def _hits(self, depth: int, filters: Filters | None) -> list[Hit]:
        return self._search.search(
            self._question.words,
            limit=depth,
            in_stock_only=self._in_stock_only,
            **({"filters": filters} if filters else {}),
        )

    def _facet(self, found: Scored, relaxed: Collection[str]) -> Facet:
        """Of more products than are shown: of all variants, or of what is found further down."""
        question = self._question
        if not question.asks:
            return ()
        if self._about and question.reference == "same":
            return facet_of([product.pk for product in variants_of(self._about)], question.asks)
        filters = filters_of(question, self._known, now=self._now, without=relaxed)
        if question.words:
            return facet_of([hit.product_id for hit in self._hits(FACET_DEPTH, filters)], question.asks)
        if filters and hasattr(self._search, "holding"):
            return facet(fitting(filters, self._search.holding), question.asks)
        return facet_of([scored.product.pk for scored in found], question.asks)

    def _may_be_paid(self, filters: Filters) -> bool:
        """Whether any product has a price in the currency of the bounds: else the search need not look for one."""
        is_bounded = filters.price_min is not None or filters.price_max is not None
        return not is_bounded or not self._known.currencies or filters.currency in self._known.currencies

    def _listed(self, filters: Filters | None) -> Scored:
        """What fulfils the constraints when no words are left: "anything in red?", "what is on sale?" """
        sort = self._question.sort
        if filters is None and sort == "newest":
            filters = Filters(now=self._now)
        if filters is None or not (filters.wanted or filters.category or filters.on_sale or sort == "newest"):
            return []
        rows = fitting(filters, self._search.holding) if hasattr(self._search, "holding") else None
        if rows is None:
            return []
        order = {
            "cheapest": F("paid").asc(nulls_last=True),
            "dearest": F("paid").desc(nulls_last=True),
            "newest": F("created_at").desc(),
        }
        rows = rows.defer("attributes").annotate(paid=paid_at(self._now))
        by = order.get(sort) or (share_paid().asc() if filters.on_sale else None)  # what is most reduced first
        found: list[Product] = [*rows.order_by(*([by] if by else []), "-pk")[: 2 * self._limit]]
        if filters.on_sale or sort == "newest":
            found = _one_of_each_group(found)
        found.sort(key=lambda product: product.availability == Product.Availability.OUT_OF_STOCK)
        return [_Scored(1.0, product) for product in found[: self._limit]]

    def _thing_first(self, found: Scored) -> Scored:
        """What is the thing that is asked for, and answers well, before what only is like it: a blanket before the lamp
        that is warm and for camping. Scores fall along the list.
        """
        lacks = {each: lacks_thing(self._question.words, each) for each in {scored.lacks for scored in found}}
        is_thing = [not lacks[scored.lacks] and scored.score >= STRONG * found[0].score for scored in found]
        before = [scored for scored, is_it in zip(found, is_thing, strict=True) if is_it]
        if not before:
            return found
        behind = [scored for scored, is_it in zip(found, is_thing, strict=True) if not is_it]
        return [*before, *(scored._replace(score=min(scored.score, before[-1].score)) for scored in behind)]

    def _sorted(self, found: Scored) -> Scored:
        """In the order that was asked for; of what answers the words well, and what can be bought first."""
        sort = self._question.sort
        if not sort or not found:
            return found
        strong = [scored for scored in found if scored.score >= STRONG * found[0].score]
        if sort == "newest":
            strong.sort(key=lambda scored: scored.product.created_at, reverse=True)
        else:
            priced = [(scored.product.price_at(self._now), scored) for scored in strong]
            sign = 1 if sort == "cheapest" else -1
            priced.sort(key=lambda row: (row[0] is None, sign * (row[0] or 0)))
            strong = [scored for _, scored in priced]
        strong.sort(key=lambda scored: scored.product.availability == Product.Availability.OUT_OF_STOCK)
        return strong

    def candidates(self, found: Scored, relaxed: tuple[str, ...]) -> Candidates:
        """As the answer."""
        return Candidates(
            tuple(scored.product for scored in found),
            tuple(scored.score for scored in found),
            relaxed,
            self._missing(found),
            self._facet(found, relaxed),
        )

    def _missing(self, found: Scored) -> str:
        """What all of them lack. What was seen before has named what is compared with it."""
        lacked = set(found[0].lacks).intersection(*(scored.lacks for scored in found))
        return missing(self._question.words, lacked) if lacked and self._question.reference in ("", "with") else ""


def _one_of_each_group(products: Sequence[Product]) -> list[Product]:
    """The first of each group of variants, as a search has them."""
    groups = {product.item_group_id or product.sku: product for product in reversed(products)}
    return [product for product in products if groups[product.item_group_id or product.sku] is product]


def _products(skus: Collection[str]) -> list[Product]:
    """Those that are still offered, in the order of the skus."""
    rows = {row.sku: row for row in Product.objects.offered().filter(sku__in=skus)}
    return [rows[sku] for sku in skus if sku in rows]
