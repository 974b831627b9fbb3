"""Bounds on a price: under 50,000 won, from $50, in the fifties, about $50."""

import re
from decimal import Decimal
from typing import Final, Literal

from chatbot.assistant.claims.amounts import Amount

Bound = Literal["below", "above", "band", "about"]

_BELOW: Final = re.compile(r"^\s?(?:이하|미만|이내|아래|안쪽|안으로|을 넘지|까지|사이|or less|or under|or below|max)")
_BELOW_BEFORE: Final = re.compile(
    r"(?:under|below|less than|within|up to|no more than|at most|cheaper than|budget(?: of| is)?"
    r"|max(?:imum)?)\s(?:of\s|just\s|the\s|your\s)*$"
    r"|(?:between|from)\s\S+(?:\s(?:won|dollars|euros|yen))?\s(?:and|to)\s$|[\d만천원]\s?[~–-]\s?$"
)
_ABOVE: Final = re.compile(
    r"^\s?(?:이상|초과|넘|(?:에서|부터|[~–-])\s?[₩$€]?[\d,]+(?!\s?[\d%퍼프])|or more|or over|and up|\+)"
)
_ABOVE_BEFORE: Final = re.compile(r"(?:over|above|more than|at least|exceeds?|between|from)\s$")
_BAND: Final = re.compile(r"^\s?(?:대(?![의한비])|초반|중반|후반)")
_ABOUT: Final = re.compile(r"^\s?(?:정도|쯤|안팎|가량|내외|or so)")
_ABOUT_BEFORE: Final = re.compile(r"(?:about|around|roughly|approximately|nearly|almost|약|대략)\s$")


def bound_of(before: str, after: str) -> Bound | None:
    """The bound that an amount is by the words before and after it; None when it is none."""
    if _BELOW.match(after) or _BELOW_BEFORE.search(before):
        return "below"
    if _ABOVE.match(after) or _ABOVE_BEFORE.search(before):
        return "above"
    if _BAND.match(after):
        return "band"
    return "about" if _ABOUT.match(after) or _ABOUT_BEFORE.search(before) else None


def holds(bound: Bound, amount: Amount, price: Decimal) -> bool:
    """Whether a price in the currency of `amount` is within it. About is a tenth of the price either way."""
    match bound:
        case "below":
            return price <= amount.value
        case "above":
            return price >= amount.value
        case "band":  # as wide as its first digit counts
            return amount.value <= price < amount.value + Decimal(10) ** amount.value.adjusted()
        case "about":
            return abs(price - amount.value) <= price / 10
