"""What stands in a shop's prompt: the products, the page that the shopper looks at, the question.

The system message holds a block `<products>`, one product a line, fields separated by ` | `:

    p1 | title | brand | category | price | in stock | description ...

and perhaps `<page>what the shopper looks at</page>`, with or without the closing tag.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.simulator.tokens import Message

_PRODUCTS: Final = re.compile(r"^[ \t]*<products>[ \t]*\n(.*?)^[ \t]*</products>", re.DOTALL | re.MULTILINE)
_PAGE: Final = re.compile(r"^[ \t]*<page>(.*?)(?:</page>|$)", re.MULTILINE)
_FIELDS: Final = 7
# Shops word their stock states as they like; what cannot be bought now is named in few ways.
_NOT_NOW: Final = re.compile(
    r"out.of.stock|sold.?out|unavailable|pre.?order|back.?order|품절|예약|입고|재고 없음", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A line of the block. `ref` is what a citation names."""

    ref: str
    title: str
    brand: str
    category: str
    in_stock: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt as the simulator understands it. `products` is None when the prompt has no block for them."""

    question: str
    products: tuple[Product, ...] | None
    page: str


def read(messages: Sequence[Message]) -> Prompt:
    """The prompt in `messages`: the last message of the user, and what the system messages hold."""
    system = "\n".join(text for role, text in messages if role in ("system", "developer"))
    question = next((text for role, text in reversed(messages) if role == "user"), "")
    page = _PAGE.search(system)
    return Prompt(question=question.strip(), products=_products(system), page=page.group(1).strip() if page else "")


def _products(system: str) -> tuple[Product, ...] | None:
    block = _PRODUCTS.search(system)
    if block is None:
        return None
    products = []
    for row in block.group(1).splitlines():
        fields = [field.strip() for field in row.split(" | ", _FIELDS - 1)]
        if len(fields) < 2 or not fields[0] or not fields[1]:
            continue
        ref, title, brand, category, _, stock, description = fields + [""] * (_FIELDS - len(fields))
        in_stock = _NOT_NOW.search(stock) is None
        products.append(
            Product(ref=ref, title=title, brand=brand, category=category, in_stock=in_stock, description=description)
        )
    return tuple(products)
