"""A bill is read as the relay wrote it, or said to be unreadable, with the line and a reason."""

import gzip
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chatbot.accounting.reconciliation import BillError, Given, Line, Rejection, examine, read_lines, records
from tests.accounting.reconciliation.bills import PLAIN
from tests.accounting.rows import NOON


def read(text: str | bytes, **given_: object) -> list[Line | Rejection]:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return list(read_lines(file, examine(file, Given(**given_)).reading))


def only(text: str | bytes, **given_: object) -> Line:
    [line] = read(text, **given_)
    assert isinstance(line, Line), line
    return line


def test_a_plain_bill_is_read_cell_by_cell():
    assert only(PLAIN) == Line(
        number=2,
        at=datetime(2026, 3, 14, 12, tzinfo=UTC),
        request_id="a",
        model="alpha",
        requests=None,
        input_tokens=10,
        cached_input_tokens=None,
        output_tokens=5,
        cost_usd=Decimal("0.0025"),
        places=4,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(encoding, delimiter):
    text = "요청 ID,날짜,모델,입력 토큰,출력 토큰,금액\na,2026-03-14 12:00,알파,10,5,0.0025\n".replace(",", delimiter)
    line = only(text.encode(encoding))
    assert (line.request_id, line.model, line.cost_usd) == ("a", "알파", Decimal("0.0025"))
    assert only(gzip.compress(text.encode(encoding))) == line


def test_decimal_commas_between_semicolons_are_read():
    line = only("time;model;tokens_prompt;cost\n2026-03-14 12:00;alpha;1.234;0,0025\n")
    assert (line.input_tokens, line.cost_usd) == (1234, Decimal("0.0025"))


def test_a_title_above_the_header_and_empty_lines_are_passed_over():
    found = read(f"Invoice 2026-03\nAcme Relay Ltd.\n\n{PLAIN}\n\n")
    assert [line.number for line in found] == [5]


def test_a_column_may_say_the_zone_and_the_currency_that_are_taken_for_granted():
    line = only(
        "Request ID,Created (UTC),Model,Prompt tokens,Completion tokens,Cost (USD)\na,2026-03-14 12:00,m,1,2,0.5\n"
    )
    assert (line.at, line.cost_usd) == (NOON, Decimal("0.5"))
    with pytest.raises(BillError, match="which column holds the time"):
        read("time (kst),model,cost\n2026-03-14 12:00,m,1\n")
    with pytest.raises(BillError, match="which column holds the model"):
        read("time,what,cost\n2026-03-14 12:00,m,1\n")


def test_mapped_columns_are_taken_as_they_were_said():
    text = "when,what,paid,cost\n2026-03-14 12:00,alpha,7.5,99\n"
    line = only(text, columns={"at": "when", "model": "what", "cost": "paid"})
    assert line.cost_usd == Decimal("7.5")


def test_cents_and_other_currencies_become_dollars():
    cents = only(PLAIN.replace("0.0025", "12.5"), unit="cents")
    assert cents.cost_usd == Decimal("0.125")
    won = only(PLAIN.replace("0.0025", "₩3"), currency="KRW", per_usd=Decimal("1391.5"))
    assert won.cost_usd == Decimal("0.002155946820")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,soon,alpha,10,5,0.1", "time: 'soon' is not a time"),
        ("a,2026-03-14 12:00,,10,5,0.1", "model: the cell is empty"),
        ("a,2026-03-14 12:00,alpha,ten,5,0.1", "input_tokens: 'ten' is not a number"),
        ("a,2026-03-14 12:00,alpha,10,5,", "cost: '' is not an amount"),
        ("a,2026-03-14 12:00,alpha,10,5,99999999", "cost: the amount is too large"),
        ("a,2026-03-14 12:00,alpha,10,5", "5 columns where the header names 6"),
        ('"a,2026-03-14 12:00,alpha,10,5,0.1', "a quote stands where it does not belong"),
        ("Total,,,,,0.1", "time: '' is not a time"),
    ],
)
def test_a_bad_line_costs_itself_and_nothing_after_it(row, reason):
    good = PLAIN.splitlines()[1]
    first, bad, last = read(f"{PLAIN}{row}\n{good}\n")
    assert isinstance(first, Line)
    assert isinstance(last, Line)
    assert last.number == 4
    assert isinstance(bad, Rejection)
    assert bad.line == 3
    assert reason in bad.reason


@pytest.mark.parametrize("byte", [b"\xff", b"\0"])
def test_bytes_that_are_not_of_the_encoding_reject_their_line(byte):
    """Far down, where the encoding is settled. PostgreSQL would refuse a zero byte."""
    lines = PLAIN.encode() + b"b,2026-03-14 12:00,alpha,1,1,0.1\n" * 10_000
    lines += b"c" + byte + b",2026-03-14 12:00,alpha,1,1,0.1\n"
    *_, last = read(lines)
    assert isinstance(last, Rejection)
    assert "encoding" in last.reason


def test_a_cell_may_hold_a_line_break():
    first, second = read('id,time,model,cost\n"a\nb",2026-03-14 12:00,alpha,1\nc,2026-03-14 12:00,alpha,2\n')
    assert (first.request_id, second.number) == ("a\nb", 4)


@pytest.mark.parametrize(
    ("text", "given_", "says"),
    [
        ("", {}, "empty"),
        ("   \n", {}, "empty"),
        ("PK\x03\x04\0\0\0", {}, "not text"),
        ("hello\nworld\n", {}, "names its columns"),
        ("time,model\n2026-03-14,alpha\n", {}, "no column with a cost"),
        (PLAIN, {"columns": {"cost": "preis"}}, "no column 'preis'"),
        (PLAIN, {"columns": {"costs": "cost"}}, "no field costs"),
        (PLAIN, {"zone": "Seoul"}, "no time zone"),
        (PLAIN, {"currency": "KRW"}, "State the rate"),
        (PLAIN, {"per_usd": Decimal(2)}, "other than USD"),
        (PLAIN, {"currency": "won"[:2]}, "three letters"),
        (PLAIN, {"currency": "KRW", "per_usd": Decimal("NaN")}, "above 0"),
        (PLAIN, {"encoding": "utf-9"}, "no encoding"),
    ],
)
def test_a_file_that_is_no_bill_says_why(text, given_, says):
    with pytest.raises(BillError, match=says):
        read(text, **given_)


def test_a_damaged_gzip_says_so():
    with pytest.raises(BillError, match="damaged"):
        read(gzip.compress(PLAIN.encode() * 1000)[:-60])


def test_a_small_gzip_that_is_huge_unzipped_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(records, "MOST_BYTES", 1_000_000)
    with pytest.raises(BillError, match="longer than"):
        read(gzip.compress(PLAIN.encode() + b"a,2026-03-14 12:00,alpha,1,1,0.1\n" * 100_000))


def test_a_line_without_end_is_rejected_without_being_held():
    _, bad, last = read(PLAIN + "x" * 1_000_000 + "\n" + PLAIN.splitlines()[1] + "\n")
    assert isinstance(bad, Rejection)
    assert "longer than" in bad.reason
    assert isinstance(last, Line)


def test_lines_that_are_days_are_groups_and_lines_with_ids_are_not():
    file = io.BytesIO(b"date,model,cost\n2026-03-14,alpha,1\n")
    assert examine(file, Given()).reading.per == "day"
    assert examine(file, Given(per="request")).reading.per == "request"
    assert examine(io.BytesIO(b"id,date,model,cost\na,2026-03-14,alpha,1\n"), Given()).reading.per == "request"
