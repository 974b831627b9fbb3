"""The judgement on comparisons: whether a product is the cheaper one, the cheapest of all, or within the budget."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from chatbot.assistant.claims.comparisons import Comparison
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.roles import SUMS

_THAN_AFTER: Final = re.compile(
    r"^\*{0,2}(?:\s?\[\[p\d+\]\])?\s?(?:보다|에\s?비해|에\s?비하면|와\s?비교|과\s?비교|의(?=\s?(?:약\s|거의\s)?(?:두"
    r"|세|네|2|3|4|절반)))"
)
_THAN_BEFORE: Final = re.compile(
    r"(?:than|compared (?:to|with)|(?:price|cost) of|as)\s(?:for\s)?(?:the\s|our\s|that of the\s)?\*{0,2}$"
)
_NOT: Final = re.compile(r"(?:\bnot|n't|\bno|never|nor)\s(?:\w+\s){0,2}$")
_NOT_AFTER: Final = re.compile(r"^[가-힣]*\s?(?:하지\s|지\s)?(?:는\s|도\s)?(?:않|아니|아닙|못)")
_ELSE: Final = re.compile(
    r"(?:정가|원래|평소|기존|이전|할인\s?전|예상|생각|다른|타사|시중|보통|일반)[가-힣]*\s?(?:\S+\s)?보다"
    r"|than (?:usual|before|normal|ever|you|its|their|the (?:regular|usual|original|list|normal)|most|many|other"
    r"|average|expected)"
)
_OF_A_SORT: Final = re.compile(
    r"^\s?(?:[가-힣]+\s)?(?:쪽|것|제품|상품|모델|옵션|선택|선택지|걸|건|게|편)(?P<subject>[은는이]|으로[는]?)?\s"
)
_OPTION: Final = re.compile(
    r"^\s(?:\w+\s)?(?:option|one|pair|choice|of the (?:two|three|bunch)|model|pick|product|alternative|buy)s?\s(?:is"
    r"|are|would be|here is|for you is|the)\b"
)
_GOES_TO: Final = re.compile(r"^\s(?:is|are|goes|comes|belongs)\s(?:that of|with|to|from|the)\b")
_WISHED: Final = re.compile(
    r"^[^.!?]{0,14}(?:원하시|찾으시|필요하시|원하신|찾으신)|(?:looking for|want|need|prefer|like) (?:something "
    r"|anything |a |an "
    r"|one )?$"
)
_MOST: Final = re.compile(r"cheapest|most |least |lowest|priciest|highest|costs? the|[가-힣]*\s?(?:가장|제일)|최저가")
_NOT_THE_FIRST: Final = re.compile(r"\b(?:second|third|fourth|2nd|3rd|next|among the)[\s-]$|(?:두|세|네)\s?번째로\s$")
_MOST_BEFORE: Final = re.compile(r"(?:가장|제일|최고로)\s(?:\S+\s)?$")
_MORE_BEFORE: Final = re.compile(r"(?:더|조금|훨씬|좀|살짝|약간)\s(?:\S+\s)?$")
# Of how many one is the cheapest.
_OF_SO_MANY: Final = re.compile(
    r"(?<![가-힣])(두|세|네|다섯|[2-9])\s?(?:제품|상품|모델|가지|개|종|대)|(?<![가-힣])(둘|셋"
    r"|넷)(?![가-힣]*째)"
    r"|\bthe (two|three|four|five|[2-5])\b|\b(?:all|these|those|both) (two|three|four|five|[2-5])\b"
)
_OF_ALL: Final = re.compile(
    r"(?<![가-힣])(?:전체|모든|전부)(?![가-힣]*\s?(?:가격|기간))|\bof (?:them )?all\b|\bof the (?:lot|bunch)\b"
    r"|\b(?:of|among|out of) everything\b"
)
_THAT_CAN_BE_BOUGHT: Final = re.compile(
    r"(?:재고가?\s?있는|(?:구매|구입|주문)[이가]?\s?(?:가능한|하실\s수\s있는|할\s수\s있는)|(?:사실|살)\s수\s있는)"
    r"|\b(?:in[\s-]stock|available|you can (?:\w+ )?(?:order|buy|get))\b"
)
_LEFT_OUT_AFTER: Final = re.compile(r"\*{0,2}(?:[을를은는이가])?\s?(?:빼|제외|말고|외에|이외)")
_LEFT_OUT_BEFORE: Final = re.compile(
    r"(?:apart from|aside from|except(?: for)?|besides|other than|leaving out|leaving aside|without|excluding"
    r"|not counting|setting aside)\s(?:the\s)?(?:[a-z-]+\s)?\*{0,2}$"
)
_NONE: Final = re.compile(
    r"\b(?:nothing|none|no (?:other )?(?:product|item|model|pair|option"
    r"|one)s?)\b[^.!?,]{0,24}$"
)
_NONE_AFTER: Final = re.compile(r"^[가-힣]{0,3}\s(?:[가-힣]+\s)?(?:제품|상품|모델|것|건|게)[은는이가도]?\s?없")
_COUNTS: Final = {
    "두": 2, "둘": 2, "two": 2, "세": 3, "셋": 3, "three": 3, "네": 4, "넷": 4, "four": 4, "다섯": 5, "five": 5,
}  # fmt: skip
_ALL: Final = re.compile(r"모두|전부|둘\s?다|\bboth\b|\ball\b|\beach\b|\beither\b")
_OF_PRICE: Final = re.compile(r"cost|price|expensive|\bpay|비싸|비싼|가격|값|돈")
_NEAR: Final = Decimal("0.06")
_NEARLY: Final = re.compile(r"about|nearly|almost|roughly|거의")
_ALMOST: Final = Decimal("0.1")


class _Named(NamedTuple):
    start: int
    end: int
    product: int


def check_comparison(found: Comparison, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of a comparison; None where it is true, or compares with nothing that is known."""
    said = _Compared(found, line, evidence)
    return None if said.holds() else Fix(found.start, found.end, "price", is_whole=True)


@dataclass(frozen=True, slots=True)
class _Compared:
    found: Comparison
    line: Line
    evidence: Evidence

    def holds(self) -> bool:
        if self.found.kind in ("outside", "inside"):
            return self._is_budget_right()
        named = self._named()
        if self.found.kind in ("rising", "falling"):
            prices = [price for one in named if (price := self._price(one.product)) is not None]
            return prices == sorted(prices, reverse=self.found.kind == "falling")
        if self.found.kind == "same":
            prices = [price for price in map(self._price, self._others(None, named)) if price is not None]
            near = _ALMOST if _NEARLY.search(self.line.text, self.found.start, self.found.end) else Decimal(0)
            return not prices or max(prices) - min(prices) <= max(prices) * near
        if self._sentence.rstrip().endswith("?") or _NOT_THE_FIRST.search(self._before):
            return True
        if self.found.kind == "times" and not _OF_PRICE.search(self._sentence):
            return True
        other = next((one for one in named if self._is_other(one)), None)
        if other is None and (_ELSE.search(self._sentence) or (self.found.kind == "times" and len(named) < 2)):
            return self.found.kind != "times"
        if other is not None and self._is_said_of_none():
            others = self._others(other.product, named)
            return all(not self._is_true(one, [other.product]) for one in others)
        subject = self._subject(named, other)
        if other is None and not self._is_comparative():
            return True
        if subject is None:
            numbers = range(len(self.evidence.cards))
            return other is None or any(self._is_true(one, [other.product]) for one in numbers if one != other.product)
        return self._is_true(subject, [other.product] if other else self._others(subject, named))

    def _is_true(self, subject: int, others: Sequence[int]) -> bool:
        mine = self._price(subject)
        theirs = [price for price in map(self._price, others) if price is not None]
        if mine is None or not theirs:
            return True
        if self.found.kind == "times":
            return all(abs(mine / price - self.found.times) <= self.found.times * _NEAR for price in theirs)
        is_cheaper = all(mine < price for price in theirs)
        is_dearer = all(mine > price for price in theirs)
        if self._is_denied():
            return not (is_cheaper if self.found.kind == "cheaper" else is_dearer)
        return is_cheaper if self.found.kind == "cheaper" else is_dearer

    def _is_budget_right(self) -> bool:
        budget = self.evidence.budget
        products = {one.product for one in self._named()}
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
        is_outside = (self.found.kind == "outside") is not self._is_denied()
        return all((price > budget.value) is is_outside for price in prices)

    def _named(self) -> list[_Named]:
        """The products that the sentence names, by name or by their kind, in order."""
        start, stop = self.line.bounds(self.found)
        named = [
            _Named(one.start, one.end, one.product)
            for one in self.line.mentions
            if start <= one.start < stop and one.is_prose
        ]
        for number, place, end in self.evidence.names.kind_places(self.line.text, start, stop):
            if all(end <= one.start or place >= one.end for one in named):
                named.append(_Named(place, end, number))
        cited = [one for one in self.line.mentions if start <= one.start < stop and not one.is_prose]
        if not named:
            named = [_Named(one.start, one.end, one.product) for one in cited]
        return sorted(named)

    def _subject(self, named: Sequence[_Named], other: _Named | None) -> int | None:
        """The number of the product that is said to be cheaper or dearer."""
        rest = [one for one in named if other is None or one.product != other.product]
        after = self.line.text[self.found.end : self.found.end + 60]
        later = [one for one in rest if one.start >= self.found.end]
        earlier = [one for one in rest if one.end <= self.found.start]
        sort = _OF_A_SORT.match(after)
        points_on = bool(
            sort
            or _OPTION.match(after)
            or _GOES_TO.match(after)
            or _WISHED.match(after)
            or _WISHED.search(self._before)
        )
        if (points_on and later) or not earlier:
            return later[0].product if later else None
        return (earlier[-1] if self.line.text.isascii() or other is None else earlier[0]).product

    def _others(self, subject: int | None, named: Sequence[_Named]) -> list[int]:
        """The products that a comparison without another one is with."""
        told = {one.product for one in self.line.mentions} | {one.product for one in named}
        if self.line.previous is not None:
            told.add(self.line.previous)
        if self._is_most() or len(told - {subject}) == 0 or self._is_said_of_none():
            told = self._meant(told)
        left_out = {one.product for one in named if self._is_left_out(one)}
        return sorted(told - left_out - {subject})

    def _meant(self, told: set[int]) -> set[int]:
        """The products of which one is said to be the cheapest: those in stock, where nothing more is said."""
        cards = self.evidence.cards
        on_sale = {number for number, card in enumerate(cards) if card.availability != "out_of_stock"}
        if _THAT_CAN_BE_BOUGHT.search(self._sentence, 0, self.found.end - self.line.bounds(self.found)[0]):
            return on_sale
        so_many = _OF_SO_MANY.search(self._sentence)
        if so_many is None:
            are_all = self._is_said_of_none() or _OF_ALL.search(self._sentence)
            return set(range(len(cards))) if are_all else on_sale
        said = next(filter(None, so_many.groups()))
        count = _COUNTS.get(said) or int(said)
        if count == len(told):
            return told
        return set(range(len(cards))) if count == len(cards) else on_sale

    def _is_left_out(self, one: _Named) -> bool:
        """Whether a product is said not to count."""
        before = self.line.text[max(0, one.start - 32) : one.start]
        return bool(_LEFT_OUT_AFTER.match(self.line.text, one.end) or _LEFT_OUT_BEFORE.search(before))

    def _is_said_of_none(self) -> bool:
        """Whether it is said that nothing is cheaper, or dearer, than another product."""
        return bool(_NONE.search(self._before) or _NONE_AFTER.match(self.line.text[self.found.end :]))

    def _is_comparative(self) -> bool:
        """Whether it compares at all: 저렴하다 alone says that it is not dear."""
        said = self.line.text[self.found.start : self.found.end]
        if said.isascii():
            return not re.search(r"\b(?:a|any|some|something|anything|nothing|even|much)\s$", self._before)
        return self._is_most() or _MORE_BEFORE.search(self._before) is not None

    def _is_most(self) -> bool:
        return bool(_MOST.match(self.line.text, self.found.start) or _MOST_BEFORE.search(self._before))

    def _is_other(self, one: _Named) -> bool:
        before, after = self.line.text[max(0, one.start - 24) : one.start], self.line.text[one.end : one.end + 20]
        return bool(_THAN_AFTER.match(after) or _THAN_BEFORE.search(before))

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

    @property
    def _before(self) -> str:
        return self.line.text[max(0, self.found.start - 30) : self.found.start]

    @property
    def _sentence(self) -> str:
        return self.line.sentence_around(self.found)
