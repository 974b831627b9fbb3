"""What of a product is searched: six fields of tokens, each with its weight."""

import re
from typing import NamedTuple

from chatbot.catalog.text import tokens
from chatbot.models import Product

FIELD_TOKENS = 4_000
"""Tokens of one field that are indexed. PostgreSQL keeps positions up to 16,383, over all fields together."""


class Fields(NamedTuple):
    """The tokens of a product by field, as a sequence of words with one space between."""

    title: str
    kind: str
    model: str
    brand: str
    description: str
    attributes: str


WEIGHTS = (10.0, 8.0, 3.0, 2.0, 1.0, 0.2)
"""How much a word in each field says about what the product is. Measured elsewhere on a large set, not fitted here."""

_FURTHER_TITLE = re.compile(r"title[ _:.-][a-z]{2}(?:[_-][a-z]{2,4})?", re.IGNORECASE)
"""A column that holds the title in another language, by ISO 639-1: "title_en", "title_zh-Hant"."""

_CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d_]).{4,}|\d{6,}", re.DOTALL)


def fields_of(product: Product) -> Fields:
    """The product as the index sees it."""
    codes = [product.mpn, product.gtin]
    if _CODE.fullmatch(product.sku):  # a bare "12" would answer every question that names a size or a version
        codes.append(product.sku)
    traits = [product.color, product.size, product.material]
    titles = [product.title]
    for name, value in product.attributes.items():
        if _FURTHER_TITLE.fullmatch(name):  # what the thing is called says as much in any language
            titles.append(value)
        else:
            traits.append(f"{name} : {value}")
    return Fields(
        title=_joined(" . ".join(titles)),
        kind=_joined(product.product_type),
        model=_joined(" . ".join(filter(None, codes))),
        brand=_joined(product.brand),
        description=_joined(product.description),
        attributes=_joined(" . ".join(filter(None, traits))),
    )


def _joined(text: str) -> str:
    return " ".join(tokens(text)[:FIELD_TOKENS]) if text else ""
