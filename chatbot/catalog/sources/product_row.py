"""One product of a source, every value checked and in our own form; what all sources give and `sync` takes."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from chatbot.models import Product

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """The fields of `Product` that a source may set. `line` is where the source says it, for reports."""

    line: int
    sku: str
    title: str
    description: str = ""
    link: str = ""
    image_link: str = ""
    availability: str = Product.Availability.IN_STOCK.value
    currency: str
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None
    brand: str = ""
    gtin: str = ""
    mpn: str = ""
    product_type: str = ""
    item_group_id: str = ""
    color: str = ""
    size: str = ""
    material: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, object]:
        """Field values as `Product` takes them."""
        return {name: getattr(self, name) for name in PRODUCT_FIELDS}

    def content_hash(self, source: str) -> str:
        """The same for the same content from the same source, whatever line it stands on."""
        content = [source, *(_plain(getattr(self, name)) for name in PRODUCT_FIELDS)]
        written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()


PRODUCT_FIELDS = tuple(name for name in ProductRow.__slots__ if name != "line")


def clean_line(text: str) -> str:
    """Text of one line: no control or invisible characters (they can hide instructions), single spaces."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def clean_prose(text: str) -> str:
    """The same for text that may have paragraphs: line breaks stay."""
    if "\n" not in text and "\r" not in text:
        return clean_line(text)
    lines = _BLANK_LINES.split(_INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(filter(None, map(clean_line, lines)))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.timestamp()
    return value
