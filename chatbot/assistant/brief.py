"""What the catalogue and the talk so far give for an answer, and the prompt that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chatbot import conf
from chatbot.assistant import cards, prompt
from chatbot.assistant.prompt import Prompt
from chatbot.assistant.sentences import spoken
from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.events import ProductCard
from chatbot.models import Message, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What was understood of the question, the candidates' cards of this moment, and what the model will read."""

    question: dict[str, Any]  # Any: JSON
    cards: Sequence[ProductCard]
    prompt: Prompt


def look_up(text: str, *, conversation: UUID | None, page: Mapping[str, str], language: str, now: datetime) -> Brief:
    """The brief for a question in `conversation`, None for a new one. Reads, and writes nothing."""
    settings = conf.current()
    history = _history(conversation, settings.history_messages) if conversation else []
    sku = page.get("sku", "")
    viewed = Product.objects.offered().filter(sku=sku).first() if sku else None
    question = understand(
        text,
        history=[message.text for message in history if message.role == Message.Role.USER],
        page=viewed.title if viewed else None,
    )
    products = list(candidates(question, limit=settings.candidates, now=now))
    if viewed:
        products = [viewed, *(product for product in products if product.pk != viewed.pk)]
    with spoken(language):
        found = [(product, cards.card(product, now=now, language=language)) for product in products]
    composed = prompt.compose(
        question=text,
        products=found,
        history=history,
        shop=settings.shop_name,
        page=f"The shopper is looking at p1, {viewed.title}" if viewed else "",
        budget_tokens=settings.prompt_tokens,
    )
    return Brief(question=msgspec.to_builtins(question), cards=[card for _, card in found], prompt=composed)


def _history(conversation: UUID, limit: int) -> list[Message]:
    said = Message.objects.filter(conversation_id=conversation)
    return list(said.order_by("-created_at", "role")[:limit])[::-1]
