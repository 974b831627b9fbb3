"""How the shop's pages write prices and mark languages."""

import re
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from chatbot.assistant.cards import price_text
from chatbot.models import Product

register = template.Library()

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


@register.filter
def language_of(text: str) -> str:
    """The language of a product text, for `lang`: a screen reader changes its voice, a browser its line breaks."""
    return "ko" if HANGUL.search(text) else "en"


@register.filter
def regular_price(product: Product) -> str:
    """The price before a sale, written as the assistant's cards write it."""
    return _amount(product.price, product)


@register.filter
def sale_price(product: Product) -> str:
    """The sale price when a sale runs now, else nothing."""
    return _amount(product.sale_price_at(timezone.now()), product)


@register.filter
def discount(product: Product) -> int:
    """Percent that the running sale takes off the price, rounded down; 0 without one."""
    sale = product.sale_price_at(timezone.now())
    return int((1 - sale / product.price) * 100) if sale is not None and product.price else 0


def _amount(amount: Decimal | None, product: Product) -> str:
    return price_text(amount, product.currency, get_language() or "en")
