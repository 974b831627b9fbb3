"""Search in PostgreSQL: a table of our own tokens with a weighted tsvector and a GIN index."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from chatbot.catalog.search.document import Fields
from chatbot.catalog.search.engine import BUYABLE, TABLE, Engine
from chatbot.catalog.search.ranking import Found
from chatbot.catalog.text import Query
from chatbot.models import Product

_COLUMNS = ", ".join(Fields._fields)
_TEXTS = ", ".join(f"s.{name}" for name in Fields._fields)
_LABELS = "ABCCDD"
"""A tsvector knows four weights: title A, kind B, model and brand C, description and attributes D."""
_LABEL_WEIGHTS = "{0.06, 0.25, 0.8, 1.0}"
_POSITIONS = 16_383
_POSITIONS_OF_TOKEN = 255


class PostgresSearch(Engine):
    """Products found by a tsvector of the tokens."""

    def remove(self, product_ids: Collection[int]) -> None:
        """Forget these products. Unknown ids are fine."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE product_id = ANY(%s)", [list(product_ids)])  # noqa: S608

    def _frequencies(self, tokens: Collection[str]) -> Mapping[str, int]:
        sql = f"""
            SELECT token, (
                SELECT COUNT(*) FROM {TABLE} WHERE document @@ ('''' || token || '''')::tsquery
            ) FROM unnest(%s::text[]) AS token
        """  # noqa: S608
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [list(tokens)])
            return dict(cursor.fetchall())

    def _matching(self, wanted: Query, *, every_word: bool, limit: int, in_stock_only: bool) -> list[Found]:
        parts = [
            f"({' | '.join(' <-> '.join(map(_quoted, phrase)) for phrase in phrases)})"
            for word in wanted.words
            for phrases in word.parts
        ]
        match = (" & " if every_word else " | ").join(parts)
        table = Product._meta.db_table
        stock = f"AND product_id IN (SELECT id FROM {table} WHERE availability = ANY(%s))" if in_stock_only else ""  # noqa: S608
        # MATERIALIZED: fresh after a big import, without statistics, the planner would walk the products instead.
        # A row that outlived its product takes a place in the pool and nothing else.
        sql = f"""
            WITH best AS MATERIALIZED (
                SELECT product_id, ts_rank('{_LABEL_WEIGHTS}', document, %s::tsquery, 1) AS closeness
                FROM {TABLE} WHERE document @@ %s::tsquery {stock}
                ORDER BY closeness DESC, product_id LIMIT %s
            )
            SELECT p.id, p.sku, p.availability, {_TEXTS}
            FROM best JOIN {table} p ON p.id = best.product_id JOIN {TABLE} s ON s.product_id = best.product_id
            WHERE p.removed_at IS NULL
            ORDER BY best.closeness DESC, best.product_id
        """  # noqa: S608
        buyable = [sorted(BUYABLE)] if in_stock_only else []
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [match, match, *buyable, limit])
            rows = cursor.fetchall()
        return [Found(pk, sku, availability in BUYABLE, Fields(*texts)) for pk, sku, availability, *texts in rows]

    def _write(self, rows: list[tuple[int, Fields]]) -> None:
        updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*Fields._fields, "document"))
        marks = ", ".join(["%s"] * (1 + len(Fields._fields)))
        with self._connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (product_id, {_COLUMNS}, document) VALUES ({marks}, %s::tsvector)"  # noqa: S608
                f" ON CONFLICT (product_id) DO UPDATE SET {updates}",
                [(pk, *fields, _document(fields)) for pk, fields in rows],
            )

    def _clear(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608


def _quoted(token: str) -> str:
    # Tokens hold letters, digits and dots only, so a quote needs no escape.
    return f"'{token}'"


def _document(fields: Fields) -> str:
    """The text form of a tsvector. A gap between fields keeps phrases from crossing them."""
    places: dict[str, list[str]] = defaultdict(list)
    position = 0
    for text, label in zip(fields, _LABELS, strict=True):
        for token in text.split():
            position += 1
            if position <= _POSITIONS and len(places[token]) < _POSITIONS_OF_TOKEN:
                places[token].append(f"{position}{label}")
        position += 1
    return " ".join(f"{_quoted(token)}:{','.join(at)}" for token, at in places.items() if at)
