"""Rows added up by keys and written into a table of rollups, by one statement that never leaves the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections, models
from django.db.models import QuerySet


def grouped(
    rows: QuerySet[Any], keys: Mapping[str, Any], over: Mapping[str, Any], measures: Sequence[str]
) -> QuerySet[Any]:
    """Rows by `keys`, which become `key_...`, with the measures, which are `sum_...` (see `sums`)."""
    named = {f"key_{name}": expression for name, expression in keys.items()}
    aggregates = {f"sum_{name}": over[f"sum_{name}"] for name in measures}
    by_keys: QuerySet[Any] = rows.order_by().annotate(**named).values(*named).annotate(**aggregates)
    return by_keys


def insert_grouped(
    alias: str,
    table: type[models.Model],
    parts: Sequence[QuerySet[Any]],
    *,
    keys: Sequence[str],
    measures: Sequence[str],
    constants: Mapping[str, Any] | None = None,
    add: bool = False,
) -> None:
    """`INSERT ... SELECT` what all `parts` come to by `keys`; with `add`, on top of the rows that are there."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, [*(f"key_{name}" for name in keys), *(f"sum_{name}" for name in measures)]))
    selects, params = [], []
    for part in parts:
        sql, of_part = part.using(alias).query.get_compiler(using=alias).as_sql()
        selects.append(f"SELECT {columns} FROM ({sql}) AS part")  # noqa: S608 - names are ours
        params.extend(of_part)
    fixed = {
        name: table._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]
        for name, value in (constants or {}).items()
    }
    into = ", ".join(map(quote, [*keys, *measures, *fixed]))
    groups = ", ".join(quote(f"key_{name}") for name in keys)
    figures = ", ".join(f"SUM({quote(f'sum_{name}')})" for name in measures)
    name = quote(table._meta.db_table)
    insert = (
        f"INSERT INTO {name} ({into}) SELECT {groups}, {figures}{', %s' * len(fixed)} "  # noqa: S608 - names are ours
        f"FROM ({' UNION ALL '.join(selects)}) AS rows_by_key WHERE true GROUP BY {groups}"
    )
    if add:
        more = ", ".join(f"{quote(each)} = {name}.{quote(each)} + excluded.{quote(each)}" for each in measures)
        insert += f" ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {more}"
    with connection.cursor() as cursor:
        cursor.execute(insert, [*fixed.values(), *params])
