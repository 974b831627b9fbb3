"""Exports open in a spreadsheet as the figures that they are, and as nothing else."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.csv_export import defused, stream_csv, write_csv


def read_back(exported: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(exported.decode("utf-8-sig"), newline="")))


def test_the_file_is_marked_and_each_row_ends_in_crlf() -> None:
    exported = write_csv([["날짜", "cost"], [date(2026, 3, 1), Decimal("0.000000000001")]])
    assert exported == b'\xef\xbb\xbf"\xeb\x82\xa0\xec\xa7\x9c","cost"\r\n2026-03-01,0.000000000001\r\n'
    assert write_csv([]) == b"\xef\xbb\xbf"
    assert b"".join(stream_csv([["a"], ["b"]])) == write_csv([["a"], ["b"]])


def test_each_kind_of_cell_keeps_all_that_it_says() -> None:
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    row = [None, 0, -7, Decimal("-0.10"), Decimal("1E-12"), Decimal("1E+3"), moment, 'say "so", please', "a\r\nb", True]
    [cells] = read_back(write_csv([row]))
    assert cells == [
        "",
        "0",
        "-7",
        "-0.10",
        "0.000000000001",
        "1000",
        "2026-03-01T09:30:00+00:00",
        'say "so", please',
        "a\r\nb",
        "1",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1+1",
        "\u3000＝1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "-",
        "+82 10",
        "-1.5e3",
        "-١",
    ],
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert read_back(write_csv([[text]])) == [[f"'{text}"]]


@pytest.mark.parametrize(
    "text", ["", "-5", "+5", "-0.25", "1,000", "gemini-2.5-flash", "a=b", "'=1", "홍차", "/tea?a=1"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert read_back(write_csv([[text, 1]])) == [[text, "1"]]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2), min_size=1))
def test_every_text_comes_back_and_none_begins_a_formula(rows: list[list[str]]) -> None:
    for wrote, read in zip(rows, read_back(write_csv(rows)), strict=True):
        for text, cell in zip(wrote, read, strict=True):
            assert cell in (text, f"'{text}")
            if cell[:1] in tuple("=+-@\t\r\n＝＋－＠"):
                assert cell[1:].replace(".", "", 1).isdecimal()
