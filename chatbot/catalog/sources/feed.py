"""A merchant feed: the file every shop already exports. CSV, TSV or XML, as it is or gzipped, read as a stream.

    with open_feed("products.csv.gz", mapping=Mapping(fields={"id": "product_id"})) as feed:
        for item in feed:       # ProductRow or Rejection; every line of the file is one or the other
            ...

Memory does not grow with the file.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, cast

from chatbot.catalog.sources.delimited import read_delimited
from chatbot.catalog.sources.encoding import encoding_of
from chatbot.catalog.sources.mapping import Mapper, Mapping
from chatbot.catalog.sources.product_row import ProductRow
from chatbot.catalog.sources.rows import FeedError, RawRow, Rejection
from chatbot.catalog.sources.xml import read_xml

Format = Literal["csv", "tsv", "xml"]
GZIP = b"\x1f\x8b"
_SAMPLE_BYTES = 65_536
_SUFFIXES: dict[str, Format] = {".xml": "xml", ".rss": "xml", ".atom": "xml", ".tsv": "tsv"}


def open_feed(path: str | Path, *, format: Format | None = None, mapping: Mapping | None = None) -> "Feed":  # noqa: A002 - the flag's name
    """The feed in the file. Raises FeedError, whose message is for the person at the terminal."""
    path = Path(path)
    try:
        stream = path.open("rb")
        size = path.stat().st_size
    except OSError as err:
        raise FeedError(f"{path} cannot be read: {err.strerror or err}.") from err
    try:
        return Feed(stream, size=size, name=path.name, format=format, mapping=mapping)
    except BaseException:
        stream.close()
        raise


class Feed(AbstractContextManager["Feed"]):
    """Products of one file, once. Closing it closes the file."""

    def __init__(
        self,
        stream: BinaryIO,
        *,
        size: int = 0,
        name: str = "",
        format: Format | None = None,  # noqa: A002 - the flag's name
        mapping: Mapping | None = None,
    ) -> None:
        """Raises FeedError when the beginning of the stream is no feed."""
        self.size = size
        """Bytes of the file as it lies on the disk, 0 when unknown."""
        self._file = stream
        self._opened: io.BufferedIOBase | io.TextIOWrapper | None = None
        self._line = 0
        self._checked = False
        try:
            raw = io.BufferedReader(cast(io.RawIOBase, stream), _SAMPLE_BYTES)
            if raw.peek(2).startswith(GZIP):
                raw = io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=raw)), _SAMPLE_BYTES)
            self._opened = raw
            sample = raw.peek(_SAMPLE_BYTES)
        except (OSError, EOFError, zlib.error) as err:
            raise FeedError(f"The file cannot be read: {err}.") from err
        if not sample.strip():
            raise FeedError("The file is empty.")
        self.format: Format | None = format or _format_of(sample, name)
        """What the file is read as; None lets the header tell the delimiter."""
        if self.format == "xml":
            self._rows = read_xml(raw)
        else:
            encoding = encoding_of(sample)
            # A byte that is not UTF-8 becomes a mark in its line, which is then rejected; UTF-16 has no such marks.
            errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
            self._opened = text = io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")
            delimiter = "\t" if self.format == "tsv" else None
            self._rows = read_delimited(text, delimiter)
        self._mapper = Mapper(mapping or Mapping())

    @property
    def position(self) -> int:
        """Bytes of the file that have been read."""
        return 0 if self._file.closed else self._file.tell()

    def __iter__(self) -> Iterator[ProductRow | Rejection]:
        try:
            for row in self._rows:
                self._line = row.line
                if isinstance(row, Rejection):
                    yield row
                    continue
                self._check_columns(row)
                yield self._mapper.product(row)
        except (EOFError, zlib.error, OSError) as err:
            yield Rejection(self._line + 1, "", f"the file is damaged, the rest is lost: {err}", ends_feed=True)

    def _check_columns(self, row: RawRow) -> None:
        """Raises FeedError at the first row when a column that the mapping names or a product needs is not there."""
        if self._checked or self.format == "xml":  # an XML item leaves out what it has no value for
            return
        self._checked = True
        columns = frozenset(row.cells)
        if missing := self._mapper.missing(columns):
            raise FeedError(f"The feed has no column {missing[0]!r}; its columns are {', '.join(row.cells)}.")
        if unmapped := self._mapper.unmapped(columns):
            raise FeedError(
                f"The feed has no column {unmapped[0]!r}; its columns are {', '.join(row.cells)}. Say which of them it "
                f"is: --map {unmapped[0]}=COLUMN, in SOURCES the key FIELDS."
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            self._opened.close()
        self._file.close()


def _format_of(sample: bytes, name: str) -> Format | None:
    start = sample.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if start.startswith(b"<"):
        return "xml"
    suffix = Path(name.removesuffix(".gz")).suffix.casefold()
    named = _SUFFIXES.get(suffix)
    return None if named == "xml" else named
