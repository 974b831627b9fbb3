"""The records of a delimited file: its encoding and delimiter found out, its header found, one bad line costs itself.

The file may be gzipped. Memory does not grow with it.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final, TextIO, cast

from django.utils.translation import gettext as _

from chatbot.accounting.reconciliation.columns import BillError, guessed

MOST_BYTES: Final = 2**30
"""The longest file that is read, unzipped."""
LINE_CHARACTERS: Final = 65_536
RECORD_LINES: Final = 20
"""Lines that one record may span."""
HEADER_LINES: Final = 30
"""So far down the header is looked for: some bills have a title above it."""

_SAMPLE_BYTES: Final = 262_144
_GZIP: Final = b"\x1f\x8b"
_DELIMITERS: Final = (",", ";", "\t", "|")
_ENCODINGS: Final = ("utf-8", "cp949", "cp1252")


@dataclass(frozen=True, slots=True)
class Record:
    """Cells of a line; `line` is where it begins, 1 for the first."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line that was not taken in, and why."""

    line: int
    reason: str


def unzipped(file: BinaryIO) -> BinaryIO:
    """The file from its beginning, unzipped if need be. Raises BillError."""
    file.seek(0)
    start = file.read(2)
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if start == _GZIP else file


def sample_of(file: BinaryIO) -> bytes:
    """The beginning of the file. Raises BillError when there is none, or when it is not text."""
    sample = bytes_of(file).read(_SAMPLE_BYTES)
    if not sample.strip():
        raise BillError(_("The file is empty."))
    if b"\0" in sample and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BillError(
            _("The file is not text. A bill is CSV or TSV, as it is or gzipped; spreadsheets can save it so.")
        )
    return sample


def encoding_of(sample: bytes) -> str:
    """UTF-8, UTF-16 with a byte order mark, else the Korean CP949 (EUC-KR), else Windows-1252."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in _ENCODINGS:
        try:
            codecs.getincrementaldecoder(name)().decode(sample)  # it may end within a character
        except UnicodeDecodeError:
            continue
        return name
    return "cp1252"


def header_of(text: str, given: dict[str, str], delimiter: str = "") -> tuple[int, list[str], str]:
    """The header's line number, its cells and the delimiter: where most columns are known by name.

    `text` is the file's beginning. Raises BillError when no line names a column that is needed.
    """
    best: tuple[int, int, list[str], str] | None = None
    for mark in (delimiter,) if delimiter else _DELIMITERS:
        lines = io.StringIO(text[: text.rfind("\n") + 1] or text, newline="")
        for record in islice(records(lines, mark), HEADER_LINES):
            if isinstance(record, Rejection):
                continue
            names = [name.strip() for name in record.cells]
            known = len(guessed(names, given))
            if known and (best is None or known > best[0]):
                best = (known, record.line, names, mark)
    if best is None or (best[0] < 2 and not given):
        raise BillError(_("No line of the file names its columns; at least a time and a model are needed."))
    _known, line, names, mark = best
    return line, names, mark


def records(text: TextIO, delimiter: str) -> Iterator[Record | Rejection]:
    """All filled lines, the header too. A quote that is never closed costs its own line and nothing after it."""
    waiting: deque[str] = deque()
    number = 0
    while True:
        line = waiting.popleft() if waiting else text.readline(LINE_CHARACTERS)
        if not line:
            return
        number += 1
        if len(line) >= LINE_CHARACTERS and not line.endswith(("\n", "\r")):
            while (rest := text.readline(LINE_CHARACTERS)) and not rest.endswith(("\n", "\r")):
                pass
            yield Rejection(number, _("the line is longer than %(count)s characters") % {"count": LINE_CHARACTERS})
            continue
        taken = [line]
        cells = _cells(taken, delimiter)
        while cells is None and len(taken) < RECORD_LINES:
            more = waiting.popleft() if waiting else text.readline(LINE_CHARACTERS)
            if not more:
                break
            taken.append(more)
            cells = _cells(taken, delimiter)
        if cells is None:
            waiting.extendleft(reversed(taken[1:]))
            yield Rejection(number, _("a quote stands where it does not belong, or is never closed"))
            continue
        if any(cell.strip() for cell in cells):
            yield Record(number, cells)
        number += len(taken) - 1


def _cells(lines: list[str], delimiter: str) -> list[str] | None:
    """The cells of the one record in these lines; None while it is unfinished or if it is none."""
    try:
        read = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return read[0] if len(read) == 1 else None


def bytes_of(file: BinaryIO) -> io.BufferedReader:
    """The file from its beginning, unzipped. Closing it leaves `file` open. Reading raises BillError."""
    return io.BufferedReader(_Bounded(unzipped(file)), _SAMPLE_BYTES)


def text_of(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """The same as text. A byte that is none of the encoding becomes a mark that `is_garbled` sees."""
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(bytes_of(file), encoding=encoding, errors=errors, newline="")


def is_garbled(text: str) -> bool:
    """Whether bytes of it were not of the file's encoding, or are none of a text."""
    if text.isascii():
        return "\0" in text
    return any(mark in "\0\ufffd" or "\udc80" <= mark <= "\udcff" for mark in text)


class _Bounded(io.RawIOBase):
    """A file that is not read for ever: a small gzip can hold terabytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # Any: typeshed's own name for it is not importable
        try:
            data = self._file.read(len(buffer))
        except (OSError, EOFError, zlib.error) as err:
            raise BillError(_("The file is damaged: %(error)s.") % {"error": err}) from err
        self._left -= len(data)
        if self._left < 0:
            raise BillError(_("The file is longer than %(count)s bytes.") % {"count": f"{MOST_BYTES:,}"})
        buffer[: len(data)] = data
        return len(data)
