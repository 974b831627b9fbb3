"""What an amount may come to by arithmetic on what is spoken of: sums, pieces, differences, rests, a mean."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from typing import Final

from chatbot.assistant.claims.money.amounts import Amount
from chatbot.assistant.claims.money.bounds import Bound, holds
from chatbot.assistant.claims.money.roles import SUMS, TIMES, is_of_delivery

_ADDS: Final = re.compile(
    r"[+=]|\bplus\b|\badd(?:s|ed|ing)?\b|\bbundle|\bcomes? to\b|\bon top\b|i\.e\."
    r"|\b(?:would|'d|would've|have) (?:have )?(?:made|come|been)\b"
    r"|더하|더해|보태|합치|합친|얹|까지\s?(?:더|담|사|하|넣)"
)
_MULTIPLIES: Final = re.compile(
    r"\d\s?[x×*]\s?[$₩€£\d]|[\d원]\s?[x×*]\s?\d|\btwice\b|\bdouble\b|두\s?배|세\s?배"
    r"|\b(?:two|three|four|five|2|3|4|5)\s(?:\w+\s){0,2}?"
    r"(?!(?:price|product|option|item|pick|model|choice|day|week|hour|alternative|thing|brand|kind|part|step|line)s)"
    r"[a-z]+\d*s\b"
)
_COMPARES: Final = re.compile(
    r"차이|차액|격차|가격\s?차|벌어|좁혀|줄[었어]|남[아았은는을으습긴게]|초과|부족|모자|거스름|여유|절약|아끼|아낄|웃돌|밑돌"
    r"|못\s?미|미치지|비싸|비싼|비쌉|비쌌|저렴|(?<![가-힣])(?:더|덜)\s|싸[요게지고서]|싼|쌉|낮|높|적[어게은]|남[겨기]|할인액|이득|넘[어으는치]|얹|보태|더[하해]|빼[면고]|많[습은고아이]|대신"
    r"|difference|\bgap\b|\bapart\b|\bover\b|\bunder\b|\bshort\b|\bshy\b|beyond|exceed|\bleft\b|\bleaves?\b|remain"
    r"|\bchange\b|spare|\bmore\b|\bless\b|cheaper|pricier|dearer|\bsav(?:e|es|ed|ing|ings)\b|\baway\b|\bclears?\b"
    r"|\bby\s|\boff\b|reduc|\bdrop|\bcut\b"
    r"|\babove\b|\bbelow\b|lower|higher|extra|margin|another|on top|\badd(?:ing)?\b|\bkeeps?\b"
)
_AVERAGE: Final = re.compile(r"평균|\baverage|on the whole|apiece|\beach\b|per person|씩|각자|반반")
_BEFORE_THE_SALE: Final = re.compile(
    r"정가|원래|예전|이전|기존|할인\s?전|세일\s?전|정상가|(?:할인|세일)[이가]?\s?없|아니었다면"
    r"|regular|original|usual|normal|used to|(?:full|list) price|without (?:it|the (?:sale|discount))"
    r"|before the (?:sale|discount)|narrow|shr[aiu]nk|좁혀|줄어|줄었|were it not|had it not|weren't"
)
_SALE: Final = re.compile(r"\bsale\b|discount|할인|세일")
_PIECES: Final = range(2, 6)
_FEW: Final = 3
_MOST_OF_EACH: Final = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sentence may reckon with: what products cost now and before the sale, and other amounts.

    `line` is what it stands in: how many pieces are meant, and that a sale runs, may have been said before. `sales` are
    what goods on sale cost now and before. `said` are
    amounts that somebody may want to spend, `ours` those of the shop's entries.
    """

    sentence: str
    line: str
    now: Sequence[Decimal]
    sales: Sequence[tuple[Decimal, Decimal]]
    regular: Sequence[Decimal]
    said: Sequence[Decimal]
    ours: Sequence[Decimal]
    delivers_free: Callable[[Decimal], bool]


def comes_to(amount: Amount, terms: Terms, bound: Bound | None) -> bool:
    """Whether the sentence speaks of such a reckoning, and `amount` is what it comes to; nearly, where it says so.

    An open bound is no result: nearly everything is under some sum.
    """
    return any(_is(amount, value, bound) for value in _results(terms))


def is_of_pieces(text: str) -> bool:
    """Whether words (see `names.level`) speak of several pieces of one product."""
    return TIMES.search(text) is not None or _MULTIPLIES.search(text) is not None


def _is(amount: Amount, value: Decimal, bound: Bound | None) -> bool:
    if bound is None or amount.value == value:
        return amount.value == value
    return bound not in ("below", "above") and value > 0 and holds(bound, amount, value)


def _results(terms: Terms) -> Iterator[Decimal]:
    sentence = terms.sentence
    is_before = _BEFORE_THE_SALE.search(sentence) is not None
    priced = [terms.now, terms.regular] if is_before else [terms.now]
    adds = SUMS.search(sentence) is not None or _ADDS.search(sentence) is not None
    sums = [total for prices in priced for total in sums_of(prices)]
    pieces: list[Decimal] = []
    if is_of_pieces(terms.line):
        pieces = [total for prices in priced for total in _pieces(prices)]
    fees = terms.ours if is_of_delivery(sentence) else ()
    orders = [price for price in (*terms.now, *sums, *pieces) if not terms.delivers_free(price)] if fees else []
    charged = [price + fee for price in orders for fee in fees]
    yield from pieces
    if adds:
        yield from (*sums, *charged)
    if _AVERAGE.search(sentence) and terms.now:
        yield sum(terms.now, Decimal(0)) / len(terms.now)
    if _COMPARES.search(sentence):
        single = [*terms.now, *(terms.regular if is_before else ())]
        if _SALE.search(terms.line):  # what the sale takes off of one, and of several pieces
            yield from (price - paid for paid, price in terms.sales)
        several = [*sums, *charged, *pieces] if adds or pieces else []
        against = [*single, *several, *terms.said, *fees]
        yield from (abs(one - other) for one in (*single, *several) for other in against if one != other)


def _pieces(prices: Sequence[Decimal]) -> Iterator[Decimal]:
    """So many of each, where few are meant."""
    yield from (price * count for price in prices for count in _PIECES)
    if len(prices) <= _FEW:
        for counts in product(range(_MOST_OF_EACH + 1), repeat=len(prices)):
            if sum(map(bool, counts)) > 1:
                yield sum((price * count for price, count in zip(prices, counts, strict=True)), Decimal(0))


def sums_of(prices: Sequence[Decimal]) -> Iterator[Decimal]:
    """What two or three of them, or all, come to together."""
    for size in {2, 3, len(prices)} - {0, 1}:
        yield from (sum(some, Decimal(0)) for some in combinations(prices, size))
