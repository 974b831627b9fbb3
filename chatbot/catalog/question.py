"""What the shopper wants, out of the shopper's words, what was said before, and what the page shows. Asks no model.

>>> question = understand("5만원 이하 무선 이어폰 추천해줘")
>>> question.words, question.price_max, question.currency
('무선 이어폰', Decimal('50000'), 'KRW')

A message that names goods begins anew; one that names none ("in white?", "더 싼 거") is about what was asked before,
with its own wishes in place of older ones of the same kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from chatbot.catalog.asked import Context, Question, Shown, recalled
from chatbot.catalog.budget import Bounds, read_bounds
from chatbot.catalog.carrying import merged, without_released
from chatbot.catalog.choices import Choice, read_choice
from chatbot.catalog.courtesy import is_courtesy
from chatbot.catalog.pointing import asks_of_page, by_name, pointed_at, priced_against
from chatbot.catalog.references import Reference, read_reference
from chatbot.catalog.released import Released, read_released
from chatbot.catalog.shorthand import without_ends, written_out
from chatbot.catalog.text import FUNCTION_WORDS, fold, query, tokens
from chatbot.catalog.traits import Traits, read_traits
from chatbot.catalog.vocabulary import Vocabulary, vocabulary
from chatbot.catalog.wishes import Wishes, read_wishes
from chatbot.catalog.wording import unwrapped, without_change

__all__ = ["Context", "Question", "Shown", "recalled", "understand"]

READ_CHARACTERS = 1_000
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
    text = written_out(text[:READ_CHARACTERS])
    if is_courtesy(text):
        return Question()
    said = _Said.read(without_ends(text), context, vocabulary() if known is None else known)
    question = _carried(said, context) or said.question
    if question.reference or said.reference.kind:
        question = _resolved(question, said, context)
    elif not said.words and not context.last and context.viewed and (question.colors or question.sizes):
        question = replace(question, reference="like", about=(context.viewed.sku,))
    if not question.words and question.reference in ("", "cheaper", "dearer", "other"):
        question = replace(question, words=_fallback(question, said, history, page, context))
    return _with_category(question, said.known, context)


_IDLE_WORDS: Final = (
    "any more please then also but not no too about than or better worse got get alternative alternatives he "
    "she they them these those other another ones one again still available can could will would if so good "
    "let's say now s option options want need like go use how price prices cost same vs versus me here else "
    "version chance "
    "더 다 안 못 또 그 이 저 좀 한 수 등 쪽 편 듯 가격 가격이 가격은 가격도 값 값이 가요 맨 제일 가장 버전 "
    "있 없 아니 말고 그거 이거 걸 정도로 정도면"
)
_IDLE: Final = FUNCTION_WORDS.union(_IDLE_WORDS.split())
"""Words that name no goods where it is clear what is talked about."""
_ASKS_WHICH: Final = re.compile(
    r"^\W*(?:which|what)(?:['’]s|\s+is)\s+the\b|^\W*the\s+(?:cheapest|priciest|(?:most|least)\s+expensive)\s+one\b|(?:게|건|것이|거)\s*(?:뭐|뭔|무엇|어느|어떤)",
    re.IGNORECASE,
)
"""What asks for one of those shown, where a superlative would else ask for the cheapest of all."""


_THIS: Final = re.compile(r"\b(?:this|it)\b|(?<![가-힣])(?:이거|이건|이게|이\s?(?:제품|상품))", re.IGNORECASE)
"""What asks for the brand of one product: "which brands do you have?" asks for those of the shop."""


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
        bounds, rest = read_bounds(text)
        released, rest = read_released(rest)
        rest = without_change(rest)
        asks, rest = read_choice(rest)
        has_seen = bool(context.shown or context.viewed or context.last or context.cart)
        reference = by_name(read_reference(rest), context, asks=bool(asks)) if has_seen else Reference(rest)
        wishes = read_wishes(reference.rest)
        if reference.pick:
            wishes = replace(wishes, sort=reference.pick)
        traits = read_traits(wishes.rest, known)
        if reference.kind == "other" and traits.without:  # "소니 말고 다른 거": of another maker, whatever was shown
            reference = Reference(reference.rest)
        words = unwrapped(traits.rest, asks=bool(reference.kind))
        # "is it?" is about what was shown; where nothing was and nothing else is said, "it" may be a film.
        says_more = has_seen or asks or traits.names_something or bounds != Bounds() or wishes.gift or wishes.on_sale
        if says_more and not _is_named(words):
            words = ""
        elif reference.kind:
            words = " ".join(word for word in words.split() if fold(word) not in _IDLE - FUNCTION_WORDS)
        elif not query(words):
            words = ""
        if context.shown and not reference.kind and not words and wishes.sort and _ASKS_WHICH.search(text):
            reference = replace(reference, kind="same", is_among=True)
        is_plain = not (reference.kind or traits.names_something or bounds != Bounds())
        if is_plain and context.viewed and not context.shown and asks_of_page(text, words):
            reference = replace(reference, kind="same", is_this=True)
        if traits.without:  # "other brands, not Nike": others are wanted, not the names of all
            asks = ""
        is_one = asks != "brand" or _THIS.search(text)
        if asks and not words and not reference.kind and (context.viewed or context.shown) and is_one:
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
            on_sale=self.wishes.on_sale,
            gift=bool(self.wishes.gift),
            recipient=self.wishes.recipient,
            asks=self.asks,
        )

    @property
    def says_something(self) -> bool:
        """Whether the message holds any wish at all; "thanks" does not."""
        question = self.question
        wishes = question.bounded or question.listed or question.without or question.sort or question.recipient
        return bool(wishes or self.reference.kind or self.released or self.asks)


def _is_named(words: str) -> bool:
    """Whether words name goods where it is clear what is talked about."""
    return any(word not in _IDLE for word in fold(words).split())


_REFINES: Final = re.compile(
    r"^\s*(?:(?:and|but|only|just|ideally|preferably)\s+)?(?:with|without|in|the\s+ones?|ones?)\b|\bones\b"
    r"|(?:되는|있는|달린|좋은|가능한|없는)\s*(?:걸로|거로|것으로|거|것|걸)|(?:걸로|거로|것으로)(?:만|요"
    r"|는요)?\s*(?:보여|추천|부탁|$)",
    re.IGNORECASE,
)
_DESCRIBES: Final = re.compile(
    r"^\W*(?:(?:only|just|any|the|do you have|show me)\s+)*(?!with|without|in|for|that)[\w-]+\s+ones\b", re.IGNORECASE
)
"""Words that stand before the thing: "waterproof ones"."""
_ADDS: Final = re.compile(r"^\s*(?:or|also|and\s+also)\b|[가-힣a-z]도(?:\s|$)|(?:이나|아니면|또는)\s", re.IGNORECASE)


def _carried(said: _Said, context: Context) -> Question | None:
    """The question before, with what this message changes about it; None where it begins anew."""
    last, now = context.last, said.question
    if last is None:
        return None
    if said.released:
        last = without_released(last, said.released)
    if said.words and not _REFINES.search(said.text):
        if last.gift and not now.gift:  # the present is still for the same person, and the money is still the same
            return merged(
                replace(last, words="", brands=(), colors=(), sizes=(), sort="", category=""), now, adds=False
            )
        return None
    has_seen = bool(context.shown or context.viewed or context.cart)
    if said.reference.kind in ("same", "like", "with") and not said.words and has_seen:
        return None
    if not said.words and not said.says_something:
        return replace(last, reference="", about=(), sort="") if query(said.text) else None
    words = " ".join((said.words, last.words) if _DESCRIBES.search(said.text) else (last.words, said.words)).strip()
    refined = merged(last, now, adds=bool(_ADDS.search(said.text)))
    return replace(refined, words=words)


def _resolved(question: Question, said: _Said, context: Context) -> Question:
    """The question with the products that its reference means; without a reference where there are none."""
    reference, kind = said.reference, said.reference.kind
    seen = pointed_at(reference, context)
    if not seen:
        return replace(question, sort=question.sort or ("cheapest" if kind == "cheaper" else ""))
    wanted = said.wishes.sort  # in this message: what the talk is sorted by picks none
    if reference.is_among and wanted in ("cheapest", "dearest"):
        priced = [item for item in seen if item.price is not None]
        if priced:
            pick = min if wanted == "cheapest" else max
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
