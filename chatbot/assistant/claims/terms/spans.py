"""How long something takes or lasts, and by when it comes: 2-3 days, 이삼일, two weeks, 사흘, tomorrow, next week."""

import re
from collections.abc import Iterator
from typing import Final

from chatbot.assistant.claims.money.numbers import ENGLISH_SMALL, NATIVE_NUMBER, SINO_NUMBER, small

_KOREAN_UNIT: Final = (
    r"영업일|일(?!반|부|본|상|체|단|찍|정|대)|시간|주일?(?!문|머|전|요|방|말|소|세|시|의)|개월|달(?!러|콤|라|리|려"
    r"|음)|년|분(?!리|유|야|위|명|석|홍|께|들|이|의)"
)
_SPAN: Final = re.compile(
    r"(?<![\d.,])(?:(?P<low>\d+)(?:일|시간|주|개월|달|년)?\s?(?:[-~–]|to|or|and|에서)\s?)?(?P<number>\d+)[\s-]?"
    rf"(?:(?:business|working|full|calendar|single|whole|mere|영업)[\s-]?)?(?P<unit>{_KOREAN_UNIT}"
    r"|(?:day|hour|hr|week|month|year|minute|min)s?\b)"
    rf"|(?:(?P<wlow>{ENGLISH_SMALL})\s?(?:-|to|or|and)\s?)?(?P<word>{ENGLISH_SMALL}|\ban?\b(?!\s(?:few|couple))"
    r"|(?<=within\s)the(?=\s(?:hour|day|week|month)\b)|\b(?:a\s)?couple(?:\sof)?|\b(?:a\s)?few|\bhalf\san?)[\s-]"
    r"(?:(?:business|working|full|calendar|single|whole|mere)[\s-])?(?P<wunit>(?:day|hour|hr|week|month|year"
    r"|minute)s?\b|fortnight)"
    rf"|(?P<sino>{SINO_NUMBER})\s?(?P<sunit>영업일|일|주일?|개월|년)(?=\s?(?:이?내|안|동안|정도|이면|만에|후|뒤|걸"
    rf"|까지|간|쯤"
    r"|무상|보증|이|가|은|의|을|$))"
    rf"|(?P<native>{NATIVE_NUMBER})\s?(?P<nunit>시간|주(?!문|머|전)|달(?!러)|해)"
    r"|(?P<named>하루\s?이틀|하루|이틀|사흘|나흘|닷새|엿새|열흘|보름|일주일|사나흘|이삼\s?일|삼사\s?일|사오\s?일"
    r"|일이\s?일|오륙\s?일"
    r"|반나절|\bfortnight)(?!\s?종일)"
)
_UNITS: Final = {
    "일": ("d", 1), "영업일": ("d", 1), "day": ("d", 1), "주": ("d", 7), "주일": ("d", 7), "week": ("d", 7),
    "fortnight": ("d", 14),
    "시간": ("h", 1), "hour": ("h", 1), "hr": ("h", 1),
    "개월": ("m", 1), "달": ("m", 1), "month": ("m", 1), "년": ("m", 12), "해": ("m", 12), "year": ("m", 12),
    "분": ("min", 1), "minute": ("min", 1), "min": ("min", 1),
}  # fmt: skip
_NAMED: Final = {
    "하루": (1,), "이틀": (2,), "사흘": (3,), "나흘": (4,), "닷새": (5,), "엿새": (6,), "열흘": (10,), "보름": (15,),
    "일주일": (7,), "하루이틀": (1, 2), "사나흘": (3, 4), "일이일": (1, 2), "이삼일": (2, 3), "삼사일": (3, 4),
    "사오일": (4, 5), "오륙일": (5, 6), "fortnight": (14,),
}  # fmt: skip
_VAGUE: Final = {"couple": "2", "few": "some", "half": "half"}
WEEKDAY: Final = r"[월화수목금토일]요일|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
_WEEKDAYS: Final = {day: number for days in ("월화수목금토일", ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
                    for number, day in enumerate(days)}  # fmt: skip
_WHEN: Final = (
    ("3d", re.compile(r"글피")),
    ("2d", re.compile(r"모레|day after tomorrow")),
    ("1d", re.compile(
        r"내일|익일|이튿날|다음\s?날|(?<!after )tomorrow|next[\s-](?:business[\s-])?(?:day|morning)|overnight")),
    ("0d", re.compile(
        r"오늘(?!\s?(?:주문|결제|구매|은|의|도))|당일|그날(?!그날)|(?<!order )(?<!buy )(?<!purchase )today|tonight"
        r"|same[\s-](?:day|evening|afternoon)|(?:this|that) (?:very )?(?:morning|afternoon|evening)")),
    ("dawn", re.compile(r"새벽\s?(?:배송|도착|에)|by dawn")),
    ("express", re.compile(
        r"로켓\s?배송|총알\s?배송|퀵\s?(?:배송|서비스)|바로\s?배송|특급\s?배송|express (?:shipping|delivery)"
        r"|expedited"
    )),
    ("this week", re.compile(r"이번\s?주|금주|this week|주말(?:까지|에|\s?전)|(?:by|before) the weekend")),
    ("next week", re.compile(r"다음\s?주|차주|next week")),
    ("next month", re.compile(
        r"다음\s?달|내달|next month|end of (?:the|this) (?:month|week)|월말|이달\s?말|이번\s?달")),
    ("month", re.compile(
        r"\d{1,2}월(?!\s?\d)(?:\s?(?:초|중순|말|중|하순))?[에까]?"
        r"|\b(?:in|by|early|late|mid|until|end of)[\s-](?:january|february|march|april|may|june|july|august|september"
        r"|october|november|december)\b"
    )),
    ("weekday", re.compile(WEEKDAY)),
    ("date", re.compile(
        r"\d{1,2}월\s?\d{1,2}일|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d{1,2}(?:st|nd|rd"
        r"|th)?\b"
        r"|\b\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?(?:january|february|march|april|may|june|july|august|september|october"
        r"|november|december)\b"
    )),
)  # fmt: skip


def spans(text: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Every span of time in `text` (see `names.level`), with what it comes to; a range comes to both of its ends."""
    for match in _SPAN.finditer(text):
        if values := list(_values(match)):
            yield match, values


def dates(text: str) -> Iterator[tuple[int, int, str]]:
    """Every day by which something may come, from where to where it stands."""
    for value, pattern in _WHEN:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), value


def days(value: str) -> int | None:
    """How many days a span or a date comes to, months as thirty; None where that is not known."""
    found = re.fullmatch(r"(\d+)(h|d|m)", value)
    if found is None:
        return None
    number = int(found[1])
    return {"h": -(-number // 24), "d": number, "m": 30 * number}[found[2]]


def weekdays(text: str) -> Iterator[tuple[int, int, int]]:
    """Every day of the week that `text` names, from where to where, and its number from 0 on."""
    for match in re.finditer(WEEKDAY, text):
        if (number := _WEEKDAYS.get(match[0][:1] if "요" in match[0] else match[0][:3])) is not None:
            yield match.start(), match.end(), number


def _values(match: re.Match[str]) -> Iterator[str]:
    if named := match["named"]:
        known = _NAMED.get("".join(named.split()))
        yield from (f"{number}d" for number in known) if known else ("half",)
        return
    said = match["unit"] or match["wunit"] or match["sunit"] or match["nunit"]
    unit, times = _UNITS[said.rstrip("s") if said.isascii() else said]
    for number in (match["low"] or match["wlow"], match["number"] or match["word"] or match["sino"] or match["native"]):
        if number:
            value = _number(number)
            yield f"{int(value) * times}{unit}" if value.isdecimal() else f"{value}{unit}"


def _number(text: str) -> str:
    for word, value in _VAGUE.items():
        if word in text:
            return value
    if text in ("a", "an", "the"):
        return "1"
    return str(small(text) or 0)
