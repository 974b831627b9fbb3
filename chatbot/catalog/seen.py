"""Which products a long run has met, without holding them in memory."""

import sqlite3
from collections.abc import Collection, Iterable
from types import TracebackType


class Seen:
    """Skus and the line that each was first met on, in a private temporary database that may spill to the disk."""

    def __enter__(self) -> "Seen":
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("CREATE TABLE seen (sku TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
        self._database.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, met: Iterable[tuple[str, int]]) -> None:
        """Remember skus with their lines; one that is known keeps its first line."""
        self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", met)

    def lines(self, skus: Collection[str]) -> dict[str, int]:
        """The first line of each of these skus that was met."""
        marks = ", ".join("?" * len(skus))
        rows = self._database.execute(f"SELECT sku, line FROM seen WHERE sku IN ({marks})", list(skus))  # noqa: S608
        return dict(rows.fetchall())
