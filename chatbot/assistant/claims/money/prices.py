"""The judgement on an amount of money: what a product costs, and whatever else an amount can be.

It may be the shop's (a fee for delivery), the shopper's (a budget), what two products differ by, what the cheapest one
costs, a bound on the price, what is saved, or what was paid before the sale.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.money.bounds import holds
from chatbot.assistant.claims.money.derived import is_of_pieces
from chatbot.assistant.claims.money.plainly import is_plain, is_price_of_a_row
from chatbot.assistant.claims.money.ranges import range_holds
from chatbot.assistant.claims.money.roles import (
    GROUP,
    LEFT,
    OF_A_BUDGET,
    OF_A_BUDGET_AFTER,
    SPENT,
    SPENT_AFTER,
    SUMS,
    SUPPOSED,
    SUPPOSED_AFTER,
    WISHED,
    is_fee,
    is_mark,
    is_of_delivery,
)
from chatbot.assistant.claims.money.several import AFTER, BEFORE, Said, prices_of
from chatbot.assistant.claims.offer.offers import AGAINST, Part, is_less, is_regular, is_sale_price, part_of_label
from chatbot.events import ProductCard

_BESIDE: Final = re.compile(
    r"(?:은|는|이|가|의)?\*{0,2}(?:\s?\[\[p\d+\]\])?\s?[(:–-]?\s?(?:at |for |costs? |is |are )?\*{0,2}"
)
_IS_LIMIT_AFTER: Final = re.compile(r"\*{0,2}\s?(?:limit|budget|ceiling|cap\b|maximum|예산|한도)")
"""What it is then, whatever is said of it (see `compared`)."""
_GOES_ON: Final = re.compile(r"[.!?]\s|\b(?:costs?|is|are|sells?|priced|price)\b|가격|판매|원(?:이|인)")
"""What says anew what the amount behind it is."""
_BEHIND: Final = re.compile(r"\*{0,2}(?:인|짜리|짜리인|의)\s\*{0,2}")
"""All that may stand between an amount and the name of what costs it."""


def check_amount(amount: Amount, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of `amount`; None where it is true.

    Raises Undecided while it is not known which product it is about.
    """
    said = _Said(
        amount,
        line,
        evidence,
        before=line.text[max(0, amount.start - BEFORE) : amount.start],
        after=line.text[amount.end : amount.end + AFTER],
        sentence=line.sentence_around(amount),
        is_of_a_product=line.is_named_at(amount.start),
        label=line.label_of(amount),
    )
    column = line.column_of(amount)
    if column is not None:  # what it is stands in the first cell of the row
        return replace(said, before=said.label).in_row(said.label, column)
    if said.label and (number := line.subject(amount)) is not None:
        return said.in_row(said.label, number)
    if said.is_swapped():
        return Fix(amount.start, amount.end, "terms")
    if said.is_overspent():
        return Fix(amount.start, amount.end, "price", is_whole=True)
    if said.is_from_entries():
        return None
    if said.is_fee() and not said.is_alone() and not (is_fee(said.before, said.after) is None and said.is_derived()):
        return Fix(amount.start, amount.end, "terms")
    is_right_range = range_holds(amount, line, evidence)
    if is_right_range is not None:
        return None if is_right_range else Fix(amount.start, amount.end, "price", is_whole=True)
    if said.is_bound_on_two():
        return Fix(amount.start, amount.end, "price", is_whole=True)
    if said.is_wish() or said.is_supposed() or said.is_range() or said.is_bound_on_all():
        return None
    is_of_a_price = is_plain(amount, line) and not said.goes_on()
    if (
        not is_of_a_price
        and (not said.is_saved or said.is_beside_others() or is_of_pieces(line.text))
        and said.is_derived()
    ):
        return None
    if said.is_called_left() and not said.is_saved:
        return Fix(amount.start, amount.end, "price", is_whole=True)
    if said.is_alone() or said.is_shared_out():
        return None
    in_turn = line.in_turn(amount, amounts(line.text), said.named())
    if in_turn is not None:
        return said.of_product(in_turn)
    line = said.line_of_kinds()
    number = line.subject(amount)
    if number is not None:
        fix = said.of_product(number)
        if fix is None and said.is_bound_on_more():
            return Fix(amount.start, amount.end, "price", is_whole=True)
        if fix and any(said.of_product(one) is None for one in said.beside()):
            return None
        other = line.other_subject(amount) if fix else None
        if other is not None and said.of_product(other) is None:
            return None
        if fix and not is_of_a_price and said.is_repeated():
            return None
        return replace(fix, is_whole=True) if fix and (said.is_compared() or not is_of_a_price) else fix
    return Fix(amount.start, amount.end, "price")


def speaks_of_wishes(text: str) -> bool:
    """Whether words (see `names.level`) are about what the shopper asked for."""
    return WISHED.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Said(Said):
    """The same, as what one product costs or what has to do with none."""

    def is_swapped(self) -> bool:
        """Whether the shop's entries name it in another role: as a fee what is a condition, or the other way."""
        if not is_of_delivery(self.sentence):
            return False
        if is_mark(self.before) and not self.evidence.is_ours(self.amount):
            return True
        role = is_fee(self.before, self.after)
        return role is not None and self.evidence.is_only(self.amount, not_fee=role)

    def is_from_entries(self) -> bool:
        """Whether the shop's entries say it: a fee, or what else has nothing to do with a product."""
        if self.evidence.is_ours(self.amount) and is_of_delivery(self.sentence + self.line.over.head):
            return True
        return not self.is_of_a_product and self.evidence.is_ours_in(self.sentence, self.amount)

    def is_fee(self) -> bool:
        """Whether it is said of delivery alone, and is not what the product costs that was spoken of last."""
        start, _ = self.line.bounds(self.amount)
        if self.is_of_a_product or not is_of_delivery(self.line.text[start : self.amount.end] + self.after):
            return False
        named = [one.product for one in self.line.mentions if one.end <= start]
        last = named[-1] if named else self.line.previous
        is_price = last is not None and self.amount.value == self.evidence.cards[last].current_price
        return not is_price or is_fee(self.before, self.after) is True

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
                or self.bound is not None
                or SPENT.search(self.before) is not None
                or SPENT_AFTER.match(self.after) is not None
            )
        if not is_wished:
            return False
        number = self.line.subject(self.amount)
        return number is None or self.bound is None or self.is_kept_by(self.evidence.cards[number], self.bound)

    def is_supposed(self) -> bool:
        """Whether it is what the shopper may want to spend, and what the sentence names costs no more."""
        if not (SUPPOSED.search(self.before) or SUPPOSED_AFTER.match(self.after)):
            return False
        behind = [one.product for one in self.line.mentions if one.start >= self.amount.end]
        numbers = behind[:1] or self.line.named_around(self.amount)
        return all(self.is_kept_by(self.evidence.cards[number], "below") for number in numbers)

    def is_alone(self) -> bool:
        """Whether one candidate alone is of the kind of goods that its sentence speaks of, and costs this."""
        line = self.line_of_kinds()
        if line is self.line or not self.named():
            return False
        number = line.subject(self.amount)
        return number is not None and self.of_product(number) is None

    def goes_on(self) -> bool:
        """Whether it goes on with what an amount before it was: the Dawn leaves $41.00, the Dusk $28.80."""
        start, _ = self.line.bounds(self.amount)
        before = [one for one in amounts(self.line.text) if start <= one.start < self.amount.start]
        if not before or is_plain(before[-1], self.line):
            return False
        return _GOES_ON.search(self.line.text, before[-1].end, self.amount.start) is None

    def beside(self) -> Iterator[int]:
        """The numbers of the products that are named in short right before or behind it."""
        text, amount = self.line.text, self.amount
        for one in self.named():
            if one in self.line.mentions:
                continue
            if _BESIDE.fullmatch(text, one.end, amount.start) or _BEHIND.fullmatch(text, amount.end, one.start):
                yield one.product

    def is_repeated(self) -> bool:
        """Whether it is the shopper's own amount, and no bound, or one that is kept."""
        if not self.evidence.is_said(self.amount):
            return False
        if _IS_LIMIT_AFTER.match(self.after):
            return True
        if SUMS.search(self.sentence) or GROUP.search(self.sentence):
            return all(each <= self.amount.value for each in self.sums())
        number = self.line.subject(self.amount)
        return self.bound is None or number is None or self.is_kept_by(self.evidence.cards[number], self.bound)

    def in_row(self, label: str, number: int) -> Fix | None:
        """The judgement on a cell that says of product `number` what `label` heads, which is its row or its column."""
        amount, card = self.amount, self.evidence.cards[number]
        if is_price_of_a_row(label):
            return self.of_product(number)
        if is_of_delivery(label):
            is_free = card.current_price is not None and self.evidence.delivers_free(card.current_price)
            is_true = amount.value == 0 if is_free else self.evidence.is_ours(amount)
            return None if is_true else Fix(amount.start, amount.end, "terms")
        return None if self._comes_to(_saved(card)) else Fix(amount.start, amount.end, "price")

    def of_product(self, number: int) -> Fix | None:
        """The judgement on what is said of product `number`."""
        amount, card = self.amount, self.evidence.cards[number]
        withheld = Fix(amount.start, amount.end, "price", number, is_whole=True)
        if not amount.is_in(card.currency):
            return Fix(amount.start, amount.end, "price", number)
        part = self._part(card)
        if part == "saved":
            is_right = self._comes_to(_saved(card)) or self._is_less_than_another(card)
            return None if is_right else replace(withheld, product=None)
        if part == "regular":
            if card.price is not None and self._comes_to(card.price):
                return None
            if card.sale_price is None or self.bound:
                return withheld
            return Fix(amount.start, amount.end, "price", number, is_regular=True)
        if amount.value == card.price and self._is_followed_by(card.current_price):
            return None
        if self.bound:
            if self.is_kept_by(card, self.bound):
                return None
            return Fix(amount.start, amount.end, "price", number) if self.bound == "about" else withheld
        return None if amount.value == card.current_price else Fix(amount.start, amount.end, "price", number)

    def _part(self, card: ProductCard) -> Part | None:
        """What it is in an offer by what heads its cell or by the words around it.

        Of two that may be what was paid before the sale one alone is: not the one that is paid now.
        """
        if part := part_of_label(self.label):
            return part
        if self.is_saved:
            return "saved"
        if not is_regular(self.before, self.after) or is_sale_price(self.before) or self._is_beside_another():
            return None
        is_paid = self.amount.value == card.sale_price and self._is_followed_by(card.price)
        return None if is_paid and AGAINST.search(self.line.text, self.amount.end) else "regular"

    def _is_less_than_another(self, card: ProductCard) -> bool:
        """Whether a product costs so much less than another one that is spoken of."""
        price = card.current_price
        if price is None or not is_less(self.after):
            return False
        prices = prices_of(self.evidence.cards[number] for number in self.spoken_of())
        return any(self._comes_to(other - price) for other in prices if other > price)

    def _comes_to(self, value: Decimal) -> bool:
        """Whether it is this one, or bounds it."""
        return holds(self.bound, self.amount, value) if self.bound else self.amount.value == value

    def _is_followed_by(self, price: Decimal | None) -> bool:
        """Whether its sentence goes on with what the product costs on sale."""
        _, stop = self.line.bounds(self.amount)
        return any(one.value == price for one in amounts(self.line.text) if self.amount.end <= one.start < stop)

    def _is_beside_another(self) -> bool:
        """Whether a product is named between the amount and what would make it one of before: rather than the Dusk."""
        against = AGAINST.search(self.before)
        place = self.amount.start - len(self.before) + (against.end() if against else 0)
        named = self.named()
        if against is None:
            return False
        behind = next((one for one in named if one.start >= self.amount.end), None)
        is_behind = behind is not None and self.line.describes(self.amount, behind)
        return is_behind or any(place <= one.start < self.amount.start for one in named)


def _saved(card: ProductCard) -> Decimal:
    """What the sale takes off; nothing without one."""
    return card.price - card.sale_price if card.price is not None and card.sale_price is not None else Decimal(0)
