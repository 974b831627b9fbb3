"""Prices and stock as shoppers read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chatbot.assistant.cards import card, price_text
from chatbot.assistant.sentences import spoken
from chatbot.models import Product

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("259000", "KRW", "ko", "259,000원"),
        ("259000", "KRW", "en", "₩259,000"),
        ("1234.5", "USD", "en", "$1,234.50"),
        ("1234.5", "USD", "ko", "$1,234.50"),
        ("1234.5", "EUR", "de", "€1.234,50"),
        ("980", "JPY", "en", "¥980"),
        ("12.5", "CHF", "en", "12.50 CHF"),
        ("0", "KRW", "ko", "0원"),
    ],
)
def test_amounts_read_as_on_the_shops_pages(amount: str, currency: str, language: str, text: str) -> None:
    with spoken(language):
        assert price_text(Decimal(amount), currency, language).replace("\xa0", " ") == text


def test_no_price_is_no_text_and_not_zero() -> None:
    assert price_text(None, "KRW", "ko") == ""


@pytest.mark.parametrize(
    ("starts", "ends", "sale"),
    [
        (None, None, True),
        (NOW, None, True),
        (NOW + timedelta(seconds=1), None, False),
        (None, NOW, False),
        (None, NOW + timedelta(seconds=1), True),
    ],
)
def test_a_sale_counts_from_its_start_up_to_its_end(starts: datetime | None, ends: datetime | None, sale: bool) -> None:
    product = Product(sku="S", title="t", currency="KRW", price=Decimal(1000), sale_price=Decimal(900))
    product.sale_starts_at, product.sale_ends_at = starts, ends
    shown = card(product, now=NOW, language="ko")
    assert shown.sale_price == (Decimal(900) if sale else None)
    assert shown.price_text == "1,000원"


def test_a_sale_price_that_lowers_nothing_is_no_sale() -> None:
    product = Product(sku="S", title="t", currency="KRW", price=Decimal(1000), sale_price=Decimal(1000))
    assert card(product, now=NOW, language="ko").sale_price is None


def test_a_card_speaks_the_shoppers_language() -> None:
    product = Product(sku="S", title="t", currency="KRW", price=Decimal(1), availability="out_of_stock")
    with spoken("en"):
        assert card(product, now=NOW, language="en").availability_text == "sold out"
