"""Products of a search as they are now, for little: the statement is written once, not built anew for each question."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any, NamedTuple

from django.db import connections, router

from chatbot.models import Product

_LEFT_OUT = "attributes"
"""Further columns of the feed: they are the larger part of a row, and no answer is made of them."""


class _Select(NamedTuple):
    sql: str
    names: tuple[str, ...]
    converters: tuple[tuple[int, Any, Callable[..., Any]], ...]  # Any: a column; values as drivers give them
    """Number and column of what the driver does not give as Python has it, and what makes it so."""


def offered(ids: Collection[int]) -> dict[int, Product]:
    """Those of these products that the shop still offers, by id. `attributes` are read when they are asked for."""
    if not ids:
        return {}
    alias = router.db_for_read(Product)
    select, connection = _select(alias), connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(f"{select.sql} IN ({', '.join(['%s'] * len(ids))})", list(ids))
        rows = [list(row) for row in cursor.fetchall()]
    for row in rows:
        for at, column, convert in select.converters:
            row[at] = convert(row[at], column, connection)
    products = [Product.from_db(alias, select.names, row) for row in rows]
    return {product.pk: product for product in products}


@cache
def _select(alias: str) -> _Select:
    connection = connections[alias]
    quoted = connection.ops.quote_name
    fields = [field for field in Product._meta.concrete_fields if field.name != _LEFT_OUT]
    columns = [field.get_col(Product._meta.db_table) for field in fields]
    converters = [
        (at, column, convert)
        for at, column in enumerate(columns)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
    ]
    names = ", ".join(quoted(field.column or field.name) for field in fields)
    sql = f"SELECT {names} FROM {quoted(Product._meta.db_table)} WHERE removed_at IS NULL AND id"  # noqa: S608 - our own names
    return _Select(sql, tuple(field.attname for field in fields), tuple(converters))
