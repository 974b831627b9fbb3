"""CSV that a spreadsheet reads as it was meant: UTF-8 with a byte order mark, CRLF, and no cell that is a formula."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

Cell = str | int | Decimal | date | datetime | None

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Without it Excel takes the file for one in the machine's own encoding, and Korean is lost."""
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_FORMULA: Final = re.compile(r"[\t\r\n]|[ \u3000]*[=+\-@＝＋－＠]")
"""How cells begin that spreadsheets compute (OWASP, "CSV Injection"): East Asian ones take the wide signs too."""


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole file; the first row is usually the headings."""
    return b"".join(stream_csv(rows))


def stream_csv(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file row by row, for exports that are not held in memory. The mark comes first, also without rows.

    Texts are in quotes, numbers are not and keep all their places, times are in ISO 8601, None is an empty cell. A
    text that a spreadsheet would compute gets an apostrophe before it; see `defused`.
    """
    yield BYTE_ORDER_MARK
    for row in rows:
        yield (",".join(map(_written, row)) + "\r\n").encode("utf-8", "replace")


def defused(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula. Plain numbers stay numbers, also negative ones."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case int():
            return str(int(cell))
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.isoformat()
    return '"' + defused(cell).replace('"', '""') + '"'
