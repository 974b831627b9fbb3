"""What there is to choose from: the brands, colours or sizes of products, with how many have each. Counted in SQL."""

from collections.abc import Collection
from typing import Final

from django.db.models import Count, QuerySet

from chatbot.catalog.choices import Choice
from chatbot.catalog.vocabulary import FRESH_S
from chatbot.models import Product
from chatbot.remembered import Remembered

MOST: Final = 15
"""Values of a facet that are told."""

Facet = tuple[tuple[str, int], ...]
"""Values as the catalogue writes them, each with the number of products; the commonest first."""


def facet(products: QuerySet[Product], choice: Choice) -> Facet:
    """The facet of these products; empty when they say nothing of it, or nothing is asked."""
    if not choice:
        return ()
    counted = products.order_by().exclude(**{choice: ""}).values_list(choice).annotate(count=Count("pk"))
    return tuple((str(value), int(count)) for value, count in counted.order_by("-count", choice)[:MOST])


def facet_of(ids: Collection[int], choice: Choice) -> Facet:
    """The facet of the products with these ids."""
    return facet(Product.objects.offered().filter(pk__in=ids), choice) if ids else ()


def _whole() -> dict[str, Facet]:
    choices: tuple[Choice, ...] = ("brand", "color", "size")
    return {choice: facet(Product.objects.offered(), choice) for choice in choices}


whole_shop: Final = Remembered(_whole, [Product], fresh_s=FRESH_S, behind=True)
"""The facets of all that is offered, by choice."""
