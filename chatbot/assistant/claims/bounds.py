"""Bounds on a price: under 50,000 won, from $50, in the fifties, about $50."""

import re
from decimal import Decimal
from typing import Final, Literal

from chatbot.assistant.claims.amounts import Amount

Bound = Literal["below", "above", "just below", "just above", "band", "low", "middle", "high", "about"]

_END: Final = r"^\*{0,2}\s?"
_NOT_OVER_AFTER: Final = re.compile(
    rf"{_END}[을를이가은]?\s?(?:채\s?)?(?:안\s?(?:되|돼|됩|넘)|(?:넘|넘기|초과하)지(?!만)|못\s?(?:미치|되|넘)|에\s?(?:못"
    rf"|안)|도\s?(?:안|채)|밑|아래|언더"
    rf"|보다\s?(?:조금\s|살짝\s|더\s|훨씬\s)?(?:싸|싼|저렴|낮|아래|적))"
)
_BELOW: Final = re.compile(rf"{_END}(?:이하|미만|이내|아래|안쪽|안으로|안에|까지|사이|or less|or under|or below|max)")
_NOT_OVER_BEFORE: Final = re.compile(
    r"(?:\bno|\bnot|n't|never|neither[^.!?]*|nor[^.!?]*|none[^.!?]*)\s(?:\w+\s){0,3}?(?:over|above|more than"
    r"|exceed(?:s|ing)?|cost more than|go over|reach)\s\*{0,2}$"
)
_NOT_UNDER_BEFORE: Final = re.compile(
    r"(?:\bno|\bnot|n't|never|neither[^.!?]*|nor[^.!?]*|none[^.!?]*)\s(?:\w+\s){0,3}?(?:under|below|less than"
    r"|cheaper than)\s\*{0,2}$"
)
_NOT_UNDER_AFTER: Final = re.compile(rf"{_END}(?:이하|미만)[가은는]?\s?(?:아니|아닙|아닌)")
_BELOW_BEFORE: Final = re.compile(
    r"(?:under|below|less than|within|(?<!\bsum )(?<!\bsums )(?<!\badd )(?<!\badds )up to|no more than|at most"
    r"|cheaper than|shy of|short of|budget(?: of| is)?"
    r"|max(?:imum)?)\s(?:of\s|just\s|the\s|your\s)*\*{0,2}$"
    r"|(?:between|from)\s\S+(?:\s(?:won|dollars|euros|yen))?\s(?:and|to)\s$|[\d만천원]\s?[~–-]\s?$"
)
_ABOVE: Final = re.compile(
    rf"{_END}(?:이상|초과|[을를이가은도]?\s?(?:훌쩍\s|조금\s|살짝\s|약간\s)?(?:넘|웃도|상회)"
    r"|(?:에서|부터|[~–-])\s?[₩$€]?[\d,]+(?!\s?[\d%퍼프])|or more|or over|and up|\+"
    r"|보다\s?(?:조금\s|살짝\s|더\s|훨씬\s)?(?:비싸|비싼|높|많))"
)
_ABOVE_BEFORE: Final = re.compile(
    r"(?:over|above|more than|at least|exceeds?|exceeding|between|(?<!change )from|north of)\s\*{0,2}$"
)
_JUST: Final = re.compile(
    r"(?:just|a (?:little|bit|touch|shade|tad)|slightly|barely|only just)\s(?:over|above|more than|under|below"
    r"|less than|shy of)\s\*{0,2}$"
)
_JUST_AFTER: Final = re.compile(rf"{_END}[을를이]?\s?(?:조금|살짝|약간)\s?(?:넘|웃|못)")
_BAND: Final = re.compile(rf"{_END}대?\s?(?P<part>초반|중반|후반)|{_END}(?:대(?!의\S|[한비])|'?s\b)")
_BAND_BEFORE: Final = re.compile(r"(?P<part>low|lower|mid|middle|high|upper)[\s-]$")
_PARTS: Final[dict[str, Bound]] = {
    "초반": "low", "중반": "middle", "후반": "high", "low": "low", "lower": "low", "mid": "middle", "middle": "middle",
    "high": "high", "upper": "high",
}  # fmt: skip
_ABOUT: Final = re.compile(rf"{_END}(?:정도|쯤|안팎|가량|내외|남짓|언저리|or so|or thereabouts|give or take)")
_ABOUT_BEFORE: Final = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|약|대략|거의"
    r"|한)\s(?:just\s)?\*{0,2}$|~\s?$"
)
_NEAR: Final = Decimal("0.05")
"""About is so much of the price either way."""
_JUST_SO_MUCH: Final = Decimal("0.1")


def bound_of(before: str, after: str) -> Bound | None:
    """The bound that an amount is by the words before and after it; None when it is none."""
    is_just = _JUST.search(before) or _JUST_AFTER.match(after)
    if _NOT_UNDER_BEFORE.search(before) or _NOT_UNDER_AFTER.match(after):
        return "above"
    if (
        _NOT_OVER_AFTER.match(after)
        or _NOT_OVER_BEFORE.search(before)
        or _BELOW.match(after)
        or _BELOW_BEFORE.search(before)
    ):
        return "just below" if is_just else "below"
    if _ABOVE.match(after) or _ABOVE_BEFORE.search(before):
        return "just above" if is_just else "above"
    if band := _BAND.match(after):
        part = _BAND_BEFORE.search(before)
        return _PARTS.get(band["part"] or (part["part"] if part else ""), "band")
    return "about" if _ABOUT.match(after) or _ABOUT_BEFORE.search(before) else None


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
