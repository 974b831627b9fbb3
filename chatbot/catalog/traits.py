"""Brands, colours and sizes in a shopper's words, wanted or not wanted, held against the catalogue's own words.

Whatever is understood is taken out of the text: products say it in other words, or in another field.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from chatbot.catalog import sizes
from chatbot.catalog.colors import FAMILY_OF, family
from chatbot.catalog.endings import spellings
from chatbot.catalog.phrasing import any_of, one_of
from chatbot.catalog.text import fold, noun_of
from chatbot.catalog.vocabulary import Vocabulary

_WORD: Final = re.compile(r"[^\s,;!?()\[\]“”\"]+")
_EDGES: Final = ".,:;'’"

_NAME: Final = r"[^\s,.;!?]{1,24}"
_DO_NOT: Final = r"don['’]t|do\s+not"
_NOT: Final = one_of(
    r"(?:in\s+)?any\s+(?:colou?r|brand|make)\s+(?:but|except|other\s+than)",
    "not",
    r"except(?:\s+for)?",
    r"without(?:\s+any)?",
    r"other\s+than|besides|apart\s+from|aside\s+from|instead\s+of",
    r"anything\s+but|anything\s+except",
    "no|excluding|exclude|minus|neither",
    r"avoid(?:ing)?|skip|leave\s+out",
    r"i\s+hate",
    r"(?:nothing|none)\s+(?:from|by|in)",
    r"(?:that\s+|which\s+)?(?:is|are)(?:\s+not|n['’]t)",
    rf"(?:i\s+)?(?:{_DO_NOT})\s+(?:want|like|need|show\s+me)(?:\s+any(?:thing)?)?",
    rf"(?:(?:that|which)\s+)?(?:doesn['’]t|does\s+not|{_DO_NOT})\s+(?:have|contain|include|come\s+with|use)(?:\s+any)?",
)
_BEFORE_NAME: Final = one_of(
    r"a\s+|an\s+|the\s+|any\s+",
    r"in\s+|from\s+|by\s+|with\s+",
)
_OR_NAMES: Final = rf"(?P<more>(?:\s*,?\s*\b(?:or|and|nor)\s+(?:in\s+|from\s+)?{_NAME}){{0,4}})"
_NOT_BEFORE: Final = re.compile(
    rf"(?:\b(?:but\s+|just\s+)?{_NOT})\s+{_BEFORE_NAME}*(?P<named>{_NAME}){_OR_NAMES}(?:\s+(?:one|ones|please)\b)?",
    re.IGNORECASE,
)
_NAMES_AND: Final = rf"(?P<more>(?:(?>(?<!\S){_NAME}(?:(?:랑|하고|나|과|와|도|,)\s*|\s+(?:또는|그리고|및)\s+))){{0,4}})"
_KOREAN_NOT: Final = one_of(
    r"말고(?:는|요)?",
    r"말구(?:요)?",
    r"빼고(?:는|요)?",
    r"빼\s?(?:줘|주세요|줄래)\S*",
    r"제외(?:하고|한|하면|해줘|해주세요|해)?",
    "아닌|아니고",
    r"(?<=만)\s*아니(?:면|어도)(?:\s*(?:돼|되|좋|괜찮)\S*)?",
    "없는|없이",
    r"(?:은|는)?\s*필요\s*없\S*",
    r"싫(?:어요?|고|은데요?|어서|습니다|다)?",
    r"별로(?:예요|야|고|인데|라서)?",
    "됐고",
    r"안\s*(?:들어간|들어있는|달린|되는|쓰는|붙은|들어가는|나오는)",
    r"(?:들어가|들어있|달려\s*있|붙어\s*있)지\s*않은",
)
_KOREAN_ONE: Final = one_of(
    "걸로|거로|것으로|거|것|걸",
    "색으로|색",
    r"다른\s*(?:걸로|거|것|색|색상|브랜드)(?:으로|로)?",
    "다른",
)
_KOREAN_NAMED: Final = rf"(?<![^\s,.;!?])(?P<named>{_NAME}?)(?:이|가|은|는|을|를|도|만)?"
_NOT_AFTER: Final = re.compile(
    rf"{_NAMES_AND}{_KOREAN_NAMED}\s*{_KOREAN_NOT}(?:\s*{_KOREAN_ONE})?(?:\s*(?:요|만))?(?=[\s,.;!?]|$)"
)
_ENDS_LIKE_PARTICLE: Final = frozenset(("손잡이", "목걸이", "귀걸이", "팔걸이", "등받이", "종이", "고양이"))
_LONGEST_COMPOUND: Final = 24
_SURE_BRAND: Final = 3
"""Syllables from which on a word begins with a brand by no chance."""
_JOINED: Final = any_of(
    r"[\s,]+(?:(?:or|and|nor|in|from|또는|그리고|및)\s+)*",
    r"^\s*(?:or|and|nor)\s+",
    flags=re.NOFLAG,
)
_SHOE: Final = re.compile(r"[12]\d[05]|3[01][05]")
"""Sizes of shoes in millimetres, as they are said in Korea."""
_IDLE_WORDS: Final = (
    "this that these those it them one ones than more less sure thanks problem any idea matter longer too very "
    "so really only just to necessarily expensive over under above below exceeding important "
    "worries rush limit preference budget"
)
_IDLE: Final = frozenset(_IDLE_WORDS.split())
"""What follows "not" or "no" without naming anything."""

_JOINS: Final = frozenset(["or", "and", "either", "또는", "혹은", "아니면", "이나", "및", "그리고"])
_COLOR_BEFORE: Final = any_of(
    r"colou?r",
    r"(?:색|색상|색깔|컬러)(?:은|는|이|가|을|를|도)?",
    flags=re.NOFLAG,
)
_COLOR_BEHIND: Final = any_of(
    r"colou?r(?:ed)?",
    r"(?:색|색상|색깔|컬러|계열|톤|빛)(?:으로|로|의|은|는|이|가|도|만|인|을|를){0,4}(?:요)?",
    flags=re.NOFLAG,
)
_BRAND_BEFORE: Final = any_of(
    "brand",
    "(?:브랜드|메이커)(?:은|는|이|가)?",
    flags=re.NOFLAG,
)
_BRAND_BEHIND: Final = any_of(
    "brand(?:ed)?",
    "(?:브랜드|메이커)(?:로|의|은|는|이|가|도|만|를){0,4}(?:요)?",
    "나온",
    flags=re.NOFLAG,
)
"""What is said beside a colour or a brand: "the color red", "나이키 브랜드"."""
_COLORED: Final = any_of(
    r"-colou?red$",
    r"-colou?r$",
    r"(?<=.)(?:색|색상|색깔|컬러|빛|톤|계열)(?:으로|로|의|은|는|이|가|도|만|인){0,4}(?:요)?$",
    flags=re.NOFLAG,
)

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

    @property
    def names_something(self) -> bool:
        """Whether any was named."""
        return bool(self.brands or self.colors or self.sizes or self.without)


def read_traits(text: str, known: Vocabulary) -> Traits:
    """The brands, colours and sizes that the catalogue knows, and what must not be there."""
    traits = Traits(text)
    for pattern in (_NOT_BEFORE, _NOT_AFTER):
        while match := pattern.search(traits.rest):
            named, left, start = _named(match, known)
            if not named:
                break
            for name in named:
                _add(traits.without, name)
            traits.rest = f"{traits.rest[:start]} {left} {traits.rest[match.end() :]}"
    if known.sizes:
        for size, words in sizes.read_sizes(traits.rest):
            if size in known.sizes or size.partition(" ")[2] in known.size_units - {""}:
                _add(traits.sizes, size)
                traits.rest = re.sub(rf"(?<!\w){re.escape(words)}(?![a-zA-Z])", " ", traits.rest, count=1)
    kept: list[str] = []
    spaced = [part for word in _WORD.findall(traits.rest) for part in _apart(word, known)]
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
            _drop_beside(kept, _COLOR_BEFORE)
            skip = _beside(folded, at, _COLOR_BEHIND)
            continue
        if size := _bare_size(folded[at], kept, known):
            _add(traits.sizes, size)
            continue
        brand, length = _brand(folded, at, known)
        if brand:
            _add(traits.brands, brand)
            _drop_beside(kept, _BRAND_BEFORE)
            skip = length - 1 + _beside(folded, at + length - 1, _BRAND_BEHIND)
            continue
        kept.append(word)
    if traits.colors or traits.brands:  # "black or white": what joined them goes along
        kept = [word for at, word in enumerate(kept) if not (word.casefold() in _JOINS and _dangles(kept, at))]
    traits.rest = " ".join(kept)
    return traits


def _named(match: re.Match[str], known: Vocabulary) -> tuple[list[str], str, int]:
    """What must not be ("Sony" and "Apple" of "without Sony or Apple"), words to be left, and where it begins."""
    word = fold(match["named"]).strip(_EDGES)
    if not word or word in _IDLE:
        return [], "", 0
    trait = _color(word, known, any_family=True) or _brand([word], 0, known)[0]
    before = fold(match.string[: match.start()]).split()[-1:]
    if not trait and match.re is _NOT_AFTER and before:
        trait = _color(before[0], known) or _brand(before, 0, known)[0]
        if trait:  # "소니 헤드폰 말고": of another maker
            return (
                [trait],
                match["named"],
                match.string.rindex(match.string[: match.start()].split()[-1], 0, match.start()),
            )
    others = []
    for said in _JOINED.split(match["more"]):
        folded = fold(said).strip(_EDGES)
        name = folded and (_color(folded, known, any_family=True) or _brand([folded], 0, known)[0])
        if folded and not name:
            return [trait or _whole(match)], match["more"], match.start()
        others += [name] if name else []
    return [trait or _whole(match), *others], "", match.start()


def _whole(match: re.Match[str]) -> str:
    """The word that was said; one like "손잡이" ends as if it had a particle."""
    said = match["named"].strip(_EDGES)
    behind = match.string[match.end("named") : match.end("named") + 1]
    return f"{said}{behind}" if f"{said}{behind}" in _ENDS_LIKE_PARTICLE else said


def _color(word: str, known: Vocabulary, *, any_family: bool = False) -> str:
    for spelled in spellings(word):
        for bare in (spelled, _COLORED.sub("", spelled)):
            name = family(bare)
            if name in known.colors and (bare == spelled or name != bare or "-" in spelled):
                return name
            if any_family and name != bare:
                return name
    return ""


def _bare_size(word: str, before: list[str], known: Vocabulary) -> str:
    """The size in "운동화 270" and "in 270": three digits that the catalogue knows, behind such a word or alone."""
    if "" not in known.size_units:
        return ""
    if before and before[-1] != "in" and before[-2:] != ["in", "a"] and not "가" <= before[-1][-1] <= "힣":
        return ""
    return next((spelled for spelled in spellings(word) if _SHOE.fullmatch(spelled) and spelled in known.sizes), "")


def _drop_beside(kept: list[str], beside: re.Pattern[str]) -> None:
    if kept and beside.fullmatch(fold(kept[-1]).strip(_EDGES)):
        kept.pop()


def _beside(folded: list[str], at: int, beside: re.Pattern[str]) -> int:
    """1 where the word behind `at` goes along with it."""
    return int(at + 1 < len(folded) and bool(beside.fullmatch(folded[at + 1])))


def _brand(words: list[str], at: int, known: Vocabulary) -> tuple[str, int]:
    """The brand that begins here, as the catalogue writes it, and how many words it takes."""
    for spelled in spellings(words[at]):
        for name in known.brand_starts.get(spelled, ()):
            rest = words[at + 1 : at + len(name)]
            if len(rest) == len(name) - 1 and tuple(rest) == name[1:]:
                return known.brands[" ".join(name)], len(name)
    return "", 0


def _apart(word: str, known: Vocabulary) -> list[str]:
    """A Korean word that is a colour or a brand and a thing at once, in its parts: "삼성냉장고", "검정운동화"."""
    folded = fold(word)
    noun = noun_of(folded)
    if len(folded) > _LONGEST_COMPOUND or not "가" <= folded[-1:] <= "힣":
        return [word]
    if noun in known.kinds or _color(folded, known):
        return [word]
    for at in range(2, len(noun) - 1):
        first, rest = folded[:at], folded[at:]
        is_brand, is_color = first in known.brands, FAMILY_OF.get(first) in known.colors
        if not (is_brand or is_color):
            continue
        parts = _apart(rest, known)
        meets = is_brand and first[-1].isascii() and not rest[0].isascii()
        thing = noun_of(rest)
        is_thing = thing in known.kinds or (is_brand and (thing in known.heads or len(first) >= _SURE_BRAND))
        if meets or (is_color and first.endswith("색")) or is_thing or len(parts) > 1:
            return [first, *parts]
    return [word]


def _dangles(words: list[str], at: int) -> bool:
    return at == 0 or at == len(words) - 1 or words[at + 1].casefold() in _JOINS


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
