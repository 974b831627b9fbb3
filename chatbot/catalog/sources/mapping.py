"""From a feed's columns to a product: which column is which field, and every value checked and made ours.

A value that cannot be right rejects its row, with the column and a reason a person can act on: half a product is worse
than the product as it was yesterday. Only text that describes is cut to its limit; the title, ids and links are not.
"""

import html
import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal

from chatbot.catalog.sources.prices import read_amount
from chatbot.catalog.sources.product_row import PRODUCT_FIELDS, ProductRow, clean_line, clean_prose
from chatbot.catalog.sources.rows import RawRow, Rejection, normal_name
from chatbot.conf import current
from chatbot.models import Product

FIELDS = ("id", *(name for name in PRODUCT_FIELDS if name not in ("sku", "currency", "sale_starts_at", "sale_ends_at")))
"""The fields that a column can be mapped to, plus SALE_DATES; "id" is the product's sku."""
SALE_DATES = "sale_price_effective_date"
ALIASES = {
    "id": ("product_id", "sku", "상품코드", "상품번호"),
    "title": ("name", "product_name", "상품명"),
    "description": ("short_description", "상품설명"),
    "product_type": ("category", "카테고리", "google_product_category"),
    "link": ("url", "product_url"),
    "image_link": ("image", "image_url"),
    "mpn": ("model",),
    "brand": ("manufacturer", "브랜드"),
    "color": ("colour", "색상"),
    "price": ("판매가", "가격"),
    "availability": ("재고상태",),
}
"""Other names of columns, tried in order where a feed has no column of the field's own name."""

DESCRIPTION_CHARACTERS = 20_000
ATTRIBUTES = 100
ATTRIBUTE_CHARACTERS = 1_000

_LIMITS = {
    f.name: f.max_length for f in Product._meta.concrete_fields if f.name in PRODUCT_FIELDS and f.max_length is not None
}
_IN, _OUT, _PRE, _BACK = (
    choice.value
    for choice in (
        Product.Availability.IN_STOCK,
        Product.Availability.OUT_OF_STOCK,
        Product.Availability.PREORDER,
        Product.Availability.BACKORDER,
    )
)
AVAILABILITIES = {
    spelling: state
    for state, spellings in {
        _IN: "instock available availablefororder limitedavailability onlineonly instoreonly yes true y "
        "재고있음 재고 판매중 구매가능 정상 있음",
        _OUT: "outofstock soldout unavailable discontinued no false n "
        "품절 일시품절 재고없음 판매중지 판매종료 단종 없음",
        _PRE: "preorder presale comingsoon 예약 예약판매 예약주문 출시예정",
        _BACK: "backorder backordered madetoorder 입고예정 입고대기 주문제작",
    }.items()
    for spelling in spellings.split()
}

_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How to read the columns of a feed."""

    fields: MappingOf[str, str] = field(default_factory=dict)
    """Field to column, where the column has another name: {"price": "price_krw"}."""
    currency: str = ""
    """ISO 4217, of prices that name none. Empty is CHATBOT['CURRENCY']."""
    hundredths: bool = False
    """Prices are whole cents."""

    def __post_init__(self) -> None:
        """Raises ValueError on a field that there is not, or a currency that is no code."""
        for name in self.fields:
            if name not in FIELDS and name != SALE_DATES:
                raise ValueError(f"there is no field {name!r}; the fields are {', '.join((*FIELDS, SALE_DATES))}")
        if self.currency and not re.fullmatch("[A-Z]{3}|[a-z]{3}", self.currency):
            raise ValueError(f"{self.currency!r} is not a currency code; write it like USD or KRW")


class _Unfit(Exception):
    """A value that rejects its row."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column = column
        self.reason = reason


class Mapper:
    """Makes products of raw rows."""

    def __init__(self, mapping: Mapping) -> None:
        self._given = {name: normal_name(column) for name, column in mapping.fields.items()}
        self._currency = (mapping.currency or current().currency).upper()
        self._hundredths = mapping.hundredths
        self._zone: tzinfo = current().zone
        self._columns: dict[str, str] = {}
        self._for: frozenset[str] | None = None

    def product(self, row: RawRow) -> ProductRow | Rejection:
        """The product of the row, or why it is none."""
        if self._for != row.cells.keys():
            self._for = frozenset(row.cells)
            self._columns = self._columns_among(self._for)
        sku = ""
        try:
            sku = self._line(row, "id", "sku")
            if not sku:
                raise _Unfit(self._named("id"), "the product has no id")
            return self._product(row, sku)
        except _Unfit as unfit:
            return Rejection(row.line, unfit.column, unfit.reason, sku=sku)

    def missing(self, columns: frozenset[str]) -> list[str]:
        """Columns that the mapping names and the feed does not have."""
        return sorted(column for column in self._given.values() if column not in columns)

    def unmapped(self, columns: frozenset[str]) -> list[str]:
        """Fields that a product must have and none of the columns is."""
        spellings = {name: (name, *ALIASES[name]) for name in ("id", "title") if name not in self._given}
        return [name for name, known in spellings.items() if columns.isdisjoint(known)]

    def _columns_among(self, columns: frozenset[str]) -> dict[str, str]:
        found = {}
        taken = set(self._given.values())
        for name in (*FIELDS, SALE_DATES):
            if name in self._given:
                found[name] = self._given[name]
                continue
            for column in (name, *ALIASES.get(name, ())):
                if column in columns and column not in taken:
                    found[name] = column
                    taken.add(column)
                    break
        return found

    def _product(self, row: RawRow, sku: str) -> ProductRow:
        title = self._line(row, "title", "title")
        if not title:
            raise _Unfit(self._named("title"), "the product has no title")
        price, currency = self._amount(row, "price")
        sale_price, sale_currency = self._amount(row, "sale_price")
        if sale_price is not None and price is not None and sale_currency != currency:
            raise _Unfit(self._named("sale_price"), f"the sale price is in {sale_currency}, the price in {currency}")
        starts, ends = self._sale_dates(row)
        return ProductRow(
            line=row.line,
            sku=sku,
            title=title,
            description=_prose(self._raw(row, "description"))[:DESCRIPTION_CHARACTERS],
            link=self._link(row, "link"),
            image_link=self._link(row, "image_link"),
            availability=self._availability(row),
            currency=currency if price is not None else sale_currency,
            price=price,
            sale_price=sale_price,
            sale_starts_at=starts,
            sale_ends_at=ends,
            attributes=self._attributes(row),
            gtin=self._line(row, "gtin", "gtin"),
            item_group_id=self._line(row, "item_group_id", "item_group_id"),
            **{name: clean_line(self._raw(row, name))[: _LIMITS[name]] for name in _DESCRIBING},
        )

    def _named(self, name: str) -> str:
        return self._columns.get(name, name)

    def _raw(self, row: RawRow, name: str) -> str:
        column = self._columns.get(name)
        if column is None:
            return ""
        text = row.cells.get(column, "")
        _refuse_foreign_bytes(column, text)
        return text

    def _line(self, row: RawRow, name: str, field_name: str) -> str:
        text = clean_line(self._raw(row, name))
        limit = _LIMITS[field_name]
        if len(text) > limit:
            raise _Unfit(self._named(name), f"{len(text):,} characters long; at most {limit:,}")
        return text

    def _link(self, row: RawRow, name: str) -> str:
        link = self._line(row, name, name)
        if not link or link.casefold().startswith(("http://", "https://")):
            return link
        if link.startswith("/") and not link.startswith(("//", "/\\")):
            return link
        raise _Unfit(self._named(name), f"{link[:40]!r} must begin with https://, http:// or /")

    def _amount(self, row: RawRow, name: str) -> tuple[Decimal | None, str]:
        text = clean_line(self._raw(row, name))
        if not text:
            return None, self._currency
        try:
            return read_amount(text, currency=self._currency, hundredths=self._hundredths)
        except ValueError as err:
            raise _Unfit(self._named(name), str(err)) from err

    def _availability(self, row: RawRow) -> str:
        text = clean_line(self._raw(row, "availability"))
        if not text:
            return _IN
        spelling = re.sub(r"[\s_-]", "", text.rpartition("/")[2].casefold())
        if state := AVAILABILITIES.get(spelling):
            return state
        if spelling.isdecimal():  # a stock count
            return _IN if int(spelling[:18]) else _OUT
        raise _Unfit(
            self._named("availability"),
            f"{text[:40]!r} is not known; write in_stock, out_of_stock, preorder or backorder",
        )

    def _sale_dates(self, row: RawRow) -> tuple[datetime | None, datetime | None]:
        text = clean_line(self._raw(row, SALE_DATES))
        if not text:
            return None, None
        start, slash, end = text.partition("/")
        try:
            starts, ends = self._moment(start.strip(), is_end=False), self._moment(end.strip(), is_end=True)
        except (ValueError, OverflowError):
            starts = ends = None
            slash = ""
        if not slash:
            raise _Unfit(
                self._named(SALE_DATES),
                f"{text[:60]!r} is no period; write it like 2026-11-23T09:00+09:00/2026-11-30T23:59+09:00",
            )
        if starts and ends and ends <= starts:
            raise _Unfit(self._named(SALE_DATES), f"{text[:60]!r} ends before it starts")
        return starts, ends

    def _moment(self, text: str, *, is_end: bool) -> datetime | None:
        """A moment in ISO 8601; without an offset it is shop time, and a bare end day is in the period."""
        if not text:
            return None
        moment = datetime.fromisoformat(text)
        if "T" not in text.upper() and " " not in text and is_end and moment.time() == time():
            moment += timedelta(days=1)
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)

    def _attributes(self, row: RawRow) -> dict[str, str]:
        """The "attributes" column ("name: value | name: value") and all columns that are no field."""
        found: dict[str, str] = {}
        if "attributes" in self._columns:
            for pair in self._raw(row, "attributes").split("|"):
                name, colon, value = pair.partition(":")
                _add(found, *((name, value) if colon else ("", pair)))
        fields = set(self._columns.values())
        for column, value in row.cells.items():
            if column and column not in fields and value:
                _refuse_foreign_bytes(column, value)
                _add(found, column, value)
        return found


_DESCRIBING = ("brand", "mpn", "product_type", "color", "size", "material")


def _add(attributes: dict[str, str], name: str, value: str) -> None:
    name = clean_line(name)[:100] or "details"
    value = clean_line(value)[:ATTRIBUTE_CHARACTERS]
    if not value or len(attributes) >= ATTRIBUTES:
        return
    attributes[name] = f"{attributes[name]}, {value}"[:ATTRIBUTE_CHARACTERS] if name in attributes else value


def _prose(text: str) -> str:
    """Text without HTML: shops export descriptions as their page holds them."""
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    return clean_prose(text)


def _refuse_foreign_bytes(column: str, text: str) -> None:
    if text.isascii():
        return
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _Unfit(column, "bytes that are not UTF-8")
    if "\ufffd" in text:
        raise _Unfit(column, "characters that were lost in an earlier conversion (U+FFFD)")
