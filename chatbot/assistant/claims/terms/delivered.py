"""Whether it is true that delivery is free, or that it costs its fee: reckoned from what is ordered.

That may be an amount that is supposed, the products that a clause names, some pieces of one, or those of a list. What
is said of none of them has to be the rule itself: free from so much on, a fee below.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.line import Line, Undecided
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.money.roles import SUMS, is_fee, is_of_delivery
from chatbot.assistant.claims.sentences import is_row
from chatbot.assistant.claims.terms.conditions import (
    is_beyond_the_mark,
    is_condition,
    is_distance,
    is_limit,
    is_met,
    is_supposed,
)
from chatbot.assistant.claims.terms.postage import is_about_fees, labelled
from chatbot.assistant.claims.terms.topics import head_of

_CLAUSE: Final = re.compile(
    r"[,;]\s|\s[—–-]\s|\s\(|\s(?:but|while|whereas|so|because|since|though|although)\s"
    r"|\s(?:and|or)\s(?=(?:\w+\s){0,6}?(?:is|are|you|there|delivery|shipping|postage|free)\b)"
    r"|(?<=[가-힣])(?:고|며|지만|다만|는데|은데|인데|니까?|므로|라서|이라|어서|아서|반면|거든요),?\s"
)
_UNLESS: Final = re.compile(
    r"(?:\bunless\b[^,;.!?]*|(?:n't|\bnot|\bnever)\s(?:quite\s|yet\s)?(?:reach|exceed|hit|come to|get to"
    r"|top)\s)\*{0,2}$"
)
_CONDITIONAL: Final = re.compile(r"\s*(?:if|when|once|unless|on|for|with|at|as)\b")
_PIECES: Final = re.compile(
    r"(?<![\d.,$₩-])(?P<number>두|세|네|2|3|4|two|three|four|a couple of)\s?(?:개|대|세트|켤레|벌|pairs?\b"
    r"|of (?:them|these)\b"
    r"|units\b|pieces\b"
    r"|(?:[\w-]+\s){0,2}?(?!days|hours|weeks|months|years|times|of\b)[a-z]\w*s\b)"
)
_REASON: Final = re.compile(r"거든요|기준|때문|덕분|니까요|\bbecause\b|\bsince\b|threshold|\bit's (?:over|above)")
_ALWAYS: Final = re.compile(
    r"모든|모두|전부|언제나|항상|전\s(?:상품|제품)|\ball\b|\bevery|\balways\b|\bnever\b|\bany\b"
)
_NUMBERS: Final = {"두": 2, "세": 3, "네": 4, "two": 2, "three": 3, "four": 4, "a couple of": 2}
_ALL: Final = re.compile(
    r"모두|전부|둘\s?다|두\s?(?:제품|상품|모델|가지)|\bboth\b|\beither\b|\bneither\b|\bwhichever\b|\beach\b"
    r"|\bthese two\b"
    r"|\bthe two\b"
)


class Claimed(Protocol):
    """That delivery is free, or is not, said from `start` to `end` of a line."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """Such a claim with what stands around it. `is_common`: it says what the fee is, and not that it is due."""

    claim: Claimed
    line: Line
    evidence: Evidence
    is_free: bool
    is_common: bool
    asked: str

    def is_true(self) -> bool:
        """Whether the shop's entries bear it out."""
        start, stop = self._clause()
        rules = self._rules(start, stop)
        if rules:
            return all(self._is_rule(amount) for amount in rules)
        supposed = [one.value for one in self._amounts(start, stop) if is_supposed(self.line.text, one)]
        if supposed:
            return self._holds(supposed)
        column = self.line.column_of(self.claim)
        named = {column} if column is not None else self._named(start, stop)
        if named:
            return self._holds(self._prices(named, start, stop)) and self._meets_the_rule(start, stop)
        begin, end = self._sentence()
        rules = self._rules(begin, end)
        if rules and any(self._is_rule(amount, either_way=True) for amount in rules):
            return True
        plain = self._plain(start, stop)
        if plain and not self.is_common:
            return self._holds(plain)
        return self._is_true_further_off(begin, end)

    def _is_true_further_off(self, begin: int, end: int) -> bool:
        """The same by what is named outside of its clause."""
        numbers = self._named(begin, end, cited=True)
        if self.asked:
            numbers = numbers or self._meant(self.asked)
        if numbers and (not self.is_common or self.line.is_named_at(self.claim.start)):
            return self._holds(self._prices(numbers, begin, end)) and self._meets_the_rule(begin, end)
        listed = list(self.line.over.listed) if not is_row(self.line.text) else []
        if listed:
            return self._holds_for_a_list(listed)
        is_met_here = any(is_met(self.line.text, one) for one in self._amounts(begin, end))
        if self.is_free and not is_met_here and self._names_the_rule():
            return True
        if self.is_free and (behind := self._given_as_reason(end)):
            return self._holds(self._prices_of(sorted(behind)))
        nobody = self.line.previous is None and not self.line.mentions
        if self.is_common or (nobody and not (self.is_free and self._names_the_rule())):
            return self.evidence.is_always_delivered_free if self.is_free else self.evidence.has_a_fee
        before = [one.product for one in self.line.mentions if one.start < self.claim.start]
        number = before[-1] if before else self.line.previous
        if number is None:
            return self.is_free and self._names_the_rule()
        return self._holds(self._prices({number}, begin, end))

    def _given_as_reason(self, end: int) -> set[int]:
        """The products of the sentence behind its own, where that says why it is so: it's over $50.

        Raises Undecided while that one is not there.
        """
        line = self.line
        if line.previous is not None or (line.mentions[:1] and line.mentions[0].start < end):
            return set()
        if _ALWAYS.search(line.sentence_around(self.claim)):
            return set()
        following = line.text[end:].lstrip(" .!?*")
        if not following and not line.is_over:
            raise Undecided
        start = len(line.text) - len(following)
        stop = line.bounds(Mention(start, start + 1, 0, is_prose=True))[1] if following else start
        said = self.line.text[start:stop]
        return self._named(start, len(line.text), cited=True) if _REASON.search(said) else set()

    def _names_the_rule(self) -> bool:
        return any(one.value in self.evidence.thresholds for one in amounts(self.line.text))

    def _holds(self, values: Sequence[Decimal]) -> bool:
        """Whether delivery is free, or is not, of all that costs so much."""
        return bool(values) and all(self.evidence.delivers_free(value) is self.is_free for value in values)

    def _holds_for_a_list(self, listed: Sequence[int]) -> bool:
        """Whether it is true of all that a list names so far together, or of what it names last."""
        prices = self._prices_of(listed)
        return self._holds([sum(prices, Decimal(0))]) or self._holds(prices[-1:])

    def _is_rule(self, amount: Amount, *, either_way: bool = False) -> bool:
        """Whether a condition of the clause is the shop's, and what holds there is said of the right side."""
        text = self.line.text
        is_unless = _UNLESS.search(text, self.line.bounds(self.claim)[0], amount.start) is not None
        is_right_side = either_way or (is_condition(text, amount) is not is_unless) is self.is_free
        return is_right_side and amount.value in self.evidence.thresholds

    def _meets_the_rule(self, start: int, stop: int) -> bool:
        """Whether what is said to be reached, or not to be, is the shop's condition."""
        text = self.line.text
        met = [one for one in self._amounts(start, stop) if is_met(text, one) and not is_beyond_the_mark(text, one)]
        return all(one.value in self.evidence.thresholds for one in met)

    def _rules(self, start: int, stop: int) -> list[Amount]:
        """The amounts from which on, or up to which, something holds in general."""
        text = self.line.text
        return [
            one
            for one in self._amounts(start, stop)
            if (is_condition(text, one) or is_limit(text, one))
            and not is_met(text, one)
            and not is_beyond_the_mark(text, one)
        ]

    def _plain(self, start: int, stop: int) -> list[Decimal]:
        """The amounts that may be what is ordered: no fee and no condition."""
        text, ours = self.line.text, self.evidence
        return [
            one.value
            for one in self._amounts(start, stop)
            if one.value not in ours.thresholds
            and one.value not in ours.fees
            and one.value > 0
            and not is_distance(text, one)
            and is_fee(text[max(0, one.start - 40) : one.start], text[one.end : one.end + 16]) is None
        ]

    def _amounts(self, start: int, stop: int) -> list[Amount]:
        return [one for one in amounts(self.line.text) if start <= one.start < stop]

    def _named(self, start: int, stop: int, *, cited: bool = False) -> set[int]:
        """The products that are named from `start` to `stop`, by name or kind, or only cited."""
        named = [one for one in self.line.mentions if start <= one.start < stop and (one.is_prose or cited)]
        kinds = [
            Mention(begin, end, number, is_prose=True)
            for number, begin, end in self.evidence.names.kind_places(self.line.text, start, stop)
        ]
        return {one.product for one in (*named, *kinds)}

    def _meant(self, text: str) -> set[int]:
        named = {one.product for one in self.evidence.names.mentions(text)}
        return named or self.evidence.kinds_in(text)

    def _prices(self, numbers: set[int], start: int, stop: int) -> list[Decimal]:
        """What is ordered: each of the products, all together, or some pieces of one."""
        text = self.line.text[start:stop]
        prices = self._prices_of(sorted(numbers))
        if len(numbers) > 1 and SUMS.search(text) and not _ALL.search(text):
            return [sum(prices, Decimal(0))]
        if len(numbers) == 1 and (pieces := _PIECES.search(text)) and not _ALL.search(text):
            said = pieces["number"]
            return [price * (_NUMBERS.get(said) or int(said)) for price in prices]
        return prices

    def _prices_of(self, numbers: Sequence[int]) -> list[Decimal]:
        prices = (self.evidence.cards[number].current_price for number in numbers)
        return [price for price in prices if price is not None]

    def _clause(self) -> tuple[int, int]:
        """Where the clause begins and ends, with the conditional one before it."""
        begin, end = self._sentence()
        text, claim = self.line.text, self.claim
        if is_row(text):
            stop = text.find("|", claim.end)
            begin, end = text.rfind("|", 0, claim.start + 1) + 1, end if stop < 0 else stop
        starts = [begin, *(found.end() for found in _CLAUSE.finditer(text, begin, claim.start + 1))]
        while len(starts) > 1 and _CONDITIONAL.match(text, starts[-2]):
            starts.pop()
        over = _CLAUSE.search(text, max(claim.start, claim.end - 1), end)
        return starts[-1], over.start() if over else end

    def _sentence(self) -> tuple[int, int]:
        text, claim = self.line.text, self.claim
        if is_row(text):
            return 0, len(text)
        return self.line.bounds(claim)


def is_of_delivery_by_context(amount: Amount, line: Line, evidence: Evidence) -> bool:
    """Whether `amount` is what an order is supposed to come to, or the shop's in words under what is about delivery.

    Whether what is said of delivery then is true is judged there.
    """
    sentence = line.sentence_around(amount)
    if is_of_delivery(sentence) and (amount.value == 0 or is_supposed(line.text, amount)):
        return True
    if is_of_delivery(sentence) and is_distance(line.text, amount):
        supposed = [one.value for one in amounts(line.text) if is_supposed(line.text, one)]
        return any(abs(one - each) == amount.value for one in supposed for each in evidence.thresholds)
    if is_row(line.text):
        return amount.value in (0, *evidence.fees) and is_about_fees(head_of(line.text, line.over.head, amount.start))
    if is_of_delivery(sentence) or not evidence.is_ours(amount):
        return False
    before = line.text[: line.bounds(amount)[0]]
    return is_about_fees(before) or labelled(sentence, line.over.heading) != ""
