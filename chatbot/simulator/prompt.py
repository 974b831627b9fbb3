"""What stands in a shop's prompt: the products, the page that the shopper looks at, the question.

The system message holds a block `<products>`, one product a line, fields separated by ` | `:

    p1 | title | brand | category | price | in stock | description ...

and perhaps `<page>what the shopper looks at, and what is known of the question</page>`, with or without the closing
tag, and a block `<terms>` with what the shop says about delivery and the like, `k1 | title | text`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.simulator.tokens import Message

_PRODUCTS: Final = re.compile(r"^[ \t]*<products>[ \t]*\n(.*?)^[ \t]*</products>", re.DOTALL | re.MULTILINE)
_PAGE: Final = re.compile(r"^[ \t]*<page>(.*?)(?:</page>|$)", re.MULTILINE)
_TERMS: Final = re.compile(r"^[ \t]*<terms>[ \t]*\n(.*?)^[ \t]*</terms>", re.DOTALL | re.MULTILINE)
_CONTACT: Final = re.compile(r"point to (\S+?)\.?$", re.MULTILINE)
_VIEWED: Final = re.compile(r"^The shopper is looking at (?:p\d+, )?(.+?)\.(?=$| In the cart| No product| The )")
_MISSING: Final = re.compile(r"The search found no “(?P<thing>.+?)” in the shop(?P<fits> that fits)?")
_RELAXED: Final = re.compile(r"those below do without: (.+?)\. Say so")
_WISH: Final = re.compile(r"(\w+) \(([^()]*)\)")
_ABOUT: Final = re.compile(
    r"The shopper asks about (?P<same>.+?), shown before\.|below are like (?P<like>.+?), which the shopper"
    r"|may go with (?P<with>.+?), which the shopper|something cheaper than (?P<cheaper>.+?), shown before\."
    r"|something dearer than (?P<dearer>.+?), shown before\.|others than (?P<other>.+?), shown before\."
)
_ON_SALE: Final = re.compile(r"The products below are on sale:")
_ORDER: Final = re.compile(r"stand in order, the (cheapest|dearest|newest) first")
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
class Term:
    """What the shop says about something."""

    ref: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt as the simulator understands it.

    `products` and `terms` are None when the prompt has no block for them. `page` is what the shopper looks at;
    `relation` and `about` say how the question is about products seen before ("cheaper" than what), `missing` what no
    product is (`among_wishes`: none that fits the other wishes), `relaxed` which wishes nothing fulfils, `order` in
    what order the products stand, `on_sale` that they were chosen because they cost less than usual.
    """

    question: str
    products: tuple[Product, ...] | None
    page: str
    terms: tuple[Term, ...] | None = None
    contact: str = ""
    relation: str = ""
    about: str = ""
    missing: str = ""
    among_wishes: bool = False
    relaxed: tuple[str, ...] = ()
    order: str = ""
    on_sale: bool = False


def read(messages: Sequence[Message]) -> Prompt:
    """The prompt in `messages`: the last message of the user, and what the system messages hold."""
    system = "\n".join(text for role, text in messages if role in ("system", "developer"))
    question = next((text for role, text in reversed(messages) if role == "user"), "")
    found = _PAGE.search(system)
    page = found.group(1).strip() if found else ""
    viewed, about, relaxed, order = (each.search(page) for each in (_VIEWED, _ABOUT, _RELAXED, _ORDER))
    missing = _MISSING.search(page)
    is_on_sale = _ON_SALE.search(page) is not None
    contact = _CONTACT.search(system)
    known = any((viewed, about, missing, relaxed, order, is_on_sale, "In the cart" in page))
    return Prompt(
        question=question.strip(),
        products=_products(system),
        page=viewed.group(1) if viewed else "" if known else page,
        terms=_terms(system),
        contact=contact.group(1) if contact else "",
        relation=about.lastgroup or "" if about else "",
        about=about.group(about.lastgroup or 0) if about else "",
        missing=missing["thing"] if missing else "",
        among_wishes=missing is not None and missing["fits"] is not None,
        relaxed=tuple(name for name, _ in _WISH.findall(relaxed.group(1))) if relaxed else (),
        order=order.group(1) if order else "",
        on_sale=is_on_sale,
    )


def _terms(system: str) -> tuple[Term, ...] | None:
    block = _TERMS.search(system)
    if block is None:
        return None
    rows = (row.split(" | ", 2) for row in block.group(1).splitlines())
    return tuple(Term(ref=row[0].strip(), title=row[1].strip(), text=row[2].strip()) for row in rows if len(row) == 3)


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
