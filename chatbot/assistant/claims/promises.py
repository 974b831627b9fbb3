"""Promises about terms: when it comes and what that costs, returns, warranty, gifts and coupons, opening hours.

A promise becomes an atom, the same for all its wordings in both languages. The shop's own entries are read by the same
eyes; what the answer promises must be among what they say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chatbot.assistant.claims.amounts import Amount, amounts

Atom = tuple[str, str]

_SENTENCE: Final = re.compile(r"[^\n.!?。]+(?:\.(?=\S)[^\n.!?。]*)*[.!?。]*")
_DELIVERY: Final = re.compile(
    r"배송|배달|도착|발송|출고|수령|받아\s?보|받으(?!신 (?:날|후|뒤|다음))|받을"
    r"|보내\s?드|deliver|ship(?!shape)|arriv|dispatch|reach(?:es)? you"
    r"|get it|(?<!after you )(?<!once you )receive|at your door"
)
_RETURNS: Final = re.compile(r"반품|환불|교환|취소|return|refund|exchang|money.back|send it back")
_WARRANTY: Final = re.compile(r"보증|무상|warrant|guarantee|a/s")
_HOURS: Final = re.compile(r"영업|상담|운영|문을|open|hours|clos")
_WORDS: Final = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBERS: Final = {word: str(number) for number, word in enumerate(_WORDS, 1)} | {
    "하루": "1", "이틀": "2", "사흘": "3", "일주일": "7",
    "thirty": "30", "fourteen": "14", "sixty": "60", "ninety": "90", "a": "1", "an": "1", "twenty-four": "24",
}  # fmt: skip
_SPAN: Final = re.compile(
    r"(?<![\d.,])(?:(?P<low>\d+)\s?(?:[-~–]|to|or|에서)\s?)?(?P<number>\d+|\b(?:one|two|three|four|five"
    r"|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety|twenty-four|an?)(?=[\s-]))[\s-]?"
    r"(?:business\s|working\s|full\s|영업\s?)?(?P<unit>일(?!반|부|본|상|체|단)|시간|주일?(?!문|머|전|요|방)"
    r"|개월|달(?!러)|년"
    r"|분(?!리|유|야|위)|days?|hours?|hrs?|weeks?|months?|years?|minutes?)"
    r"|(?P<word>하루|이틀|사흘|일주일)(?!\s?종일)"
)
_UNITS: Final = {"일": ("d", 1), "day": ("d", 1), "주": ("d", 7), "주일": ("d", 7), "week": ("d", 7)} | {
    "시간": ("h", 1), "hour": ("h", 1), "hr": ("h", 1),
    "개월": ("m", 1), "달": ("m", 1), "month": ("m", 1), "년": ("m", 12), "year": ("m", 12),
    "분": ("min", 1), "minute": ("min", 1),
}  # fmt: skip
_WHEN: Final = (
    ("1d", re.compile(r"내일|익일|다음\s?날|tomorrow|next[\s-](?:business[\s-])?day|overnight")),
    ("0d", re.compile(r"오늘|당일|today|tonight|same[\s-]day")),
    ("2d", re.compile(r"모레|글피|day after tomorrow")),
    ("dawn", re.compile(r"새벽\s?(?:배송|도착|에)|by dawn")),
    ("express", re.compile(r"로켓\s?배송|총알\s?배송|퀵\s?(?:배송|서비스)|바로\s?배송|express (?:shipping|delivery)")),
    ("this week", re.compile(r"이번\s?주|this week|주말(?:까지|에)|by the weekend")),
    ("weekday", re.compile(r"[월화수목금토일]요일|(?:mon|tues|wednes|thurs|fri|satur|sun)day")),
)
_SAID: Final = (
    (
        ("delivery", "free"),
        re.compile(
            r"무료\s?(?:로\s)?(?:배송|배달|발송)|무료로\s?(?:보내|받)|배송(?:비"
            r"|료)?[는은가이도]?\s{0,2}(?:전부\s|전액\s|완전\s)?(?:무료|공짜)"
            r"|배송(?:비|료)[는은가도]?\s?(?:없|안\s|들지|0원|받지)|free\s(?:\w+\s)?(?:delivery|shipping)|(?:ship(?:s"
            r"|ped|ping)?|deliver(?:ed|y)?)\s(?:\w+\s){0,3}?(?:for\s|is\s)?free\b"
            r"|no\s(?:delivery|shipping)\s(?:fee|charge|cost)s?|at no (?:extra )?(?:cost|charge)"
        ),
    ),
    (
        ("returns", "free"),
        re.compile(
            r"무료\s?(?:로\s)?(?:반품|교환|환불)|(?:반품|교환)(?:비|료)?[은는이가도]?\s?(?:무료|없)"
            r"|free\s(?:\w+\s)?(?:returns?|exchanges?)|returns?\s(?:are|is)\sfree"
        ),
    ),
    (("returns", "any time"), re.compile(
        r"언제든지?\s?(?:\S+\s)?(?:반품|교환|환불)|(?:return|refund|exchange)\w*\s(?:\w+\s){0,3}any\s?time"
    )),
    (("returns", "full"), re.compile(r"(?:전액|100\s?%)\s?환불|full refund|money.back guarantee|fully refund")),
    (("returns", "no questions"), re.compile(r"묻지도\s?따지지도|무조건\s?(?:반품|환불|교환)|no questions asked")),
    (("warranty", "lifetime"), re.compile(
        r"평생\s?(?:무상\s?)?(?:보증|a/s|as|수리|보장)|lifetime (?:warrant|guarantee)\w*"
    )),
    (("price", "lowest"), re.compile(
        r"최저가\s?(?:보장|보상)?|lowest price (?:anywhere|guarantee\w*)|price[\s-]match\w*"
        r"|best price guarantee\w*"
    )),
    (("offer", "gift"), re.compile(r"사은품|증정|덤으로|free gifts?|gift with purchase|comes with a free|throw in")),
    (("offer", "one more"), re.compile(
        r"(?<![\d+])[12]\s?\+\s?1(?![\d+])|buy (?:one|two|1|2),? get (?:one|1)|bogo\b|하나 더"
    )),
    (("offer", "coupon"), re.compile(r"쿠폰|coupon|voucher|promo(?:tion)?(?:al)? code|discount code")),
    (("offer", "points"), re.compile(r"적립|캐시백|cash\s?back|(?:reward|loyalty|bonus) points|포인트를?\s?(?:드|더)")),
    (("offer", "instalments"), re.compile(r"무이자|interest[\s-]free|0\s?% (?:interest|financing|apr)")),
)  # fmt: skip
_CLAUSE: Final = re.compile(r"[,;]\s|\s(?:and|but|while)\s|(?<=[가-힣])(?:고|며|지만|는데)(?:,|\s)")
_CLOCK: Final = re.compile(
    r"(?P<half>오전|오후|저녁|밤)?\s?(?P<hour>\d{1,2})\s?(?:시(?!간)|:\d\d)\s?(?P<ampm>am|pm)?"
    r"|(?P<hour2>\d{1,2})\s?(?P<ampm2>[ap]\.?m)\b"
)
_OVER_AFTER: Final = re.compile(r"\s?(?:이상|초과|을? ?넘|부터|or more|or over|and up|minimum)")
_OVER_BEFORE: Final = re.compile(r"(?:over|above|more than|at least|minimum(?: of)?|exceeding|from)\s$")
# Not promised but asked, left open or denied.
_OPEN: Final = re.compile(
    r"여부|인지|는지|모르|문의|알 수 없|알기 어려|확인해 주|확인 부탁|확인이 (?:필요|어려)|약속드릴 수 없"
    r"|드리기 어려|정보가 없|안내가 없"
    r"|whether|not sure|don't know|do not know|can(?:no|')t (?:say|promise|confirm|tell|guarantee)"
    r"|cannot|unable|no information|please (?:check|ask|contact)"
    r"|(?:나요|까요|가요|세요|신지요)\s?\?|^\s*(?:do|does|would|will|when|is|are|shall|can|could|need|may)\b[^.!]*\?"
)
_DENIED: Final = re.compile(
    r"\s*(?:[은는이가도]|은 아|대상이)?\s*(?:아니|아닙|않|안 |안돼|불가|제공하지|없)|\s*(?:is|are)?\s*(?:not"
    r"|n't|unavailable)\b"
)
_DENIED_BEFORE: Final = re.compile(r"(?:\bno|\bnot|n't|without|never)\s+(?:\w+\s){0,2}$")
_WANTED: Final = re.compile(
    r"찾으시|원하시|필요하시|말씀하신|물어보신|you(?:'re| are)? (?:need|want|ask|look)|looking for|as you"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise from `start` to `end`. `over` is the amount from which on it holds, None when it always does."""

    start: int
    end: int
    atom: Atom
    over: Amount | None
    is_wanted: bool
    """Whether it repeats what the shopper wishes for."""


def promises(text: str, *, is_ours: bool = False) -> Iterator[Promise]:
    """Every promise in `text`, which is level (see `names.level`). `is_ours`: a shop's entry, where all counts."""
    for sentence in _SENTENCE.finditer(text):
        said, at = sentence[0], sentence.start()
        if not is_ours and _OPEN.search(said):
            continue
        over = _condition(said)
        wanted = _WANTED.search(said) is not None
        for start, end, atom in _found(said):
            if not is_ours and (_DENIED.match(said, end) or _DENIED_BEFORE.search(said, 0, start)):
                continue
            yield Promise(at + start, at + end, atom, over if atom[1] == "free" else None, wanted)


def alike(one: Atom, other: Atom) -> bool:
    """Whether two atoms promise the same. An hour of which nobody said which half of the day it is in may be either."""
    if one == other:
        return True
    are_hours = one[0] == other[0] == "hours"
    return are_hours and "?" in one[1] + other[1] and _on_a_clock(one[1]) == _on_a_clock(other[1])


def _on_a_clock(hour: str) -> int:
    return int(hour.rstrip("h?")) % 12


def _condition(said: str) -> Amount | None:
    """The amount from which on it holds."""
    for amount in amounts(said):
        if _OVER_AFTER.match(said, amount.end) or _OVER_BEFORE.search(said, 0, amount.start):
            return amount
    return None


def _found(said: str) -> Iterator[tuple[int, int, Atom]]:
    for atom, pattern in _SAID:
        for match in pattern.finditer(said):
            yield match.start(), match.end(), atom
    topics = _topics(said)
    for match in _SPAN.finditer(said) if topics else ():
        # Of several topics a span is said of those in its clause; where there are none or more, of each.
        about = (len(topics) > 1 and _topics(_clause(said, match))) or topics
        for value in _values(match):
            for topic in about:
                yield match.start(), match.end(), (topic, value)
    if "delivery" in topics:
        for value, pattern in _WHEN:
            for match in pattern.finditer(said):
                yield match.start(), match.end(), ("delivery", value)
    if _HOURS.search(said):
        for match in _CLOCK.finditer(said):
            yield match.start(), match.end(), ("hours", _hour(match))


def _topics(said: str) -> list[str]:
    named = (("delivery", _DELIVERY), ("returns", _RETURNS), ("warranty", _WARRANTY))
    return [name for name, pattern in named if pattern.search(said)]


def _clause(said: str, match: re.Match[str]) -> str:
    """The clause that a match stands in."""
    start = max((found.end() for found in _CLAUSE.finditer(said, 0, match.start())), default=0)
    stop = _CLAUSE.search(said, match.end())
    return said[start : stop.start() if stop else len(said)]


def _values(match: re.Match[str]) -> Iterator[str]:
    if match["word"]:
        yield f"{_NUMBERS[match['word']]}d"
        return
    unit, times = _UNITS[match["unit"].rstrip("s") if match["unit"].isascii() else match["unit"]]
    for number in filter(None, (match["low"], match["number"])):
        yield f"{int(_NUMBERS.get(number, number)) * times}{unit}"


def _hour(match: re.Match[str]) -> str:
    hour = int(match["hour"] or match["hour2"])
    half = match["half"] or (match["ampm"] or match["ampm2"] or "").replace(".", "")
    if half in ("오후", "저녁", "밤", "pm") and hour < 12:
        hour += 12
    return f"{hour}h" if half else f"{hour % 12}h?"
