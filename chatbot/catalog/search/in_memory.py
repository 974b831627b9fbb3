"""The nearest products by numpy: all vectors in the memory of each process, read again every few minutes."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

from django.db.models import QuerySet

from chatbot.catalog.search import embedding
from chatbot.models import Product, ProductVector
from chatbot.remembered import Remembered

logger = logging.getLogger(__name__)

MOST: Final = 200_000
"""Products whose vectors are held in memory: 300 MB at 384 numbers each. In a larger shop words alone search."""
DEPTH: Final = 20
"""For each product that is wanted, how many of the nearest are asked whether they are what they must be."""
FRESH_S: Final = 300.0
_CHUNK: Final = 1_000


@cache
def numpy() -> Any:  # Any: an optional package
    """numpy, or None where it is not installed: then there is no search by meaning."""
    try:
        return import_module("numpy")
    except ImportError:
        return None


@dataclass(frozen=True, slots=True)
class Matrix:
    """All vectors of one model."""

    model: str
    ids: Any  # Any: numpy arrays, here and below
    rows: Any

    @property
    def numbers(self) -> int:
        """Of each vector; 0 where there are none."""
        return int(self.rows.shape[1])

    def nearest(self, vector: Sequence[float], limit: int, among: QuerySet[Product]) -> list[tuple[int, float]]:
        """See `Nearness`."""
        found: list[tuple[int, float]] = []
        for look in (2 * limit, DEPTH * limit):  # the first does where nothing much is asked of the products
            found = self._nearest(vector, look)
            kept = set(among.filter(pk__in=[pk for pk, _ in found]).values_list("pk", flat=True))
            if len(kept) >= limit or len(found) < look:
                break
        return [item for item in found if item[0] in kept][:limit] if found else []

    def _nearest(self, vector: Sequence[float], limit: int) -> list[tuple[int, float]]:
        np = numpy()
        length = math.hypot(*vector)
        if not len(self.ids) or self.numbers != len(vector) or not length:
            return []
        cosines = self.rows @ (np.asarray(vector, dtype=np.float64) / length).astype(np.float32)
        best = np.argpartition(-cosines, min(limit, len(cosines) - 1))[:limit]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(int(self.ids[at]), float(cosines[at])) for at in best]


def _read() -> Matrix:
    np = numpy()
    model = embedding.model()
    vectors = ProductVector.objects.filter(model=model).order_by("pk")
    ids: list[int] = []
    values = bytearray()
    lengths: set[int] = set()
    if vectors[: MOST + 1].count() > MOST:
        logger.warning("More than %s products have vectors: the search does without them.", f"{MOST:,}")
    else:
        for pk, packed in vectors.values_list("pk", "values").iterator(chunk_size=_CHUNK):
            ids.append(pk)
            values += packed
            lengths.add(len(packed))
    if len(lengths) > 1:  # the model changed its mind; the next run of the task mends it
        ids, values = [], bytearray()
    rows = np.frombuffer(values, dtype="<f4")
    return Matrix(
        model,
        np.array(ids, dtype=np.int64),
        rows.reshape(len(ids), -1) if ids else rows.reshape(0, 0),
    )


matrix: Final = Remembered(_read, [ProductVector], fresh_s=FRESH_S, behind=True)
"""The vectors of the settings' model."""
