"""What goods cost at the least and at the most: our earphones range from $59 to $71.20, 5만 9천 원부터 7만 원대까지."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.money.bounds import bound_of, holds
from chatbot.assistant.claims.money.roles import WISHED, is_of_delivery
from chatbot.assistant.claims.money.several import prices_of

_KOREAN: Final = re.compile(
    r"\*{0,2}대?\s?(?:초반|중반|후반)?(?:부터|에서)\s(?:최고\s|최대\s|많게는\s|비싸게는\s|약\s)?\*{0,2}"
    r"|\*{0,2}\s?~\s?\*{0,2}"
)
_KOREAN_BEHIND: Final = re.compile(r"\*{0,2}대?\s?(?:초반|중반|후반)?\s?까지")
_ABOUT: Final = r"(?:about\s|around\s|roughly\s|just\s(?:over\s|under\s)?|approximately\s)?\*{0,2}"
_ENGLISH: Final = re.compile(
    rf"(?:'?s)?\*{{0,2}}\s(?:(?:all the way\s)?(?:up\s)?to|through|and)\s{_ABOUT}|\*{{0,2}}\s?[~–-]\s?\*{{0,2}}"
)
_ENGLISH_BEFORE: Final = re.compile(
    r"\b(?:rang(?:e|es|ing)|runs?|running|go(?:es)?|starts?|var(?:y|ies)|spans?|stretch(?:es)?|prices?|priced|costs?"
    rf"|anywhere|everything)\b[^.!?$€£₩\d]{{0,40}}?(?:\b(?:from|is|are|of)|:)\s{_ABOUT}$|^\W*from\s{_ABOUT}$"
)
_STARTS: Final = re.compile(
    rf"\b(?:prices?|everything|products?|range|pairs)\b[^.!?$€£₩\d]{{0,30}}?\bstart(?:s|ing)? (?:at"
    rf"|from)\s{_ABOUT}$"
)
_STARTS_BEHIND: Final = re.compile(r"\*{0,2}대?\s?(?:부터|에서)\s?(?:시작|출발)")
_NEARLY: Final = re.compile(r"(?:about|around|roughly|approximately|just (?:over|under)|약|대략)\s\*{0,2}$")
_ROUND: Final = ("about", "band", "low", "middle", "high")
"""Bounds that an end of a range may be said with."""
_NO_RANGE: Final = re.compile(
    r"내[려렸린리]|떨어|할인|세일|인하|깎|낮[아췄춰]|\b(?:down|dropped|drops|fell|fallen|reduced|cut|slashed|lowered"
    r"|discounted"
    r"|sale|was|were)\b|\?"
)
"""What makes of two prices one that was paid before and one that is paid now, or asks."""


def range_holds(amount: Amount, line: Line, evidence: Evidence) -> bool | None:
    """Whether the range over several goods holds of which it is an end; None where it is none of such a range."""
    for pair in pairwise(amounts(line.text)):
        if amount in pair and _is_range(pair, line) and not all(map(evidence.is_said, pair)):
            return _is_kept(pair, _meant(amount, line, evidence), line, evidence)
    start, stop = line.bounds(amount)
    is_of_one = any(one.is_prose and start <= one.start < stop for one in line.mentions)
    if is_of_one or not _starts(amount, line) or evidence.is_said(amount):
        return None
    everyone = range(len(evidence.cards))
    return any(_is_end(amount, least, line, _is_nearly(amount, line)) for least, _ in _ends(amount, everyone, evidence))


def _is_range(pair: tuple[Amount, Amount], line: Line) -> bool:
    """Whether two amounts are said to be the least and the most that goods cost, and no product is named alone."""
    low, high = pair
    start, stop = line.bounds(low)
    sentence, between = line.text[start:stop], line.text[low.end : high.start]
    if len(line.named_around(low)) == 1 or is_of_delivery(sentence):
        return False
    if _NO_RANGE.search(sentence) or WISHED.search(line.text, start, low.start):
        return False
    if _KOREAN.fullmatch(between) and _KOREAN_BEHIND.match(line.text, high.end):
        return True
    return bool(_ENGLISH.fullmatch(between) and _ENGLISH_BEFORE.search(line.text[start : low.start]))


def _meant(amount: Amount, line: Line, evidence: Evidence) -> Sequence[int]:
    """The numbers of the products that a range is over."""
    sentence = line.sentence_around(amount)
    kinds = [numbers for kind in evidence.names.kinds if kind in sentence for numbers in evidence.names.of_kind(kind)]
    return sorted(line.named_around(amount) or set(kinds)) or range(len(evidence.cards))


def _is_kept(pair: tuple[Amount, Amount], numbers: Sequence[int], line: Line, evidence: Evidence) -> bool:
    """Whether two amounts are the ends of what these products cost, or of what those of them cost that are in stock."""
    low, high = pair
    ends = _ends(low, numbers, evidence)
    is_nearly = any(_is_nearly(end, line) for end in pair)
    return any(_is_end(low, least, line, is_nearly) and _is_end(high, most, line, is_nearly) for least, most in ends)


def _ends(amount: Amount, numbers: Sequence[int], evidence: Evidence) -> list[tuple[Decimal, Decimal]]:
    """The least and the most that these cost, and that those of them cost that are in stock."""
    cards = [evidence.cards[number] for number in numbers if amount.is_in(evidence.cards[number].currency)]
    sold = [card for card in cards if card.availability != "out_of_stock"]
    return [(min(prices), max(prices)) for prices in (prices_of(cards), prices_of(sold)) if prices]


def _starts(amount: Amount, line: Line) -> bool:
    """Whether prices, and not that of one product, are said to start with an amount."""
    start, _ = line.bounds(amount)
    return bool(_STARTS.search(line.text[start : amount.start]) or _STARTS_BEHIND.match(line.text, amount.end))


def _is_nearly(amount: Amount, line: Line) -> bool:
    return _NEARLY.search(line.text, 0, amount.start) is not None


def _is_end(amount: Amount, price: Decimal, line: Line, is_nearly: bool) -> bool:
    """Whether an amount is this price, as nearly as it is said to be."""
    about = "about " if is_nearly else ""
    bound = bound_of(about, line.text[amount.end : amount.end + 12].split("부터")[0])
    return holds(bound, amount, price) if bound in _ROUND else amount.value == price
