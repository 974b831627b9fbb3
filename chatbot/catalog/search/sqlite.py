"""Search in SQLite: one FTS5 table of our own tokens. Needs no loadable extension."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django.db import connections, router

from chatbot.catalog.search.base import Filters
from chatbot.catalog.search.document import WEIGHTS, Fields
from chatbot.catalog.search.engine import BUYABLE, TABLE, Engine
from chatbot.catalog.search.filtering import fitting
from chatbot.catalog.search.ranking import Found
from chatbot.catalog.text import Phrase, Query
from chatbot.catalog.vocabulary import FRESH_S
from chatbot.models import Product
from chatbot.remembered import Remembered

# The tokenizer of the table is `ascii`: it leaves characters beyond ASCII alone, so that what `text` calls a token is
# one here. The table keeps its text (SQLite 3.40 cannot delete from a contentless one); the ranking reads it.
_COLUMNS = ", ".join(Fields._fields)
_TEXTS = ", ".join(f"s.{name}" for name in Fields._fields)


def _count() -> int:
    with connections[router.db_for_write(Product)].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}_docsize")  # noqa: S608 - FTS5's own narrow table: a row a product
        return int(cursor.fetchone()[0])


_counted: Final = Remembered(_count, [Product], fresh_s=FRESH_S, behind=True)


class SqliteSearch(Engine):
    """Products found by FTS5."""

    def remove(self, product_ids: Collection[int]) -> None:
        """Forget these products. Unknown ids are fine."""
        with self._connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(pk,) for pk in product_ids])  # noqa: S608

    def _documents(self) -> int:
        return _counted()

    def _frequencies(self, tokens: Collection[str]) -> Mapping[str, int]:
        marks = ", ".join(["%s"] * len(tokens))
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT term, doc FROM {TABLE}_terms WHERE term IN ({marks})", list(tokens))  # noqa: S608
            return dict(cursor.fetchall())

    def _matching(
        self, wanted: Query, *, every_word: bool, limit: int, in_stock_only: bool, filters: Filters | None
    ) -> list[Found]:
        parts = [_any(_quoted(phrase) for phrase in phrases) for word in wanted.words for phrases in word.parts]
        match = (" AND " if every_word else " OR ").join(parts)
        buyable = sorted(BUYABLE) if in_stock_only else []
        table = Product._meta.db_table
        # The products are joined to the best only: rows are wide, and looking thousands of them up costs more than
        # ranking them. A row that outlived its product takes a place in the pool and nothing else.
        stock = (
            f"AND rowid IN (SELECT id FROM {table} WHERE availability IN ({', '.join(['%s'] * len(buyable))}))"  # noqa: S608
            if buyable
            else ""
        )
        fits, values = self._condition(filters)
        sql = f"""
            SELECT p.id, p.sku, p.availability, p.item_group_id, {_TEXTS}
            FROM (
                SELECT rowid AS id, bm25({TABLE}, {", ".join(map(str, WEIGHTS))}) AS distance
                FROM {TABLE} WHERE {TABLE} MATCH %s {stock} {fits}
                ORDER BY distance LIMIT %s
            ) best JOIN {table} p ON p.id = best.id JOIN {TABLE} s ON s.rowid = best.id
            WHERE p.removed_at IS NULL
            ORDER BY best.distance, best.id
        """  # noqa: S608 - names and numbers of our own
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [match, *buyable, *values, limit])
            rows = cursor.fetchall()
        return [Found(pk, sku, availability in BUYABLE, group, texts) for pk, sku, availability, group, *texts in rows]

    def _condition(self, filters: Filters | None) -> tuple[str, list[Any]]:  # Any: what parameters are
        """The filters, asked of each match on its own: a list of all products that pass would be longer to make."""
        if filters is None:
            return "", []
        sql, values = fitting(filters, self.holding).values("pk").query.sql_with_params()
        return f'AND EXISTS ({sql} AND "{Product._meta.db_table}"."id" = {TABLE}.rowid)', list(values)

    def holding(self, phrases: list[Phrase]) -> tuple[str, list[Any]]:  # Any: what parameters are
        """SQL that gives the ids of products whose titles hold any of the phrases, and its parameters."""
        titled = f"title : {_any(map(_quoted, phrases))}"
        return f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [titled]  # noqa: S608

    def _write(self, rows: list[tuple[int, Fields]]) -> None:
        marks = ", ".join(["%s"] * (1 + len(Fields._fields)))
        with self._connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE} (rowid, {_COLUMNS}) VALUES ({marks})",  # noqa: S608
                [(pk, *fields) for pk, fields in rows],
            )

    def _clear(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608


def _quoted(phrase: tuple[str, ...]) -> str:
    # Tokens hold letters, digits and dots only, so a quote needs no escape.
    return f'"{" ".join(phrase)}"'


def _any(alternatives: Iterable[str]) -> str:
    return f"({' OR '.join(alternatives)})"
