"""The judgement on comparisons: whether a product is the cheaper one, the second cheapest, or within the budget."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import amounts
from chatbot.assistant.claims.money.derived import is_of_pieces
from chatbot.assistant.claims.money.roles import SUMS
from chatbot.assistant.claims.offer.among import Among, Named
from chatbot.assistant.claims.offer.comparisons import Comparison
from chatbot.assistant.claims.questions import answer, is_asked

_NOT: Final = re.compile(r"(?:\bnot|n't|\bno|never|nor|neither)\s(?:\w+\s){0,2}$")
_NOT_AFTER: Final = re.compile(r"^[가-힣]*\s?(?:하지\s|지\s)?(?:는\s|도\s)?(?:않|아니|아닙|못)")
_BEFORE_THE_SALE: Final = re.compile(
    r"(?:정가|원래|평소|기존|이전|종전|할인\s?전)[가-힣]*\s?(?:\S+\s)?보다"
    r"|than (?:usual|before|normal|ever|(?:its|their|the) (?:regular|usual|original|list|normal|full)|it was|they were)"
)
"""What sets the price against that before the sale."""
_GROWN: Final = re.compile(r"^(?:저렴해|싸)(?:졌|진|져)")
"""Cheaper than it was."""
_ELSE: Final = re.compile(
    r"(?:예상|생각|다른|타사|시중|보통|일반|비슷한|동급)[가-힣]*\s?(?:\S+\s)?보다"
    r"|than (?:you|most|many|other|average|expected|similar)"
)
_RANK: Final = re.compile(
    r"\b(?P<rank>second|third|fourth|2nd|3rd|4th)[\s-](?:to[\s-])?$|(?P<korean>두|세|네)\s?번째로\s?$"
    r"|(?P<after>\bnext|among the)[\s-]$"
)
_RANKS: Final = {
    "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "두": 2, "세": 3, "네": 4,
}  # fmt: skip
_MORE_BEFORE: Final = re.compile(r"(?:더|덜|조금|훨씬|좀|살짝|약간)\s(?:\S+\s)?$")
_NONE: Final = re.compile(
    r"\b(?:nothing|none|no (?:other )?(?:product|item|model|pair|option|one)s?)\b[^.!?,]{0,24}$"
    r"|(?:n't|\bnot|\bnever|cannot) (?:find|get|see|have|carry|sell|stock) (?:any|some)\w*\b[^.!?,]{0,40}$"
)
_NONE_AFTER: Final = re.compile(r"^[가-힣]{0,3}\s(?:[가-힣]+\s)?(?:제품|상품|모델|것|건|게)[은는이가도]?\s?없")
_ALL: Final = re.compile(r"모두|전부|둘\s?다|\bboth\b|\ball\b|\beach\b|\beither\b")
_OF_PRICE: Final = re.compile(r"cost|price|expensive|\bpay|비싸|비싼|가격|값|돈")
_NEAR: Final = Decimal("0.06")
_NEARLY: Final = re.compile(r"about|nearly|almost|roughly|거의")
_ALMOST: Final = Decimal("0.1")


def check_comparison(found: Comparison, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of a comparison; None where it is true, or compares with nothing that is known."""
    said = _Compared(found, line, evidence, Among(found, line, evidence))
    if not is_asked(line, found):
        return None if said.holds() else Fix(found.start, found.end, "price", is_whole=True)
    told = answer(line, found)
    is_right = told is None or said.holds() is told.is_yes
    return None if told is None or is_right else Fix(found.start, told.end, "price", is_whole=True)


@dataclass(frozen=True, slots=True)
class _Compared:
    found: Comparison
    line: Line
    evidence: Evidence
    among: Among

    def holds(self) -> bool:
        named = self.among.named
        match self.found.kind:
            case "outside" | "inside":
                return self._is_budget_right()
            case "rising" | "falling":
                return self._is_in_order(named)
            case "same":
                prices = self._prices({one.product for one in named} or self.among.others)
                near = _ALMOST if _NEARLY.search(self.line.text, self.found.start, self.found.end) else Decimal(0)
                return not prices or max(prices) - min(prices) <= max(prices) * near
            case "times" if not _OF_PRICE.search(self._sentence):
                return True
        return self._is_true_of_its_subject()

    def _is_true_of_its_subject(self) -> bool:
        other, subject = self.among.other, self.among.subject
        if self.found.kind == "middle":
            return subject is None or self._is_ranked(subject)
        if other is None and self._is_with_the_price_before():
            return subject is None or self.evidence.cards[subject].sale_price is not None
        if other is None and (
            _ELSE.search(self._sentence) or (self.found.kind == "times" and len(self.among.named) < 2)
        ):
            return self.found.kind != "times"
        if self._is_said_of_none():
            mine = other.product if other else subject
            return mine is None or all(not self._is_true(one, [mine]) for one in self._rest(mine))
        if rank := _RANK.search(self._before):
            said = rank["rank"] or rank["korean"]
            return subject is None or not said or self._is_ranked(subject, _RANKS[said])
        if other is None and not self._is_comparative():
            return True
        if subject is None:
            return other is None or any(self._is_true(one, [other.product]) for one in self._rest(other.product))
        return self._is_true(subject, [other.product] if other else self.among.others)

    def _is_true(self, subject: int, others: Sequence[int]) -> bool:
        mine = self._price(subject)
        theirs = self._prices(others)
        if mine is None or not theirs:
            return True
        if self.found.kind == "times":
            return all(abs(mine / price - self.found.times) <= self.found.times * _NEAR for price in theirs)
        is_cheaper = all(mine < price for price in theirs)
        is_dearer = all(mine > price for price in theirs)
        is_so = is_cheaper if self.found.kind == "cheaper" else is_dearer
        return not is_so if self._is_denied() else is_so

    def _is_in_order(self, named: Sequence[Named]) -> bool:
        """Whether what is listed behind it, or else before it, costs more and more, or less and less."""
        behind = [one for one in named if one.start >= self.found.end]
        listed = behind if len({one.product for one in behind}) > 1 else named
        prices = self._prices([one.product for one in listed])
        return prices == sorted(prices, reverse=self.found.kind == "falling")

    def _is_ranked(self, subject: int, rank: int = 1) -> bool:
        """Whether it is in the middle, or the so many-th from the end that is named, of all or of those meant."""
        everyone = set(range(len(self.evidence.cards)))
        price = self._price(subject)
        groups = [sorted((some | {subject}) - self.among.left_out) for some in (self.among.meant(everyone), everyone)]
        for group in [group for group in groups if len(group) > rank] or groups:
            prices = sorted(self._prices(group), reverse=self.found.kind == "dearer")
            is_inside = price not in (prices[0], prices[-1])
            if is_inside if self.found.kind == "middle" else prices[rank - 1 : rank] == [price]:
                return True
        return False

    def _rest(self, number: int) -> Sequence[int]:
        """The products among which nothing is cheaper, or dearer, than this one."""
        everyone = self.among.meant(set(range(len(self.evidence.cards))), as_all=True)
        return sorted(everyone - self.among.left_out - {number})

    def _is_budget_right(self) -> bool:
        budget = self.evidence.budget
        products = {one.product for one in self.among.named}
        if not products and self.found.kind == "outside" and self.line.previous is not None:
            products = {self.line.previous}
        if budget is None or not products or (len(products) > 1 and not _ALL.search(self._sentence)):
            return True
        cards = [self.evidence.cards[one] for one in products]
        prices = [
            card.current_price for card in cards if card.current_price is not None and budget.is_in(card.currency)
        ]
        if SUMS.search(self._sentence):
            prices = [sum(prices, Decimal(0))]
        if SUMS.search(self._sentence) or is_of_pieces(self._sentence):
            paid = {card.current_price for card in cards}
            told = [one.value for one in amounts(self._sentence) if one.value not in {*paid, budget.value}]
            prices = told[:1] or prices  # what they come to is judged for itself
        is_outside = (self.found.kind == "outside") is not self._is_denied()
        return all((price > budget.value) is is_outside for price in prices)

    def _is_with_the_price_before(self) -> bool:
        """Whether it is said to be cheaper than before the sale."""
        if self.found.kind != "cheaper":
            return False
        said = self.line.text[self.found.start : self.found.end]
        return _BEFORE_THE_SALE.search(self._sentence) is not None or _GROWN.match(said) is not None

    def _is_said_of_none(self) -> bool:
        """Whether it is said that nothing is cheaper, or dearer, than another product."""
        start, _ = self.line.bounds(self.found)
        return bool(
            _NONE.search(self.line.text, start, self.found.start) or _NONE_AFTER.match(self.line.text[self.found.end :])
        )

    def _is_comparative(self) -> bool:
        """Whether it compares at all: 저렴하다 alone says that it is not dear."""
        said = self.line.text[self.found.start : self.found.end]
        if said.startswith("sav"):
            return False
        if said.isascii():
            return not re.search(r"\b(?:a|any|some|something|anything|nothing|even|much)\s$", self._before)
        return self.among.is_most or "돈" in said or _MORE_BEFORE.search(self._before) is not None

    def _is_denied(self) -> bool:
        after = self.line.text[self.found.end : self.found.end + 12]
        said = self.line.text[self.found.start : self.found.end]
        is_korean = not said.isascii()
        return bool(
            _NOT.search(self._before)
            or (
                is_korean
                and (_NOT_AFTER.match(after) or (re.search(r"지[는도]?$", said) and _NOT_AFTER.match(f"지 {after}")))
            )
        )

    def _price(self, number: int) -> Decimal | None:
        return self.evidence.cards[number].current_price

    def _prices(self, numbers: Collection[int]) -> list[Decimal]:
        return [price for price in map(self._price, numbers) if price is not None]

    @property
    def _before(self) -> str:
        return self.line.text[max(0, self.found.start - 30) : self.found.start]

    @property
    def _sentence(self) -> str:
        return self.line.sentence_around(self.found)
