"""What had to be let go of a shopper's wishes so that something could be found, and how the rest was understood."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbot.catalog.question import Question

_NAMES: Final = {
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


def said(relaxed: Sequence[str]) -> str:
    """The sentence that tells the shopper which wishes were let go, in the active language; empty when none was."""
    if not relaxed:
        return ""
    names = ", ".join(str(_NAMES[name]) for name in relaxed)
    return _("Nothing fits all of your wishes. I looked without regard to: %(wishes)s.") % {"wishes": names}


def facts(
    question: Question, relaxed: Sequence[str], titles: Mapping[str, str], facet: Sequence[tuple[str, int]] = ()
) -> str:
    """What the model has to know of the products that it reads, in English; empty when there is nothing.

    `titles` are those of the products that the question refers to, by sku; `facet` is what there is to choose from.
    """
    lines = []
    if relaxed:
        wishes = ", ".join(f"{name} ({_wish(question, name)})" for name in relaxed)
        lines.append(
            f"No product of the shop fulfils all of the shopper's wishes; those below do without: {wishes}. "
            "Say so in the first sentence."
        )
    if question.reference:
        about = [titles[sku] for sku in question.about if sku in titles]
        if about:
            lines.append(_REFERENCES[question.reference].format(about="; ".join(about)))
    if question.asks and facet:
        values = ", ".join(f"{value} ({count})" for value, count in facet)
        lines.append(
            f"Asked what there is by {_ASKED[question.asks]}; the catalogue has, with products each: {values}."
        )
    elif question.asks:
        lines.append(f"Asked what there is by {_ASKED[question.asks]}; the catalogue does not say.")
    if question.sort:
        lines.append(f"The products stand in order, {_ORDERS[question.sort]}.")
    if question.gift:
        lines.append(f"It is a present{f' for: {question.recipient}' if question.recipient else ''}.")
    return " ".join(lines)


def _wish(question: Question, name: str) -> str:
    match name:
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
