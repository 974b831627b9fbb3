"""What bears out an answer's words: the candidates, the shop's own entries, and what the shopper said before."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Final

from chatbot.assistant.claims.goods.names import Names, level, words
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.offer.discounts import discounts
from chatbot.assistant.claims.terms import hours
from chatbot.assistant.claims.terms.conditions import is_condition
from chatbot.assistant.claims.terms.promises import Atom, Promise, promises
from chatbot.assistant.claims.terms.spans import days
from chatbot.events import ProductCard

_SENTENCE_END: Final = re.compile(r"[.!?。](?=\s|$)|\n")
_COMMON_WORDS: Final = """
the and for you your our with from are can will this that order price cost costs only per just have has get usd krw won
eur gbp 가격 주문 구매 상품 제품 지금 있어 있습 하시 가능 이상 이하 드려 추천 천원 만원 원이 원입 원에 원을 원은
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
"""What says nothing about a sentence's subject, without endings."""
_COUNTED_FROM: Final = {"returns from": "received", "delivery from": "paid", "warranty from": "", "restock from": ""}
"""From when on a time runs where the shop's entries do not say; empty where it does not matter."""


@dataclass(frozen=True)
class Evidence:
    """All that an answer may say.

    `said` are the shopper's own words, `terms` what the shop's entries say, `catalogue` the candidates' descriptions,
    `links` the addresses that may be written. `titles` are those of products that the shopper saw before in this talk:
    they may be named, but nothing is claimed of them.
    """

    cards: Sequence[ProductCard]
    said: str = ""
    terms: str = ""
    catalogue: str = ""
    links: Sequence[str] = ()
    titles: Sequence[str] = ()

    @cached_property
    def names(self) -> Names:
        """The names of the candidates."""
        return Names(self.cards, self.titles)

    @property
    def public(self) -> str:
        """All that a shopper may read anyway (see `names.level`)."""
        return level(" ".join((*self.all_titles, self.terms, self.catalogue)))

    def is_said(self, amount: Amount) -> bool:
        """Whether the shopper named this amount."""
        return any(said.equals(amount) for said in self.amounts_said)

    @cached_property
    def budget(self) -> Amount | None:
        """What the shopper wants to spend at the most, where one amount alone is named."""
        named = {amount.value: amount for amount in self.amounts_said}
        return next(iter(named.values())) if len(named) == 1 else None

    def is_ours(self, amount: Amount) -> bool:
        """Whether the shop's entries name this amount."""
        return any(ours.equals(amount) for ours, _ in self._ours.amounts)

    @property
    def amounts_of_ours(self) -> Sequence[Amount]:
        """Those that the shop's entries name."""
        return [amount for amount, _ in self._ours.amounts]

    def is_ours_in(self, sentence: str, amount: Amount) -> bool:
        """Whether an entry names this amount in a sentence that shares a word with `sentence`."""
        stems = _stems(sentence)
        return any(ours.equals(amount) and theirs & stems for ours, theirs in self._ours.amounts)

    def is_only(self, amount: Amount, *, not_fee: bool) -> bool:
        """Whether the shop's entries name this amount, and never as a fee (`not_fee`), or never as a condition."""
        conditions = [is_condition for ours, is_condition in self._ours.roles if ours.equals(amount)]
        return bool(conditions) and all(each is not_fee for each in conditions)

    def delivers_free(self, price: Decimal) -> bool:
        """Whether the shop's entries deliver what costs so much free of charge."""
        return self.is_always_delivered_free or any(price >= threshold for threshold in self.thresholds)

    @property
    def thresholds(self) -> Collection[Decimal]:
        """The amounts from which on the shop's entries deliver free of charge."""
        return self._ours.thresholds

    @property
    def fees(self) -> Collection[Decimal]:
        """What delivery costs by the shop's entries, as far as they say it as a fee."""
        return self._ours.fees

    @property
    def has_a_fee(self) -> bool:
        """Whether the shop's entries ask a fee for delivery of anybody."""
        return bool(self.fees or self.thresholds)

    @property
    def is_always_delivered_free(self) -> bool:
        """Whether the shop's entries deliver everything free of charge."""
        return self._ours.is_always_delivered_free

    def kinds_in(self, text: str) -> set[int]:
        """The numbers of the candidates that are meant by the kind of goods (see `Names`) that `text` speaks of."""
        return self.names.kinds_in(text)

    def is_percent_ours(self, percent: Decimal) -> bool:
        """Whether the shop's entries name this share."""
        return percent in self._ours.percents

    def keeps(self, promise: Promise) -> bool:
        """Whether the shop's entries promise this too, or it follows from them."""
        if promise.is_wanted and promise.atom in self._wished:
            return True
        topic, value = promise.atom
        ours = self._ours.promises
        if promise.limit:
            return self._keeps_limit(promise)
        if topic in _COUNTED_FROM:
            events = {each.atom[1] for each in ours if each.atom[0] == topic} or {_COUNTED_FROM[topic]}
            return "" in events or value in events
        if topic == "hours":
            return hours.holds(value, [each.atom[1].rpartition(" ")[2] for each in ours if each.atom[0] == topic])
        if any(each.atom == promise.atom for each in ours if not each.is_denied):
            return True
        # How long a product is under warranty stands in its own description.
        described = promises(level(self.catalogue), is_ours=True) if topic == "warranty" else ()
        return any(theirs.atom == promise.atom for theirs in described)

    def _keeps_limit(self, promise: Promise) -> bool:
        """Whether what is said of a time, other than that it is the shop's, follows from that."""
        topic, value = promise.atom
        ours = [span for each in self._ours.promises if each.atom[0] == topic and (span := days(each.atom[1]))]
        said = days(value)
        if promise.limit == "not by":
            return said < min(ours, default=said + 1) if said is not None else not self._promises(promise.atom)
        if said is None or not ours:
            return False
        return promise.limit in ("not after", "needed by") and said >= max(ours)

    def _promises(self, atom: Atom) -> bool:
        return any(each.atom == atom for each in self._ours.promises)

    def allows(self, link: str) -> bool:
        """Whether this address (see `names.level`) may be written: it is given, or stands in the shop's entries."""
        bare = _bare(link)
        if any(bare == _bare(level(each)) for each in self.links) or bare in self._ours.addresses:
            return True
        return "/" not in bare and bare in self._words  # a brand that is called like its address

    def knows(self, said: Sequence[str], *, as_name: bool) -> bool:
        """Whether all these words stand in titles, brands and the shop's entries, or, not as a name, in descriptions.

        Whoever writes a description can put a name there that is no product.
        """
        known = self._words if as_name else self._words | self._words_described
        return all(word in known or (not word.isascii() and _is_inflected(word, known)) for word in said)

    def lacks(self, sentence: str) -> bool:
        """Whether it names something that the shopper asked for and that nothing of the shop's says."""
        asked = (word for word in words(sentence) if word in self.words_said)
        return any(not self.knows([word], as_name=False) for word in asked)

    @property
    def all_titles(self) -> Sequence[str]:
        """Those of the candidates and of the products that were shown before."""
        return [*(card.title for card in self.cards), *self.titles]

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The words with which the candidates' names begin."""
        named = (words(level(text)) for card in self.cards for text in (card.title, card.brand))
        return frozenset(each[0] for each in named if each)

    @cached_property
    def words_said(self) -> frozenset[str]:
        """The shopper's own words."""
        return frozenset(words(level(self.said)))

    @cached_property
    def _ours(self) -> "_Terms":
        return _read_terms(self.terms)

    @cached_property
    def amounts_said(self) -> Sequence[Amount]:
        """Those that the shopper named."""
        return amounts(level(self.said))

    @cached_property
    def _wished(self) -> set[Atom]:
        return {promise.atom for promise in promises(level(self.said), is_ours=True)}

    @cached_property
    def _words(self) -> set[str]:
        brands = (card.brand for card in self.cards)
        return set(words(level(" ".join((*self.all_titles, *brands, self.terms)))))

    @cached_property
    def _words_described(self) -> set[str]:
        return set(words(level(self.catalogue)))


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the shop's entries promise: the same for every turn until staff change them."""

    promises: Sequence[Promise]
    amounts: Sequence[tuple[Amount, frozenset[str]]]
    """Each with the stems of its sentence."""
    roles: Sequence[tuple[Amount, bool]]
    """Amounts in what they say of delivery, each with whether it is a condition."""
    percents: frozenset[Decimal]
    addresses: frozenset[str]
    thresholds: frozenset[Decimal]
    fees: frozenset[Decimal]
    is_always_delivered_free: bool


@lru_cache(maxsize=8)
def _read_terms(text: str) -> _Terms:
    terms = level(text)
    said = tuple(promises(terms, is_ours=True))
    free = [each for each in said if each.atom == ("delivery", "free")]
    charged = [each for each in said if each.atom == ("delivery", "charged")]
    conditions = {each.over.value for each in free if each.over is not None}
    fees = {one.value for one in amounts(terms) if any(_is_near(one, each) for each in charged)}
    return _Terms(
        thresholds=frozenset(conditions),
        fees=frozenset(fees - conditions),
        is_always_delivered_free=any(each.over is None for each in free),
        promises=said,
        amounts=tuple((amount, _stems(_sentence_of(terms, amount))) for amount in amounts(terms)),
        roles=tuple((amount, is_condition(terms, amount)) for amount in amounts(terms)),
        percents=frozenset(found.percent for found in discounts(terms) if found.percent is not None),
        addresses=frozenset(_bare(word.strip(".,!?()<>[]:;\"'")) for word in re.split(r"[\s가-힣(),]+", terms)),
    )


def _is_near(amount: Amount, promise: Promise) -> bool:
    """Whether an amount stands in what is said, or right beside it."""
    return promise.start <= amount.end + 2 and amount.end <= promise.end + 4


def _bare(address: str) -> str:
    """An address without what does not matter where it leads."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address).rstrip("/.")


def _sentence_of(terms: str, amount: Amount) -> str:
    start = max((found.end() for found in _SENTENCE_END.finditer(terms, 0, amount.start)), default=0)
    stop = _SENTENCE_END.search(terms, amount.end)
    return terms[start : stop.start() if stop else len(terms)]


def _stems(sentence: str) -> frozenset[str]:
    """Words without their endings, for telling what a sentence is about."""
    longer = (word for word in words(sentence) if len(word) > 1 and not word[0].isdigit())
    return frozenset(word[:5] if word.isascii() else word[:2] for word in longer) - _COMMON


def _is_inflected(word: str, known: set[str]) -> bool:
    """Whether a Korean word is one of `known` but for its particle."""
    return any(one.startswith(word) or word.startswith(one) for one in known if len(one) > 1)
