"""The judgement on an amount of money: what a product costs, and whatever else an amount can be.

It may be the shop's (a fee for delivery), the shopper's (a budget), what two products differ by, what the cheapest one
costs, a bound on the price, what is saved, or what was paid before the sale.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Final

from chatbot.assistant.claims.amounts import Amount, amounts
from chatbot.assistant.claims.bounds import Bound, bound_of, holds
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.names import Mention
from chatbot.assistant.claims.roles import (
    AGAINST,
    FROM,
    FROM_BEFORE,
    GROUP,
    LEFT,
    NOT_DUE,
    OF_A_BUDGET,
    OF_A_BUDGET_AFTER,
    RANGE,
    SAVED,
    SAVED_BEFORE,
    SPENT,
    SPENT_AFTER,
    SUMS,
    SUPPOSED,
    SUPPOSED_AFTER,
    TIMES,
    WISHED,
    is_difference,
    is_fee,
    is_left,
    is_of_delivery,
    is_regular,
    is_sale_price,
    is_set_against_a_budget,
)
from chatbot.events import ProductCard

_BEFORE: Final = 64
_AFTER: Final = 16
"""Characters around an amount that may say what it is."""


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
    if said.is_swapped():
        return Fix(amount.start, amount.end, "terms")
    if said.is_waived():
        return Fix(amount.start, amount.end, "terms")
    if said.is_overspent():
        return Fix(amount.start, amount.end, "price", is_whole=True)
    if said.is_from_entries():
        return None
    if said.is_fee() and not said.is_alone():
        return Fix(amount.start, amount.end, "terms")
    if said.is_wish() or said.is_supposed() or said.is_range() or said.is_bound_on_all():
        return None
    if said.is_left() or said.is_difference() or said.is_sum():
        return None
    if said.is_called_left():
        return Fix(amount.start, amount.end, "price", is_whole=True)
    if said.is_alone():
        return None
    if said.is_shared_out():
        return None
    in_turn = line.in_turn(amount, amounts(line.text), said.named())
    if in_turn is not None:
        return said.of_product(in_turn)
    number = line.subject(amount)
    if number is not None:
        fix = said.of_product(number)
        if fix is None and said.is_bound_on_more():
            return Fix(amount.start, amount.end, "price", is_whole=True)
        other = line.other_subject(amount) if fix else None
        if other is not None and said.of_product(other) is None:
            return None
        return replace(fix, is_whole=True) if fix and said.is_compared() else fix
    return Fix(amount.start, amount.end, "price")


def speaks_of_wishes(text: str) -> bool:
    """Whether words (see `names.level`) are about what the shopper asked for."""
    return WISHED.search(text) is not None


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

    def is_swapped(self) -> bool:
        """Whether the shop's entries name it in another role: as a fee what is a condition, or the other way."""
        if not is_of_delivery(self.sentence):
            return False
        role = is_fee(self.before, self.after)
        return role is not None and self.evidence.is_only(self.amount, not_fee=role)

    def is_waived(self) -> bool:
        """Whether it is a fee for the delivery of a product that is delivered free."""
        if not is_fee(self.before, self.after) or NOT_DUE.search(self.sentence):
            return False
        prices = _prices(self.evidence.cards[number] for number in self.line.named_around(self.amount))
        return bool(prices) and all(map(self.evidence.delivers_free, prices))

    def is_overspent(self) -> bool:
        """Whether several products together are said to keep the shopper's budget, and do not."""
        if self._bound != "below" or not self.evidence.is_said(self.amount) or not SUMS.search(self.sentence):
            return False
        sums = self._sums()
        return bool(sums) and all(each > self.amount.value for each in sums)

    def is_from_entries(self) -> bool:
        """Whether the shop's entries say it: a fee, or what else has nothing to do with a product."""
        if self.evidence.is_ours(self.amount) and is_of_delivery(self.sentence):
            return True
        return not self.is_of_a_product and self.evidence.is_ours_in(self.sentence, self.amount)

    def is_fee(self) -> bool:
        return not self.is_of_a_product and is_of_delivery(self.before + self.after)

    def is_wish(self) -> bool:
        """Whether it repeats what the shopper asked for; where it is said of a product, that has to cost so much."""
        if not self.evidence.is_said(self.amount):
            return False
        if LEFT.search(self.sentence) and (OF_A_BUDGET.search(self.before) or OF_A_BUDGET_AFTER.match(self.after)):
            return True
        is_wished = speaks_of_wishes(self.sentence)
        if not self.is_of_a_product:
            return (
                is_wished
                or self._bound is not None
                or SPENT.search(self.before) is not None
                or SPENT_AFTER.match(self.after) is not None
            )
        if not is_wished:
            return False
        number = self.line.subject(self.amount)
        return number is None or self._bound is None or self._is_kept_by(self.evidence.cards[number], self._bound)

    def is_compared(self) -> bool:
        """Whether it is said to be what two products differ by, or what several cost together."""
        return self._is_difference or SUMS.search(self.sentence) is not None

    def is_called_left(self) -> bool:
        """Whether it is said to be what is left of a budget."""
        return is_left(self.before, self.line.text[self.amount.end : self.amount.end + _BEFORE])

    def is_left(self) -> bool:
        """Whether it is what is left of the shopper's budget once something that is spoken of is bought.

        What is left to free delivery is such a rest too.
        """
        is_of_a_budget = is_set_against_a_budget(self.before, self.after)
        if not (self.is_called_left() or (is_of_a_budget and (self._is_difference or self._saved))):
            return False
        budgets = [one.value for one in self.evidence.amounts_said]
        if is_of_delivery(self.sentence):
            budgets += [one.value for one in self.evidence.amounts_of_ours]
        numbers = {one.product for one in self.named()} or self._spoken_of()
        prices = _prices(self.evidence.cards[number] for number in numbers)
        if SUMS.search(self.sentence):
            prices += self._sums()
        rests = {abs(budget - price) for budget in budgets for price in prices}
        rests |= {abs(one - other) for one, other in combinations(prices, 2)}
        bound = self._bound
        return any(holds(bound, self.amount, rest) if bound else rest == self.amount.value for rest in rests)

    def is_difference(self) -> bool:
        """Whether it is what two of the products differ by that are spoken of."""
        if not self._is_difference:
            return False
        prices = _prices(self.evidence.cards[number] for number in self._spoken_of())
        return any(abs(one - other) == self.amount.value for one, other in combinations(prices, 2))

    def is_sum(self) -> bool:
        """Whether it is what several of the products cost together that are spoken of, or some pieces of one."""
        if not SUMS.search(self.sentence):
            return False
        sums = self._sums()
        if bound := self._bound:
            return any(holds(bound, self.amount, each) for each in sums)
        return self.amount.value in sums

    def is_bound_on_all(self) -> bool:
        """Whether it is a bound on several products together that all of them keep."""
        if self._bound is None or not (
            GROUP.search(self.sentence) or (RANGE.search(self.sentence) and not self.is_of_a_product)
        ):
            return False
        named = self.line.named_around(self.amount)
        if len(named) < 2:
            named = set(self._spoken_of())
        cards = [self.evidence.cards[number] for number in named]
        return bool(cards) and all(self._is_kept_by(card, self._bound) for card in cards)

    def is_bound_on_more(self) -> bool:
        """Whether it is a bound on several products together, where not all of them keep it."""
        if self._bound is None or "?" in self.sentence:
            return False
        start, stop = self.line.bounds(self.amount)
        named = [one for one in self.line.mentions if start <= one.start < stop]
        last = max((one.end for one in named if one.is_prose and one.end <= self.amount.start), default=start)
        if len({one.product for one in named}) < 2 or not GROUP.search(self.line.text, last, self.amount.start):
            return False
        if any(one.is_prose and one.start >= self.amount.end for one in named):
            return False
        return not all(self._is_kept_by(self.evidence.cards[one.product], self._bound) for one in named)

    def is_shared_out(self) -> bool:
        """Whether it is one of several in a row that some products cost which nobody names: $59.00 and $71.20."""
        if self.named() or not self.line.is_in_a_row(self.amount, amounts(self.line.text)):
            return False
        return self.amount.value in _prices(self.evidence.cards[number] for number in self._spoken_of())

    def named(self) -> Sequence[Mention]:
        """The products that its sentence names, and does not only cite, by name or by their kind, in order."""
        start, stop = self.line.bounds(self.amount)
        named = [one for one in self.line.mentions if one.is_prose and start <= one.start < stop]
        for number, begin, end in self.evidence.names.kind_places(self.line.text, start, stop):
            if all(end <= one.start or begin >= one.end for one in named):
                named.append(Mention(begin, end, number, is_prose=True))
        return sorted(named, key=lambda one: one.start)

    def is_supposed(self) -> bool:
        """Whether it is what the shopper may want to spend, and what the sentence names costs no more."""
        if not (SUPPOSED.search(self.before) or SUPPOSED_AFTER.match(self.after)):
            return False
        behind = [one.product for one in self.line.mentions if one.start >= self.amount.end]
        numbers = behind[:1] or self.line.named_around(self.amount)
        return all(self._is_kept_by(self.evidence.cards[number], "below") for number in numbers)

    def is_range(self) -> bool:
        """Whether it is the least or the most that a candidate costs."""
        if self.is_of_a_product or not (FROM.match(self.after) or FROM_BEFORE.search(self.before)):
            return False
        cards = [card for card in self.evidence.cards if self.amount.is_in(card.currency)]
        sold = _prices(card for card in cards if card.availability != "out_of_stock")
        ends = {end for prices in (_prices(cards), sold) if prices for end in (min(prices), max(prices))}
        return self.amount.value in ends

    def is_alone(self) -> bool:
        """Whether one candidate alone is of the kind of goods that its sentence speaks of, and costs this."""
        start, stop = self.line.bounds(self.amount)
        if any(one.is_prose and start <= one.start < stop for one in self.line.mentions):
            return False
        kinds = sorted(self.evidence.names.kind_places(self.line.text, start, stop), key=lambda kind: kind[1])
        before = [number for number, _, end in kinds if end <= self.amount.start]
        meant = before[-1:] or [number for number, *_ in kinds][:1]
        return bool(meant) and self.of_product(meant[0]) is None

    def of_product(self, number: int) -> Fix | None:
        """The judgement on what is said of product `number`."""
        amount, card = self.amount, self.evidence.cards[number]
        withheld = Fix(amount.start, amount.end, "price", number, is_whole=True)
        if not amount.is_in(card.currency):
            return Fix(amount.start, amount.end, "price", number)
        if self._saved is not None:
            saved = None if card.price is None or card.sale_price is None else card.price - card.sale_price
            return None if amount.value == saved else withheld
        once = is_regular(self.before, self.after) and not self._is_beside_another()
        if self._bound and not (once and amount.value == card.price):
            if self._is_kept_by(card, self._bound):
                return None
            return Fix(amount.start, amount.end, "price", number) if self._bound == "about" else withheld
        if once and not is_sale_price(self.before):
            if card.sale_price is None and amount.value != card.price:
                return withheld
            return (
                None if amount.value == card.price else Fix(amount.start, amount.end, "price", number, is_regular=True)
            )
        return None if amount.value == card.current_price else Fix(amount.start, amount.end, "price", number)

    def _sums(self) -> list[Decimal]:
        """What several of the products cost together that are spoken of, or some pieces of one."""
        prices = _prices(self.evidence.cards[number] for number in self._spoken_of())
        sums = [sum(some, Decimal(0)) for size in {2, 3, len(prices)} - {0, 1} for some in combinations(prices, size)]
        if TIMES.search(self.sentence):
            sums += [one * count for one in prices for count in range(2, 6)]
        return sums

    def _spoken_of(self) -> Sequence[int]:
        """The numbers of the products that are meant: those named, or those that can be bought."""
        named = {one.product for one in self.line.mentions}
        named |= self.evidence.kinds_in(self.sentence)
        if self.line.previous is not None and len(named) < 2:
            named.add(self.line.previous)
        if len(named) > 1:
            return sorted(named)
        return [number for number, card in enumerate(self.evidence.cards) if card.availability != "out_of_stock"]

    def _is_beside_another(self) -> bool:
        """Whether a product is named between the amount and what would make it one of before: rather than the Dusk."""
        against = AGAINST.search(self.before)
        place = self.amount.start - len(self.before) + (against.end() if against else 0)
        return against is not None and any(
            one.is_prose and place <= one.start < self.amount.start for one in self.line.mentions
        )

    @property
    def _is_difference(self) -> bool:
        return self._saved is None and is_difference(self.before, self.after)

    @property
    def _saved(self) -> re.Match[str] | None:
        return SAVED.match(self.after) or SAVED_BEFORE.search(self.before)

    @property
    def _bound(self) -> Bound | None:
        return bound_of(self.before, self.after)

    def _is_kept_by(self, card: ProductCard, bound: Bound) -> bool:
        price = card.current_price
        return price is not None and self.amount.is_in(card.currency) and holds(bound, self.amount, price)


def _prices(cards: Iterable[ProductCard]) -> list[Decimal]:
    prices = (card.current_price for card in cards)
    return [price for price in prices if price is not None]
