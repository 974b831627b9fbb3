"""Bounds on a price, and verbs that say so: under 50,000 won, from $50, in the fifties, about $50, it tops $60."""

import re
from decimal import Decimal
from typing import Final, Literal

from chatbot.assistant.claims.money.amounts import Amount

Bound = Literal["below", "above", "just below", "just above", "band", "low", "middle", "high", "about"]

_END: Final = r"^\*{0,2}\s?"
_UNDER_VERB: Final = r"밑[돌도돕]|하회|미치지\s?(?:못|않)|못\s?미[치쳐친칠]"
_OVER_VERB: Final = r"넘|웃[돌도돕]|상회|초과|뛰어넘"
_KOREAN: Final = re.compile(
    rf"{_END}(?:선|고지|벽)?(?:[을를이가은는도에]{{1,2}}\s?)?(?:(?:훌쩍|조금|살짝|약간|아주|겨우|가볍게|절대|아직"
    rf"|채)\s)*(?:"
    rf"(?P<not_over>(?:안|못)\s?(?:{_OVER_VERB}|되|돼|됩|된|들|하|해|합)|(?:넘|넘기|초과하|초과되|웃돌|상회하"
    rf"|되)지[는도]?"
    r"\s?(?:않|못))"
    r"|(?P<not_under>(?:안|못)\s?밑돌|밑돌지[는도]?\s?(?:않|못)"
    r"|(?:이하|미만|밑|아래|언더)(?:으?로|까지|에|인)?[은는도가이]?\s?(?:것[은이]?\s)?(?:절대\s|더\s|더는\s)?(?:안\s"
    r"|못\s"
    r"|아니|아닙|아닌|(?:떨어|내려)[가-힣]{0,2}지[는도]?\s?(?:않|못)))"
    rf"|(?P<under>{_UNDER_VERB})|(?P<over>{_OVER_VERB}))"
)
_BELOW: Final = re.compile(
    rf"{_END}(?:이하|미만|이내|밑|아래|언더|안쪽|안으로|안에|까지|사이|or less|or under|or below|max"
    r"|보다\s?(?:조금\s|살짝\s|더\s|훨씬\s)?(?:싸|싼|쌉|저렴|낮|아래|적))"
)
_ABOVE: Final = re.compile(
    rf"{_END}(?:이상|위(?=[로에])|(?:에서|부터|[~–-])\s?[₩$€]?[\d,]+(?!\s?[\d%퍼프])|or more|or over|and up|\+"
    r"|보다\s?(?:조금\s|살짝\s|더\s|훨씬\s)?(?:비싸|비싼|비쌉|높|많))"
)
_TO_AN_AMOUNT: Final = r"\s(?:of\s|just\s|the\s|your\s|a\s|even\s)*\*{0,2}$"
_ENGLISH: Final = re.compile(
    r"(?<![a-z])(?:(?P<under>under|below|less than|within|(?<!\bsum )(?<!\bsums )(?<!\badd )(?<!\badds )up to"
    r"|no more than|at most|cheaper than|lower than|beneath"
    r"|shy of|short of|south of|fits?(?: in(?:to)?| within| under)?|meets?|budget(?: of| is)?|max(?:imum)?)"
    r"|(?P<over>over|above|more than|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|top(?:s|ped|ping)?|beyond|past"
    r"|north of|in excess of|upwards? of|higher than|greater than|cross(?:es|ed|ing)?|break(?:s|ing)?(?: through)?)"
    rf"|(?P<from>at least|between|(?<!change )(?<!down )(?<!reduced )(?<!discounted )(?<!lowered )(?<!cut )"
    rf"(?<!dropped )from|no less than)){_TO_AN_AMOUNT}"
    rf"|(?P<reached>reach(?:es|ed|ing)?|get to|hit(?:s|ting)?){_TO_AN_AMOUNT}"
)
_DENIED: Final = re.compile(
    r"(?:(?:\b(?:not|never|hardly|without)|n't|fail(?:s|ed)? to)\s(?:\w+\s){0,3}?|\bno\s(?!matter|problem|doubt"
    r"|worr)(?:[\w-]+\s){0,5}?"
    r"|\b(?:neither|nor|none|nothing)\b[^.!?]*\s)$"
)
_UP_TO: Final = re.compile(
    r"(?:between|from)\s\S+(?:\s(?:won|dollars|euros|yen))?\s(?:and|to)\s$|[\d만천원]\s?[~–-]\s?$"
)
_JUST: Final = re.compile(
    r"(?:just|a (?:little|bit|touch|shade|tad|hair)|slightly|barely|only just)\s(?:over|above|more than|under|below"
    r"|less than|shy of|short of|tops?|exceeds?)\s\*{0,2}$"
)
_JUST_AFTER: Final = re.compile(rf"{_END}[을를이]?\s?(?:조금|살짝|약간|겨우)\s?(?:넘|웃|못|밑)")
_BAND: Final = re.compile(rf"{_END}대?\s?(?P<part>초반|중반|후반)|{_END}(?:대(?!의\S|[한비])|'?s\b)")
_BAND_BEFORE: Final = re.compile(r"(?P<part>low|lower|mid|middle|high|upper)[\s-]$")
_PARTS: Final[dict[str, Bound]] = {
    "초반": "low", "중반": "middle", "후반": "high", "low": "low", "lower": "low", "mid": "middle", "middle": "middle",
    "high": "high", "upper": "high",
}  # fmt: skip
_ABOUT: Final = re.compile(
    rf"{_END}(?:정도|쯤|안팎|가량|내외|남짓|언저리|에\s?가까|에\s?육박|에\s?근접|or so|or thereabouts|give or take)"
)
_ABOUT_BEFORE: Final = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|약|대략|거의"
    r"|한)\s(?:just\s)?\*{0,2}$|(?<!~)~\s?$"
)
_NEAR: Final = Decimal("0.05")
"""About is so much of the price either way."""
_JUST_SO_MUCH: Final = Decimal("0.1")


def bound_of(before: str, after: str) -> Bound | None:
    """The bound that an amount is by the words before and after it; None when it is none."""
    is_just = _JUST.search(before) or _JUST_AFTER.match(after)
    if side := _side(before, after):
        just: Bound = "just below" if side == "below" else "just above"
        return just if is_just else side
    if band := _BAND.match(after):
        part = _BAND_BEFORE.search(before)
        return _PARTS.get(band["part"] or (part["part"] if part else ""), "band")
    return "about" if _ABOUT.match(after) or _ABOUT_BEFORE.search(before) else None


def _side(before: str, after: str) -> Literal["below", "above"] | None:
    """The side of an amount on which a price is said to be. What denies one says the other."""
    if verb := _KOREAN.match(after):
        return "below" if verb["not_over"] or verb["under"] else "above"
    said = _ENGLISH.search(before)
    is_denied = said is not None and _DENIED.search(before, 0, said.start()) is not None
    if said and is_denied and not said["from"]:
        return "above" if said["under"] else "below"
    if _BELOW.match(after) or (said and said["under"]) or _UP_TO.search(before):
        return "below"
    return "above" if _ABOVE.match(after) or (said and (said["over"] or said["from"])) else None


def holds(bound: Bound, amount: Amount, price: Decimal) -> bool:
    """Whether a price in the currency of `amount` is within it. About is a twentieth of the price either way."""
    match bound:
        case "below" | "just below":
            near = bound == "below" or price >= amount.value * (1 - _JUST_SO_MUCH)
            return price <= amount.value and near
        case "above" | "just above":
            near = bound == "above" or price <= amount.value * (1 + _JUST_SO_MUCH)
            return price >= amount.value and near
        case "about":
            return abs(price - amount.value) <= price * _NEAR
    wide = Decimal(10) ** amount.value.adjusted()  # as wide as its first digit counts
    low, high = {"low": (0, 5), "middle": (3, 7), "high": (5, 10)}.get(bound, (0, 10))
    return amount.value + wide * low / 10 <= price < amount.value + wide * high / 10
