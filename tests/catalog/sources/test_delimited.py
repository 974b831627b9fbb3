"""CSV and TSV: one bad line costs itself and nothing after it."""

import gzip
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.catalog.sources.feed import Feed, open_feed
from chatbot.catalog.sources.mapping import Mapping
from chatbot.catalog.sources.product_row import ProductRow
from chatbot.catalog.sources.rows import FeedError, Rejection
from tests.catalog.conftest import Write, read


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(write: Write, delimiter: str) -> None:
    path = write(f"id{delimiter}title{delimiter}price\n1{delimiter}Lamp{delimiter}15.00 USD\n")
    (row,), rejected = read(path)
    assert (row.sku, row.title, str(row.price), rejected) == ("1", "Lamp", "15.0000", [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_told_apart(write: Write, encoding: str) -> None:
    (row,), _ = read(write("id,title\n1,무선 이어폰\n".encode(encoding)))
    assert row.title == "무선 이어폰"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,title\n1,무선 이어폰\n".encode("cp949"), "CP949"),
        ("id,title\n1,Café crème\n".encode("latin-1"), "Latin-1"),
        ("id,title\n1,x\n".encode("utf-32"), "UTF-32"),
        (b"i\0d\0,\0\0\0t\n\0", "not text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "not text"),
        (b"", "empty"),
        (b"\n\n", "empty"),
    ],
)
def test_what_is_no_feed_is_said_in_a_sentence(write: Write, content: bytes, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        read(write(content))


def test_one_line_in_another_encoding_costs_itself_only(write: Write) -> None:
    lines = [b"id,title", "1,이어폰".encode(), "2,이어폰".encode("cp949"), "3,이어폰".encode(), "4,컵".encode()]
    rows, (rejected,) = read(write(b"\n".join(lines)))
    assert [row.sku for row in rows] == ["1", "3", "4"]
    assert (rejected.line, rejected.column, rejected.sku) == (3, "title", "2")


def test_gzip_is_known_by_its_bytes_not_its_name(write: Write) -> None:
    (row,), _ = read(write(gzip.compress(b"id\ttitle\n1\tLamp\n"), "feed.txt"))
    assert row.sku == "1"


def test_a_cut_gzip_keeps_what_came_before_and_says_that_the_rest_is_lost(write: Write) -> None:
    whole = gzip.compress("".join(["id,title\n", *(f"{n},Lamp {n * 7919}\n" for n in range(20_000))]).encode())
    rows, rejected = read(write(whole[: len(whole) // 2]))
    assert 1_000 < len(rows) < 20_000
    assert rejected[-1].ends_feed


def test_a_quote_that_is_never_closed_costs_one_line(write: Write) -> None:
    content = 'id,title,price\n1,"Lamp,1 USD\n2,"Cup",2 USD\n3,Pen,3 USD\n4,"Ink\n5,Box,5 USD\n'
    rows, rejected = read(write(content))
    assert [row.sku for row in rows] == ["2", "3", "5"]
    assert [item.line for item in rejected] == [2, 5]


def test_a_field_may_hold_line_breaks_and_lines_are_counted_as_in_the_file(write: Write) -> None:
    rows, (rejected,) = read(write('id,title,description\n1,Lamp,"one\ntwo"\n\n2,,none\n'))
    assert (rows[0].line, rows[0].description) == (2, "one\ntwo")
    assert (rejected.line, rejected.column) == (5, "title")


def test_inch_marks_in_a_tsv_are_just_text(write: Write) -> None:
    rows, rejected = read(write('id\ttitle\n1\t"13"" screen"\n2\t"Best" 13" laptop\n3\tplain\n', "feed.tsv"))
    assert [row.title for row in rows] == ['13" screen', '"Best" 13" laptop', "plain"]
    assert rejected == []


def test_a_line_of_another_width_is_rejected(write: Write) -> None:
    rows, rejected = read(write("id,title,price\n1,Lamp\n2,Cup,2 USD,extra\n3,Pen,3 USD\n"))
    assert [row.sku for row in rows] == ["3"]
    assert [item.reason for item in rejected] == [
        "2 columns where the header names 3",
        "4 columns where the header names 3",
    ]


def test_a_line_without_an_end_is_skipped_without_being_held(write: Write) -> None:
    path = write("id,title\n1," + "x" * 3_000_000 + "\n2,Cup\n")
    rows, (rejected,) = read(path)
    assert [row.sku for row in rows] == ["2"]
    assert rejected.line == 2
    assert "longer than" in rejected.reason


def test_a_mapped_column_that_is_not_there_is_named(write: Write) -> None:
    with pytest.raises(FeedError, match="no column 'cost'; its columns are id, title"):
        read(write("id,title\n1,Lamp\n"), mapping=Mapping(fields={"price": "cost"}))


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="cannot be read: No such file"):
        open_feed(tmp_path / "none.csv")


class Generated:
    """A feed that is made while it is read."""

    closed = False

    def __init__(self, lines: int) -> None:
        self._chunks = (f"{n},Lamp number {n},{n % 500}.00 USD\n".encode() for n in range(lines))
        self._rest = b"id,title,price\n"

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer: memoryview) -> int:
        while len(self._rest) < len(buffer) and (more := next(self._chunks, b"")):
            self._rest += more
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def flush(self) -> None:
        """Nothing is written."""

    def close(self) -> None:
        self.closed = True


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_stays_flat_over_two_hundred_thousand_lines() -> None:
    with Feed(Generated(200_000)) as feed:  # type: ignore[arg-type]
        items = iter(feed)
        for _ in range(10_000):
            next(items)
        before = resident_bytes()
        rest = sum(isinstance(item, ProductRow) for item in items)
        grown = resident_bytes() - before
    assert rest == 190_000
    assert grown < 4 * 1024 * 1024  # keeping the rows would take over 100 MiB


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_give_rows_rejections_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("feed") / "feed"
    path.write_bytes(content)
    with suppress(FeedError):
        rows, rejected = read(path)
        assert all(row.sku and row.title for row in rows)
        assert all(item.reason for item in rejected)


LINES = st.lists(
    st.one_of(
        st.integers(0, 99_999).map(lambda n: f"{n},Lamp,1 USD"),
        st.text(st.characters(exclude_characters='"\r\n', exclude_categories=["Cs"]), max_size=30),
    ).filter(lambda line: line.strip(",") != ""),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_every_line_is_accounted_for_once(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("feed") / "feed.csv"
    path.write_bytes("\n".join(["id,title,price", *lines]).encode())
    with open_feed(path) as feed:
        items: list[ProductRow | Rejection] = list(feed)
    assert [item.line for item in items] == list(range(2, len(lines) + 2))
    sold = {item.line for item in items if isinstance(item, ProductRow)}
    assert sold >= {line for line, text in enumerate(lines, start=2) if text.endswith(",Lamp,1 USD")}
