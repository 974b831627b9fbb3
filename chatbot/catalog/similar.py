"""Products like one product, and products that go with it, out of what the catalogue itself says."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from chatbot.catalog.offered import offered
from chatbot.catalog.search import Search, configured
from chatbot.catalog.search.base import Filters
from chatbot.catalog.search.filtering import fitting
from chatbot.catalog.text import fold
from chatbot.models import Product

_DEPTH: Final = 4


def variants_of(products: Sequence[Product]) -> list[Product]:
    """These products, each followed by its other variants; what can be bought first."""
    groups = {product.item_group_id for product in products} - {""}
    rows = Product.objects.offered().filter(item_group_id__in=groups).order_by("pk") if groups else []
    by_group: dict[str, list[Product]] = {group: [] for group in groups}
    for row in sorted(rows, key=lambda row: row.availability == Product.Availability.OUT_OF_STOCK):
        by_group[row.item_group_id].append(row)
    found: dict[int, Product] = {}
    for product in products:
        for row in (product, *by_group.get(product.item_group_id, ())):
            found.setdefault(row.pk, row)
    return list(found.values())


def similar_to(
    product: Product,
    *,
    limit: int,
    now: datetime,
    words: str = "",
    filters: Filters | None = None,
    search: Search | None = None,
) -> list[Product]:
    """Products that could be bought instead: with filters its own variants first, then those that are called alike.

    `words` are what they should be besides; what says them stands first.
    """
    search = search or configured()
    narrowed = _except(filters, [product.sku], now)
    variants: list[Product] = []
    if filters and product.item_group_id and (holding := getattr(search, "holding", None)):
        rows = fitting(narrowed, holding).filter(item_group_id=product.item_group_id)
        variants = list(rows.order_by("pk")[:limit])
    title = f"{_kind(product)} {product.title}".strip()
    hits = []
    if words:
        hits += search.search(f"{words} {_kind(product)}".strip(), limit=limit, filters=narrowed)
    hits += search.search(title, limit=limit * _DEPTH, filters=narrowed)
    if len(hits) < limit and (kind := _kind(product)):  # a name that nothing shares says nothing of what it is
        hits += search.search(kind, limit=limit * _DEPTH, filters=narrowed)
    rows_ = offered([hit.product_id for hit in hits])
    found = [rows_[hit.product_id] for hit in hits if hit.product_id in rows_]
    if not filters:  # without a wish for another colour or size, its variants are the same product
        found = [row for row in found if not row.item_group_id or row.item_group_id != product.item_group_id]
    # What is of the same kind stands before what only shares words with it: a case is not like the phone it is for.
    found.sort(key=lambda row: row.product_type != product.product_type)
    return list(dict.fromkeys([*variants, *found]))[:limit]


def goes_with(
    product: Product, *, limit: int, now: datetime, filters: Filters | None = None, search: Search | None = None
) -> list[Product]:
    """Products of other kinds that are made for this one, of its brand or its neighbours on the shelf."""
    search = search or configured()
    narrowed = _except(filters, [product.sku], now)
    shelf = _parent(product.product_type)
    found: dict[str, Product] = {}
    for words in filter(None, (f"{product.brand} {_kind(product)}".strip(), shelf.rpartition(">")[2].strip())):
        hits = search.search(words, limit=limit * _DEPTH, filters=narrowed)
        rows = offered([hit.product_id for hit in hits])
        for hit in hits:
            row = rows.get(hit.product_id)
            if row and row.product_type != product.product_type and _is_other(row, product):
                found.setdefault(row.product_type, row)  # one of each kind: a set, not ten of one thing
    near = sorted(found.values(), key=lambda row: -_shared(row.product_type, product.product_type))
    return near[:limit]


def _except(filters: Filters | None, skus: Iterable[str], now: datetime) -> Filters:
    return replace(filters or Filters(now=now), except_skus=(*(filters.except_skus if filters else ()), *skus))


def _kind(product: Product) -> str:
    return product.product_type.rpartition(">")[2].strip()


def _parent(path: str) -> str:
    return path.rpartition(">")[0].strip()


def _shared(one: str, other: str) -> int:
    """How many names two category paths have in common from the start."""
    count = 0
    for mine, theirs in zip(fold(one).split(">"), fold(other).split(">"), strict=False):
        if mine.strip() != theirs.strip():
            break
        count += 1
    return count


def _is_other(row: Product, product: Product) -> bool:
    return not product.item_group_id or row.item_group_id != product.item_group_id
