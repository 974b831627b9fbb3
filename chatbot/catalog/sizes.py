"""Sizes as shoppers and feeds write them, in one form: "27인치", '27"' and "27-inch" are all "27 inch"."""

import re
from typing import Final

from chatbot.catalog.phrasing import any_of, one_of

_INCH: Final = one_of(
    "인치",
    r"형(?=\s|$|으로|로)",
    "inch(?:es)?",
    r"(?<=\d)in(?=\s)",
    r"[\"”″]",
    r"in(?=\s+(?:monitors?|tvs?|screens?|laptops?|displays?)\b)",
)
_UNITS: Final = {
    "inch": _INCH,
    "mm": r"mm|밀리미터|밀리",
    "cm": r"cm|센티미터|센티",
    "people": r"인용|인(?=\s|$)|(?:명|사람)(?:이서|이|용)?(?=\s|$)|[\s-]?persons?|[\s-]?people|[\s-]?man",
    "l": r"리터|liters?|litres?|l",
    "ml": r"ml|밀리리터",
    "kg": r"kg|킬로그램|킬로|키로",
    "g": r"g|그램",
}
_UNIT: Final = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_END: Final = one_of(
    "짜리|사이즈|크기|급|용|이상|이하|정도|쯤",
    "으로|로|이요|이고|이면|인데|인|은|는|도|만|면|요",
    "걸로|거로|거|것|짜리로",
)
_ENDS: Final = rf"(?:{_END}{{0,4}}(?![가-힣]))?"
"""Endings behind a size, as in "27인치짜리로" and "32인치는요"."""
_SIZED: Final = r"(?:\s?(?:짜리|사이즈|크기|용|이상|급)(?![가-힣]))"
_FITTING: Final = one_of(
    "들어가는|사용할|사용하는|쓰는|이서",
    r"(?:들어갈|쓸|잘|사용할)(?:\s*수\s*있는)?",
)
_MEASURE: Final = re.compile(
    rf"(?<![\w.$₩€£])(?P<number>\d+(?:\.\d+)?)\s*-?\s*(?:{_UNIT})(?![a-z0-9])"
    rf"{_SIZED}?{_ENDS}(?:\s*{_FITTING}(?![가-힣]))?",
    re.IGNORECASE,
)
_COUNT: Final = "two|three|four|five|six"
_THAT_CAN: Final = r"(?:(?:that|which)\s+(?:can\s+)?)?"
_FOR_PEOPLE: Final = any_of(
    rf"\b{_THAT_CAN}(?:for|sleeps?|fits?|seats?|holds?)\s+(?P<number>\d+|{_COUNT})\s+(?:people|persons?|adults)\b",
    rf"\b{_THAT_CAN}(?:sleeps?|fits?|seats?)\s+(?P<seats>[2-9]|{_COUNT})\b(?=\W*$)",
    rf"\bfor\s+(?P<few>{_COUNT})\b(?=\W*$)",
)
_WORDS: Final = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
_LETTER: Final = r"xxs|xs|s|m|l|xl|xxl|xxxl|[2-5]xl"
_SPELLED: Final = {
    "extra small": "xs",
    "extra large": "xl",
    "x-large": "xl",
    "xlarge": "xl",
    "small": "s",
    "medium": "m",
    "large": "l",
    "엑스라지": "xl",
    "엑스 라지": "xl",
    "투엑스라지": "2xl",
    "라지": "l",
    "미디엄": "m",
    "미디움": "m",
    "스몰": "s",
    "엠": "m",
    "엘": "l",
}
_ENGLISH: Final = r"extra[\s-]small|extra[\s-]large|x-?large|small|medium|large"
_KOREAN: Final = r"투엑스라지|엑스\s?라지|라지|미디엄|미디움|스몰"
_IN_SIZE: Final = r"(?:\b(?:in|a|an|and)\s+)*\bsize(?:\s+(?:is|of)|:)?\s*(?:a\s+)?"
_NUMBERED: Final = any_of(
    rf"{_IN_SIZE}(?P<after>(?<=[\s:])\d{{2,3}}|(?<=[\s:])(?:{_LETTER}|{_ENGLISH}))\b",
    rf"(?<![\w.])(?P<before>\d{{2,3}}|{_LETTER}|{_ENGLISH}|{_KOREAN}|엠|엘)\s*(?:사이즈{_ENDS}(?![가-힣])|size\b)",
    rf"사이즈(?:는|은|가)?\s*(?P<korean>\d{{2,3}}|{_LETTER}|{_KOREAN})(?![\w.](?<![가-힣])){_ENDS}",
)
_KOREAN_AFTER: Final = r"(?=\s|$|[?.,!]|로|요|는|도|만|이요)"
_SPELLED_OUT: Final = any_of(
    rf"\bin\s+(?:an?\s+)?(?P<english>{_ENGLISH})(?=\s*(?:$|[.,!?]|please\b))",
    r"(?<=,\s)(?P<last>small|medium|large)(?=\W*$)",
    rf"(?<![가-힣])(?P<korean>{_KOREAN})(?!\s*[가-힣]+(?:을|를|이|가)){_KOREAN_AFTER}{_ENDS}",
)
_SAID_LETTER: Final = one_of(
    r"(?:XXS|XS|XL|XXL|XXXL|[2-5]XL|xxs|xs|xl|xxl|xxxl|[2-5]xl)(?![\w&-](?<![가-힣]))",
    r"(?:(?<=\bin )|(?<=\bin a )|(?<=\bin an ))[SML](?![\w&-])",
    r"(?<=\bin )[sml](?=\W*$|\s+please\b)",
    r"(?<=[가-힣]\s)[SML](?=\W*$)",
    r"[SML](?=(?:으로|로|이요|요|은요?|는요?|도|만)(?:\s|$|[?.,!요]))",
    r"^\s*[SML](?=\s*(?:있|없))",
)
_LETTERS: Final = re.compile(rf"(?<![\w.&-]){_SAID_LETTER}(?:(?:으로|로|이요|요|은|는|도|만){{0,4}}(?![가-힣]))?")
"""Letters that are a size also where nobody says so; an S, M or L may be anything, but for "in M" and "M으로"."""


def read_sizes(text: str) -> list[tuple[str, str]]:
    """The sizes that a text names: the normal form, and the words that name it."""
    found = []
    for match in _FOR_PEOPLE.finditer(text):
        number = (match["number"] or match["seats"] or match["few"]).casefold()
        found.append((normal(_WORDS.get(number, number), "people"), match[0]))
    found += [(normal(match["number"], _unit(match)), match[0]) for match in _MEASURE.finditer(text)]
    found += [
        (_letter(match["after"] or match["before"] or match["korean"]), match[0]) for match in _NUMBERED.finditer(text)
    ]
    taken = " ".join(words for _, words in found)
    found += [
        (_letter(match["english"] or match["last"] or match["korean"]), match[0])
        for match in _SPELLED_OUT.finditer(text)
        if match[0] not in taken
    ]
    letters = [(re.sub(r"[^0-9A-Za-z]", "", match[0]).casefold(), match[0]) for match in _LETTERS.finditer(text)]
    return found + [(size, words) for size, words in letters if words not in taken]


def _letter(said: str) -> str:
    """The size that a letter, a number or a word for a letter names."""
    folded = " ".join(said.casefold().replace("-", " ").split())
    return _SPELLED.get(folded) or _SPELLED.get(folded.replace(" ", "-")) or folded


def normal(number: str, unit: str) -> str:
    """ "27.0", "inch" -> "27 inch". Shoe sizes are millimetres in Korea, and written without them."""
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return number if unit == "mm" and len(number) == 3 else f"{number} {unit}"


def forms_of(size: str) -> set[str]:
    """The normal forms of a product's size, as a feed writes it: one, several, or the text itself."""
    folded = size.strip().casefold()
    forms = {normal(match["number"], _unit(match)) for match in _MEASURE.finditer(folded)}
    return forms or {part for part in re.split(r"\s*[/,|]\s*", folded) if part}


def _unit(match: re.Match[str]) -> str:
    return next(name for name in _UNITS if match[name])
