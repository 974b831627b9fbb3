"""Numbers that are written as words, in Korean and in English."""

import re
from typing import Final

_UNITS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH: Final = {word: number for number, word in enumerate(_UNITS.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), 2)
}
"""Those of which the others are made."""
SCALES: Final = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000}
SINO: Final = {character: digit for digit, character in enumerate("영일이삼사오육칠팔구")}
SMALL: Final = {"십": 10, "백": 100, "천": 1000}
NATIVE: Final = {
    "한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "네": 4, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12, "스무": 20,
}  # fmt: skip
"""Those that count things and hours."""

_ENGLISH_WORD: Final = "|".join(sorted([*ENGLISH, *SCALES], key=len, reverse=True))
ENGLISH_NUMBER: Final = rf"\b(?:{_ENGLISH_WORD}|a(?=\s(?:hundred|thousand)))(?:(?:\s|-|\sand\s)(?:{_ENGLISH_WORD}))*\b"
ENGLISH_SMALL: Final = (
    rf"\b(?:(?:{_TENS.replace(' ', '|')})(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
    + (rf"|{_UNITS.replace(' ', '|')})\b")
)
"""Up to ninety-nine."""
SINO_NUMBER: Final = r"(?<![가-힣])[일이삼사오육칠팔구]?[십백]?[일이삼사오육칠팔구]?(?<=[일이삼사오육칠팔구십백])"
"""Up to a hundred and some, where a word begins."""
NATIVE_NUMBER: Final = r"(?<![가-힣])(?:하나|한|두|둘|세|셋|네|넷|다섯|여섯|일곱|여덟|아홉|열한|열두|열|스무)"


def english(text: str) -> int:
    """The value of "one hundred and five"."""
    total = section = 0
    for word in re.findall(r"[a-z]+", text):
        if word in ENGLISH:
            section += ENGLISH[word]
        elif word == "hundred":
            section = max(section, 1) * 100
        elif word in SCALES:
            total, section = total + max(section, 1) * SCALES[word], 0
    return total + section


def small(text: str) -> int | None:
    """The value of a number however it is written, if it is one: 12, twelve, 십이, 열두."""
    if text.isdecimal():
        return int(text)
    if text.isascii():
        return english(text) if re.fullmatch(r"[a-z\s-]+", text) else None
    if text in NATIVE:
        return NATIVE[text]
    total, current = 0, None
    for character in text:
        if character in SINO:
            current = SINO[character]
        elif character in SMALL:
            total, current = total + (1 if current is None else current) * SMALL[character], None
        else:
            return None
    return total + (current or 0)
