"""What the engines share: from words to ranked hits. An engine adds how its database stores and matches tokens."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from chatbot.catalog.search import compounds, spelling
from chatbot.catalog.search import frequencies as counted
from chatbot.catalog.search.base import Filters, Hit
from chatbot.catalog.search.document import Fields, fields_of
from chatbot.catalog.search.ranking import KINSHIP, Found, Ranked, Rarities, arranged, ranked, telling
from chatbot.catalog.search.synonyms import expanded
from chatbot.catalog.text import Phrase, Query, Word, query
from chatbot.models import Product

TABLE = "chatbot_search"
POOL = 80
"""Products that an engine finds for the ranking to order; at least three times what is asked for."""
FEW = 10
"""With fewer products that hold all words, those that hold most of them compete; with more, they only follow."""
BUYABLE = frozenset({Product.Availability.IN_STOCK, Product.Availability.PREORDER, Product.Availability.BACKORDER})
_BATCH = 500


class Engine(ABC):
    """A `Search` over tokens in the database that holds the products."""

    def search(
        self, words: str, *, limit: int = 10, in_stock_only: bool = False, filters: Filters | None = None
    ) -> list[Hit]:
        """The best products for the words, best first, one of each group of variants.

        Products that hold all words come first; where they are few, products that hold most words fill up. Empty when
        nothing in the catalogue suits.
        """
        return hits(self.found(words, limit=limit, in_stock_only=in_stock_only, filters=filters), limit)

    def found(self, words: str, *, limit: int, in_stock_only: bool, filters: Filters | None) -> list[Ranked]:
        """As `search`, before variants are put together and what is sold out is put behind."""
        wanted = compounds.settled(expanded(words), self._connection)
        if filters and filters.hints:
            wanted = replace(wanted, extras=tuple(dict.fromkeys((*wanted.extras, *_hints(filters.hints)))))
        if not wanted or limit <= 0:
            return []
        frequencies = counted.frequencies(
            _known_tokens(wanted), guessed=_guessed_tokens(wanted), read=self._frequencies
        )
        wanted = _with_known_guesses(wanted, frequencies)
        if unknown := [word for word in wanted.words if spelling.is_unknown(word, frequencies)]:
            wanted, frequencies = self._put_right(wanted, unknown, frequencies)
        # What was read minutes ago may be less than what there is now.
        rarities = Rarities(wanted, frequencies, max(self._documents(), *frequencies.values(), 0))
        pool = max(POOL, 3 * limit)
        found = self._matching(wanted, every_word=True, limit=pool, in_stock_only=in_stock_only, filters=filters)
        if len(found) >= limit or sum(len(word.parts) for word in wanted.words) == 1:
            return ranked(wanted, found, rarities)
        held = {item.product_id for item in found}
        some = telling(wanted, rarities)
        loose = self._matching(some, every_word=False, limit=pool, in_stock_only=in_stock_only, filters=filters)
        rest = [item for item in loose if item.product_id not in held]
        if len(found) < FEW:
            return ranked(wanted, found + rest, rarities)
        best = ranked(wanted, found, rarities)
        return [*best, *_behind(best, ranked(wanted, rest, rarities, best=KINSHIP))]

    def index(self, products: Iterable[Product]) -> None:
        """Take these products in, or take in what changed about them."""
        rows = iter(products)
        while batch := list(islice(rows, _BATCH)):
            self._write([(product.pk, fields_of(product)) for product in batch])
            spelling.learn(self._connection, batch)
        counted.forget()

    @abstractmethod
    def remove(self, product_ids: Collection[int]) -> None:
        """Forget these products. Unknown ids are fine."""

    def rebuild(self) -> int:
        """Forget everything and index all offered products anew, in one transaction. Returns how many."""
        written = 0

        def counted() -> Iterator[Product]:
            nonlocal written
            for product in Product.objects.offered().iterator(chunk_size=_BATCH):
                written += 1
                yield product

        with transaction.atomic(using=self._connection.alias):
            self._clear()
            spelling.forget(self._connection)
            self.index(counted())
        return written

    @property
    def _connection(self) -> BaseDatabaseWrapper:
        return connections[router.db_for_write(Product)]

    def _put_right(
        self, wanted: Query, unknown: Collection[Word], frequencies: Mapping[str, int]
    ) -> tuple[Query, Mapping[str, int]]:
        """The query with words that the catalogue does not know put right, where it knows a word much like them."""
        near = spelling.near(self._connection, unknown)
        if not near:
            return wanted, frequencies
        further = {token for phrases in near.values() for phrase in phrases for token in phrase}
        frequencies = {**frequencies, **self._frequencies(further - frequencies.keys())} if further else frequencies
        return spelling.put_right(wanted, near, frequencies), frequencies

    @abstractmethod
    def holding(self, phrases: list[Phrase]) -> tuple[str, list[Any]]:
        """SQL that gives the ids of products whose titles hold any of the phrases, and its parameters."""

    @abstractmethod
    def _documents(self) -> int:
        """How many products are in the index, some minutes ago at worst."""

    @abstractmethod
    def _frequencies(self, tokens: Collection[str]) -> Mapping[str, int]:
        """How many products hold each token; those that none holds may be left out."""

    @abstractmethod
    def _matching(
        self, wanted: Query, *, every_word: bool, limit: int, in_stock_only: bool, filters: Filters | None
    ) -> list[Found]:
        """Products that hold every word, or any, the promising ones first."""

    @abstractmethod
    def _write(self, rows: list[tuple[int, Fields]]) -> None:
        """Put these rows into the index in place of older ones."""

    @abstractmethod
    def _clear(self) -> None:
        """Empty the index."""


def hits(found: list[Ranked], limit: int) -> list[Hit]:
    """The first of them, one of each group of variants, what is sold out behind."""
    return [Hit(item.product_id, item.sku, item.score, item.lacks) for item in arranged(found)[:limit]]


def _behind(best: list[Ranked], rest: list[Ranked]) -> list[Ranked]:
    """The rest with scores below the best's, so that the first hits do not depend on how many are asked for."""
    if not best or not rest:
        return rest
    scale = min(1.0, best[-1].score / (rest[0].score + 1e-9)) * 0.99
    return [item._replace(score=item.score * scale) for item in rest]


def _hints(text: str) -> list[str]:
    hinted = query(text)
    return [*_known_tokens(hinted), *hinted.extras]


def _known_tokens(wanted: Query) -> set[str]:
    tokens = set(wanted.extras)
    for word in wanted.words:
        for phrases in (*word.parts, word.guesses):
            for phrase in phrases:
                tokens.update(phrase)
    return tokens


def _guessed_tokens(wanted: Query) -> set[str]:
    """Tokens that stand in no word as it was asked for."""
    asked = {token for word in wanted.words for phrases in word.parts for token in phrases[0]}
    return _known_tokens(wanted) - asked


def _with_known_guesses(wanted: Query, frequencies: Mapping[str, int]) -> Query:
    """The query with those guessed compounds whose tokens the catalogue all knows, and no unknown spelling."""

    def known(phrase: Phrase) -> bool:
        return all(frequencies.get(token) for token in phrase)

    words = []
    for word in wanted.words:
        parts = tuple(tuple(filter(known, (*phrases, *word.guesses))) or phrases[:1] for phrases in word.parts)
        words.append(replace(word, parts=parts, guesses=()))
    return Query(tuple(words), tuple(extra for extra in wanted.extras if frequencies.get(extra)))
