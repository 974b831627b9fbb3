"""What a shopper wishes and the products are not: what was let go, what none of them is; how the rest was meant."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbot.catalog.candidates import Candidates
from chatbot.catalog.question import Question
from chatbot.catalog.wanted import constraints

_NAMES: Final = {
    "sale": gettext_lazy("the discount"),
    "color": gettext_lazy("colour"),
    "brand": gettext_lazy("brand"),
    "size": gettext_lazy("size"),
    "price": gettext_lazy("the price"),
    "category": gettext_lazy("category"),
}
_ASKED: Final = {"brand": "brand", "color": "colour", "size": "size"}
_ORDERS: Final = {"cheapest": "the cheapest first", "dearest": "the dearest first", "newest": "the newest first"}
_REFERENCES: Final = {
    "same": "The shopper asks about {about}, shown before.",
    "like": "The products below are like {about}, which the shopper has seen.",
    "with": "The products below may go with {about}, which the shopper has seen.",
    "cheaper": "The shopper wants something cheaper than {about}, shown before.",
    "dearer": "The shopper wants something dearer than {about}, shown before.",
    "other": "The shopper wants others than {about}, shown before.",
}


def said(question: Question, chosen: Candidates) -> str:
    """What tells the shopper that these are not what was asked for, but the nearest: what none of them is, and which
    wishes were let go. In the active language; empty when they are."""
    sentences = []
    if chosen.missing:
        sentence = (
            _("I found no “%(thing)s” in our shop that fits your other wishes.")
            if _has_other_wishes(question, chosen)
            else _("I found no “%(thing)s” in our shop.")
        )
        sentences.append(sentence % {"thing": chosen.missing})
    if chosen.relaxed:
        names = ", ".join(str(_NAMES[name]) for name in chosen.relaxed)
        sentence = _("Nothing fits all of your wishes. I looked without regard to: %(wishes)s.")
        sentences.append(sentence % {"wishes": names})
    return " ".join(sentences)


def facts(question: Question, chosen: Candidates, titles: Mapping[str, str]) -> str:
    """What the model has to know of the products that it reads, in English; empty when there is nothing.

    `titles` are those of the products that the question refers to, by sku.
    """
    lines = []
    if chosen.missing:
        fitting = " that fits the other wishes" if _has_other_wishes(question, chosen) else ""
        lines.append(
            f"The search found no “{chosen.missing}” in the shop{fitting}; the products below are only the nearest. "
            "Say so in the first sentence, and do not present them as that, unless one is just that by another name."
        )
    if chosen.relaxed:
        wishes = ", ".join(f"{name} ({_wish(question, name)})" for name in chosen.relaxed)
        lines.append(
            f"No product of the shop fulfils all of the shopper's wishes; those below do without: {wishes}. "
            "Say so in the first sentence."
        )
    if question.reference:
        about = [titles[sku] for sku in question.about if sku in titles]
        if about:
            lines.append(_REFERENCES[question.reference].format(about="; ".join(about)))
    if question.asks and chosen.facet:
        values = ", ".join(f"{value} ({count})" for value, count in chosen.facet)
        lines.append(
            f"Asked what there is by {_ASKED[question.asks]}; the catalogue has, with products each: {values}."
        )
    elif question.asks:
        lines.append(f"Asked what there is by {_ASKED[question.asks]}; the catalogue does not say.")
    if question.sort:
        lines.append(f"The products stand in order, {_ORDERS[question.sort]}.")
    if question.on_sale and chosen and "sale" not in chosen.relaxed:
        lines.append("The products below are on sale: each costs less than usual now.")
    if question.gift:
        lines.append(f"It is a present{f' for: {question.recipient}' if question.recipient else ''}.")
    return " ".join(lines)


def _has_other_wishes(question: Question, chosen: Candidates) -> bool:
    """Whether the products were chosen by more than words: what they are not may be there, in another colour."""
    return any(name not in chosen.relaxed for name in constraints(question))


def _wish(question: Question, name: str) -> str:
    match name:
        case "sale":
            return "on sale now"
        case "color":
            return " or ".join(question.colors)
        case "brand":
            return " or ".join(question.brands)
        case "size":
            return " or ".join(question.sizes)
        case "price":
            low, high = question.price_min, question.price_max
            bounds = ["" if low is None else f"at least {low:f}", "" if high is None else f"at most {high:f}"]
            return " and ".join(filter(None, bounds)) + f" {question.currency}".rstrip()
        case _:
            return question.category
