"""Sizes as shoppers and feeds write them, in one form: "27인치", '27"' and "27-inch" are all "27 inch"."""

import re
from typing import Final

_UNITS: Final = {
    "inch": r"인치|inch(?:es)?|[\"”″]",
    "mm": r"mm|밀리미터|밀리",
    "cm": r"cm|센티미터|센티",
    "people": r"인용|인(?=\s|$)|명용|[\s-]?persons?|[\s-]?people|[\s-]?man",
    "l": r"리터|liters?|litres?|l",
    "ml": r"ml|밀리리터",
    "kg": r"kg|킬로그램|킬로|키로",
    "g": r"g|그램",
}
_UNIT: Final = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_MEASURE: Final = re.compile(
    rf"(?<![\w.$₩€£])(?P<number>\d+(?:\.\d+)?)\s*-?\s*(?:{_UNIT})(?![a-z0-9])(?:\s?(?:짜리|사이즈|크기|용))?",
    re.IGNORECASE,
)
_FOR_PEOPLE: Final = re.compile(
    r"\b(?:for|sleeps?|fits?|seats?)\s+(?P<number>\d+|two|three|four|five|six)\s+(?:people|persons?)\b", re.IGNORECASE
)
_WORDS: Final = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
_NUMBERED: Final = re.compile(
    r"(?:(?:in\s+)?(?:a\s+)?\bsize\s+(?P<after>\d{2,3}|xxs|xs|s|m|l|xl|xxl|xxxl|[2-5]xl)\b"
    r"|(?<![\w.])(?P<before>\d{2,3}|xxs|xs|s|m|l|xl|xxl|xxxl|[2-5]xl)\s*(?:사이즈(?:(?:로|는|은|가|도|만)?요?(?![가-힣]))?|size\b)"
    r"|사이즈\s*(?P<korean>\d{2,3}|xxs|xs|s|m|l|xl|xxl|xxxl|[2-5]xl)(?![\w.]))",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"(?<![\w.&-])(?:XXS|XS|XL|XXL|XXXL|[2-5]XL|(?<=\bin )[SML])(?![\w&-])")
"""Letters that are a size also where nobody says so; an S, M or L may be anything, but for "in M"."""


def read_sizes(text: str) -> list[tuple[str, str]]:
    """The sizes that a text names: the normal form, and the words that name it."""
    found = []
    for match in _FOR_PEOPLE.finditer(text):
        number = match["number"].casefold()
        found.append((normal(_WORDS.get(number, number), "people"), match[0]))
    found += [(normal(match["number"], _unit(match)), match[0]) for match in _MEASURE.finditer(text)]
    found += [
        ((match["after"] or match["before"] or match["korean"]).casefold(), match[0])
        for match in _NUMBERED.finditer(text)
    ]
    taken = " ".join(words for _, words in found)
    found += [(match[0].casefold(), match[0]) for match in _LETTERS.finditer(text) if match[0] not in taken]
    return found


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
