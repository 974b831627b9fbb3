"""Of how many products something is said: of both, of none, of one alone. That is asked of each of them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from chatbot.assistant.claims.clauses import statement
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.line import Claim, Line
from chatbot.assistant.claims.offer.among import is_left_out
from chatbot.assistant.claims.sentences import is_row

Kind = Literal["all", "none", "not all", "one", "only"]

_GOODS: Final = r"(?:products?|items?|models?|pairs?|options?|goods|things?|picks?)\b"
_KOREAN_GOODS: Final = r"(?:상품|제품|품목|모델|물건)"
_NO_SALE: Final = r"\bno (?:\w+ )?(?:sales?|discounts?|promotions?|offers?|markdowns?)\b|하나도|아무것도"
_OF_NO_SALE: Final = re.compile(_NO_SALE)
_KINDS: Final[dict[Kind, re.Pattern[str]]] = {
    "not all": re.compile(
        r"(?:\bnot|n't)\s(?!only|just)(?:[a-z]+\s){0,4}?(?:both|all|every(?:thing)?|each)\b"
        r"|(?:둘\s?다|모두|전부|다|모든\s?\S+)\s[^.!?,]{0,24}?(?:건|것[은이]?|지는|은|는)\s?(?:아니|아닙|아닌|않)"
    ),
    "one": re.compile(
        r"\bone of (?:the two|the three|these|them|our (?:two|three))\b"
        r"|(?:둘|셋|두\s?\S+|세\s?\S+)\s?(?:중|가운데)\s?(?:에서?\s?)?(?:하나|한\s?(?:가지|제품|개))"
    ),
    "only": re.compile(
        rf"\bonly (?:one|{_GOODS})|유일|(?:{_KOREAN_GOODS}|것|건|게)[은는이가]?\s(?:딱\s|단\s)?(?:하나|한\s?(?:가지|개"
        rf"|{_KOREAN_GOODS}))"
        r"(?:뿐|만|밖에|예요|이에요|입니다)"
    ),
    "none": re.compile(
        rf"\b(?:neither|none|nothing)\b|\bno (?:other )?(?:of our )?{_GOODS}|\bn(?:ot|'t) (?:a single one|any) of\b"
        rf"|{_NO_SALE}|(?:중|가운데)(?:에서?|에서는|에는|엔)?\s[^.!?,]{{0,16}}?(?:건|것|게"
        rf"|{_KOREAN_GOODS})[은는이가도]?\s?없|어느\s?(?:것|쪽|{_KOREAN_GOODS})도|아무\s?{_KOREAN_GOODS}도"
    ),
    "all": re.compile(
        rf"\bboth\b|\bthe (?:others|rest)\b|나머지|\beverything\b|\bevery (?:single )?{_GOODS}|\beach (?:of|{_GOODS})"
        rf"|\beither (?:one|of|{_GOODS})"
        rf"|\ball (?:(?:of )?(?:our|the|these|those|three|two|them)|{_GOODS}"
        r"|(?:\w+ )?(?:on sale|discounted|reduced|marked))\b"
        r"|\b(?:are|have|is) (?:now |currently )?all\b|\b(?:entire|whole) (?:range|shop|store|selection)\b"
        rf"|둘\s?다|둘\s?모두|모두|전부|전\s?{_KOREAN_GOODS}|모든\s?{_KOREAN_GOODS}|(?<=\s)다(?=\s)"
    ),
}
"""What says of how many; the first that is found counts."""
_ALONE_BEFORE: Final = re.compile(r"(?<!not )\b(?:only|just|solely)\s(?:the\s|our\s)?\*{0,2}$")
_ALONE_AFTER: Final = re.compile(
    r"\*{0,2}(?:\s?\[\[p\d+\]\])?(?:\s(?:alone|only)\b|(?:에|의)?\s?(?:하나|한\s?(?:가지|제품|모델))?(?:만|뿐)(?!큼"
    r"|만?\s?아니)"
    r"|\s?하나(?=[예이]))"
)
_THE_OTHERS: Final = re.compile(
    r"\b(?:everything|nothing|none|all|anything) (?:of the )?(?:else|others?|rest)\b|\bthe (?:others|rest)\b|나머지"
)
"""All but what was named before."""
_TWO: Final = re.compile(r"\b(?:both|neither|either|two)\b|둘|두\s|양쪽")
_THREE: Final = re.compile(r"\bthree\b|셋|세\s?(?:가지|개|상품|제품|모델)")
_OF_THE_SHOP: Final = re.compile(
    rf"\b(?:our|we|shop|store|everything)\b|\bno {_GOODS}|매장|저희|전\s?{_KOREAN_GOODS}|모든\s?{_KOREAN_GOODS}|현재"
    rf"|진행\s?중"
)
_ROW: Final = re.compile(
    r"\*{0,2}(?:\s?\[\[p\d+\]\])?(?:과|와|하고|이랑|랑|도|,|\s?·|\s?/|\s?&|,?\sand)\s?\*{0,2}(?:the\s|our\s)?\*{0,2}"
)
_SUBJECTS: Final = re.compile(
    r"\*{0,2}(?:\s?\[\[p\d+\]\])?(?:(?:은|는|이|가|도|,)?\s?(?:(?:현재|지금|이미|오늘)(?:은|도)?\s)?|\s(?:(?:are|were"
    r"|have|come|get"
    r"|both|alike|now|currently)\s)*)"
)
"""What may stand between names in a row and what is said of all of them."""

_OF_ONE: Final = re.compile(r"(?:is|isn't|was|has|gets|comes|carries|'s)\b")
"""A verb that is said of one alone."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something is said of so many of `products`; `subject` is the one alone, where it is of an `only`."""

    kind: Kind
    products: Sequence[int]
    subject: int | None = None

    def holds(self, is_true: Callable[[int], bool]) -> bool:
        """Whether what is asked of each of them is true of so many."""
        true = [number for number in self.products if is_true(number)]
        match self.kind:
            case "all":
                return bool(true) and len(true) == len(self.products)  # of no goods nothing is said that could be true
            case "none":
                return not true
            case "not all":
                return len(true) < len(self.products)
            case "one":
                return len(true) == 1
        return len(true) == 1 if self.subject is None else true == [self.subject]


def quantities(line: Line, claim: Claim, evidence: Evidence) -> Sequence[Quantity]:
    """Of how many products a claim is said, in every sense that it may have; nothing where it is not of several."""
    if is_row(line.text):
        return ()
    start, stop = statement(line, claim)
    text = line.text[start:stop]
    named = line.named_in(start, stop, evidence.names)
    left_out = {one.product for one in named if is_left_out(line, one)}
    is_of_the_shop = _OF_THE_SHOP.search(text) is not None
    alone = next((one for one in named if _is_alone(line, one)), None)
    kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), None)
    if alone is not None and kind not in ("not all", "one"):
        return [Quantity("only", group, alone.product) for group in _groups(text, [], line, evidence)]
    if kind == "only":
        numbers = {one.product for one in named}
        subject = numbers.pop() if len(numbers) == 1 else None
        return [Quantity("only", group, subject) for group in _groups(text, [], line, evidence)]
    if kind is None:
        row = _row(line, named, claim)
        return [Quantity("all", row)] if row else ()
    if kind == "none" and _OF_NO_SALE.search(text) and (named or not is_of_the_shop):
        return ()  # all that is said of one, and not of all
    if _THE_OTHERS.search(text):
        left_out |= {one.product for one in (*line.mentions, *named)}
    is_of_one = len({one.product for one in named}) == 1 and not left_out
    if is_of_one and not is_of_the_shop:
        return ()  # all that is said of it, and not all products
    groups = _groups(text, [] if left_out else named, line, evidence)
    return [Quantity(kind, sorted(set(group) - left_out)) for group in groups][:1]


def _groups(text: str, named: Sequence[Mention], line: Line, evidence: Evidence) -> Iterator[Sequence[int]]:
    """The numbers of the products that may be meant, first those that most likely are."""
    everyone = range(len(evidence.cards))
    sold = [number for number in everyone if evidence.cards[number].availability != "out_of_stock"]
    here = sorted({one.product for one in named})
    told = sorted({one.product for one in line.mentions})
    if _TWO.search(text):
        yield from (group for group in (here, told, sold) if len(group) == 2)
    if len(here) > 1:
        yield here
    if not _THREE.search(text) and not _OF_THE_SHOP.search(text) and len(told) > 1:
        yield told
    yield everyone
    yield sold


def _is_alone(line: Line, one: Mention) -> bool:
    before = line.text[max(0, one.start - 16) : one.start]
    return bool(_ALONE_AFTER.match(line.text, one.end) or _ALONE_BEFORE.search(before))


def _row(line: Line, named: Sequence[Mention], claim: Claim) -> Sequence[int]:
    """The numbers of the products in a row of which a claim right behind it is said: the Dawn and the Dusk are."""
    before = [one for one in named if one.end <= claim.start]
    if len(before) < 2 or not _SUBJECTS.fullmatch(line.text, before[-1].end, claim.start):
        return ()
    if _OF_ONE.match(line.text, claim.start) or any(line.is_compared(one) for one in before):
        return ()
    row = [before[-1]]
    for one, other in reversed(list(pairwise(before))):
        if one.product != other.product and not _ROW.fullmatch(line.text, one.end, other.start):
            break
        row.append(one)
    numbers = sorted({one.product for one in row})
    return numbers if len(numbers) > 1 else ()
