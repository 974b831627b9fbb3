"""What the catalogue and the talk so far give for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils import timezone

from chatbot import conf
from chatbot.assistant import cards
from chatbot.assistant.opening import Opened
from chatbot.assistant.sentences import spoken
from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.database import in_database
from chatbot.events import ProductCard
from chatbot.models import Message, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """`found` pairs each candidate with its card of this moment; `page` is a line about what the shopper looks at."""

    question: dict[str, Any]  # Any: JSON
    found: Sequence[tuple[Product, ProductCard]]
    history: Sequence[Message]
    page: str


@in_database
def prepare(opened: Opened) -> Brief:
    """Look up what the question is about: candidates with their cards of this moment, and the talk so far."""
    settings = conf.current()
    now = timezone.now()
    history = [] if opened.is_first else _history(opened, settings.history_messages)
    sku = opened.ask.page.get("sku", "")
    viewed = Product.objects.offered().filter(sku=sku).first() if sku else None
    question = understand(
        opened.ask.text,
        history=[message.text for message in history if message.role == Message.Role.USER],
        page=viewed.title if viewed else None,
    )
    products = list(candidates(question, limit=settings.candidates, now=now))
    if viewed:
        products = [viewed, *(product for product in products if product.pk != viewed.pk)]
    with spoken(opened.language):
        found = [(product, cards.card(product, now=now, language=opened.language)) for product in products]
    return Brief(
        question=msgspec.to_builtins(question),
        found=found,
        history=history,
        page=f"The shopper is looking at p1, {viewed.title}" if viewed else "",
    )


def _history(opened: Opened, limit: int) -> list[Message]:
    before = Message.objects.filter(conversation_id=opened.conversation, created_at__lt=opened.started_at)
    return list(before.order_by("-created_at", "role")[:limit])[::-1]
