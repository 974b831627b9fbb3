"""A product as a card: price, stock, picture and link as the database holds them at this moment."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.formats import number_format

from chatbot.events import ProductCard
from chatbot.models import Product

# ISO 4217 minor units that are not 2, and signs that shoppers read before or after the amount.
_WITHOUT_CENTS = frozenset({"KRW", "JPY", "VND", "CLP", "ISK", "HUF"})
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩", "CNY": "CN¥"}
_AVAILABILITY = dict(Product.Availability.choices)


def card(product: Product, *, now: datetime, language: str) -> ProductCard:
    """The card of `product` at `now`, its texts in `language`, which must be the active one (see `spoken`)."""
    sale = product.sale_price_at(now)
    return ProductCard(
        sku=product.sku,
        title=product.title,
        currency=product.currency,
        price=product.price,
        sale_price=sale,
        price_text=price_text(product.price, product.currency, language),
        sale_price_text=price_text(sale, product.currency, language),
        availability=product.availability,
        availability_text=str(_AVAILABILITY.get(product.availability, product.availability)),
        link=product.link,
        image_link=product.image_link,
        brand=product.brand,
    )


def price_text(amount: Decimal | None, currency: str, language: str) -> str:
    """The amount as the shop's pages would write it ("259,000원", "₩259,000", "$19.99"); empty without an amount.

    `language` must be the active one.
    """
    if amount is None:
        return ""
    places = 0 if currency in _WITHOUT_CENTS else 2
    exact = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    number = number_format(exact, decimal_pos=places, use_l10n=True, force_grouping=True)
    if currency == "KRW" and language.startswith("ko"):
        return f"{number}원"
    sign = _SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"
