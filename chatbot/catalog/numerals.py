"""Numbers in words, where they count money, inches or people: "two hundred dollars", "십오만 원", "three-person tent".

Elsewhere a number in words is part of a name ("two factor", "one piece") and stays.
"""

import re
from typing import Final

_ONES: Final = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
    if number
}
_TENS: Final = {
    word: 10 * number
    for number, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES: Final = {"hundred": 100, "thousand": 1_000, "grand": 1_000}
_SMALL: Final = _ONES | _TENS
_NUMERAL: Final = "|".join(sorted((*_SMALL, *_SCALES), key=len, reverse=True))
_SPELLED: Final = (
    rf"(?:a\s+(?=hundred|thousand|grand)"
    rf"|(?:{_NUMERAL})(?:(?:[\s-]+|(?<=hundred|housand)\s+and\s+(?!\w+[\s-]+(?:hundred|thousand"
    rf"|grand)))(?=(?:{_NUMERAL})\b))?)+(?<![\s-])"
)
_MONEY: Final = r"dollars?|bucks?|euros?|pounds?|won|usd|eur|gbp"
_COUNTED: Final = r"inch(?:es)?|in(?=\s+(?:monitor|tv|screen|laptop))|persons?|people|man(?=\s+tent)"
_BOUND: Final = (
    r"under|below|over|above|than|from|to|least|most|around|about|roughly|approximately|within|between"
    r"|and|or|max|maximum|budget\s+of"
)
_CLOSES: Final = r"\s*(?:$|[.,;!?]|(?:or|and|to|for|please|pls|with|in|that|if|but|max|tops|maximum|range|budget)\b)"
"""What may stand behind a bare number of money; a noun would be what it counts."""
_ENGLISH: Final = re.compile(
    rf"\b(?P<before>(?:{_BOUND})\s+)?(?P<spelled>{_SPELLED})"
    rf"(?:(?=(?:\s+or\s+so)?[\s-]+(?:{_MONEY}|{_COUNTED})\b)|(?P<bare>(?={_CLOSES})))",
    re.IGNORECASE,
)
_SMALLEST_SUM: Final = 10
"""Less is no sum of money where nobody says so: "at least two"."""

_KOREAN_DIGITS: Final = "일이삼사오육칠팔구"
_UNDER_MYRIAD: Final = rf"(?:[{_KOREAN_DIGITS}\d]*[천백십]){{0,4}}[{_KOREAN_DIGITS}]?"
_KOREAN: Final = re.compile(
    rf"(?<![가-힣\d])(?:(?P<tens>{_UNDER_MYRIAD})만\s*)?(?:(?P<thousands>[{_KOREAN_DIGITS}]?)천\s*)?(?P<rest>(?:[{_KOREAN_DIGITS}]?백)?)"
    r"(?=\s?원|(?:(?<=만)|(?<=만 )|(?<=천))\s?(?:이하|미만|이상|정도|이내|밑|까지|대(?![가-힣])))"
)
_PEOPLE: Final = re.compile(r"(?<![가-힣])(?P<count>두|세|네|다섯|여섯)\s*(?=(?:명|사람|인용)(?:이서|이|용)?(?:\s|$))")
_COUNTS: Final = {"두": "2", "세": "3", "네": "4", "다섯": "5", "여섯": "6"}


def in_digits(text: str) -> str:
    """The text with amounts, inches and people in digits; what spells no number stays."""
    text = _ENGLISH.sub(_english, text)
    if "원" in text or "만" in text:
        text = _KOREAN.sub(_korean, text)
    return _PEOPLE.sub(lambda match: _COUNTS[match["count"]], text)


def _english(match: re.Match[str]) -> str:
    number = _value(match["spelled"])
    if match["bare"] is not None and (not match["before"] or number < _SMALLEST_SUM):
        return match[0]
    return f"{match['before'] or ''}{number}"


def _value(spelled: str) -> int:
    """ "twelve hundred and fifty" as 1250."""
    whole = group = 0
    for word in re.split(r"[\s-]+", spelled.casefold()):
        if word in _SMALL:
            group += _SMALL[word]
        elif word == "hundred":
            group = (group or 1) * 100
        elif word in _SCALES:
            whole, group = whole + (group or 1) * _SCALES[word], 0
    return whole + group


def _korean(match: re.Match[str]) -> str:
    """ "십오만 오천" as "155000"."""
    tens, thousands, rest = match["tens"], match["thousands"], match["rest"]
    if tens is None and thousands is None:
        return match[0]
    if tens is not None and tens.isdecimal():
        return match[0]
    whole = 10_000 * (_below_myriad(tens) or 1) if tens is not None else 0
    if thousands is not None:
        whole += 1_000 * (_below_myriad(thousands) or 1)
    is_named = match.string[match.end() :].lstrip().startswith("원")
    return f"{whole + _below_myriad(rest)}{'' if is_named else '원 '}"


def _below_myriad(spelled: str) -> int:
    whole = digit = 0
    for sign in re.findall(rf"\d+|[{_KOREAN_DIGITS}천백십]", spelled):
        if sign in "천백십":
            whole += (digit or 1) * {"천": 1_000, "백": 100, "십": 10}[sign]
            digit = 0
        else:
            digit = int(sign) if sign.isdecimal() else 1 + _KOREAN_DIGITS.index(sign)
    return whole + digit
