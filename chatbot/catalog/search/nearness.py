"""Which products lie nearest to a vector: asked of PostgreSQL where it has an index for it, else of numpy."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from django.db.models import QuerySet

from chatbot.catalog.search import embedding, in_memory, pgvector
from chatbot.models import Product, ProductVector


class Nearness(Protocol):
    """Something that knows the products' vectors."""

    @property
    def numbers(self) -> int:
        """Of each vector; 0 where there are none."""
        ...

    def nearest(self, vector: Sequence[float], limit: int, among: QuerySet[Product]) -> list[tuple[int, float]]:
        """Ids of products of `among`, nearest first, each with its cosine to `vector`; none for one of another length.

        Twenty times as many of the nearest at all are looked at: where few of them are of `among`, few come.
        """
        ...


class Way(StrEnum):
    """How the nearest products are found."""

    PGVECTOR = "pgvector"
    MEMORY = "memory"
    NONE = "none"
    """There are more vectors than memory is given for."""


def nearness() -> Nearness:
    """What knows the vectors of the settings' model."""
    return pgvector.indexed(embedding.model()) or in_memory.matrix()


def way() -> Way:
    """Which of them it is; asks the database."""
    model = embedding.model()
    if pgvector.indexed(model):
        return Way.PGVECTOR
    many = ProductVector.objects.filter(model=model)[: in_memory.MOST + 1].count() > in_memory.MOST
    return Way.NONE if many else Way.MEMORY
