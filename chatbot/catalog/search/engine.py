"""What the engines share: from words to ranked hits. An engine adds how its database stores and matches tokens."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from chatbot.catalog.search.base import Hit
from chatbot.catalog.search.document import Fields, fields_of
from chatbot.catalog.search.ranking import KINSHIP, Found, Rarities, ranked, telling
from chatbot.catalog.text import Phrase, Query, query
from chatbot.models import Product

TABLE = "chatbot_search"
POOL = 150
"""Products that an engine finds for the ranking to order; at least three times what is asked for."""
FEW = 10
"""With fewer products that hold all words, those that hold most of them compete; with more, they only follow."""
BUYABLE = frozenset({Product.Availability.IN_STOCK, Product.Availability.PREORDER, Product.Availability.BACKORDER})
_BATCH = 500


class Engine(ABC):
    """A `Search` over tokens in the database that holds the products."""

    def search(self, words: str, *, limit: int = 10, in_stock_only: bool = False) -> list[Hit]:
        """The best products for the words, best first. Empty when nothing in the catalogue suits.

        Products that hold all words come first; where they are few, products that hold most words fill up.
        """
        wanted = query(words)
        if not wanted or limit <= 0:
            return []
        frequencies = self._frequencies(_known_tokens(wanted))
        wanted = _with_known_guesses(wanted, frequencies)
        rarities = Rarities(wanted, frequencies, self._documents())
        pool = max(POOL, 3 * limit)
        found = self._matching(wanted, every_word=True, limit=pool, in_stock_only=in_stock_only)
        if len(found) >= limit or sum(len(word.parts) for word in wanted.words) == 1:
            return ranked(wanted, found, rarities)[:limit]
        held = {item.product_id for item in found}
        some = telling(wanted, rarities)
        loose = self._matching(some, every_word=False, limit=pool, in_stock_only=in_stock_only)
        rest = [item for item in loose if item.product_id not in held]
        if len(found) < FEW:
            return ranked(wanted, found + rest, rarities)[:limit]
        best = ranked(wanted, found, rarities)
        return [*best, *_behind(best, ranked(wanted, rest, rarities, best=KINSHIP))][:limit]

    def index(self, products: Iterable[Product]) -> None:
        """Take these products in, or take in what changed about them."""
        rows = ((product.pk, fields_of(product)) for product in products)
        while batch := list(islice(rows, _BATCH)):
            self._write(batch)

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
            self.index(counted())
        return written

    @property
    def _connection(self) -> BaseDatabaseWrapper:
        return connections[router.db_for_write(Product)]

    def _documents(self) -> int:
        """About how many products there are: the highest id, because counting rows reads them all."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT MAX(id) FROM {Product._meta.db_table}")  # noqa: S608 - a constant
            (highest,) = cursor.fetchone()
        return int(highest or 0)

    @abstractmethod
    def _frequencies(self, tokens: Collection[str]) -> Mapping[str, int]:
        """How many products hold each token; those that none holds may be left out."""

    @abstractmethod
    def _matching(self, wanted: Query, *, every_word: bool, limit: int, in_stock_only: bool) -> list[Found]:
        """Products that hold every word, or any, the promising ones first."""

    @abstractmethod
    def _write(self, rows: list[tuple[int, Fields]]) -> None:
        """Put these rows into the index in place of older ones."""

    @abstractmethod
    def _clear(self) -> None:
        """Empty the index."""


def _behind(best: list[Hit], rest: list[Hit]) -> list[Hit]:
    """The rest with scores below the best's, so that the first hits do not depend on how many are asked for."""
    if not best or not rest:
        return rest
    scale = min(1.0, best[-1].score / (rest[0].score + 1e-9)) * 0.99
    return [replace(hit, score=hit.score * scale) for hit in rest]


def _known_tokens(wanted: Query) -> set[str]:
    tokens = set(wanted.extras)
    for word in wanted.words:
        for phrases in (*word.parts, word.guesses):
            for phrase in phrases:
                tokens.update(phrase)
    return tokens


def _with_known_guesses(wanted: Query, frequencies: Mapping[str, int]) -> Query:
    """The query with those guessed compounds whose tokens the catalogue all knows, and no unknown spelling."""

    def known(phrase: Phrase) -> bool:
        return all(frequencies.get(token) for token in phrase)

    words = []
    for word in wanted.words:
        parts = tuple(tuple(filter(known, (*phrases, *word.guesses))) or phrases[:1] for phrases in word.parts)
        words.append(replace(word, parts=parts, guesses=()))
    return Query(tuple(words), tuple(extra for extra in wanted.extras if frequencies.get(extra)))
