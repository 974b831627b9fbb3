"""The judgement on a sentence: what it claims, of which product, and what has to stand there instead.

A claim is true when the product's card bears it out, the shop's own entries do, or it repeats the shopper's words as
the shopper's ("under 50,000 won"). A wrong price, share or stock state is replaced by the right one where the product
is known; whatever nobody bears out is withheld.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from chatbot.assistant.claims.amounts import Amount, amounts
from chatbot.assistant.claims.discounts import Discount, discounts, off
from chatbot.assistant.claims.names import Mention, Names, level
from chatbot.assistant.claims.promises import Promise, promises
from chatbot.assistant.claims.stock import Stock, stocks
from chatbot.events import ProductCard

Kind = Literal["price", "discount", "stock", "terms", "link", "product"]

_FEE: Final = re.compile(r"배송비|배송료|택배비|반품비|무료\s?배송|shipping|delivery|postage|return fee")
_SAVED: Final = re.compile(
    r"^\s?(?:을|를|이나|이|정도)?\s?(?:더\s?)?(?:할인|세일|깎|저렴|절약|쿠폰|적립|캐시백|싸게|싼|off\b"
    r"|discount|cheaper|less\b"
    r"|saved?\b|coupon|voucher|cash\s?back|in savings)"
)
_SAVE: Final = re.compile(
    r"(?:save|saves|saving|discount of|reduced by|cheaper by|쿠폰|할인\s?금액은?|할인액은?)\s(?:you\s)?(?:up to\s)?$"
)
_BELOW: Final = re.compile(r"^\s?(?:이하|미만|이내|아래|안쪽|안으로|을 넘지|까지|사이|or less|or under|or below|max)")
_ABOVE: Final = re.compile(
    r"^\s?(?:이상|초과|넘|(?:에서|부터|[~–-])\s?[₩$€]?[\d,]+(?!\s?[\d%퍼프])|or more|or over|and up|\+)"
)
_BAND: Final = re.compile(r"^\s?(?:대(?![의한비])|초반|중반|후반)")
_ABOUT: Final = re.compile(r"^\s?(?:정도|쯤|안팎|가량|내외|or so)")
_FROM: Final = re.compile(r"^\s?(?:부터|에서 시작)|^\s?[~–-]")
_BELOW_BEFORE: Final = re.compile(
    r"(?:under|below|less than|within|up to|no more than|at most|cheaper than|budget(?: of| is)?"
    r"|max(?:imum)?)\s(?:of\s|just\s|the\s|your\s)*$"
    r"|(?:between|from)\s\S+(?:\s(?:won|dollars|euros|yen))?\s(?:and|to)\s$|[\d만천원]\s?[~–-]\s?$"
)
_ABOVE_BEFORE: Final = re.compile(r"(?:over|above|more than|at least|exceeds?|between|from)\s$")
_ABOUT_BEFORE: Final = re.compile(r"(?:about|around|roughly|approximately|nearly|almost|약|대략)\s$")
_FROM_BEFORE: Final = re.compile(r"(?:from|starting at|start at|starts at|between|[~–-])\s?$")
_ONCE: Final = re.compile(
    r"(?:원래|정가[는]?|기존|이전|종전|할인 전|was|were|used to (?:be|cost)|regular(?:ly)?(?: price)?"
    r"|original(?:ly)?(?: price)?|list price|down from|instead of|reduced from|usually|~~)\s?"
    r"(?:가격[은이]?|은|는|가|:|of|at|is|was)?\s?$"
)
_ONCE_AFTER: Final = re.compile(r"^\s?(?:에서|짜리(?:를|가)|였|이었|~~)")
_BETWEEN: Final = re.compile(
    r"차이|더 (?:비싸|저렴|싸)|difference|more expensive|cheaper|합쳐|합계|합해|모두 합|총|total|together"
    r"|altogether|both for|in all"
)
_WISHED: Final = re.compile(
    r"말씀하신|찾으시|원하시|예산|생각하시|요청하신|조건|budget|you (?:said|asked|mentioned|want|need|are looking)"
    r"|looking for|your (?:limit|price|range)"
)
_COMPARED: Final = re.compile(
    r"^\*{0,2}\s?(?:보다|말고|대신|와 달리|과 달리|에 비해)|(?:than|unlike|instead of|compared (?:to|with)"
    r"|besides)\s(?:the\s)?\*{0,2}$"
)
_ALL: Final = re.compile(r"모두|전부|둘 다|(?<!\S)다 |both|all\b|each|every")
_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"'“”‘’]+")
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
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*|[가-힣]+")
_NEXT_CLAUSE: Final = re.compile(r"[.!?。](?=\s|$)|,(?=\s)|;|\n|\[\[|\s(?:and|but)\s|(?<=[가-힣])(?:고|지만|며)(?=\s)")
_STOP: Final = re.compile(r"[.!?。](?=\s|$)|\n")
_COMMON_WORDS: Final = """
the and for you your our with from are can will this that order price cost costs only per just have has get usd krw won
eur gbp 가격 주문 구매 상품 제품 지금 있어 있습 하시 가능 이상 이하 드려 추천 천원 만원 원이 원입 원에 원을 원은
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
_GAP: Final = re.compile(r"[^,;\n\d]{0,18}$")


@dataclass(frozen=True, slots=True)
class Fix:
    """What has to stand from `start` to `end`: the text of a card's `fact`, nothing but a hint, or nothing at all."""

    start: int
    end: int
    kind: Kind
    product: int | None = None
    percent: Decimal | None = None
    is_regular: bool = False


@dataclass(slots=True)
class Knowledge:
    """All that an answer may say: the candidates, the shop's entries, the shopper's own words, allowed links."""

    cards: Sequence[ProductCard]
    said: str = ""
    terms: str = ""
    catalogue: str = ""
    links: Sequence[str] = ()
    titles: Sequence[str] = ()
    """Of products that the shopper saw before in this talk: named, but nothing is claimed of them."""
    names: Names = field(init=False)
    _said: Sequence[Amount] = field(init=False)
    _wished: set[tuple[str, str]] = field(init=False)
    _ours: "_Terms" = field(init=False)
    _words: set[str] = field(default_factory=set)
    _described: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = Names(self.cards, self.titles)
        said = level(self.said)
        self._said = amounts(said)
        self._wished = {promise.atom for promise in promises(said, is_ours=True)}
        self._ours = _read_terms(self.terms)

    def judge(self, before: str, sentence: str, previous: int | None, *, is_over: bool) -> list[Fix] | None:
        """What has to change in `sentence`; None while it is not known which product a claim in it is about.

        `before` is its line so far, `previous` the product that earlier lines spoke of last; `is_over`: the line is.
        """
        return _Reading(self, level(before), level(sentence), previous, is_over).fixes()

    def is_said(self, amount: Amount) -> bool:
        """Whether the shopper named this amount."""
        return any(said.value == amount.value and _alike(said, amount) for said in self._said)

    def is_ours(self, amount: Amount) -> bool:
        """Whether the shop's entries name this amount."""
        return any(ours.value == amount.value and _alike(ours, amount) for ours, _ in self._ours.amounts)

    def is_ours_in(self, sentence: str, amount: Amount) -> bool:
        """Whether an entry names this amount in a sentence that shares a word with `sentence`."""
        said = _stems(sentence)
        return any(
            ours.value == amount.value and _alike(ours, amount) and words & said for ours, words in self._ours.amounts
        )

    def keeps(self, promise: Promise, price: Decimal | None, said: Sequence[Amount]) -> bool:
        """Whether the shop's entries promise this too; `price` and `said` are amounts that may meet its condition."""
        if promise.is_wanted and promise.atom in self._wished:
            return True
        topic, what = promise.atom
        for ours in self._ours.promises:
            if ours.atom == promise.atom or (
                topic == ours.atom[0] == "hours" and _clock(what) == _clock(ours.atom[1]) and "?" in what + ours.atom[1]
            ):
                meets = ours.over is None or (price is not None and price >= ours.over.value)
                if meets or any(amount.value == ours.over.value for amount in said if ours.over):
                    return True
        # How long a product is under warranty stands in its own description.
        return topic == "warranty" and any(
            theirs.atom == promise.atom for theirs in promises(level(self.catalogue), is_ours=True)
        )

    def knows(self, words: Sequence[str], *, as_name: bool) -> bool:
        """Whether all these words stand in titles, brands and the shop's entries, or, not as a name, in descriptions.

        Whoever writes a description can put a name there that is no product.
        """
        if not self._words:
            titles = " ".join(f"{card.title} {card.brand}" for card in self.cards)
            titles = " ".join((titles, *self.titles))
            self._words = set(_WORD.findall(level(f"{titles} {self.terms}")))
            self._described = set(_WORD.findall(level(self.catalogue)))
        known = self._words if as_name else self._words | self._described
        return all(word in known or (not word.isascii() and _is_inflected(word, known)) for word in words)

    def is_percent_ours(self, percent: Decimal) -> bool:
        """Whether the shop's entries name this share."""
        return percent in self._ours.percents


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the shop's entries promise: the same for every turn until staff change them."""

    promises: Sequence[Promise]
    amounts: Sequence[tuple[Amount, frozenset[str]]]
    """Each with the words of its sentence."""
    percents: frozenset[Decimal]


@lru_cache(maxsize=8)
def _read_terms(text: str) -> _Terms:
    terms = level(text)
    named = []
    for amount in amounts(terms):
        start = max((found.end() for found in _STOP.finditer(terms, 0, amount.start)), default=0)
        stop = _STOP.search(terms, amount.end)
        named.append((amount, _stems(terms[start : stop.start() if stop else len(terms)])))
    return _Terms(
        promises=tuple(promises(terms, is_ours=True)),
        amounts=tuple(named),
        percents=frozenset(found.percent for found in discounts(terms) if found.percent is not None),
    )


def _stems(sentence: str) -> frozenset[str]:
    """Words without their endings, for telling what a sentence is about."""
    words = (word for word in _WORD.findall(sentence) if len(word) > 1 and not word[0].isdigit())
    return frozenset(word[:5] if word.isascii() else word[:2] for word in words) - _COMMON


def _alike(one: Amount, other: Amount) -> bool:
    return not one.currency or not other.currency or one.currency == other.currency


def _is_inflected(word: str, known: set[str]) -> bool:
    """Whether a Korean word is one of `known` but for its particle."""
    return any(one.startswith(word) or word.startswith(one) for one in known if len(one) > 1)


def _clock(what: str) -> int:
    return int(re.sub(r"\D", "", what)) % 12


class _Reading:
    """One sentence under judgement. Places count from the beginning of the line."""

    def __init__(self, knowledge: Knowledge, before: str, sentence: str, previous: int | None, is_over: bool) -> None:
        self.know = knowledge
        self.text = before + sentence
        self.at = len(before)
        self.previous = previous
        self.is_over = is_over
        self.mentions = knowledge.names.mentions(self.text)
        self.prose = [(found.start, found.end) for found in self.mentions if found.is_prose]
        self.is_undecided = False

    def fixes(self) -> list[Fix] | None:
        unknown = self._unknown_product()
        if unknown is not None:
            return [unknown] if self.is_over else None
        claims: list[tuple[int, int, Fix | None]] = []
        for find in (self._amounts, self._discounts, self._stocks, self._promises, self._links):
            for start, end, fix in find():
                if end > self.at and not any(left < end and start < right for left, right in self.prose):
                    claims.append((start, end, fix))
        if self.is_undecided:
            return None
        return self._apart(claims)

    def _apart(self, claims: list[tuple[int, int, Fix | None]]) -> list[Fix]:
        """The fixes in order, none over another; what withholds terms takes the rest of its clause along."""
        found: list[Fix] = []
        wrong = sorted((fix for *_, fix in claims if fix), key=lambda fix: (fix.start, -fix.end))
        kept = [start for start, _, fix in claims if fix is None]
        at = self.at
        for fix in wrong:
            if fix.start < at and fix.end <= at:
                continue
            start, end = max(fix.start, at), fix.end
            if fix.kind == "terms":
                stop = _NEXT_CLAUSE.search(self.text, end)
                limits = [stop.start() if stop else len(self.text)]
                limits += [place for place in kept if place >= end] + [
                    one.start for one in self.mentions if one.start >= end
                ]
                end = max(end, min(limits))
            found.append(Fix(start - self.at, end - self.at, fix.kind, fix.product, fix.percent, fix.is_regular))
            at = end
        return found

    def _subject(self, start: int, end: int) -> int | None:
        """The product that a claim from `start` to `end` is about; may leave the reading undecided."""
        mine = [one for one in self.mentions if one.end <= start]
        prose = [one for one in mine if one.is_prose and not self._is_compared(one)]
        in_sentence = [one for one in prose if one.start >= self._sentence_start(start)]
        if in_sentence:
            return in_sentence[-1].product
        following = [one for one in self.mentions if one.start >= end]
        if following and not following[0].is_prose and _GAP.match(self.text[end : following[0].start]):
            return following[0].product
        cited = [one for one in mine if not one.is_prose and one.start >= self._sentence_start(start)]
        if cited:
            return cited[-1].product
        if following and (following[0].start < self._sentence_stop(end) or not (prose or mine)):
            return following[0].product
        if prose or mine:
            return (prose or mine)[-1].product
        if not self.is_over:
            self.is_undecided = True
            return None
        return self.previous

    def _is_compared(self, one: Mention) -> bool:
        return bool(
            _COMPARED.search(self.text[one.end : one.end + 12])
            if _COMPARED.match(self.text[one.end : one.end + 12])
            else _COMPARED.search(self.text[max(0, one.start - 20) : one.start])
        )

    def _sentence_start(self, place: int) -> int:
        ends = [found.end() for found in re.finditer(r"[.!?。](?=\s)", self.text[:place])]
        return ends[-1] if ends else 0

    def _sentence_stop(self, place: int) -> int:
        # The citation of a sentence stands right behind it.
        found = re.compile(r"[.!?。](?=\s)(?!\s*\[\[)").search(self.text, place)
        return found.start() if found else len(self.text)

    def _has_prose(self, place: int) -> bool:
        start, stop = self._sentence_start(place), self._sentence_stop(place)
        return any(start <= one.start < stop for one in self.mentions)

    def _amounts(self) -> Iterator[tuple[int, int, Fix | None]]:
        found = amounts(self.text)
        for amount in found:
            if amount.end > self.at:
                yield amount.start, amount.end, self._amount(amount, found)

    def _amount(self, amount: Amount, others: Sequence[Amount]) -> Fix | None:
        before, after = self.text[max(0, amount.start - 40) : amount.start], self.text[amount.end : amount.end + 16]
        sentence = self.text[self._sentence_start(amount.start) : self._sentence_stop(amount.end)]
        withheld = Fix(amount.start, amount.end, "price")
        if self.know.is_ours(amount) and _FEE.search(sentence):
            return None
        if not self._has_prose(amount.start) and self.know.is_ours_in(sentence, amount):
            return None
        if _FEE.search(before + after) and not self._has_prose(amount.start):
            return Fix(amount.start, amount.end, "terms")
        if (
            self.know.is_said(amount)
            and (_WISHED.search(sentence) or not self._has_prose(amount.start))
            and (self._is_bound(before, after) or _WISHED.search(sentence))
        ):
            about = self._subject(amount.start, amount.end) if self._has_prose(amount.start) else None
            if about is None or self._bound_holds(amount, self.know.cards[about], before, after) is not False:
                return None
        if _BETWEEN.search(sentence) and self._is_between(amount):
            return None
        if (_FROM.match(after) or _FROM_BEFORE.search(before)) and self._is_range(amount):
            return None
        about = self._subject(amount.start, amount.end)
        if about is None:
            return withheld
        card = self.know.cards[about]
        if not amount.is_in(card.currency):
            return Fix(amount.start, amount.end, "price", about)
        if _SAVED.match(after) or _SAVE.search(before):
            saved = None if card.price is None or card.sale_price is None else card.price - card.sale_price
            return None if amount.value == saved else withheld
        holds = self._bound_holds(amount, card, before, after)
        if holds is not None:
            return None if holds else withheld
        current = card.price if card.sale_price is None else card.sale_price
        is_once = bool(_ONCE.search(before) or _ONCE_AFTER.match(after))
        if amount.value == current and not (is_once and card.sale_price is not None):
            return None
        if is_once and card.sale_price is not None:
            return (
                None if amount.value == card.price else Fix(amount.start, amount.end, "price", about, is_regular=True)
            )
        return Fix(amount.start, amount.end, "price", about)

    def _is_bound(self, before: str, after: str) -> bool:
        return any(sign.match(after) for sign in (_BELOW, _ABOVE, _BAND, _ABOUT)) or any(
            sign.search(before) for sign in (_BELOW_BEFORE, _ABOVE_BEFORE, _ABOUT_BEFORE)
        )

    def _bound_holds(self, amount: Amount, card: ProductCard, before: str, after: str) -> bool | None:
        """Whether the price keeps a bound; None when the amount is no bound."""
        price = card.price if card.sale_price is None else card.sale_price
        if price is None or not amount.is_in(card.currency):
            return False if self._is_bound(before, after) else None
        if _BELOW.match(after) or _BELOW_BEFORE.search(before):
            return price <= amount.value
        if _ABOVE.match(after) or _ABOVE_BEFORE.search(before):
            return price >= amount.value
        if _BAND.match(after):
            return amount.value <= price < amount.value + Decimal(10) ** (amount.value.adjusted())
        if _ABOUT.match(after) or _ABOUT_BEFORE.search(before):
            return abs(price - amount.value) <= price / 10
        return None

    def _is_between(self, amount: Amount) -> bool:
        """Whether it is what two or more named products differ by, or cost together."""
        numbers = {one.product for one in self.mentions}
        if self.previous is not None and len(numbers) < 2:
            numbers.add(self.previous)
        prices = [card.sale_price or card.price for card in (self.know.cards[number] for number in numbers)]
        known = [price for price in prices if price is not None]
        return sum(known) == amount.value or any(
            abs(one - other) == amount.value for one in known for other in known if one != other
        )

    def _is_range(self, amount: Amount) -> bool:
        """Whether it is the least or the most that a candidate costs."""
        known = [
            price
            for card in self.know.cards
            if amount.is_in(card.currency) and (price := card.sale_price or card.price) is not None
        ]
        return bool(known) and amount.value in (min(known), max(known)) and not self._has_prose(amount.start)

    def _discounts(self) -> Iterator[tuple[int, int, Fix | None]]:
        for found in discounts(self.text):
            if found.end > self.at:
                yield found.start, found.end, self._discount(found)

    def _discount(self, found: Discount) -> Fix | None:
        if found.percent is not None and self.know.is_percent_ours(found.percent):
            return None
        if found.percent is None and not self._has_prose(found.start) and _WISHED.search(self.text):
            return None
        about = self._subject(found.start, found.end)
        if about is None:
            return Fix(found.start, found.end, "discount")
        card = self.know.cards[about]
        if found.holds(card):
            return None
        percent = None if found.is_word else off(card)
        return Fix(found.start, found.end, "discount", about if percent is not None else None, percent)

    def _stocks(self) -> Iterator[tuple[int, int, Fix | None]]:
        for found in stocks(self.text):
            if found.end > self.at:
                yield found.start, found.end, self._stock(found)

    def _stock(self, found: Stock) -> Fix | None:
        has = self._has_prose(found.start)
        if found.is_general and not has and found.state != "count":
            return None
        sentence = self.text[self._sentence_start(found.start) : self._sentence_stop(found.end)]
        about = None if _ALL.search(sentence) else self._subject(found.start, found.end)
        if about is not None:
            card = self.know.cards[about]
            is_true = found.holds(card.availability) or (
                found.state == "available" and card.availability in ("preorder", "backorder") and "order" in sentence
            )
            return None if is_true else Fix(found.start, found.end, "stock", None if found.state == "count" else about)
        start, stop = self._sentence_start(found.start), self._sentence_stop(found.end)
        named = {one.product for one in self.mentions if start <= one.start < stop}
        named = named or {one.product for one in self.mentions} or set(range(len(self.know.cards)))
        if named and all(found.holds(self.know.cards[number].availability) for number in named):
            return None
        return Fix(found.start, found.end, "stock")

    def _promises(self) -> Iterator[tuple[int, int, Fix | None]]:
        said = amounts(self.text)
        for found in promises(self.text):
            if found.end <= self.at:
                continue
            about = self._subject(found.start, found.end) if self.mentions else self.previous
            card = None if about is None else self.know.cards[about]
            price = None if card is None else card.price if card.sale_price is None else card.sale_price
            yield (
                found.start,
                found.end,
                None if self.know.keeps(found, price, said) else Fix(found.start, found.end, "terms"),
            )

    def _links(self) -> Iterator[tuple[int, int, Fix | None]]:
        for match in _LINK.finditer(self.text):
            link = match[0].rstrip(".,!?*")
            known = any(level(each) and link == level(each) for each in self.know.links)
            if match.end() > self.at:
                yield (
                    match.start(),
                    match.start() + len(link),
                    None if known else Fix(match.start(), match.start() + len(link), "link"),
                )

    def _unknown_product(self) -> Fix | None:
        """The whole sentence, when it recommends in bold what is no product of the shop."""
        for bold in _BOLD.finditer(self.text):
            if bold.end() <= self.at or bold["colon"] or bold[1].rstrip().endswith(":"):
                continue
            words = _WORD.findall(bold[1])
            inside = [one for one in self.mentions if one.start < bold.end() and bold.start() < one.end]
            rest = [word for word in words if not any(word in self.text[one.start : one.end] for one in inside)]
            if len(words) < 2 or not rest or any(_claims(bold[1])):
                continue
            recommends = _RECOMMENDS.search(self.text) is not None or bool(amounts(self.text))
            if self.know.knows(rest, as_name=recommends):
                continue
            is_other = not inside and bool(self.mentions)
            if is_other or _NOT_HERE.search(self.text):
                continue
            if recommends or _AT_START.match(self.text[: bold.start()]):
                return Fix(max(bold.start(), self.at) - self.at, len(self.text) - self.at, "product")
        return None


def _claims(text: str) -> Iterator[object]:
    for find in (amounts, stocks, promises, discounts):
        yield from find(text)
