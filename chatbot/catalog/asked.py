"""What a question comes to, and what it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from chatbot.catalog.choices import Choice
from chatbot.catalog.references import Kind
from chatbot.catalog.wishes import Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A wish in the catalogue's terms. Bounds are in `currency`'s major unit and both in; empty is the shop's own."""

    words: str = ""
    """What is searched for, without all that stands in the other fields."""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str = ""
    brands: tuple[str, ...] = ()
    """As the catalogue writes them; any of them."""
    colors: tuple[str, ...] = ()
    """Families of colours ("black"), or the catalogue's own word; any of them."""
    sizes: tuple[str, ...] = ()
    """In their normal form (see `sizes`); any of them."""
    category: str = ""
    """A category path of the catalogue: of the page, or the only one that the words name."""
    without: tuple[str, ...] = ()
    """What must not be: brands, families of colours, or words."""
    sort: Sort = ""
    on_sale: bool = False
    """Only what costs less than usual at this moment."""
    gift: bool = False
    recipient: str = ""
    """Whom it is for: "mother", "child"; empty when nobody was named."""
    reference: Kind = ""
    """How the question is about products seen before; see `about`."""
    about: tuple[str, ...] = ()
    """Their skus."""
    asks: Choice = ""
    """What there is to choose from is asked: which colours, brands or sizes."""

    @property
    def bounded(self) -> bool:
        """Whether the price matters."""
        return self.price_min is not None or self.price_max is not None

    @property
    def listed(self) -> bool:
        """Whether there is something to choose products by when no words are left to search for."""
        return bool(self.colors or self.brands or self.sizes or self.category or self.on_sale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A product that the shopper has seen. The price is what was paid then, None when none was shown."""

    sku: str
    title: str
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a question stands in: the question before it, products that answers showed, and the open page."""

    last: Question | None = None
    shown: tuple[Shown, ...] = ()
    """In the order in which the last answer with products showed them."""
    viewed: Shown | None = None
    category: str = ""
    """The category path of the page, where the site says it."""
    cart: tuple[str, ...] = ()
    """Skus in the cart, where the site says them."""


def recalled(stored: Mapping[str, Any]) -> Question | None:  # Any: JSON
    """The question that `msgspec.to_builtins` wrote down; None for a row of another making."""
    try:
        return msgspec.convert(stored, Question, strict=False) if stored else None
    except msgspec.ValidationError:
        return None
