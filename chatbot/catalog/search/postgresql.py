"""Search in PostgreSQL: a table of our own tokens with weighted tsvectors and GIN indexes.

Up to EXACT_UP_TO products every match is ranked, as in SQLite. Beyond that a common word has more matches than can be
read while a shopper waits. Then how common a word is comes from the planner's statistics, products that hold the words
in their title or category come first, and no more than READ of them are ranked.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connections, router
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from chatbot.catalog.search.base import Filters
from chatbot.catalog.search.document import Fields
from chatbot.catalog.search.engine import BUYABLE, FEW, TABLE, Engine
from chatbot.catalog.search.filtering import passing
from chatbot.catalog.search.frequencies import frequencies
from chatbot.catalog.search.ranking import Found
from chatbot.catalog.text import Phrase, Query, Word, phrase
from chatbot.catalog.vocabulary import FRESH_S
from chatbot.models import Product
from chatbot.remembered import Remembered

EXACT_UP_TO: Final = 50_000
READ: Final = 1_000
COUNTED: Final = 2_000
"""Products with a word that are counted at most, where the statistics do not know it."""

LOOK: Final = 3_000
"""Products that hold all words and are held against the filters, before more are where few fit."""
RARE: Final = 0.05
"""Share of the products that may have a trait for the index to be asked for it; of a commoner one enough are met."""
WAYS: Final = 40
"""Spellings of one trait that the index is asked for."""

_COLUMNS = ", ".join(Fields._fields)
_TEXTS = ", ".join(f"s.{name}" for name in Fields._fields)
_LABELS = "ABCCDD"
"""A tsvector knows four weights: title A, kind B, model and brand C, description and attributes D."""
_LABELS_OF = {"brand": "C", "color": "D", "size": "D"}
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


class _Part(NamedTuple):
    """Products to read: by an expression on a column, how many to rank and how many to hold against the filters."""

    match: str
    column: str
    read: int | None = None
    look: int | None = None


class _Fits(NamedTuple):
    """The filters as a condition on the rows `s`, its parameters, and a tsquery that all which fit match."""

    sql: str = ""
    values: tuple[Any, ...] = ()
    narrowing: str = ""


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
        fits = self._condition(in_stock_only, filters)
        whole = _match(wanted.words, every_word)
        if self._documents() <= EXACT_UP_TO:
            return self._best([_Part(whole, "document")], limit, fits)
        if not every_word:
            each = READ // max(1, len(wanted.words))
            parts = [_Part(_match([word], every_word=True), "heading", each, each) for word in wanted.words]
            return self._best(parts, limit, fits)
        found: dict[int, Found] = {}
        # What few products fulfil is looked for among all that hold the words, but only when it has to be.
        for look in (LOOK, None) if fits.sql else (None,):
            for column in ("heading", "document"):
                if len(found) < limit:
                    for item in self._best([_Part(whole, column, READ, look)], limit, fits):
                        found.setdefault(item.product_id, item)
            if len(found) >= FEW:
                break
        return list(found.values())[:limit]

    def _best(self, parts: Sequence["_Part"], limit: int, fits: "_Fits") -> list[Found]:
        """The closest of the products that match any of these parts and fit."""
        table = Product._meta.db_table
        reads = []
        parameters: list[Any] = []
        for part in parts:
            looked = f"SELECT product_id, document, heading FROM {TABLE} WHERE {part.column} @@ %s::tsquery"  # noqa: S608
            parameters.append(part.match)
            if fits.narrowing:
                looked += " AND document @@ %s::tsquery"
                parameters.append(fits.narrowing)
            if fits.sql and part.look:
                looked += f" LIMIT {part.look}"
            read = f" LIMIT {part.read}" if part.read else ""
            reads.append(f"(SELECT product_id, document FROM ({looked}) AS s {fits.sql}{read})")  # noqa: S608
            parameters += fits.values
        whole = " | ".join(f"({part.match})" for part in parts)
        # MATERIALIZED: fresh after a big import, without statistics, the planner would walk the products instead.
        # A row that outlived its product takes a place in the pool and nothing else.
        sql = f"""
            WITH read AS MATERIALIZED ({" UNION ALL ".join(reads)}), best AS MATERIALIZED (
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

    def _condition(self, in_stock_only: bool, filters: Filters | None) -> "_Fits":
        """The filters, asked of each match on its own: a list of all products that pass would be longer to make.

        A scalar subquery, because the planner would make that very list out of an EXISTS.
        """
        if filters is None and not in_stock_only:
            return _Fits()
        rows = Product.objects.offered() if filters is None else passing(filters, _titled)
        if in_stock_only:
            rows = rows.filter(availability__in=sorted(BUYABLE))
        sql, values = rows.values("pk").query.sql_with_params()
        condition = f'WHERE ({sql} AND "{Product._meta.db_table}"."id" = s.product_id) IS NOT NULL'
        return _Fits(condition, tuple(values), self._narrowing(filters) if filters else "")

    def _narrowing(self, filters: Filters) -> str:
        """A tsquery of the rare traits, which products say in their document too; empty where all are common."""
        parts = []
        for trait in filters.wanted:
            held = [(phrase(value), _LABELS_OF[trait.column]) for value in trait.values] if trait.column else []
            ways = {way for way in (*held, *((phrase(words), "A") for words in trait.words)) if way[0]}
            if 0 < len(ways) <= WAYS:
                tokens = {token for way, _ in ways for token in way}
                counts = frequencies(tokens, guessed=tokens, read=self._frequencies)
                if sum(min(counts[token] for token in way) for way, _ in ways) <= RARE * self._documents():
                    parts.append(f"({' | '.join(sorted(_all(*way) for way in ways))})")
        return " & ".join(parts)

    def holding(self, phrases: list[Phrase]) -> tuple[str, list[Any]]:  # Any: what parameters are
        """SQL that gives the ids of products whose titles hold any of the phrases, and its parameters."""
        return f"SELECT product_id FROM {TABLE} WHERE heading @@ %s::tsquery", [_in_title(phrases)]  # noqa: S608

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


def _titled(phrases: list[Phrase]) -> Q:
    """The condition on the row of the index that is looked at."""
    sql = "s.heading @@ %s::tsquery"
    return Q(RawSQL(sql, [_in_title(phrases)], output_field=BooleanField()))  # noqa: S611 - of our own making


def _in_title(phrases: Sequence[Phrase]) -> str:
    return " | ".join(f"({' <-> '.join(f'{_quoted(token)}:A' for token in words)})" for words in phrases)


def _all(tokens: Phrase, label: str) -> str:
    return f"({' & '.join(f'{_quoted(token)}:{label}' for token in tokens)})"


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
