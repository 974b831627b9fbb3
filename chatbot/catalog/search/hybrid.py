"""Search by words and by meaning at once, fused by reciprocal rank (RRF).

The vector of the question is asked for first and waited for last, while the words are searched. When it does not come
in time, or the relay fails, the words alone have answered.
"""

import logging
from collections.abc import Collection, Iterable
from concurrent.futures import CancelledError
from time import perf_counter
from typing import Final

from chatbot import conf
from chatbot.catalog.search import embedding
from chatbot.catalog.search.base import Filters, Hit
from chatbot.catalog.search.engine import BUYABLE, Engine, hits
from chatbot.catalog.search.filtering import fitting
from chatbot.catalog.search.nearness import nearness
from chatbot.catalog.search.ranking import Ranked
from chatbot.errors import ChatbotError
from chatbot.models import Product

logger = logging.getLogger(__name__)

K: Final = 10
"""How much a place further down counts in the fusion."""
DEPTH: Final = 50
"""Places of each list that are fused."""
ALONE: Final = 0.5
"""Cosine that the nearest product has to reach where the words found nothing: something is always the nearest. Who
reaches it is what was asked for, by whatever name, and lacks no word."""


class _Trouble:
    """Why meaning is missing, said once and not with every question; and again after it was back."""

    def __init__(self) -> None:
        self._said = ""

    def say(self, reason: str) -> None:
        if reason != self._said:
            self._said = reason
            logger.warning("The search does without meaning: %s", reason)

    def is_over(self) -> None:
        if self._said:
            self._said = ""
            logger.info("The search has meaning again.")


_trouble: Final = _Trouble()


class HybridSearch:
    """A `Search` that adds meaning to an engine's words."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(
        self, words: str, *, limit: int = 10, in_stock_only: bool = False, filters: Filters | None = None
    ) -> list[Hit]:
        """See `Search`."""
        if not words.strip() or limit <= 0:
            return []
        began = perf_counter()
        try:
            coming = embedding.asked(words)
        except ChatbotError as error:
            _trouble.say(str(error))
            return self._engine.search(words, limit=limit, in_stock_only=in_stock_only, filters=filters)
        found = self._engine.found(words, limit=max(limit, DEPTH), in_stock_only=in_stock_only, filters=filters)
        vector: list[float] | None = None
        wait_s = conf.current().embedding_wait_ms / 1000
        try:
            vector = coming.result(timeout=max(0.0, began + wait_s - perf_counter()))[0]
        except TimeoutError:
            coming.cancel()
            logger.info("The vector of a question came too late.")
        except (ChatbotError, CancelledError) as error:
            _trouble.say(str(error))
        if vector is None:
            return hits(found, limit)
        near = self._near(vector, max(limit, DEPTH), found, in_stock_only, filters)
        return hits(_fused(found, near), limit)

    def _near(
        self, vector: list[float], limit: int, found: list[Ranked], in_stock_only: bool, filters: Filters | None
    ) -> list[Ranked]:
        known = nearness()
        if known.numbers and known.numbers != len(vector):
            _trouble.say(f"a question's vector has {len(vector)} numbers, the products' have {known.numbers}")
            return []
        _trouble.is_over()
        among = Product.objects.offered() if filters is None else fitting(filters, self._engine.holding)
        if in_stock_only:
            among = among.filter(availability__in=sorted(BUYABLE))
        nearest = known.nearest(vector, limit, among)
        if not nearest or (not found and nearest[0][1] < ALONE):
            return []
        rows = {
            pk: (sku, availability in BUYABLE, group)
            for pk, sku, availability, group in Product.objects.filter(pk__in=[pk for pk, _ in nearest]).values_list(
                "pk", "sku", "availability", "item_group_id"
            )
        }
        near = []
        for pk, cosine in nearest:
            if pk in rows:
                sku, buyable, group = rows[pk]
                near.append(Ranked(pk, sku, cosine, 0.0, buyable, group))
        return near

    def index(self, products: Iterable[Product]) -> None:
        """Words at once; vectors follow by the task that fills them."""
        self._engine.index(products)

    def remove(self, product_ids: Collection[int]) -> None:
        """See `Search`."""
        self._engine.remove(product_ids)

    def rebuild(self) -> int:
        """See `Search`; the vectors stay."""
        return self._engine.rebuild()

    def holding(self, phrases: list[tuple[str, ...]]) -> tuple[str, list[object]]:
        """See `Engine.holding`."""
        return self._engine.holding(phrases)


def _fused(words: list[Ranked], meaning: list[Ranked]) -> list[Ranked]:
    scores: dict[int, float] = {}
    rows: dict[int, Ranked] = {}
    for ranking in (words, meaning):
        for place, item in enumerate(ranking[:DEPTH] if len(ranking) > DEPTH else ranking, 1):
            scores[item.product_id] = scores.get(item.product_id, 0.0) + 1 / (K + place)
            rows.setdefault(item.product_id, item)
    meant = {item.product_id for item in meaning if item.score >= ALONE}
    by_words = {item.product_id for item in words}
    lacked = tuple(dict.fromkeys(word for item in words for word in item.lacks))
    fused = [
        item._replace(score=scores[pk], lacks=() if pk in meant else item.lacks if pk in by_words else lacked)
        for pk, item in rows.items()
    ]
    return sorted(fused, key=lambda item: (-item.score, item.product_id))
