"""What the catalogue and the talk so far give for an answer, and the prompt that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chatbot import conf
from chatbot.assistant import cards, prompt, relaxation
from chatbot.assistant.instructions import in_force
from chatbot.assistant.prompt import Prompt
from chatbot.assistant.sentences import spoken
from chatbot.assistant.summary import titles_shown, wishes
from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.knowledge import is_only_about_terms
from chatbot.catalog.question import Context, Question, Shown, recalled, understand
from chatbot.events import ProductCard
from chatbot.models import Message, Product, Turn

CART_READ = 20
"""Products of the cart that are looked at."""
HISTORY_READ = 40
"""Messages of a talk that are looked at; those that are not told word for word are told in short."""
ENTRIES = 3
"""Entries of the shop that a prompt holds at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What was understood of the question, the candidates' cards of this moment, and what the model will read."""

    question: dict[str, Any]  # Any: JSON
    cards: Sequence[ProductCard]
    prompt: Prompt
    nearest: str = ""
    """What tells the shopper that the products are only the nearest; empty where they are what was asked for."""
    said: str = ""
    """The shopper's own words, in this question and before."""
    catalogue: str = ""
    """What the catalogue says about the candidates."""
    terms: str = ""
    """What the shop's entries say, all of them."""
    links: Sequence[str] = ()
    """The addresses that an answer may name beside those of the cards."""
    titles: Sequence[str] = ()
    """Of the products that this talk showed before."""


def look_up(text: str, *, conversation: UUID | None, page: Mapping[str, str], language: str, now: datetime) -> Brief:
    """The brief for a question in `conversation`, None for a new one. Reads, and writes nothing."""
    settings = conf.current()
    shop, recent = in_force(), settings.history_messages
    history = _history(conversation, max(recent, HISTORY_READ)) if conversation else []
    sku = page.get("sku", "")
    viewed = Product.objects.offered().filter(sku=sku).first() if sku else None
    context = _context(conversation, history, page, viewed, now)
    asked = [message.text for message in history[-recent:] if message.role == Message.Role.USER]
    question = understand(
        text,
        history=asked,
        page=viewed.title if viewed else None,
        context=context,
    )
    entries = shop.shelf.find(text, language=language, limit=ENTRIES)
    about_terms = is_only_about_terms(text)
    if about_terms:  # what was wanted before still holds: "how long does delivery take?", then "anything cheaper?"
        question, chosen = context.last or Question(), Candidates()
    else:
        chosen = candidates(question, limit=settings.candidates, now=now)
    products = list(chosen)
    if viewed:
        products = [viewed, *(product for product in products if product.pk != viewed.pk)]
    with spoken(language):
        found = [(product, cards.card(product, now=now, language=language)) for product in products]
        nearest = relaxation.said(question, chosen)
    seen = (*context.shown, *((context.viewed,) if context.viewed else ()))
    lines = (
        f"The shopper is looking at p1, {viewed.title}." if viewed else "",
        _in_cart(context.cart),
        "" if about_terms else relaxation.facts(question, chosen, {item.sku: item.title for item in seen}),
    )
    composed = prompt.compose(
        question=text,
        products=found,
        history=history,
        shop=settings.shop_name,
        page=" ".join(filter(None, lines)),
        budget_tokens=settings.prompt_tokens,
        recent=recent,
        wishes=wishes(question),
        standing=shop,
        entries=entries,
        about_terms=about_terms,
        contact=settings.contact_url,
    )
    return Brief(
        question=msgspec.to_builtins(question),
        cards=[card for _, card in found],
        prompt=composed,
        nearest=nearest,
        said="\n".join((*asked, text)),
        catalogue="\n".join(f"{product.product_type} {product.description}" for product in products),
        terms=shop.shelf.terms,
        links=(settings.contact_url, *shop.shelf.links),
        titles=titles_shown(history),
    )


def _context(
    conversation: UUID | None,
    history: Sequence[Message],
    page: Mapping[str, str],
    viewed: Product | None,
    now: datetime,
) -> Context:
    last = None
    if conversation and history:
        before = Turn.objects.filter(conversation_id=conversation).order_by("-started_at")
        last = recalled(before.values_list("question", flat=True).first() or {})
    return Context(
        last=last,
        shown=_shown(history),
        viewed=None
        if viewed is None
        else Shown(sku=viewed.sku, title=viewed.title, price=viewed.price_at(now), currency=viewed.currency),
        category=page.get("category", ""),
        cart=tuple(sku for part in page.get("cart", "").split(",")[:CART_READ] if (sku := part.strip())),
    )


def _shown(history: Sequence[Message]) -> tuple[Shown, ...]:
    """The products of the last answer that showed any, in its order, at the price that it showed."""
    for message in reversed(history):
        shown = [part["data"] for part in message.parts if part.get("type") == "data-product"]
        if shown:
            cards_ = [msgspec.convert(data, ProductCard, strict=False) for data in shown]
            return tuple(
                Shown(
                    sku=card.sku,
                    title=card.title,
                    price=card.current_price,
                    currency=card.currency,
                )
                for card in cards_
            )
    return ()


def _in_cart(skus: Sequence[str]) -> str:
    if not skus:
        return ""
    titles = Product.objects.offered().filter(sku__in=skus).order_by("pk").values_list("title", flat=True)
    return f"In the cart: {'; '.join(titles)}." if titles else ""


def _history(conversation: UUID, limit: int) -> list[Message]:
    said = Message.objects.filter(conversation_id=conversation)
    return list(said.order_by("-created_at", "role")[:limit])[::-1]
