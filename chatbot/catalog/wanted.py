"""A question's constraints as filters of the search, and what may be let go when nothing fulfils them all."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from chatbot.catalog.colors import FAMILIES, words_of
from chatbot.catalog.question import Question
from chatbot.catalog.search.base import Filters, Trait
from chatbot.catalog.vocabulary import Vocabulary
from chatbot.conf import current

RELAXED_IN_ORDER: Final = ("sale", "color", "brand", "size", "price", "category")
"""What is let go first: a discount is luck, a colour a matter of taste, a price one of money, and a size has to fit."""


def constraints(question: Question) -> tuple[str, ...]:
    """Those of RELAXED_IN_ORDER that the question has."""
    has = {
        "sale": question.on_sale,
        "color": bool(question.colors),
        "brand": bool(question.brands),
        "size": bool(question.sizes),
        "price": question.bounded,
        "category": bool(question.category) and not question.words,
    }
    return tuple(name for name in RELAXED_IN_ORDER if has[name])


def filters_of(
    question: Question, known: Vocabulary, *, now: datetime, without: Collection[str] = ()
) -> Filters | None:
    """The filters, without those constraints; None when there is nothing to filter by."""
    kept = {name for name in constraints(question) if name not in without}
    wanted = []
    hints: list[str] = []
    if question.colors:
        trait = color_trait(question.colors, known)
        wanted += [trait] if "color" in kept else []
        hints += [] if "color" in kept else question.colors
    if question.brands:
        trait = brand_trait(question.brands, known)
        wanted += [trait] if "brand" in kept else []
        hints += question.brands  # what is of the brand stands before what is for it
    if question.sizes:
        trait = size_trait(question.sizes, known)
        wanted += [trait] if "size" in kept else []
        hints += [] if "size" in kept else question.sizes
    other = question.about if question.reference in ("other", "cheaper", "dearer") else ()
    if not (wanted or hints or question.without or other or kept & {"sale", "price", "category"}):
        return None
    priced = "price" in kept
    return Filters(
        now=now,
        wanted=tuple(wanted),
        unwanted=tuple(_unwanted(name, known) for name in question.without),
        on_sale="sale" in kept,
        category=question.category if "category" in kept else "",
        price_min=question.price_min if priced else None,
        price_max=question.price_max if priced else None,
        currency=question.currency or current().currency,
        except_skus=other,
        hints=" ".join(hints),
    )


def color_trait(colors: Collection[str], known: Vocabulary) -> Trait:
    """Products of these colours."""
    values = {value for name in colors for value in known.colors.get(name, ())}
    return Trait(
        column="color", values=tuple(sorted(values)), words=tuple(w for name in colors for w in words_of(name))
    )


def brand_trait(brands: Collection[str], known: Vocabulary) -> Trait:
    """Products of these brands, or for their products."""
    spoken = {name for name, brand in known.brands.items() if brand in brands}
    return Trait(column="brand", values=tuple(brands), words=tuple(sorted({*spoken, *brands})))


def size_trait(sizes: Collection[str], known: Vocabulary) -> Trait:
    """Products of these sizes."""
    values = {value for form in sizes for value in known.sizes.get(form, ())}
    words = {word for form in sizes for word in _spellings(form)}
    return Trait(column="size", values=tuple(sorted(values)), words=tuple(sorted(words | values)))


def _spellings(form: str) -> set[str]:
    number, _, unit = form.partition(" ")
    korean = {"inch": "인치", "people": "인용", "l": "리터"}.get(unit)
    if not unit:
        return {number} if len(number) > 2 else set()  # a lone "m" in a title is no size
    return {f"{number} {unit}", f"{number}{unit}", *([f"{number}{korean}"] if korean else [])}


def _unwanted(name: str, known: Vocabulary) -> Trait:
    if name in known.colors or name in FAMILIES:
        return color_trait([name], known)
    if name in known.brands.values():
        return brand_trait([name], known)
    return Trait(column="", values=(), words=(name,))
