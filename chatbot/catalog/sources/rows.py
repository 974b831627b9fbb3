"""What a reader of any format gives: rows of raw text by column, and lines that cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass

ROW_CHARACTERS = 1_048_576
"""The longest row that is read; a longer one is rejected without being held in memory."""


class FeedError(Exception):
    """The feed as a whole cannot be read. The message is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One product of the feed. `line` is where it begins, 1 for the first line of the file."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not taken in, and why. `column` is empty when the row as a whole is at fault.

    `sku` is the row's id where that much could be read. `ends_feed`: nothing after this line could be read.
    """

    line: int
    column: str
    reason: str
    sku: str = ""
    ends_feed: bool = False


def normal_name(column: str) -> str:
    """A column's name as it is compared: "g:Image Link" is "image_link"."""
    return "_".join(column.strip().strip("\ufeff").casefold().removeprefix("g:").replace("-", " ").split())


def collected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Cells by column. A column that comes again adds to the text of the first, as in repeated XML elements."""
    cells: dict[str, str] = {}
    for name, value in pairs:
        if name in cells and value:
            cells[name] = f"{cells[name]} | {value}" if cells[name] else value
        else:
            cells.setdefault(name, value)
    return cells
