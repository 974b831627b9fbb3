"""The nearest products by PostgreSQL's extension pgvector: an index (HNSW, by cosine) on the vectors kept anyway.

Nothing is kept twice and no column is of the extension's types. Whatever happens to the extension or the index, the
vectors stay, and without an index they are compared in memory. An index holds the vectors of one model that have one
length, so vectors of another model find their place beside it. Its numbers have 16 bits; the order is then made exact.
"""

import hashlib
import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from chatbot.catalog.search.in_memory import DEPTH
from chatbot.models import Product, ProductVector
from chatbot.remembered import Remembered

logger = logging.getLogger(__name__)

OLDEST: Final = (0, 8)
"""The version of pgvector that began to go on searching when what it found is not enough."""
MOST_NUMBERS: Final = 4_000
"""Numbers of a vector that an index can hold."""
FEW: Final = 5_000
"""Vectors that are indexed in seconds, so that a task may do it."""
FRESH_S: Final = 60.0
LOOK: Final = 200
"""Vectors that a search keeps in sight: more find the nearest more surely, and take longer."""
_TABLE: Final = ProductVector._meta.db_table
_NAME: Final = re.compile(r"chatbot_vector_near_(\d+)_([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Indexed:
    """The vectors of a model, which have `numbers` numbers each and an index."""

    model: str
    numbers: int

    def nearest(self, vector: Sequence[float], limit: int, among: QuerySet[Product]) -> list[tuple[int, float]]:
        """See `Nearness`. None where the database fails at it: the extension may have been dropped a moment ago."""
        length = math.hypot(*vector)
        if len(vector) != self.numbers or not length:
            return []
        wanted = str([number / length for number in vector])
        # Asked of each product on its own, as the index comes to it: see `PostgresSearch`.
        try:
            fits, values = among.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return []
        near = f"""
            WITH near AS MATERIALIZED (
                SELECT product_id, "values" FROM {_TABLE} v
                WHERE model = %s AND cardinality("values") = {self.numbers}
                AND ({fits} AND "{Product._meta.db_table}"."id" = v.product_id) IS NOT NULL
                ORDER BY "values"::halfvec({self.numbers}) <=> %s::halfvec({self.numbers}) LIMIT %s
            )
            SELECT product_id, 1 - ("values"::vector <=> %s::vector) AS cosine FROM near
            ORDER BY cosine DESC, product_id
        """  # noqa: S608 - names and a number of our own
        connection = connections[router.db_for_read(ProductVector)]
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.max_scan_tuples', %s, true),"
                    " set_config('hnsw.iterative_scan', 'relaxed_order', true)",
                    [str(LOOK), str(DEPTH * limit)],
                )
                cursor.execute(near, [self.model, *values, wanted, limit, wanted])
                return [(pk, cosine) for pk, cosine in cursor.fetchall()]
        except DatabaseError:
            logger.warning("The search does without meaning: pgvector failed.", exc_info=True)
            _indexes.forget()
            return []


def indexed(model: str) -> Indexed | None:
    """The model's index, where it has one that is whole."""
    for name in _indexes():
        if (numbers := _numbers_of(name, model)) is not None:
            return Indexed(model, numbers)
    return None


def version() -> tuple[int, ...]:
    """The version of the extension in the products' database; empty where it is not installed, or not to be seen."""
    found = _asked("SELECT extversion FROM pg_extension WHERE extname = 'vector' AND to_regtype('vector') IS NOT NULL")
    return tuple(int(part) for part in re.findall(r"\d+", found[0][0])) if found else ()


def install() -> bool:
    """Install the extension where its files are there and we may; whether it is installed now."""
    connection = _connection()
    if connection.vendor != "postgresql":
        return False
    if _asked("SELECT 1 FROM pg_available_extensions WHERE name = 'vector' AND installed_version IS NULL"):
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except DatabaseError as error:
            logger.warning("The extension vector cannot be installed: %s", error)
    return bool(version())


def may_index(numbers: int) -> bool:
    """Whether vectors of so many numbers can have an index here."""
    return numbers <= MOST_NUMBERS and version() >= OLDEST


def index(model: str, numbers: int, *, beside_writers: bool = False, memory: str = "") -> None:
    """Make the model's index, unless it is there and whole; raises DatabaseError.

    `beside_writers`: vectors can be written meanwhile. That takes longer and is not for the inside of a transaction.
    `memory`: what PostgreSQL may take for it, as "2GB"; empty for its `maintenance_work_mem`.
    """
    name = _name(model, numbers)
    if name in _found():
        return
    connection = _connection()
    at_once = "CONCURRENTLY" if beside_writers else ""
    with connection.schema_editor(atomic=False) as editor:
        if memory:
            editor.execute(f"SET maintenance_work_mem = {editor.quote_value(memory)}", None)
        editor.execute(f"DROP INDEX {at_once} IF EXISTS {name}", None)  # one whose making was broken off
        editor.execute(
            f'CREATE INDEX {at_once} {name} ON {_TABLE} USING hnsw (("values"::halfvec({numbers})) halfvec_cosine_ops)'
            f' WHERE model = {editor.quote_value(model)} AND cardinality("values") = {numbers}',
            None,
        )
        if memory:
            editor.execute("RESET maintenance_work_mem", None)
    _indexes.forget()


def keep_indexed(model: str, numbers: int) -> None:
    """Make the model's index while it has few vectors, later ones join it; and drop indexes that serve no vector.

    Never fails: without an index the vectors are compared in memory.
    """
    if _connection().vendor != "postgresql":
        return
    found = _found()
    name = _name(model, numbers)
    rows = ProductVector.objects.using(_connection().alias)
    try:
        with transaction.atomic(using=_connection().alias):
            if name not in found and may_index(numbers):
                if rows.filter(model=model)[: FEW + 1].count() > FEW:
                    logger.warning("The vectors have no index: manage.py chatbot_vectors makes it.")
                else:
                    index(model, numbers)
            others = [other for other in found if other != name]
            if others and rows.exclude(model=model).exists():
                others = [other for other in others if _numbers_of(other, model) is not None]
            if others:
                with _connection().cursor() as cursor:
                    cursor.execute(f"DROP INDEX IF EXISTS {', '.join(others)}")
    except DatabaseError as error:
        logger.warning("The index of the vectors cannot be kept: %s", error)
    _indexes.forget()


def _name(model: str, numbers: int) -> str:
    return f"chatbot_vector_near_{numbers}_{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def _numbers_of(name: str, model: str) -> int | None:
    found = _NAME.fullmatch(name)
    return int(found[1]) if found and name == _name(model, int(found[1])) else None


def _found() -> list[str]:
    """The indexes that are whole."""
    # An index that could not be finished stays behind and is not valid.
    rows = _asked(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"  # noqa: S608 - a name of our own
        f" WHERE i.indrelid = to_regclass('{_TABLE}') AND i.indisvalid"
    )
    return [name for (name,) in rows if _NAME.fullmatch(name)]


_indexes: Final = Remembered(_found, [ProductVector], fresh_s=FRESH_S)


def _asked(sql: str) -> list[Any]:  # Any: rows
    connection = _connection()
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _connection() -> BaseDatabaseWrapper:
    return connections[router.db_for_write(ProductVector)]
