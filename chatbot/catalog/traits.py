"""Brands, colours and sizes in a shopper's words, wanted or not wanted, held against the catalogue's own words.

Whatever is understood is taken out of the text: products say it in other words, or in another field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from chatbot.catalog import sizes
from chatbot.catalog.colors import family
from chatbot.catalog.text import PARTICLES, fold, noun_of
from chatbot.catalog.vocabulary import Vocabulary

_WORD: Final = re.compile(r"[^\s,;!?()\[\]“”\"]+")
_EDGES: Final = ".,:;'’"
_MORE_ENDINGS: Final = (
    "걸로만 것만 거만 걸로 것으로 거로 으로만 로만 거는요 건요 거는 거요 걸 거 건 것 만 은요 는요 이요 요 이나 "
    "나 하고 꺼 꺼로 도요"
)
_ENDINGS: Final = (*PARTICLES, *_MORE_ENDINGS.split())
_ENDING: Final = re.compile(rf"(?:{'|'.join(sorted(set(_ENDINGS), key=len, reverse=True))})")

_NOT_BEFORE: Final = re.compile(
    r"(?:\b(?:but\s+|just\s+)?(?:not|except(?:\s+for)?|without(?:\s+any)?|other\s+than|besides|apart\s+from|aside\s+from|instead\s+of|anything\s+but|no|excluding"
    r"|(?:that\s+|which\s+)?(?:is|are)(?:\s+not|n['’]t)|don['’]t\s+(?:want|like)(?:\s+any)?))\s+(?:a\s+|an\s+|the\s+|in\s+|from\s+|by\s+)*"
    r"(?P<named>[^\s,.;!?]+)",
    re.IGNORECASE,
)
_NOT_AFTER: Final = re.compile(
    r"(?P<named>[^\s,.;!?]+?)(?:이|가|은|는|을|를)?\s*(?:말고(?:는|요)?|빼고(?:요)?|제외(?:하고|한|하면)?|아닌|아니고|없는|싫(?:어요?|고))"
    r"(?:\s*(?:걸로|거로|거|것|걸|색으로|색|다른))?(?=[\s,.;!?]|$)"
)
_SHOE: Final = re.compile(r"[12]\d[05]|3[01][05]")
"""Sizes of shoes in millimetres, as they are said in Korea."""
_IDLE_WORDS: Final = "this that these those it them one ones than more less sure thanks problem any idea matter longer"
_IDLE: Final = frozenset(_IDLE_WORDS.split())
"""What follows "not" or "no" without naming anything."""

_NOT_A_COLOR: Final = (
    "black tea|green tea|white tea|black coffee|red wine|white wine|black pepper|brown rice|brown sugar|"
    "white noise|orange juice|white board|black box|blue light|green screen|white chocolate|black light|"
    "red light|gold plated|black friday"
)
_NO_COLORS: Final = frozenset(_NOT_A_COLOR.split("|"))
"""Colours that are no colour of a thing."""


@dataclass(slots=True)
class Traits:
    """What was understood, and the text that is left."""

    rest: str
    brands: list[str] = field(default_factory=list)
    colors: list[str] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


def read_traits(text: str, known: Vocabulary) -> Traits:
    """The brands, colours and sizes that the catalogue knows, and what must not be there."""
    traits = Traits(text)
    for pattern in (_NOT_BEFORE, _NOT_AFTER):
        while match := pattern.search(traits.rest):
            named = _named(match, known)
            if not named:
                break
            _add(traits.without, named)
            traits.rest = f"{traits.rest[: match.start()]} {traits.rest[match.end() :]}"
    if known.sizes:
        for size, words in sizes.read_sizes(traits.rest):
            if size in known.sizes or size.partition(" ")[2] in known.size_units - {""}:
                _add(traits.sizes, size)
                traits.rest = traits.rest.replace(words, " ", 1)
    kept = []
    spaced = _WORD.findall(traits.rest)
    folded = [fold(word).strip(_EDGES) for word in spaced]
    skip = 0
    for at, word in enumerate(spaced):
        if skip:
            skip -= 1
            continue
        if color := _color(folded[at], known):
            if " ".join(folded[at : at + 2]) in _NO_COLORS:
                kept.append(word)
                continue
            if color == "blue" and at and folded[at - 1] == "navy":
                continue
            _add(traits.colors, color)
            continue
        if size := _bare_size(folded[at], kept, known):
            _add(traits.sizes, size)
            continue
        brand, length = _brand(folded, at, known)
        if brand:
            _add(traits.brands, brand)
            skip = length - 1
            continue
        brand, kind = _brand_and_kind(folded[at], known)
        if brand:
            _add(traits.brands, brand)
        kept.append(kind or word)
    if traits.colors or traits.brands:  # "black or white": what joined them goes along
        kept = [word for at, word in enumerate(kept) if not (word.casefold() in ("or", "and") and _dangles(kept, at))]
    traits.rest = " ".join(kept)
    return traits


def _named(match: re.Match[str], known: Vocabulary) -> str:
    word = fold(match["named"]).strip(_EDGES)
    if not word or word in _IDLE:
        return ""
    return _color(word, known, any_family=True) or _brand([word], 0, known)[0] or match["named"].strip(_EDGES)


def _color(word: str, known: Vocabulary, *, any_family: bool = False) -> str:
    for spelled in _spellings(word):
        name = family(spelled)
        if name in known.colors or (any_family and name != spelled):
            return name
    return ""


def _bare_size(word: str, before: list[str], known: Vocabulary) -> str:
    """The size in "운동화 270": three digits that the catalogue knows, behind a Korean word or alone."""
    if "" not in known.size_units or (before and not "가" <= before[-1][-1] <= "힣"):
        return ""
    return next((spelled for spelled in _spellings(word) if _SHOE.fullmatch(spelled) and spelled in known.sizes), "")


def _brand(words: list[str], at: int, known: Vocabulary) -> tuple[str, int]:
    """The brand that begins here, as the catalogue writes it, and how many words it takes."""
    for spelled in _spellings(words[at]):
        for name in known.brand_starts.get(spelled, ()):
            rest = words[at + 1 : at + len(name)]
            if len(rest) == len(name) - 1 and tuple(rest) == name[1:]:
                return known.brands[" ".join(name)], len(name)
    return "", 0


def _brand_and_kind(word: str, known: Vocabulary) -> tuple[str, str]:
    """The brand, as the catalogue writes it, and the thing, of a word that is both: "삼성냉장고", "LG그램"."""
    noun = noun_of(word)
    if not "가" <= word[-1:] <= "힣" or noun in known.kinds:
        return "", ""
    for at in range(2, len(noun) - 1):
        meets = noun[at - 1].isascii() and not noun[at].isascii()
        if noun[:at] in known.brands and (meets or noun[at:] in known.kinds):
            return known.brands[noun[:at]], word[at:]
    return "", ""


def _spellings(word: str) -> Iterator[str]:
    """The word, and what is left of a Korean one without its endings."""
    yield word
    for length in range(1, 5):
        if len(word) - length >= 1 and _ENDING.fullmatch(word[-length:]):
            yield word[:-length]
    if word.endswith(("'s", "’s")):
        yield word[:-2]


def _dangles(words: list[str], at: int) -> bool:
    return at == 0 or at == len(words) - 1 or words[at + 1].casefold() in ("or", "and")


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
