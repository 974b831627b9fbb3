"""Many plain rows into a table, without a model instance for each: a bill's lines and findings come by the 100,000."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from django.db import connections, models, router

_BATCH: Final = 5_000


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:  # Any: column values
    """Insert `rows`, whose values stand in the order of the fields `names`, in the transaction that is open.

    On PostgreSQL with psycopg 3 it is a COPY: `rows` must not ask the database for anything while it is read.
    """
    connection = connections[router.db_for_write(model)]
    known = {field.name: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in names]
    quote = connection.ops.quote_name
    table = f"{quote(model._meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)})"
    kinds = [field.target_field if isinstance(field, models.ForeignKey) else field for field in fields]
    # Numbers and texts are what drivers take; times, amounts and UUIDs are not the same in every database.
    plain = (models.IntegerField, models.CharField, models.AutoField)
    prepared = [(place, kind) for place, kind in enumerate(kinds) if not isinstance(kind, plain)]

    def values(row: Sequence[Any]) -> list[Any]:
        cells = list(row)
        for place, kind in prepared:
            if cells[place] is not None:
                cells[place] = kind.get_db_prep_save(cells[place], connection)
        return cells

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and hasattr(cursor.cursor, "copy"):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(values(row))
            return
        statement = f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608 - names of our fields
        waiting = iter(rows)
        while batch := [values(row) for row in islice(waiting, _BATCH)]:
            cursor.executemany(statement, batch)
