"""Filters as a condition on the products' table, so that the database leaves out what does not fit."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, When
from django.db.models.expressions import CombinedExpression, RawSQL
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from chatbot.catalog.search.base import Filters, Trait
from chatbot.catalog.text import Phrase, phrase
from chatbot.models import Product

Holding = Callable[[list[Phrase]], tuple[str, list[Any]]]  # Any: what a query's parameters are
"""SQL that gives the ids of products whose titles hold any of the phrases."""
Titled = Callable[[list[Phrase]], Q]
"""The condition that a product's title holds any of the phrases."""


def titled_by(holding: Holding) -> Titled:
    """The condition by a list of ids."""

    def titled(phrases: list[Phrase]) -> Q:
        sql, parameters = holding(phrases)
        return Q(pk__in=RawSQL(sql, parameters))  # noqa: S611 - of our own making

    return titled


def fitting(filters: Filters, holding: Holding) -> QuerySet[Product]:
    """The offered products that the filters let through."""
    return passing(filters, titled_by(holding))


def passing(filters: Filters, titled: Titled) -> QuerySet[Product]:
    """As `fitting`, for an engine that knows a shorter way to a title."""
    found = Product.objects.offered()
    for trait in filters.wanted:
        found = found.filter(_is(trait, titled))
    for trait in filters.unwanted:
        found = found.exclude(_is(trait, titled))
    if filters.on_sale:
        found = found.filter(_runs(filters.now), sale_price__lt=F("price"))
    if filters.category:
        path = filters.category
        found = found.filter(Q(product_type=path) | Q(product_type__startswith=f"{path} >"))
    if filters.except_skus:
        found = found.exclude(sku__in=filters.except_skus)
    if filters.price_min is not None or filters.price_max is not None:
        found = found.filter(currency=filters.currency)
        paid = paid_at(filters.now)
        if filters.price_min is not None:
            found = found.filter(GreaterThanOrEqual(paid, filters.price_min))
        if filters.price_max is not None:
            found = found.filter(LessThanOrEqual(paid, filters.price_max))
    return found


def paid_at(now: datetime) -> Case:
    """What a shopper pays at `now`, as `Product.price_at` says it."""
    runs = _runs(now) & (Q(price__isnull=True) | Q(sale_price__lt=F("price")))
    return Case(When(runs & Q(sale_price__isnull=False), then=F("sale_price")), default=F("price"))


def share_paid() -> CombinedExpression:
    """How much of its usual price a product on sale still costs."""
    # As floats: SQLite would divide whole amounts as integers.
    return CombinedExpression(
        Cast("sale_price", FloatField()), CombinedExpression.DIV, Cast("price", FloatField()), FloatField()
    )


def _runs(now: datetime) -> Q:
    """A sale that has begun and is not over."""
    begun = Q(sale_starts_at__isnull=True) | Q(sale_starts_at__lte=now)
    return begun & (Q(sale_ends_at__isnull=True) | Q(sale_ends_at__gt=now))


def _is(trait: Trait, titled: Titled) -> Q:
    ways = []
    if trait.column and trait.values:
        ways.append(Q(**{f"{trait.column}__in": trait.values}))
    if phrases := [found for words in trait.words if (found := phrase(words))]:
        ways.append(titled(phrases))
    return reduce(or_, ways, Q()) if ways else Q(pk__in=())
