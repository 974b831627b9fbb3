"""Claims that the shop has no goods of a kind within a bound on their price: no headphones under $100, in the $60s."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.goods.names import words
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.money.bounds import holds
from chatbot.assistant.claims.terms.denials import is_left_open

Side = Literal["below", "above", "band"]

_ENGLISH: Final = re.compile(
    r"(?:\bno\s|\bnone of (?:our|the|these)\s|(?:\bnot|n't)\s(?:currently\s)?(?:have|carry|sell|stock|offer|find|see"
    r"|any)\s(?:any\s)?|\b(?=nothing))(?P<what>(?:[a-z-]+\s){1,4}?)(?:(?:that|which|is|are|costs?|comes?|sells?|priced"
    r"|available|for|at|in stock|right now)\s)*(?:(?P<below>under|below|less than|within|up to|cheaper than|beneath)"
    r"|(?P<above>over|above|more than))\s(?:the\s|your\s)?\*{0,2}$"
)
_NONE_OF: Final = re.compile(
    r"\b(?:neither|none|not one) of (?P<what>[^.!?;,]{0,64}?)\b(?:fits?|is|are|comes?|falls?|costs?|stays?"
    r"|keeps?|meets?)\s"
    r"(?:in\s|into\s|to\s|be\s|priced\s|available\s)*(?:(?P<below>under|below|less than|within|inside|up to|an?"
    r"|your|the)"
    r"|(?P<above>over|above|more than))\s(?:the\s|your\s|an?\s)?\*{0,2}$"
)
"""Of the goods that there are, none."""
_MORE_IS_SAID: Final = re.compile(r"\*{0,2}\s(?:that|which|with|on sale|are|is|have|has|and up)\b")
"""Behind the amount: of what sort there are none."""
_KOREAN: Final = re.compile(
    r"\*{0,2}\s?(?:정도\s)?(?:(?P<below>이하|미만|이내|아래|밑|안쪽|안)|(?P<above>이상|초과|[을를이]?\s?넘는)"
    r"|(?P<band>대))(?:의|인|에서|으?로|에)?[는은]?\s(?P<what>[가-힣\s]{0,24}?)[은는이가도을를]?\s"
    r"(?:(?:찾|원하|생각하|보)[가-힣]{0,4}면,?\s(?:[가-힣]+\s){0,2}?(?:(?:맞는|그런|해당하는)\s)?(?:상품|제품|모델|것|건)[은는이가]?\s)?"
    r"(?:(?:현재|지금|따로|아직|전혀"
    r"|하나도|아예|아쉽게도|아쉽지만|저희\s?매장에|매장에)\s)*(?:없(?!이|어도|으면|다면|는지|지\s|나요|을)|찾지\s?못"
    r"|(?:찾을|보실)\s?수\s?없|(?:취급|판매)하(?:고\s?있)?지\s?않|준비(?:되어|돼)\s?있지\s?않|안\s?팔)"
)
_ANY: Final = frozenset(
    [
        *(
            "제품",
            "상품",
            "모델",
            "것",
            "게",
            "건",
            "옵션",
            "선택지",
            "nothing",
            "products",
            "product",
            "items",
            "item",
        ),
        *("options", "option", "models", "model", "ones", "goods", "choices", "anything"),
    ]
)
"""Goods of whatever kind."""
_BEFORE: Final = 90
"""Characters before an amount in which it may be said that there are none."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A claim from `start` to `end` that there is none of `what`, as it is called, on that side of an amount."""

    start: int
    end: int
    amount: Amount
    side: Side
    what: Sequence[str]


def absences(text: str, at: int = 0) -> Iterator[Absence]:
    """Every claim in `text`, which is level (see `names.level`), of an amount from `at` on."""
    for amount in amounts(text):
        if amount.start < at:
            continue
        if match := _KOREAN.match(text, amount.end):
            yield Absence(amount.start, match.end(), amount, _side(match), words(match["what"]))
        match = _ENGLISH.search(text, max(at, amount.start - _BEFORE), amount.start)
        if match and not _MORE_IS_SAID.match(text, amount.end):
            yield Absence(match.start(), amount.end, amount, _side(match), words(match["what"]))
        if match := _NONE_OF.search(text, max(at, amount.start - _BEFORE - _BEFORE), amount.start):
            yield Absence(match.start(), amount.end, amount, _side(match), ["ones"])


def check_absence(found: Absence, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of such a claim; None where no candidate that can be bought belies it."""
    if is_left_open(line.sentence_around(found)):
        return None
    for number in _meant(found, line, evidence):
        card = evidence.cards[number]
        price = card.current_price
        if price is None or card.availability == "out_of_stock" or not found.amount.is_in(card.currency):
            continue
        if _is_kept(found, price):
            return Fix(found.start, found.end, "price", is_whole=True)
    return None


def is_of_an_absence(amount: Amount, line: Line, evidence: Evidence) -> bool:
    """Whether it bounds goods that are said not to be there, and so is the price of none."""
    return any(found.amount == amount and _meant(found, line, evidence) for found in absences(line.text))


def _meant(found: Absence, line: Line, evidence: Evidence) -> Collection[int]:
    """The numbers of the candidates that are of what is called so; none where more is said of it than their titles."""
    *qualities, kind = found.what or [""]
    if kind in _ANY and not qualities:
        start, _ = line.bounds(found)
        named = [each for each in evidence.names.kinds if each in line.text[start : found.start]]
        return {number for each in named for number in evidence.names.of_kind(each)} or range(len(evidence.cards))
    numbers = evidence.names.of_kind(kind)
    return [number for number in numbers if set(qualities) <= set(words(evidence.names.titles[number]))]


def _is_kept(found: Absence, price: Decimal) -> bool:
    """Whether a price is where there is said to be none."""
    match found.side:
        case "below":
            return price < found.amount.value
        case "above":
            return price > found.amount.value
    return holds("band", found.amount, price)


def _side(match: re.Match[str]) -> Side:
    named = match.groupdict()
    return "below" if named["below"] else "above" if named["above"] else "band"
