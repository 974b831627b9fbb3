"""Products that the shop does not have: a name in bold that an answer recommends, and that nobody knows."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from chatbot.assistant.claims.amounts import amounts
from chatbot.assistant.claims.discounts import discounts
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.names import words
from chatbot.assistant.claims.promises import promises
from chatbot.assistant.claims.stock import stocks

_BOLD: Final = re.compile(r"\*\*(?!\s)([^*\n]{2,120}?)\*\*(?P<colon>\s?:)?")
_AT_START: Final = re.compile(r"^\s*(?:[-*+•]\s+|\d{1,2}[.)]\s+|#{1,6}\s+)?$")
_RECOMMENDS: Final = re.compile(
    r"추천|어떠세요|있어요|있습니다|드려요|드릴게요|상품|제품|모델|recommend|suggest|pick|consider|choose"
    r"|try|offer|we have"
    r"|we sell|have the|popular|best"
)
_NOT_HERE: Final = re.compile(
    r"없|찾지 못|못 찾|취급하지|not (?:in|sold|part|one of)|(?:do not|don't) (?:have|sell|carry)"
    r"|(?:could not|couldn't) find|no such"
)
_CLAIMS: Final[tuple[Callable[[str], Iterable[object]], ...]] = (amounts, stocks, promises, discounts)


def check_products(line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of the line from an unknown product's name on; None where nothing is invented."""
    for bold in _BOLD.finditer(line.text):
        if bold.end() > line.at and _is_invented(bold, line, evidence):
            return Fix(max(bold.start(), line.at), len(line.text), "product")
    return None


def _is_invented(bold: re.Match[str], line: Line, evidence: Evidence) -> bool:
    if bold["colon"] or bold[1].rstrip().endswith(":"):  # what a list is about
        return False
    named = [one for one in line.mentions if one.start < bold.end() and bold.start() < one.end]
    said = words(bold[1])
    rest = [word for word in said if not any(word in line.text[one.start : one.end] for one in named)]
    if len(said) < 2 or not rest or any(list(find(bold[1])) for find in _CLAIMS):
        return False
    recommends = _RECOMMENDS.search(line.text) is not None or bool(amounts(line.text))
    if evidence.knows(rest, as_name=recommends):
        return False
    is_beside_a_product = bool(line.mentions) and not named
    if is_beside_a_product or _NOT_HERE.search(line.text):
        return False
    return recommends or _AT_START.match(line.text[: bold.start()]) is not None
