"""CSV and TSV, a line at a time: one bad line costs itself and nothing after it.

Python's csv module alone lets a quote that is never closed swallow the rest of the file. Here a record that does not
end, or does not parse, is rejected by its first line, and reading goes on with the next one.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from chatbot.catalog.sources.rows import ROW_CHARACTERS, FeedError, RawRow, Rejection, collected, normal_name

RECORD_LINES = 200
"""Lines that one record may span: descriptions with line breaks."""
DELIMITERS = {",": "csv", ";": "csv", "\t": "tsv"}


def read_delimited(text: TextIO, delimiter: str | None) -> Iterator[RawRow | Rejection]:
    """Rows under the header line. Without a `delimiter` the header tells it.

    Raises FeedError when there is no header.
    """
    lines = _Lines(text)
    header_line = lines.first_filled()
    delimiter = delimiter or _delimiter_of(header_line)
    lines.push_back(header_line)
    header = _header(lines, delimiter)
    yield from _records(lines, delimiter, header)


class _Unfinished(Exception):
    """A record needs more lines than a record may have."""


class _TooLong(Exception):
    """A line is longer than a row may be."""


class _Lines:
    """Physical lines with a way back. Iterating gives the lines of the record that began at `begin`."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self._record: list[str] = []
        self._characters = 0
        self.number = 0
        """The line that was read last."""
        self._last = ""

    def first_filled(self) -> str:
        while line := self._next_line():
            if line.strip("\ufeff \t\r\n,;"):
                return line
        raise FeedError("The file is empty.")

    def push_back(self, line: str) -> None:
        self._waiting.appendleft(line)
        self.number -= 1

    def begin(self) -> None:
        self._record = []
        self._characters = 0

    def give_up(self) -> int:
        """Drop the first line of the record and read its other lines again. Returns that line's number."""
        first = self.number - len(self._record) + 1
        for line in reversed(self._record[1:]):
            self.push_back(line)
        self._record = self._record[:1]
        return first

    @property
    def record(self) -> list[str]:
        return self._record

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self._record) >= RECORD_LINES or self._characters > ROW_CHARACTERS:
            raise _Unfinished
        line = self._next_line()
        if not line:
            raise StopIteration
        self._record.append(line)
        self._characters += len(line)
        return line

    def _next_line(self) -> str:
        if self._waiting:
            self.number += 1
            return self._waiting.popleft()
        line = self._text.readline(ROW_CHARACTERS)
        if not line:
            return ""
        self.number += 1
        if len(line) >= ROW_CHARACTERS and line[-1] not in "\r\n":
            while (rest := self._text.readline(ROW_CHARACTERS)) and rest[-1] not in "\r\n":
                pass
            raise _TooLong
        return line


def _delimiter_of(header: str) -> str:
    counts = {delimiter: header.count(delimiter) for delimiter in DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ","


def _header(lines: _Lines, delimiter: str) -> list[str]:
    try:
        lines.begin()
        names = [normal_name(name) for name in next(csv.reader(lines, delimiter=delimiter, strict=True))]
    except (csv.Error, _Unfinished, _TooLong) as err:
        raise FeedError("The first line must name the columns; it cannot be read as such.") from err
    if not any(names):
        raise FeedError("The first line must name the columns; it names none.")
    return names


def _records(lines: _Lines, delimiter: str, header: list[str]) -> Iterator[RawRow | Rejection]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield Rejection(lines.number, "", f"the line is longer than {ROW_CHARACTERS:,} characters")
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        except (csv.Error, _Unfinished) as err:
            # A new reader: the old one still holds the half-read record.
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            first = lines.give_up()
            yield _unquoted(lines.record, first, delimiter, header) or Rejection(first, "", _reason(err))
            continue
        first = lines.number - len(lines.record) + 1
        if any(cells):
            yield _row(cells, first, header)


def _row(cells: list[str], line: int, header: list[str]) -> RawRow | Rejection:
    if len(cells) != len(header):
        return Rejection(line, "", f"{len(cells)} columns where the header names {len(header)}")
    return RawRow(line, collected(zip(header, cells, strict=True)))


def _unquoted(record: list[str], line: int, delimiter: str, header: list[str]) -> RawRow | None:
    """The line read without quoting. Only in TSV: text holds no tabs, so a quote there (13") is often just a quote."""
    if delimiter != "\t" or not record:
        return None
    cells = record[0].rstrip("\r\n").split("\t")
    return RawRow(line, collected(zip(header, cells, strict=True))) if len(cells) == len(header) else None


def _reason(err: Exception) -> str:
    if isinstance(err, _Unfinished) or "unexpected end" in str(err):
        return "a quoted field is never closed"
    if "field larger" in str(err):
        return "a field is too long"
    return "a quote stands where it does not belong; quotes inside a quoted field are doubled"
