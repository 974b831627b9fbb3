"""What the simulator answers: a recommendation made of the prompt's products, in the language of the question.

An answer keeps the rules that a shop gives its model: it cites products by their reference, leaves prices and stock to
the shop (`[[p1.price]]`, `[[p1.stock]]`), and says so when there is nothing to recommend. Questions about delivery and
the like it answers out of the shop's terms. It is written from templates; the random generator chooses among phrasings,
so a seed makes it repeatable.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Final

from chatbot.simulator import english, korean, prompt, questions
from chatbot.simulator.phrases import Phrases
from chatbot.simulator.prompt import Product, Prompt, Term
from chatbot.simulator.tokens import Message

_PHRASES: Final[dict[questions.Language, Phrases]] = {"ko": korean.PHRASES, "en": english.PHRASES}
_MOST: Final = 3
_SHORT: Final = 2
"""Words of a wish that names a thing, such as "surfboards"; longer ones describe it."""
_REASON_CHARACTERS: Final = 150
# A full stop ends a sentence only before white space: 4.6g and 2.4GHz hold none.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。])\s+")


def answer(messages: Sequence[Message], random: Random) -> str:
    """The text of an answer to `messages`."""
    asked = prompt.read(messages)
    language = questions.language(asked.question)
    phrases = _PHRASES[language]
    kind = questions.small_talk(asked.question)
    if kind is not None:
        return random.choice(phrases.small_talk[kind])
    topic = questions.topic(asked.question)
    if asked.products is None:
        return phrases.without_shop(topic)
    wanted = questions.words(asked.question)
    if asked.terms and (not asked.products or _speak_of(asked.terms, wanted)):
        return phrases.terms(_terms(asked.terms, wanted), random)
    if asked.terms is not None and not asked.products:
        return phrases.unknown_terms(asked.contact)
    if asked.relation == "same" and asked.products:
        return _described(phrases, asked.products[0], language, random)
    meant = _meant(asked, topic)
    is_none_such = asked.relation in ("cheaper", "dearer") and "price" in asked.relaxed
    if asked.relation and (is_none_such or not meant):
        return phrases.none_related(asked.relation, "" if ";" in asked.about else asked.about)
    is_listed = asked.relation or asked.on_sale or asked.order == "newest"
    if not meant or (not is_listed and not _fits(meant, topic)):
        return phrases.nothing(topic, random)
    page = asked.page if questions.points_at_page(asked.question) else ""
    chosen = _chosen(meant, asked, page, language, random)
    if not asked.missing and not any(product.in_stock for product in chosen):
        first = chosen[0]
        said = phrases.only_later(_bold(first), f"[[{first.ref}.stock]]", f"[[{first.ref}.price]]")
        return f"{said} [[{first.ref}]]\n\n{phrases.instead}"
    paragraphs = [_opening(phrases, asked, topic, page, len(chosen), random)]
    for place, product in enumerate(chosen):
        paragraphs.append(_recommendation(phrases, place, product, wanted, len(chosen)))
    paragraphs.append(phrases.closing(len(chosen), random))
    return "\n\n".join(paragraphs)


def _opening(phrases: Phrases, asked: Prompt, topic: str, page: str, count: int, random: Random) -> str:
    if asked.missing:
        return phrases.missing(asked.missing, count, among_wishes=asked.among_wishes)
    if asked.relaxed:
        return phrases.relaxed(asked.relaxed, count)
    if asked.relation:
        return phrases.relation(asked.relation, asked.about, count)
    if asked.on_sale:
        return phrases.on_sale(count)
    if asked.order:
        return phrases.ordered(topic, asked.order)
    return phrases.opening(topic, page, count, random)


def _meant(asked: Prompt, topic: str) -> list[Product]:
    """The products that are of the kind that is asked for, as far as their words tell; all when none tells.

    Words of one language say nothing about titles in another.
    """
    products = list(asked.products or ())
    if asked.relation:  # what is compared with is not the answer
        products = [product for product in products if product.title not in asked.about.split("; ")]
    if asked.relation == "with":
        return products
    if asked.relation:
        seen = questions.words(asked.about)
        # The maker's name says nothing about the kind.
        kinds = [(questions.words(f"{one.title} {one.category}") - questions.words(one.brand), one) for one in products]
        language = questions.language(asked.about)
        return [one for words, one in kinds if words & seen or not _is_in(language, one.title)]
    head = questions.words(questions.head(topic))
    if not head:
        return products
    language = questions.language(topic)
    named = [one for one in products if head <= questions.words(f"{one.title} {one.category}")]
    return [one for one in products if one in named or not _is_in(language, one.title)] if named else products


def _chosen(
    meant: Sequence[Product], asked: Prompt, page: str, language: questions.Language, random: Random
) -> list[Product]:
    """Two or three: what the question points at, then those in stock; else as the prompt has them, best match first.

    Behind the best one those come first whose text is in the shopper's language, unless the order was asked for. What
    the best one is called in another language the shop knows, and the prompt does not say.
    """
    rest = [product for product in meant[1:] if not asked.order and not _is_in(language, product.title)]
    foreign = {product.ref for product in rest}
    in_order = sorted(
        meant, key=lambda product: (product.title not in page, not product.in_stock, product.ref in foreign)
    )
    return in_order[: random.choice((2, _MOST))]


def _is_in(language: questions.Language, text: str) -> bool:
    return questions.language(text) == language


def _fits(products: Sequence[Product], topic: str) -> bool:
    """Whether a product speaks of what is wanted. Not asked of long wishes, nor across languages."""
    named = topic.split()
    if not 0 < len(named) <= _SHORT:
        return True
    language = questions.language(topic)
    for product in products:
        said = f"{product.title} {product.brand} {product.category} {product.description}"
        if not _is_in(language, said) or (language == "en" and questions.language(said) == "ko"):
            return True
        spoken = questions.words(said)
        if any(found and found <= spoken for found in map(questions.words, named)):
            return True
    return not any(questions.words(word) for word in named)


def _speak_of(terms: Sequence[Term], wanted: set[str]) -> bool:
    """Whether the shop's terms are what is asked about, and not goods."""
    return any(2 * len(questions.words(f"{term.title} {term.text}") & wanted) >= len(wanted) for term in terms)


def _terms(terms: Sequence[Term], wanted: set[str]) -> str:
    """What the first entry says: the sentences that have to do with the question, or all of them."""
    term = terms[0]
    sentences = [one for one in _SENTENCE_END.split(term.text) if one]
    told = [one for one in sentences if questions.words(one) & wanted] if len(sentences) > _MOST else []
    said = " ".join(told or sentences[:_MOST])
    return f"{said} [[{term.ref}]]"


def _described(phrases: Phrases, product: Product, language: questions.Language, random: Random) -> str:
    """All that is known of one product."""
    sentences = [
        one.strip()
        for one in _SENTENCE_END.split(product.description)
        if one and not one.startswith("(") and one[-1] in ".!?。"
    ]
    if not _is_in(language, product.description):  # in one quotation
        sentences = [" ".join(sentences)] if sentences else []
    said = [phrases.reason(one.rstrip("."), product.title) for one in sentences]
    parts = [phrases.about(_bold(product)), *said, phrases.price(f"[[{product.ref}.price]]")]
    if not product.in_stock:
        parts.append(phrases.stock(f"[[{product.ref}.stock]]"))
    return " ".join(parts) + f" [[{product.ref}]]\n\n" + phrases.closing(1, random)


def _bold(product: Product) -> str:
    return f"**{product.title.replace('*', '')}**"


def _recommendation(phrases: Phrases, place: int, product: Product, wanted: set[str], count: int) -> str:
    parts = [phrases.lead(place, _bold(product), count)]
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
