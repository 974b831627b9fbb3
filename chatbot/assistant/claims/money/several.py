"""What an amount is to several products: what they differ by or cost together, what is left of a budget, a bound."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.money.bounds import Bound, bound_of, holds
from chatbot.assistant.claims.money.derived import Terms, comes_to, sums_of
from chatbot.assistant.claims.money.roles import (
    FROM,
    FROM_BEFORE,
    GROUP,
    RANGE,
    SUMS,
    TIMES,
    is_called_left,
    is_difference,
    is_to_spend,
)
from chatbot.assistant.claims.offer.offers import is_saved
from chatbot.events import ProductCard

BEFORE: Final = 64
AFTER: Final = 16
"""Characters around an amount that may say what it is."""

_OF_TWO: Final = re.compile(r"\b(?:neither|both)\b|둘\s?다|(?<![가-힣])두\s?(?:제품|상품|모델|가지)\s?(?:모두|다\s)")
_SUPPOSED: Final = re.compile(r"\bif\b|\?|(?<=[가-힣])(?:다면|으면|라면|시면)(?=[,\s])")


@dataclass(frozen=True, slots=True)
class Said:
    """An amount with what stands around it. `is_of_a_product`: its sentence names one."""

    amount: Amount
    line: Line
    evidence: Evidence
    before: str
    after: str
    sentence: str
    is_of_a_product: bool
    label: str = ""
    """What heads its column or its row of a table."""

    def is_overspent(self) -> bool:
        """Whether several products together are said to keep the shopper's budget, and do not."""
        if self.bound != "below" or not self.evidence.is_said(self.amount) or not SUMS.search(self.sentence):
            return False
        sums = self.sums()
        return bool(sums) and all(each > self.amount.value for each in sums)

    def is_compared(self) -> bool:
        """Whether it is said to be what two products differ by, or what several cost together."""
        return self.is_called_difference or SUMS.search(self.sentence) is not None

    def is_called_left(self) -> bool:
        """Whether it is said to be what is left of a budget."""
        return is_called_left(self.before, self.line.text[self.amount.end : self.amount.end + BEFORE])

    def is_bound_on_all(self) -> bool:
        """Whether it is a bound on several products together that all of them keep."""
        if self.bound is None or not (
            GROUP.search(self.sentence) or (RANGE.search(self.sentence) and not self.is_of_a_product)
        ):
            return False
        named = self.line.named_around(self.amount)
        if len(named) < 2:
            named = set(self.spoken_of())
        cards = [self.evidence.cards[number] for number in named]
        return bool(cards) and all(self.is_kept_by(card, self.bound) for card in cards)

    def is_bound_on_more(self) -> bool:
        """Whether it is a bound on several products together, where not all of them keep it."""
        if self.bound is None or "?" in self.sentence:
            return False
        start, stop = self.line.bounds(self.amount)
        named = [one for one in self.line.mentions if start <= one.start < stop]
        last = max((one.end for one in named if one.is_prose and one.end <= self.amount.start), default=start)
        if len({one.product for one in named}) < 2 or not GROUP.search(self.line.text, last, self.amount.start):
            return False
        if any(one.is_prose and one.start >= self.amount.end for one in named):
            return False
        return not all(self.is_kept_by(self.evidence.cards[one.product], self.bound) for one in named)

    def is_bound_on_two(self) -> bool:
        """Whether it is a bound that both of two products are said to keep, or neither, and that is not so."""
        if self.bound is None or not _OF_TWO.search(self.sentence) or SUMS.search(self.sentence):
            return False
        if _SUPPOSED.search(self.sentence):
            return False
        numbers = {one.product for one in self.named()} or self.line.named_around(self.amount) or self.spoken_of()
        return len(numbers) == 2 and not all(self.is_kept_by(self.evidence.cards[one], self.bound) for one in numbers)

    def is_shared_out(self) -> bool:
        """Whether it is one of several that products cost which are only cited: one is $59.00, the other $71.20."""
        if self.named():
            return False
        if len(self.line.named_around(self.amount)) < 2 and not self.line.is_in_a_row(
            self.amount, amounts(self.line.text)
        ):
            return False
        return self.amount.value in prices_of(self.evidence.cards[number] for number in self.spoken_of())

    def line_of_kinds(self) -> Line:
        """The line; where its sentence names products by their kinds alone, those count as names."""
        if any(one in self.line.mentions for one in self.named()):
            return self.line
        return self.line.with_kinds(self.amount, self.evidence.names)

    def named(self) -> Sequence[Mention]:
        """The products that its sentence names, and does not only cite, by name or by their kind, in order."""
        return self.line.named_in(*self.line.bounds(self.amount), self.evidence.names)

    def is_range(self) -> bool:
        """Whether it is the least or the most that a candidate costs."""
        if self.is_of_a_product or not (FROM.match(self.after) or FROM_BEFORE.search(self.before)):
            return False
        cards = [card for card in self.evidence.cards if self.amount.is_in(card.currency)]
        sold = prices_of(card for card in cards if card.availability != "out_of_stock")
        ends = {end for prices in (prices_of(cards), sold) if prices for end in (min(prices), max(prices))}
        return self.amount.value in ends

    def is_derived(self) -> bool:
        """Whether it is what some other reckoning comes to of which its sentence speaks.

        Of one product alone that is named, nothing is reckoned with what others cost, unless it is called a difference.
        """
        named = {one.product for one in self.named()} | self.line.named_around(self.amount)
        is_alone = len(named) == 1 and not self.is_beside_others() and not self.is_called_difference
        numbers = named if is_alone else self.spoken_of()
        start, stop = self.line.bounds(self.amount)
        stated = {one.value for one in amounts(self.line.text) if start <= one.start < stop and one != self.amount}
        told = {number for number, card in enumerate(self.evidence.cards) if card.current_price in stated}
        cards = [self.evidence.cards[number] for number in sorted({*numbers, *told})]
        cards = [card for card in cards if self.amount.is_in(card.currency)]
        terms = Terms(
            sentence=self.sentence,
            line=self.line.text,
            now=prices_of(cards),
            sales=[
                (card.sale_price, card.price)
                for card in cards
                if card.sale_price is not None and card.price is not None
            ],
            regular=[card.price for card in cards if card.price is not None],
            said=[one.value for one in (*self.evidence.amounts_said, *self.supposed())],
            ours=[one.value for one in self.evidence.amounts_of_ours],
            delivers_free=self.evidence.delivers_free,
        )
        return comes_to(self.amount, terms, self.bound)

    def supposed(self) -> Iterator[Amount]:
        """The amounts of its line that somebody may want to spend: 예산을 8만원으로 낮추시면."""
        text = self.line.text
        for one in amounts(text):
            before, after = text[max(0, one.start - BEFORE) : one.start], text[one.end : one.end + AFTER]
            if one != self.amount and is_to_spend(before, after):
                yield one

    def is_beside_others(self) -> bool:
        """Whether its line names other products, or speaks of several together."""
        return len({one.product for one in self.line.mentions}) > 1 or GROUP.search(self.sentence) is not None

    def sums(self) -> list[Decimal]:
        """What several of the products cost together that are spoken of, or some pieces of one."""
        prices = prices_of(self.evidence.cards[number] for number in self.spoken_of())
        sums = list(sums_of(prices))
        if TIMES.search(self.sentence):
            sums += [one * count for one in prices for count in range(2, 6)]
        return sums

    def spoken_of(self) -> Sequence[int]:
        """The numbers of the products that are meant: those named, or those that can be bought."""
        named = {one.product for one in self.line.mentions}
        named |= self.evidence.kinds_in(self.sentence)
        if self.line.previous is not None and len(named) < 2:
            named.add(self.line.previous)
        if len(named) > 1:
            return sorted(named)
        return [number for number, card in enumerate(self.evidence.cards) if card.availability != "out_of_stock"]

    @property
    def is_called_difference(self) -> bool:
        """Whether it is said to be what two products differ by."""
        return not self.is_saved and is_difference(self.before, self.after)

    @property
    def is_saved(self) -> bool:
        """Whether it is said to be what the sale takes off."""
        return is_saved(self.before, self.after)

    @property
    def bound(self) -> Bound | None:
        """The bound that it is by the words around it."""
        return bound_of(self.before, self.after)

    def is_kept_by(self, card: ProductCard, bound: Bound) -> bool:
        """Whether a product costs no more, or no less, than it bounds."""
        price = card.current_price
        return price is not None and self.amount.is_in(card.currency) and holds(bound, self.amount, price)


def prices_of(cards: Iterable[ProductCard]) -> list[Decimal]:
    """What they cost now, as far as that is known."""
    prices = (card.current_price for card in cards)
    return [price for price in prices if price is not None]
