"""Products of a search as they are now, for little: the statement is written once, not built anew for each question."""

from collections.abc import Collection
from functools import cache

from django.db import connections, router

from chatbot.models import Product

_LEFT_OUT = "attributes"
"""Further columns of the feed: they are the larger part of a row, and no answer is made of them."""


def offered(ids: Collection[int]) -> dict[int, Product]:
    """Those of these products that the shop still offers, by id. `attributes` are read when they are asked for."""
    if not ids:
        return {}
    using = router.db_for_read(Product)
    marks = ", ".join(["%s"] * len(ids))
    rows = Product.objects.using(using).raw(f"{_statement(using)} IN ({marks})", list(ids))
    return {row.pk: row for row in rows}


@cache
def _statement(using: str) -> str:
    quoted = connections[using].ops.quote_name
    fields = (field for field in Product._meta.concrete_fields if field.name != _LEFT_OUT)
    columns = ", ".join(quoted(field.column or field.name) for field in fields)
    return f"SELECT {columns} FROM {quoted(Product._meta.db_table)} WHERE removed_at IS NULL AND id"  # noqa: S608 - our own names
