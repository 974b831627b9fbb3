"""Which products a reference means, and what it says of their prices."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from chatbot.catalog.asked import Context, Question, Shown
from chatbot.catalog.colors import family
from chatbot.catalog.endings import asks_whether, spellings
from chatbot.catalog.phrasing import any_of, one_of
from chatbot.catalog.places import LAST, MIDDLE
from chatbot.catalog.references import Kind, Reference
from chatbot.catalog.text import fold
from chatbot.catalog.wording import unwrapped

_WITHOUT_CENTS: Final = frozenset({"KRW", "JPY", "VND", "CLP", "ISK", "HUF"})
_AFTER: Final = one_of(
    "and|or|vs",
    "is|are|was|in|has|have|had|does|do|come|comes",
    "with|but|than|cost|costs|for",
    "look|looks|work|works|fit|fits|go",
    "please|better|instead|too|available|also",
)
_AFTER_NAME: Final = any_of(
    r"\W*$",
    r"\s*[.,;!?]",
    rf"\s+{_AFTER}\b",
)
_ASKS: Final = re.compile(r"\W*(?:is|are|does|do)\s+", re.IGNORECASE)
_HOW_IT_IS: Final = re.compile(r"\s+[\w-]+\W*$")
_ENGLISH_NAME: Final = re.compile(r"\b(?:the|that)\s+(?P<name>[\w-]+)", re.IGNORECASE)
_ENGLISH_MORE: Final = re.compile(r"\s+(?P<word>[\w-]+)(?:['’]s)?")
_KOREAN_NAME: Final = re.compile(r"(?<![\w-])(?P<word>[\w-]+)")
_KOREAN_THING: Final = re.compile(r"\s*(?:거|것|건|게|걸|꺼|제품|상품)(?P<ending>[가-힣]{0,3})(?![가-힣])")
_BESIDE: Final = frozenset(("보다", "랑", "이랑", "하고", "과", "와", "처럼", "에"))
"""What joins a name to "cheaper", "similar" and "goes with"."""
_ASKS_PRICE: Final = any_of(
    r"\bhow\s+much\b",
    r"\bprice\b",
    r"\bin\s+stock\b",
    r"\bavailable\b",
    r"얼마(?!나)",
    "재고|품절",
    r"가격(?:이|은|좀)",
)
_NARROWS: Final = ("만", "로", "으로", "로만")
_COMPARES: Final = any_of(
    r"\b(?:compare|differences?|versus|vs|better)\b",
    "비교|차이|중에|뭐가|어느",
)
_ASKS_ABOUT: Final = any_of(
    "얼마|가격|자세|재고|설명|정보|특징|리뷰",
    "색상|색깔|사이즈",
    r"무슨\s*색|어떤\s*색",
    flags=re.NOFLAG,
)


def asks_of_page(text: str, words: str) -> bool:
    """Whether what is asked must be about the product of the page, though no word points at it: "얼마예요?"."""
    return bool(_ASKS_PRICE.search(text)) if not words else len(words.split()) == 1 and asks_whether(text)


def by_name(reference: Reference, context: Context, *, asks: bool) -> Reference:
    """With the places of "the Sony one" and "소니 거", where just one of the products shown is called that.

    `asks` says that the message asks what there is to choose from, which does not stand in the reference any more.
    """
    if reference.places or reference.kind == "other" or not context.shown:
        return reference
    titles = [{family(word) for word in _words(item.title)} for item in context.shown]
    places: list[int] = []
    rest = reference.rest
    find = _english if rest.isascii() else _korean
    while len(places) < len(titles) and (found := find(rest, titles, reference, asks)):
        place, start, end = found
        places.append(place)
        rest = f"{rest[:start]} {rest[end:]}"
    if not places:
        return reference
    return replace(
        reference, rest=" ".join(rest.split()), kind=reference.kind or "same", places=tuple(dict.fromkeys(places))
    )


def _words(title: str) -> list[str]:
    return [word.strip(",.()") for word in fold(title).split()]


def _only(word: str, titles: Sequence[set[str]]) -> int:
    """The place of the only title that has the word; 0 where there is none or more than one."""
    name = family(fold(word))
    holding = [place for place, title in enumerate(titles, 1) if len(name) > 1 and name in title]
    return holding[0] if len(holding) == 1 else 0


def _english(text: str, titles: Sequence[set[str]], _: Reference, __: bool) -> tuple[int, int, int] | None:
    for match in _ENGLISH_NAME.finditer(text):
        place, end, is_one = _only(match["name"], titles), match.end(), False
        while place and (more := _ENGLISH_MORE.match(text, end)):
            word = fold(more["word"])
            if word != "one" and word not in titles[place - 1]:
                break
            is_one, end = word == "one", more.end()
        is_asked = _ASKS.fullmatch(text[: match.start()]) and _HOW_IT_IS.match(text, end)
        if place and (is_one or is_asked or _AFTER_NAME.match(text, end)):
            return place, match.start(), end
    return None


def _korean(text: str, titles: Sequence[set[str]], reference: Reference, asks: bool) -> tuple[int, int, int] | None:
    for match in _KOREAN_NAME.finditer(text):
        for spelled in spellings(match["word"]):
            if place := _only(spelled, titles):
                break
        else:
            continue
        ending, end, is_thing = match["word"][len(spelled) :], match.end(), False
        while not ending and (following := _KOREAN_NAME.match(text, end + 1)):
            word = next((each for each in spellings(following["word"]) if fold(each) in titles[place - 1]), "")
            if not word:
                break
            ending, end, is_thing = following["word"][len(word) :], following.end(), True
        if thing := _KOREAN_THING.match(text, end):
            ending, end, is_thing = thing["ending"], thing.end(), True
        is_thing = is_thing or ending[:1] in ("거", "것", "꺼", "건", "게")
        if reference.kind in ("cheaper", "dearer"):
            if ending.lstrip("거것꺼") in _BESIDE:
                return place, match.start(), end
        elif reference.kind in ("like", "with"):
            if ending.lstrip("거것꺼") in _BESIDE or is_thing:
                return place, match.start(), end
        elif _COMPARES.search(text) or (
            is_thing and not ending.endswith(_NARROWS) and (asks or _ASKS_ABOUT.search(text) or unwrapped(text[end:]))
        ):
            return place, match.start(), end
    return None


def pointed_at(reference: Reference, context: Context) -> list[Shown]:
    """The products that the reference means."""
    shown, viewed = list(context.shown), context.viewed
    if reference.is_cart:
        return [Shown(sku=sku, title="") for sku in context.cart]
    if reference.places:
        middle = (len(shown) + 1) // 2
        counted = [middle if place == MIDDLE else place for place in reference.places]
        places = [len(shown) + 1 + place if place <= LAST else place for place in counted]
        return [shown[place - 1] for place in places if 0 < place <= len(shown)]
    if reference.kind == "other":
        return shown or ([viewed] if viewed else [])
    if viewed and (reference.is_this or reference.kind == "with" or not shown):
        return [viewed]
    if reference.kind == "with":
        return shown[:1]
    return shown


def priced_against(question: Question, kind: Kind, seen: Sequence[Shown]) -> Question:
    """Strictly below the cheapest of those, or above the dearest."""
    priced = [item for item in seen if item.price is not None and item.currency == seen[0].currency]
    if not priced:
        return replace(question, sort="cheapest" if kind == "cheaper" else "dearest")
    currency = priced[0].currency
    step = Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")
    prices = [item.price for item in priced if item.price is not None]
    if kind == "cheaper":
        return replace(question, price_min=None, price_max=min(prices) - step, currency=currency)
    return replace(question, price_min=max(prices) + step, price_max=None, currency=currency)
