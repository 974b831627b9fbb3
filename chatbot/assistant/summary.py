"""The part of a talk that a prompt has no room for, in a few lines, made without a model."""

from collections.abc import Sequence
from typing import Final

from chatbot.catalog.question import Question
from chatbot.models import Message

QUESTIONS: Final = 12
"""Questions that are told again, the latest ones."""
QUESTION_CHARACTERS: Final = 80
TITLES: Final = 10
"""Products that are named again, the latest ones."""


def summary(messages: Sequence[Message], wishes: str) -> list[str]:
    """What was asked and shown in `messages`, and the wishes that still hold: sentences, what matters most first.

    Empty without messages. The text is what people and the catalogue wrote, so it is data wherever it stands.
    """
    if not messages:
        return []
    asked = [_short(message.text) for message in messages if message.role == Message.Role.USER]
    shown = titles_shown(messages)
    sentences = []
    if wishes:
        sentences.append(f"Wishes that hold: {wishes}.")
    if shown:
        sentences.append(f"Products shown before: {'; '.join(shown[-TITLES:])}.")
    if asked:
        sentences.append(f"The shopper asked before: {' / '.join(asked[-QUESTIONS:])}")
    return sentences


def titles_shown(messages: Sequence[Message]) -> list[str]:
    """The titles on the cards of these messages, each once."""
    parts = (part for message in messages for part in message.parts)
    shown = (part["data"].get("title", "") for part in parts if part.get("type") == "data-product")
    return list(dict.fromkeys(filter(None, shown)))


def wishes(question: Question) -> str:
    """The constraints of a question in a few words of English; empty when it has none."""
    low, high = question.price_min, question.price_max
    bounds = ["" if low is None else f"from {low:f}", "" if high is None else f"up to {high:f}"]
    price = " ".join(filter(None, (*bounds, question.currency if question.bounded else "")))
    named = (
        ("looking for", question.words),
        ("price", price),
        ("brand", " or ".join(question.brands)),
        ("colour", " or ".join(question.colors)),
        ("size", " or ".join(question.sizes)),
        ("category", question.category),
        ("not", ", ".join(question.without)),
        ("only", "what is on sale" if question.on_sale else ""),
        ("a present for", question.recipient),
    )
    return "; ".join(f"{name} {value}" for name, value in named if value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUESTION_CHARACTERS else f"{line[:QUESTION_CHARACTERS].rstrip()}…"
