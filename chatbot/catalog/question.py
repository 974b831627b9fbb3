"""What the shopper wants, out of the shopper's words, what was said before, and what the page shows. Asks no model.

>>> question = understand("5만원 이하 무선 이어폰 추천해줘")
>>> question.words, question.price_max, question.currency
('무선 이어폰', Decimal('50000'), 'KRW')

A message that names goods begins anew; one that names none ("in white?", "더 싼 거") is about what was asked before,
with its own wishes in place of older ones of the same kind.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from chatbot.catalog.asked import Context, Question, Shown, recalled
from chatbot.catalog.budget import Bounds, read_bounds
from chatbot.catalog.choices import Choice, read_choice
from chatbot.catalog.pointing import by_name, pointed_at, priced_against
from chatbot.catalog.references import Reference, read_reference
from chatbot.catalog.released import Released, read_released
from chatbot.catalog.text import FUNCTION_WORDS, fold, query, tokens
from chatbot.catalog.traits import Traits, read_traits
from chatbot.catalog.vocabulary import Vocabulary, vocabulary
from chatbot.catalog.wishes import Wishes, read_wishes
from chatbot.catalog.wording import spaced, unwrapped

__all__ = ["Context", "Question", "Shown", "recalled", "understand"]

READ_CHARACTERS = 2_000
"""How much of a message is looked at."""


def understand(
    text: str,
    *,
    history: Sequence[str] = (),
    page: str | None = None,
    context: Context | None = None,
    known: Vocabulary | None = None,
) -> Question:
    """The question in `text`.

    `history` are the shopper's earlier messages, oldest first, for a talk whose last question is not known: where this
    message names no goods ("anything under $30?"), the last that did still holds. `page` is what the open page is
    about, a product's title for one: it stands in when nobody named anything. `known` are the catalogue's words, by
    default those of the products now offered.
    """
    context = context or Context()
    said = _Said.read(text[:READ_CHARACTERS], context, vocabulary() if known is None else known)
    question = _carried(said, context) or said.question
    if question.reference or said.reference.kind:
        question = _resolved(question, said, context)
    elif not said.words and not context.last and context.viewed and (question.colors or question.sizes):
        question = replace(question, reference="like", about=(context.viewed.sku,))
    if not question.words and question.reference in ("", "cheaper", "dearer", "other"):
        question = replace(question, words=_fallback(question, said, history, page, context))
    return _with_category(question, said.known, context)


_IDLE_WORDS: Final = "any more please then also but not no too about than or better worse got alternative alternatives"
_IDLE: Final = FUNCTION_WORDS.union(_IDLE_WORDS.split())
"""Words that name no goods where it is clear what is talked about."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One message by itself."""

    text: str
    known: Vocabulary
    bounds: Bounds
    reference: Reference
    wishes: Wishes
    traits: Traits
    words: str
    released: frozenset[Released]
    asks: Choice
    question: Question = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "question", self._question())

    @classmethod
    def read(cls, text: str, context: Context, known: Vocabulary) -> "_Said":
        text = spaced(text)
        bounds, rest = read_bounds(text)
        released, rest = read_released(rest)
        asks, rest = read_choice(rest)
        has_seen = bool(context.shown or context.viewed or context.last or context.cart)
        reference = by_name(read_reference(rest), context) if has_seen else Reference(rest)
        wishes = read_wishes(reference.rest)
        traits = read_traits(wishes.rest, known)
        words = unwrapped(traits.rest)
        # "is it?" is about what was shown; where nothing was and nothing else is said, "it" may be a film.
        says_more = has_seen or asks or traits.colors or traits.brands or traits.sizes
        named = any(word not in _IDLE for word in fold(words).split()) if says_more else bool(query(words))
        words = words if named else ""
        if traits.without:  # "other brands, not Nike": others are wanted, not the names of all
            asks = ""
        if asks and not words and not reference.kind and (context.viewed or context.shown) and asks != "brand":
            reference = replace(reference, kind="same", is_this=True)
        return cls(text, known, bounds, reference, wishes, traits, words, released, asks)

    def _question(self) -> Question:
        words = self.words
        if not words and self.traits.brands:
            words = " ".join(self.traits.brands)
        elif not words and self.wishes.gift:
            words = self.wishes.gift
        return Question(
            words=words,
            price_min=self.bounds.low,
            price_max=self.bounds.high,
            currency=self.bounds.currency,
            brands=tuple(self.traits.brands),
            colors=tuple(self.traits.colors),
            sizes=tuple(self.traits.sizes),
            without=tuple(self.traits.without),
            sort=self.wishes.sort,
            gift=bool(self.wishes.gift),
            recipient=self.wishes.recipient,
            asks=self.asks,
        )

    @property
    def says_something(self) -> bool:
        """Whether the message holds any wish at all; "thanks" does not."""
        question = self.question
        wishes = question.bounded or question.listed or question.without or question.sort
        return bool(wishes or self.reference.kind or self.released or self.asks)


_REFINES: Final = re.compile(
    r"^\s*(?:(?:and|but|only|just|ideally|preferably)\s+)?(?:with|without|in|the\s+ones?|ones?)\b|\bones\b"
    r"|(?:되는|있는|달린|좋은|가능한|없는)\s*(?:걸로|거로|것으로|거|것|걸)|(?:걸로|거로|것으로)(?:만|요|는요)?\s*(?:보여|추천|부탁|$)",
    re.IGNORECASE,
)
_ADDS: Final = re.compile(r"^\s*(?:or|also|and\s+also)\b|[가-힣a-z]도(?:\s|$)|(?:이나|아니면|또는)\s", re.IGNORECASE)


def _carried(said: _Said, context: Context) -> Question | None:
    """The question before, with what this message changes about it; None where it begins anew."""
    last, now = context.last, said.question
    if last is None:
        return None
    if said.released:
        last = _without(last, said.released)
    if said.words and not _REFINES.search(said.text):
        if last.gift and not now.gift:  # the present is still for the same person, and the money is still the same
            return _merged(
                replace(last, words="", brands=(), colors=(), sizes=(), sort="", category=""), now, adds=False
            )
        return None
    if said.reference.kind in ("same", "like", "with") and not said.words:
        return None
    if not said.words and not said.says_something:
        return replace(last, reference="", about=(), sort="") if query(said.text) else None
    words = f"{last.words} {said.words}".strip() if said.words else last.words
    merged = _merged(last, now, adds=bool(_ADDS.search(said.text)))
    return replace(merged, words=words)


def _merged(last: Question, now: Question, *, adds: bool) -> Question:
    def newer(mine: tuple[str, ...], older: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(name for name in older if name not in now.without)
        return tuple(dict.fromkeys((*kept, *mine))) if adds or not mine else mine

    low, high, currency = now.price_min, now.price_max, now.currency
    if last.currency in ("", currency) or not currency:
        low = last.price_min if low is None else low
        high = last.price_max if high is None else high
        currency = currency or last.currency
    if low is not None and high is not None and low > high:  # "over $100" after "under $50" takes it back
        low, high = now.price_min, now.price_max
    wanted = {*now.brands, *now.colors}
    return Question(
        asks=now.asks,
        words=now.words or last.words,
        price_min=low,
        price_max=high,
        currency=currency,
        brands=newer(now.brands, last.brands),
        colors=newer(now.colors, last.colors),
        sizes=newer(now.sizes, last.sizes),
        category=last.category,
        without=tuple(dict.fromkeys((*(name for name in last.without if name not in wanted), *now.without))),
        sort=now.sort,
        gift=now.gift or last.gift,
        recipient=now.recipient or last.recipient,
    )


def _without(last: Question, released: Collection[Released]) -> Question:
    """The question before, without wishes that do not matter any more."""
    if "color" in released:
        last = replace(last, colors=())
    if "brand" in released:
        last = replace(last, brands=())
    if "size" in released:
        last = replace(last, sizes=())
    if "price" in released:
        last = replace(last, price_min=None, price_max=None, currency="")
    return last


def _resolved(question: Question, said: _Said, context: Context) -> Question:
    """The question with the products that its reference means; without a reference where there are none."""
    reference, kind = said.reference, said.reference.kind
    seen = pointed_at(reference, context)
    if not seen:
        return replace(question, sort=question.sort or ("cheapest" if kind == "cheaper" else ""))
    if reference.is_among and question.sort in ("cheapest", "dearest"):
        priced = [item for item in seen if item.price is not None]
        if priced:
            pick = min if question.sort == "cheapest" else max
            seen = [pick(priced, key=lambda item: item.price or Decimal(0))]
        question = replace(question, sort="")
    if kind == "same" and (question.colors or question.sizes or question.bounded):
        kind = "like"
    about = tuple(item.sku for item in seen)
    if kind in ("cheaper", "dearer"):
        question = priced_against(question, kind, seen)
    if kind in ("same", "like", "with"):
        question = replace(question, words=said.words)
    return replace(question, reference=kind, about=about)


def _fallback(question: Question, said: _Said, history: Sequence[str], page: str | None, context: Context) -> str:
    if not question.listed or question.reference:
        for earlier in reversed(history):
            bounds_gone = read_bounds(earlier[:READ_CHARACTERS])[1]
            words = unwrapped(read_traits(read_wishes(bounds_gone).rest, said.known).rest)
            if query(words):
                return words
    if question.reference and context.last and context.last.words:
        return context.last.words
    if question.listed and not question.reference:
        return ""
    return page or (context.viewed.title if context.viewed else "")


def _with_category(question: Question, known: Vocabulary, context: Context) -> Question:
    if question.words:
        paths = known.categories.get(" ".join(tokens(fold(question.words))), frozenset())
        return replace(question, category=next(iter(paths))) if len(paths) == 1 else question
    if context.category and not question.reference and (question.sort or question.bounded or question.listed):
        return replace(question, category=context.category)
    return question
