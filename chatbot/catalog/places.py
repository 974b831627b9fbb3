"""Places of products among those that were shown: "the second one", "두 번째 거", "가운데 거", "the first two"."""

import re
from typing import Final

from chatbot.catalog.phrasing import any_of, one_of

LAST: Final = -1
"""The place of "the last one"; the one before it is one less."""
MIDDLE: Final = 0
"""The place of "the middle one"."""

_ONE: Final = r"(?:\s+(?:one|item|product|pair|option|of\s+(?:them|these|those)))"
_THING: Final = r"(?:\s*(?:거|것|걸|건|게|꺼|제품|상품|물건|아이템))"
_PARTICLE: Final = "(?:이랑|랑|하고|와|과|은|는|이|가|을|를|의|도|만|으로|로|보다|이요|인데|처럼|에)"
_ENDS: Final = rf"{_PARTICLE}?(?:요|야|예요|이에요|는|도)?(?![가-힣])"
_NTH: Final = (
    (1, "first|1st", r"첫\s*번째|첫\s*째"),
    (2, "second|2nd", r"두\s*번째|둘\s*째"),
    (3, "third|3rd", r"세\s*번째|셋\s*째"),
    (4, "fourth|4th", r"네\s*번째|넷\s*째"),
    (5, "fifth|5th", r"다섯\s*번째|다섯\s*째"),
    (LAST, "last|bottom", r"(?:맨\s*|제일\s*)?마지막"),
    (MIDDLE, "middle", ""),
    (1, "top", ""),
)
_SIDES: Final = (
    (1, r"(?:(?:맨|제일|가장)\s*)?(?:처음|위|앞)(?:에|의|쪽)?(?:\s*(?:있는|나온))?"),
    (MIDDLE, r"(?:가운데|중간)(?:에|의)?(?:\s*(?:있는|나온))?"),
    (LAST, r"(?:(?:맨|제일|가장)\s*)?(?:아래|밑|끝|뒤)(?:에|의|쪽)?(?:\s*(?:있는|나온))?"),
)
"""Where a product stands among those shown; only with a word for the product: "위에 거"."""


_AFTER: Final = one_of(
    "and|or|is|are|was|in|has|have|does|come|comes|with|but",
    "look|available|cost|costs|for|vs|please|also",
    "work|works|fit|fits|go|instead|too",
)
_FOLLOWS: Final = rf"(?=\W*$|[.,;!?]|\s\s|\s+{_AFTER}\b)"
"""What may follow a place that stands alone: "first aid" is no place, nor is "the first aid kit"."""
_BEFORE: Final = one_of(
    r"^\W*",
    "(?<=compare )|(?<=and )|(?<=or )|(?<=vs )|(?<=than )",
)
_IN_THE: Final = r"(?:in\s+the|at\s+the|on\s+(?:the\s+)?)"


def _ordinal(english: str, korean: str) -> re.Pattern[str]:
    ways = (
        rf"\bthe\s+(?:very\s+)?(?:{english})(?:{_ONE}\b|{_FOLLOWS})",
        rf"\b(?:{english}){_ONE}\b",
        rf"{_BEFORE}(?:{english})(?=\W*$|\s+(?:and|or|vs|to|with|is)\b)",
        rf"\b(?:the\s+)?one\s+{_IN_THE}\s*(?:{english})\b",
    )
    return any_of(*ways, rf"(?<!\w)(?:{korean}){_THING}?{_ENDS}") if korean else any_of(*ways)


_ORDINALS: Final = (
    *((place, _ordinal(english, korean)) for place, english, korean in _NTH),
    *((place, re.compile(rf"(?<![가-힣]){side}{_THING}{_ENDS}")) for place, side in _SIDES),
)
_MARK: Final = r"(?<!\w)#(?=\d(?:\W*$|\s+(?:is|in|and|or|vs|has|have|does|but|with|please|to)\b))"
_NUMBER: Final = any_of(
    rf"(?:\b(?:number|no\.|option|item)\s*|{_MARK})(?P<english>[1-9]|one|two|three|four|five)\b(?!['\"-])",
    rf"(?<![\d.])(?P<korean>[1-9])\s*번(?:째)?{_THING}?{_ENDS}",
)
_COMPARED: Final = re.compile(
    r"\bcompare\s+(?P<numbers>[1-9](?:\s*(?:,|and|with|to|vs\.?|&)\s*[1-9]\b)+)(?!\w)", re.IGNORECASE
)
_ENGLISH_END: Final = r"(?P<end>first|last|top|bottom)\s+(?P<english>two|three|four|[2-4])"
_KOREAN_END: Final = r"(?P<ende>처음|맨\s*앞|앞(?:의|에)?|위(?:의|에)?|마지막|뒤(?:의|에)?|아래(?:의|에)?)"
_SEVERAL: Final = any_of(
    rf"\b(?:the\s+)?{_ENGLISH_END}\b(?:\s+(?:ones|of\s+(?:them|these|those)))?",
    rf"(?<![가-힣]){_KOREAN_END}\s*(?P<korean>두|세|네|[2-4])\s*개(?:를|만|는|은|요)?(?![가-힣])",
    r"\b(?P<both>both)\b(?:\s+of\s+(?:them|these|those))?",
    r"(?<![가-힣])(?P<two>둘)\s*다(?![가-힣])",
)
_COUNTS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "두": 2, "세": 3, "네": 4}


def read_places(text: str) -> tuple[tuple[int, ...], str]:
    """The places that `text` names, counted from 1, LAST or MIDDLE, in its order; and what is left, not moved."""
    places: list[tuple[int, int]] = []
    if match := _SEVERAL.search(text):
        told = (match["english"] or match["korean"] or "two").casefold()
        count = _COUNTS[told] if told in _COUNTS else int(told)
        is_end = (match["end"] or match["ende"] or "").casefold()[:2] in (
            "la",
            "bo",
            "마지",
            "뒤",
            "아래",
            "뒤에",
            "뒤의",
        )
        places += [(match.start(), LAST - nth if is_end else nth + 1) for nth in range(count)]
        text = blanked(text, match)
    if match := _COMPARED.search(text):
        places += [(match.start(), int(number)) for number in re.findall(r"[1-9]", match["numbers"])]
        text = blanked(text, match)
    for place, pattern in _ORDINALS:
        if match := pattern.search(text):
            places.append((match.start(), place))
            text = blanked(text, match)
    while match := _NUMBER.search(text):
        told = (match["english"] or match["korean"]).casefold()
        places.append((match.start(), _COUNTS[told] if told in _COUNTS else int(told)))
        text = blanked(text, match)
    ordered = sorted(places, key=lambda found: found[0])
    return tuple(dict.fromkeys(place for _, place in ordered)), text


def blanked(text: str, match: re.Match[str]) -> str:
    """The text with spaces where `match` was: later matches keep their places."""
    return f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"
