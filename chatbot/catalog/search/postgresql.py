"""Search in PostgreSQL: a table of our own tokens with weighted tsvectors and GIN indexes.

Up to EXACT_UP_TO products every match is ranked, as in SQLite. Beyond that a common word has more matches than can be
read while a shopper waits. Then how common a word is comes from the planner's statistics, products that hold the words
in their title or category come first, and no more than READ of them are ranked.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import connections, router

from chatbot.catalog.search.base import Filters
from chatbot.catalog.search.document import Fields
from chatbot.catalog.search.engine import BUYABLE, TABLE, Engine
from chatbot.catalog.search.filtering import fitting
from chatbot.catalog.search.ranking import Found
from chatbot.catalog.text import Phrase, Query, Word
from chatbot.catalog.vocabulary import FRESH_S
from chatbot.models import Product
from chatbot.remembered import Remembered

EXACT_UP_TO: Final = 100_000
READ: Final = 1_000
COUNTED: Final = 2_000
"""Products with a word that are counted at most, where the statistics do not know it."""

_COLUMNS = ", ".join(Fields._fields)
_TEXTS = ", ".join(f"s.{name}" for name in Fields._fields)
_LABELS = "ABCCDD"
"""A tsvector knows four weights: title A, kind B, model and brand C, description and attributes D."""
_LABEL_WEIGHTS = "{0.06, 0.25, 0.8, 1.0}"
_HEADING = 2
"""Fields, from the first, that are also indexed by themselves: title and kind."""
_POSITIONS = 16_383
_POSITIONS_OF_TOKEN = 255


def _read_documents() -> int:
    """How many products are in the index; by the server's own estimate where counting would take long."""
    with connections[router.db_for_write(Product)].cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [TABLE])
        row = cursor.fetchone()
        if row and row[0] > 2 * EXACT_UP_TO:
            return int(row[0])
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}")  # noqa: S608
        return int(cursor.fetchone()[0])


_counted: Final = Remembered(_read_documents, [Product], fresh_s=FRESH_S, behind=True)


def _read_common() -> dict[str, float]:
    """The commonest tokens and the share of the products that holds each, by the last ANALYZE."""
    with connections[router.db_for_write(Product)].cursor() as cursor:
        cursor.execute(
            "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
            " WHERE schemaname = ANY(current_schemas(false)) AND tablename = %s AND attname = 'document'",
            [TABLE],
        )
        row = cursor.fetchone()
    if not row or not row[0]:
        return {}
    return dict(zip(row[0], row[1], strict=False))  # the shares have the least and the greatest behind them


_common: Final = Remembered(_read_common, [Product], fresh_s=FRESH_S, behind=True)


class PostgresSearch(Engine):
    """Products found by a tsvector of the tokens."""

    def remove(self, product_ids: Collection[int]) -> None:
        """Forget these products. Unknown ids are fine."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE product_id = ANY(%s)", [list(product_ids)])  # noqa: S608

    def rebuild(self) -> int:
        """See `Engine.rebuild`; the statistics are of the new rows."""
        written = super().rebuild()
        with self._connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {TABLE}")
        return written

    def _documents(self) -> int:
        return _counted()

    def _frequencies(self, tokens: Collection[str]) -> Mapping[str, int]:
        is_large = (total := self._documents()) > EXACT_UP_TO
        common = _common() if is_large else {}
        known = {token: round(common[token] * total) for token in tokens if token in common}
        counted = f"LIMIT {COUNTED}" if is_large else ""
        sql = f"""
            SELECT token, (
                SELECT COUNT(*) FROM (
                    SELECT 1 FROM {TABLE} WHERE document @@ ('''' || token || '''')::tsquery {counted}
                ) AS held
            ) FROM unnest(%s::text[]) AS token
        """  # noqa: S608
        if rest := [token for token in tokens if token not in known]:
            with self._connection.cursor() as cursor:
                cursor.execute(sql, [rest])
                known.update(cursor.fetchall())
        return known

    def _matching(
        self, wanted: Query, *, every_word: bool, limit: int, in_stock_only: bool, filters: Filters | None
    ) -> list[Found]:
        if self._documents() <= EXACT_UP_TO:
            return self._best([(_match(wanted.words, every_word), "document", None)], limit, in_stock_only, filters)
        if every_word:
            match = _match(wanted.words, every_word)
            found = self._best([(match, "heading", READ)], limit, in_stock_only, filters)
            if len(found) < limit:
                held = {item.product_id for item in found}
                more = self._best([(match, "document", READ)], limit, in_stock_only, filters)
                found += [item for item in more if item.product_id not in held][: limit - len(found)]
            return found
        each = READ // max(1, len(wanted.words))
        parts = [(_match([word], every_word=True), "heading", each) for word in wanted.words]
        return self._best(parts, limit, in_stock_only, filters)

    def _best(
        self,
        matches: Sequence[tuple[str, str, int | None]],
        limit: int,
        in_stock_only: bool,
        filters: Filters | None,
    ) -> list[Found]:
        """The closest of the products that match any of these: an expression, its column, and how many are read."""
        table = Product._meta.db_table
        buyable = [sorted(BUYABLE)] if in_stock_only else []
        stock = f"AND product_id IN (SELECT id FROM {table} WHERE availability = ANY(%s))" if in_stock_only else ""  # noqa: S608
        fits, values = self._condition(filters)
        parts = []
        parameters: list[Any] = []
        for match, column, read in matches:
            parts.append(
                f"(SELECT product_id, document FROM {TABLE} WHERE {column} @@ %s::tsquery {stock} {fits}"  # noqa: S608
                f" {f'LIMIT {read}' if read else ''})"
            )
            parameters += [match, *buyable, *values]
        whole = " | ".join(f"({match})" for match, _, _ in matches)
        # MATERIALIZED: fresh after a big import, without statistics, the planner would walk the products instead.
        # A row that outlived its product takes a place in the pool and nothing else.
        sql = f"""
            WITH read AS MATERIALIZED ({" UNION ALL ".join(parts)}), best AS MATERIALIZED (
                SELECT product_id, MAX(ts_rank('{_LABEL_WEIGHTS}', document, %s::tsquery, 1)) AS closeness
                FROM read GROUP BY product_id ORDER BY closeness DESC, product_id LIMIT %s
            )
            SELECT p.id, p.sku, p.availability, p.item_group_id, {_TEXTS}
            FROM best JOIN {table} p ON p.id = best.product_id JOIN {TABLE} s ON s.product_id = best.product_id
            WHERE p.removed_at IS NULL
            ORDER BY best.closeness DESC, best.product_id
        """  # noqa: S608
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [*parameters, whole, limit])
            rows = cursor.fetchall()
        return [Found(pk, sku, availability in BUYABLE, group, texts) for pk, sku, availability, group, *texts in rows]

    def _condition(self, filters: Filters | None) -> tuple[str, list[Any]]:  # Any: what parameters are
        if filters is None:
            return "", []
        sql, values = fitting(filters, self.holding).values("pk").query.sql_with_params()
        return f"AND product_id IN ({sql})", list(values)

    def holding(self, phrases: list[Phrase]) -> tuple[str, list[Any]]:  # Any: what parameters are
        """SQL that gives the ids of products whose titles hold any of the phrases, and its parameters."""
        titled = " | ".join(f"({' <-> '.join(f'{_quoted(token)}:A' for token in phrase)})" for phrase in phrases)
        return f"SELECT product_id FROM {TABLE} WHERE heading @@ %s::tsquery", [titled]  # noqa: S608

    def _write(self, rows: list[tuple[int, Fields]]) -> None:
        columns = (*Fields._fields, "document", "heading")
        updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns)
        marks = ", ".join(["%s"] * (1 + len(Fields._fields)))
        with self._connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (product_id, {_COLUMNS}, document, heading)"  # noqa: S608
                f" VALUES ({marks}, %s::tsvector, %s::tsvector)"
                f" ON CONFLICT (product_id) DO UPDATE SET {updates}",
                [(pk, *fields, vector_of(fields), vector_of(fields[:_HEADING])) for pk, fields in rows],
            )

    def _clear(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608


def _match(words: Sequence[Word], every_word: bool) -> str:
    """The words as a tsquery."""
    parts = [
        f"({' | '.join(' <-> '.join(map(_quoted, phrase)) for phrase in phrases)})"
        for word in words
        for phrases in word.parts
    ]
    return (" & " if every_word else " | ").join(parts)


def _quoted(token: str) -> str:
    # Tokens hold letters, digits and dots only, so a quote needs no escape.
    return f"'{token}'"


def vector_of(fields: Sequence[str]) -> str:
    """The text form of a tsvector of the first fields. A gap between fields keeps phrases from crossing them."""
    places: dict[str, list[str]] = defaultdict(list)
    position = 0
    for text, label in zip(fields, _LABELS, strict=False):
        for token in text.split():
            position += 1
            if position <= _POSITIONS and len(places[token]) < _POSITIONS_OF_TOKEN:
                places[token].append(f"{position}{label}")
        position += 1
    return " ".join(f"{_quoted(token)}:{','.join(at)}" for token, at in places.items() if at)
