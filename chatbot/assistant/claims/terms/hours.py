"""When somebody is there: opening hours, days, that it is always open, and what that means for some hour."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chatbot.assistant.claims.money.numbers import ENGLISH_SMALL, NATIVE_NUMBER, small
from chatbot.assistant.claims.terms.spans import WEEKDAY

_OPENING: Final = (
    r"영업|상담|운영|문을|문의|연락|전화|고객\s?센터|응대|\bopen\b|opening|\bhours are\b|\bclosed?\b|reach (?:us|our)"
    r"|(?:contact|call|ring|phone|text|message) us|visit us|(?:drop|stop|come) by|our (?:team|staff|store|shop)"
    r"|customer (?:service|support)"
    r"|support team|we(?:'re| are) (?:here|there|available)|(?:are|is) here for you|at your service|we answer"
    r"|(?:the|our) (?:shop|store) (?:opens|closes)|(?:pick up|answer|at|on) the phones?\b|answers? (?:calls"
    r"|your calls|the phone|from|until)|phone lines?"
    r"|our lines"
)
_IS_OPENING: Final = re.compile(_OPENING)
_MAY_BE_OPENING: Final = re.compile(
    rf"{_OPENING}|방문|매장|답변|\bhours\b|clos|contact|\bcall\b|visit|support"
    rf"|service"
)
_ALWAYS: Final = re.compile(
    r"24\s?시간|24\s?hours|24[\s/-]7|twenty-four hours|around the clock|round the clock|day and night|연중\s?무휴"
    r"|365일"
    r"|언제나 열려|항상 열려|always open|never clos|밤낮|any time of (?:the )?(?:day|night)|night and day|all night"
)
_DAYS: Final = re.compile(
    rf"{WEEKDAY}|평일|주말|공휴일|휴일|매일|주\s?[5-7]일|\bweekdays?\b|\bweekends?\b|\bevery day\b|\bdaily\b"
    r"|seven days|(?:7|six|6) days a week|public holidays|\bholidays\b"
)
_HALF: Final = r"오전|오후|저녁|밤|아침|새벽|낮"
_CLOCK: Final = re.compile(
    rf"(?P<half>{_HALF})?\s?(?P<hour>\d{{1,2}}|{NATIVE_NUMBER})\s?시(?!간|작|도|절|장"
    rf"|대)(?:\s?(?P<minute>\d{{1,2}})분"
    rf"|\s?(?P<part>반))?"
    rf"|(?P<half2>{_HALF})?\s?(?<![\d:])(?P<hour2>\d{{1,2}}):(?P<minute2>\d\d)(?![\d:])\s?(?P<ampm2>[ap]\.?m\b)?"
    rf"|(?<![\d:.])(?P<hour3>\d{{1,2}}|{ENGLISH_SMALL})\s?(?P<ampm3>[ap]\.?m)\b"
    rf"|(?<![\d:.])(?P<hour4>\d{{1,2}}|{ENGLISH_SMALL})\s?(?:o'clock\s?)?(?:in the|at) (?P<part4>morning|night"
    rf"|evening|afternoon)"
    r"|(?P<half6>오전|오후)?\s?(?<![\d:.])(?P<hour6>\d{1,2})(?=\s?[-~]\s?\d{1,2}\s?시)"
    r"|(?<![\d:.])(?P<hour7>\d{1,2})(?=\s?(?:-|to)\s?\d{1,2}(?::\d\d)?\s?[ap]\.?m\b)"
    r"|(?P<noon>정오|\bnoon\b|\bmidday\b)|(?P<midnight>자정|\bmidnight\b)"
)
_BARE: Final = re.compile(
    rf"(?:from|between|open|hours(?:\sare)?:?)\s(?P<low>\d{{1,2}}|{ENGLISH_SMALL})\s?(?:-|to|until|till|and)\s?"
    rf"(?P<high>\d{{1,2}}|{ENGLISH_SMALL})(?!\s?(?:[ap]\.?m|:|\w*\s?(?:day|week|hour|year)))"
)
_UNTIL: Final = re.compile(
    rf"(?:until|till|opens? at|closes? at)\s(?P<hour>\d{{1,2}}(?!\d)|{ENGLISH_SMALL})(?!\s?(?:[ap]\.?m|:|at night"
    rf"|in the"
    rf"|\w*\s?(?:day|week|hour|year)))"
)
# An hour at which somebody may write, and is then told whether anyone is there.
_SUPPOSED_BEFORE: Final = re.compile(r"\b(?:if|when|since|as)\b[^.,;]{0,48}$|(?:지금|현재)[은이가]?\s?$")
_SUPPOSED_AFTER: Final = re.compile(
    r"\s?(?:이?라면|이면|이?라서|이니|(?:쯤\s?)?에\s?(?:연락|전화|문의|오|말씀|글|메시지)[가-힣]*면|에는\s)"
    r"|\s(?:you (?:can|could)|would be|works\b|is (?:still )?(?:a |fine|ok|okay|good|early|late))"
    r"|,?\s(?:nobody|no one|there(?:'s| is) no)|,?\s(?:we|the shop)(?:'re| are|'d be|'d already be| would be| is)\s"
    r"(?:already\s)?(?:closed|shut)"
)
_BY: Final = re.compile(r"\bby\s$")
_BEYOND: Final = re.compile(r"\b(?:before|after|until|till|by)\s$")
_NOBODY: Final = re.compile(
    r"\bwait|\bclosed\b|\bnot\b|n't|\bno one|nobody|next (?:morning|day)|tomorrow|too late|gone home|has left"
    r"|기다리|다음\s?날|내일"
    r"|끝[났나난]"
    r"|닫[았혔혀힌]|어렵|어려|불가|안\s?[되돼됩]|못|지났|마감|없|하지\s?않|되지\s?않"
)
_FROM_AFTER: Final = re.compile(r"\s?(?:부터|에\s?(?:시작|열|문을\s?열|오픈|개점))")
_FROM_BEFORE: Final = re.compile(r"\b(?:opens?|starts?|from|begins?)\s(?:at\s)?$")
_TO_AFTER: Final = re.compile(r"\s?(?:까지|에\s?(?:끝|닫|마감|종료|문을\s?닫))")
_TO_BEFORE: Final = re.compile(r"\b(?:until|till|closes?|ends?)\s(?:at\s)?$")
_LATER: Final = ("오후", "저녁", "밤", "pm", "evening", "afternoon", "night")


def hours(text: str, before: str = "") -> Iterator[tuple[int, int, str]]:
    """Every hour and day that `text` (see `names.level`) names, and where it stands; `before` says what of."""
    if not _MAY_BE_OPENING.search(text) and not _IS_OPENING.search(before):
        return
    if _IS_OPENING.search(text):
        for match in _ALWAYS.finditer(text):
            yield match.start(), match.end(), "always"
        for match in _DAYS.finditer(text):
            yield match.start(), match.end(), match[0]
        for match in _UNTIL.finditer(text):
            yield match.start(), match.end(), f"{(small(match['hour']) or 0) % 12}:00?"
        for match in _BARE.finditer(text):
            for hour in ("low", "high"):
                yield match.start(hour), match.end(hour), f"{(small(match[hour]) or 0) % 12}:00?"
    for match in _CLOCK.finditer(text):
        yield match.start(), match.end(), f"{_meant(text, match)}{_hour(match)}"


def is_hour(text: str, at: int) -> bool:
    """Whether an hour at which somebody is there stands right behind a day: 내일 오전 10시부터 상담."""
    return _CLOCK.match(text, at + (text[at : at + 1] == " ")) is not None and _IS_OPENING.search(text) is not None


def holds(value: str, ours: Sequence[str]) -> bool:
    """Whether what is said of the hours (see `hours`) is what the shop's entries say, or follows from that."""
    meant, _, hour = value.rpartition(" ")
    clock = [each for each in ours if _on_a_clock(each)]
    if meant in ("open", "closed"):
        at = _minutes(hour)
        is_open = len(clock) == 2 and at is not None and (_minutes(clock[0]) or 0) <= at < (_minutes(clock[1]) or 0)
        return len(clock) == 2 and is_open is (meant == "open")
    if meant in ("from", "to") and len(clock) == 2:
        return alike(hour, clock[0 if meant == "from" else 1])
    return any(alike(hour if meant in ("from", "to") else value, each) for each in ours)


def _meant(text: str, match: re.Match[str]) -> str:
    """What is said of an hour, but that it is one of the shop's: somebody is there at it, nobody, from it on, to it."""
    if _BY.search(text, 0, match.start()) and _NOBODY.search(text, match.end()):
        return "closed "
    if _BEYOND.search(text, 0, match.start()):
        return ""
    if _SUPPOSED_AFTER.match(text, match.end()) or _SUPPOSED_BEFORE.search(text, 0, match.start()):
        return "closed " if _NOBODY.search(text, match.end()) or _NOBODY.search(text, 0, match.start()) else "open "
    if _NOBODY.search(text):
        return ""
    if _FROM_AFTER.match(text, match.end()) or _FROM_BEFORE.search(text, 0, match.start()):
        return "from "
    return "to " if _TO_AFTER.match(text, match.end()) or _TO_BEFORE.search(text, 0, match.start()) else ""


def _minutes(hour: str) -> int | None:
    found = re.fullmatch(r"(\d+):(\d+)\??", hour)
    return 60 * int(found[1]) + int(found[2]) if found else None


def alike(one: str, other: str) -> bool:
    """Whether two hours are the same. One of which nobody said in which half of the day it is may be in either."""
    if one == other:
        return True
    return "?" in one + other and _on_a_clock(one) == _on_a_clock(other) is not None


def _on_a_clock(hour: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d+):(\d+)\??", hour)
    return (int(found[1]) % 12, int(found[2])) if found else None


def _hour(match: re.Match[str]) -> str:
    if match["noon"]:
        return "12:00"
    if match["midnight"]:
        return "24:00"
    said = next(filter(None, (match[f"hour{number}"] for number in ("", 2, 3, 4, 6, 7))))
    hour = small(said) or 0
    minute = 30 if match["part"] else int(match["minute"] or match["minute2"] or 0)
    half = match["half"] or match["half2"] or match["half6"] or match["ampm2"] or match["ampm3"] or match["part4"] or ""
    half = half.replace(".", "")
    if half in _LATER and hour < 12:
        hour += 12
    return f"{hour}:{minute:02}" if half or hour > 12 else f"{hour % 12}:{minute:02}?"
