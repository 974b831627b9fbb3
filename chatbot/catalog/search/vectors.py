"""The products' vectors: made from their texts in batches, kept in the database."""

import hashlib
import logging
import math
from collections.abc import Sequence
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from chatbot.catalog.search import embedding, pgvector
from chatbot.catalog.search.in_memory import matrix, numpy
from chatbot.errors import BadGatewayBody
from chatbot.models import Product, ProductVector

logger = logging.getLogger(__name__)

BATCH: Final = 64
"""Products that are sent to the relay in one request."""
DESCRIPTION_CHARACTERS: Final = 600


def text_of(product: Product) -> str:
    """What of a product is embedded: what it is, first."""
    parts = (product.title, product.brand, product.product_type, product.description[:DESCRIPTION_CHARACTERS])
    return ". ".join(" ".join(part.split()) for part in parts if part)


def fill(most: int = 10_000) -> int:
    """Embed what is new or changed, at most `most` products, a batch at a time; returns how many.

    Killed in the middle it has kept what it did. A text that did not change is not embedded again. Raises `RelayError`.
    """
    model, np = embedding.model(), numpy()
    if not model or np is None:
        return 0
    ProductVector.objects.filter(product__removed_at__isnull=False).delete()
    done = last = 0
    numbers = 0  # of each vector, by this run's first answer
    # Each batch goes on behind the one before: looking from the start again would take longer with every batch.
    while done < most and (batch := list(stale(model).filter(pk__gt=last)[:BATCH])):
        last = batch[-1].pk
        known = {row.pk: row for row in ProductVector.objects.filter(pk__in=[product.pk for product in batch])}
        texts = {product.pk: text_of(product) for product in batch}
        hashes = {pk: hashlib.sha256(text.encode()).hexdigest() for pk, text in texts.items()}
        new = [pk for pk in texts if pk not in known or (known[pk].model, known[pk].text_hash) != (model, hashes[pk])]
        vectors = dict(zip(new, embedding.embedded([texts[pk] for pk in new]) if new else [], strict=True))
        is_first = bool(vectors) and not numbers
        for vector in vectors.values():
            if numbers and len(vector) != numbers:
                raise BadGatewayBody(f"model {model!r}: vectors of {numbers} numbers, then of {len(vector)}")
            numbers = len(vector)
        if is_first:
            _forget_other_lengths(model, numbers)
        now = timezone.now()
        rows = [
            ProductVector(product_id=pk, model=model, text_hash=hashes[pk], values=_packed(vectors[pk]), updated_at=now)
            for pk in new
        ]
        ProductVector.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=["model", "text_hash", "values", "updated_at"],
        )
        ProductVector.objects.filter(pk__in=[pk for pk in texts if pk not in vectors]).update(updated_at=now)
        done += len(batch)
        if is_first:
            pgvector.keep_indexed(model, numbers)
    if done:
        matrix.forget()
    return done


def stale(model: str) -> QuerySet[Product]:
    """Offered products without a vector of the model, or changed since it was made, by id."""
    fresh = ProductVector.objects.filter(pk=OuterRef("pk"), model=model, updated_at__gte=OuterRef("updated_at"))
    return Product.objects.offered().filter(~Exists(fresh)).order_by("pk")


def _forget_other_lengths(model: str, numbers: int) -> None:
    """Delete the model's vectors if they are of another length than what it gives now: nothing can be told by both."""
    kept = ProductVector.objects.filter(model=model)
    first = kept.order_by("pk").first()
    if first and len(first.values) != 4 * numbers:
        logger.warning("The model %r gives vectors of %s numbers now: all products are embedded anew.", model, numbers)
        kept.delete()


def _packed(vector: Sequence[float]) -> bytes:
    np = numpy()
    row = np.asarray(vector, dtype=np.float64)
    return bytes((row / (math.hypot(*vector) or 1.0)).astype("<f4").tobytes())
