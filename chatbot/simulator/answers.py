"""What the simulator answers: a recommendation made of the prompt's products, in the language of the question.

An answer keeps the rules that a shop gives its model: it cites products by their reference, leaves prices and stock to
the shop (`[[p1.price]]`, `[[p1.stock]]`), and says so when there is nothing to recommend. It is written from templates;
the random generator chooses among phrasings, so a seed makes it repeatable.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Final

from chatbot.simulator import english, korean, prompt, questions
from chatbot.simulator.phrases import Phrases
from chatbot.simulator.prompt import Product
from chatbot.simulator.tokens import Message

_PHRASES: Final[dict[questions.Language, Phrases]] = {"ko": korean.PHRASES, "en": english.PHRASES}
_MOST: Final = 3
_REASON_CHARACTERS: Final = 150
# A full stop ends a sentence only before white space: 4.6g and 2.4GHz hold none.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。])\s+")


def answer(messages: Sequence[Message], random: Random) -> str:
    """The text of an answer to `messages`."""
    asked = prompt.read(messages)
    phrases = _PHRASES[questions.language(asked.question)]
    kind = questions.small_talk(asked.question)
    if kind is not None:
        return random.choice(phrases.small_talk[kind])
    topic = questions.topic(asked.question)
    if asked.products is None:
        return phrases.without_shop(topic)
    if not asked.products:
        return phrases.nothing(topic, random)
    page = asked.page if questions.points_at_page(asked.question) else ""
    paragraphs = [phrases.opening(topic, page, random)]
    wanted = questions.words(asked.question)
    for place, product in enumerate(_chosen(asked.products, page, random)):
        paragraphs.append(_recommendation(phrases, place, product, wanted))
    paragraphs.append(random.choice(phrases.closings))
    return "\n\n".join(paragraphs)


def _chosen(products: Sequence[Product], page: str, random: Random) -> list[Product]:
    """Two or three: what the question points at, then those in stock; else as the prompt has them, best match first."""
    in_order = sorted(products, key=lambda product: (product.title not in page, not product.in_stock))
    return in_order[: random.choice((2, _MOST))]


def _recommendation(phrases: Phrases, place: int, product: Product, wanted: set[str]) -> str:
    parts = [phrases.lead(place, f"**{product.title.replace('*', '')}**")]
    reason = _reason(product.description, wanted)
    if reason:
        parts.append(phrases.reason(reason, product.title))
    parts.append(phrases.price(f"[[{product.ref}.price]]"))
    if not product.in_stock:
        parts.append(phrases.stock(f"[[{product.ref}.stock]]"))
    return " ".join(parts) + f" [[{product.ref}]]"


def _reason(description: str, wanted: set[str]) -> str:
    """The sentence of a description that has most to do with what is wanted; the first one of several such."""
    # What follows the sentences in parentheses are details of the variant, and prompts cut descriptions short.
    sentences = [one for one in _SENTENCE_END.split(description) if one and not one.startswith("(")]
    whole = [one for one in sentences if one[-1] in ".!?。"] or sentences[:1]
    best = max(whole, key=lambda one: len(questions.words(one) & wanted), default="")
    best = best.strip().rstrip(".")
    if len(best) <= _REASON_CHARACTERS:
        return best
    return best[:_REASON_CHARACTERS].rpartition(" ")[0] + "…"
