"""The judgement on an amount of money: what a product costs, and whatever else an amount can be.

It may be the shop's (a fee for delivery), the shopper's (a budget), what two products differ by, what the cheapest one
costs, a bound on the price, what is saved, or what was paid before the sale.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.assistant.claims.amounts import Amount
from chatbot.assistant.claims.bounds import Bound, bound_of, holds
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.events import ProductCard

_BEFORE: Final = 40
_AFTER: Final = 16
"""Characters around an amount that may say what it is."""
_FEE: Final = re.compile(r"배송비|배송료|택배비|반품비|무료\s?배송|shipping|delivery|postage|return fee")
_SAVED: Final = re.compile(
    r"^\s?(?:을|를|이나|이|정도)?\s?(?:더\s?)?(?:할인|세일|깎|저렴|절약|쿠폰|적립|캐시백|싸게|싼|off\b"
    r"|discount|cheaper|less\b"
    r"|saved?\b|coupon|voucher|cash\s?back|in savings)"
)
_SAVED_BEFORE: Final = re.compile(
    r"(?:save|saves|saving|discount of|reduced by|cheaper by|쿠폰|할인\s?금액은?|할인액은?)\s(?:you\s)?(?:up to\s)?$"
)
_FROM: Final = re.compile(r"^\s?(?:부터|에서 시작)|^\s?[~–-]")
_FROM_BEFORE: Final = re.compile(r"(?:from|starting at|start at|starts at|between|[~–-])\s?$")
_ONCE: Final = re.compile(r"^\s?(?:에서|짜리(?:를|가)|였|이었|~~)")
_ONCE_BEFORE: Final = re.compile(
    r"(?:원래|정가[는]?|기존|이전|종전|할인 전|was|were|used to (?:be|cost)|regular(?:ly)?(?: price)?"
    r"|original(?:ly)?(?: price)?|list price|down from|instead of|reduced from|usually|~~)\s?"
    r"(?:가격[은이]?|은|는|가|:|of|at|is|was)?\s?$"
)
_COMPARED: Final = re.compile(
    r"차이|더 (?:비싸|저렴|싸)|difference|more expensive|cheaper|합쳐|합계|합해|모두 합|총|total|together"
    r"|altogether|both for|in all"
)
_WISHED: Final = re.compile(
    r"말씀하신|찾으시|원하시|예산|생각하시|요청하신|조건|budget|you (?:said|asked|mentioned|want|need|are looking)"
    r"|looking for|your (?:limit|price|range)"
)


def check_amount(amount: Amount, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of `amount`; None where it is true.

    Raises Undecided while it is not known which product it is about.
    """
    said = _Said(
        amount,
        line,
        evidence,
        before=line.text[max(0, amount.start - _BEFORE) : amount.start],
        after=line.text[amount.end : amount.end + _AFTER],
        sentence=line.sentence_around(amount),
        is_of_a_product=line.is_named_at(amount.start),
    )
    if said.is_from_entries():
        return None
    if said.is_fee():
        return Fix(amount.start, amount.end, "terms")
    if said.is_wish() or said.is_comparison() or said.is_range():
        return None
    number = line.subject(amount)
    return Fix(amount.start, amount.end, "price") if number is None else said.of_product(number)


def speaks_of_wishes(text: str) -> bool:
    """Whether words (see `names.level`) are about what the shopper asked for."""
    return _WISHED.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Said:
    """An amount with what stands around it. `is_of_a_product`: its sentence names one."""

    amount: Amount
    line: Line
    evidence: Evidence
    before: str
    after: str
    sentence: str
    is_of_a_product: bool

    def is_from_entries(self) -> bool:
        """Whether the shop's entries say it: a fee, or what else has nothing to do with a product."""
        if self.evidence.is_ours(self.amount) and _FEE.search(self.sentence):
            return True
        return not self.is_of_a_product and self.evidence.is_ours_in(self.sentence, self.amount)

    def is_fee(self) -> bool:
        return not self.is_of_a_product and _FEE.search(self.before + self.after) is not None

    def is_wish(self) -> bool:
        """Whether it repeats what the shopper asked for; where it is said of a product, that has to cost so much."""
        if not self.evidence.is_said(self.amount):
            return False
        is_wished = speaks_of_wishes(self.sentence)
        if not self.is_of_a_product:
            return is_wished or self._bound is not None
        if not is_wished:
            return False
        number = self.line.subject(self.amount)
        return number is None or self._bound is None or self._is_kept_by(self.evidence.cards[number], self._bound)

    def is_comparison(self) -> bool:
        """Whether it is what two named products differ by, or what all of them cost together."""
        if not _COMPARED.search(self.sentence):
            return False
        numbers = {one.product for one in self.line.mentions}
        if self.line.previous is not None and len(numbers) < 2:
            numbers.add(self.line.previous)
        prices = _prices(self.evidence.cards[number] for number in numbers)
        return sum(prices) == self.amount.value or any(
            abs(one - other) == self.amount.value for one in prices for other in prices if one != other
        )

    def is_range(self) -> bool:
        """Whether it is the least or the most that a candidate costs."""
        if self.is_of_a_product or not (_FROM.match(self.after) or _FROM_BEFORE.search(self.before)):
            return False
        prices = _prices(card for card in self.evidence.cards if self.amount.is_in(card.currency))
        return bool(prices) and self.amount.value in (min(prices), max(prices))

    def of_product(self, number: int) -> Fix | None:
        """The judgement on what is said of product `number`."""
        amount, card = self.amount, self.evidence.cards[number]
        withheld = Fix(amount.start, amount.end, "price")
        if not amount.is_in(card.currency):
            return Fix(amount.start, amount.end, "price", number)
        if _SAVED.match(self.after) or _SAVED_BEFORE.search(self.before):
            saved = None if card.price is None or card.sale_price is None else card.price - card.sale_price
            return None if amount.value == saved else withheld
        if self._bound:
            return None if self._is_kept_by(card, self._bound) else withheld
        if card.sale_price is not None and (_ONCE.match(self.after) or _ONCE_BEFORE.search(self.before)):
            is_right = amount.value == card.price
            return None if is_right else Fix(amount.start, amount.end, "price", number, is_regular=True)
        return None if amount.value == card.current_price else Fix(amount.start, amount.end, "price", number)

    @property
    def _bound(self) -> Bound | None:
        return bound_of(self.before, self.after)

    def _is_kept_by(self, card: ProductCard, bound: Bound) -> bool:
        price = card.current_price
        return price is not None and self.amount.is_in(card.currency) and holds(bound, self.amount, price)


def _prices(cards: Iterable[ProductCard]) -> list[Decimal]:
    prices = (card.current_price for card in cards)
    return [price for price in prices if price is not None]
