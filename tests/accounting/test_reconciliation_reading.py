"""A bill is read as the relay wrote it, or said to be unreadable, with the line and a reason."""

import gzip
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.reconciliation import (
    BillError,
    Days,
    Given,
    Imported,
    Line,
    Rejected,
    Rejection,
    examine,
    import_bill,
    read_lines,
    records,
)
from chatbot.accounting.reconciliation.values import Unfit, mark_of, read_amount, read_moment, read_tokens
from chatbot.models import Bill, BillLine
from tests.accounting.rows import NOON

SEOUL = ZoneInfo("Asia/Seoul")
PLAIN = "id,time,model,input_tokens,output_tokens,cost\na,2026-03-14T12:00:00Z,alpha,10,5,0.0025\n"


def read(text: str | bytes, **given_: object) -> list[Line | Rejection]:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return list(read_lines(file, examine(file, Given(**given_)).reading))


def only(text: str | bytes, **given_: object) -> Line:
    [line] = read(text, **given_)
    assert isinstance(line, Line), line
    return line


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-14T12:00:00Z", datetime(2026, 3, 14, 12, tzinfo=UTC)),
        ("2026-03-14T12:00:00.123456789Z", datetime(2026, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-03-14 12:00:00", datetime(2026, 3, 14, 3, tzinfo=UTC)),
        ("2026-03-14 12:00", datetime(2026, 3, 14, 3, tzinfo=UTC)),
        ("2026/3/14 9:05:01", datetime(2026, 3, 14, 0, 5, 1, tzinfo=UTC)),
        ("2026. 3. 14. 09:05", datetime(2026, 3, 14, 0, 5, tzinfo=UTC)),
        ("2026-03-14 12:00:00 UTC", datetime(2026, 3, 14, 12, tzinfo=UTC)),
        ("2026-03-14 12:00:00 +0530", datetime(2026, 3, 14, 6, 30, tzinfo=UTC)),
        ("2026-03-14T12:00:00-08:00", datetime(2026, 3, 14, 20, tzinfo=UTC)),
        ("2026-03-14 12:00:00 +0000 UTC", datetime(2026, 3, 14, 12, tzinfo=UTC)),
        ("1773489600", datetime(2026, 3, 14, 12, tzinfo=UTC)),
        ("1773489600.25", datetime(2026, 3, 14, 12, 0, 0, 250000, tzinfo=UTC)),
        ("1773489600123", datetime(2026, 3, 14, 12, 0, 0, 123000, tzinfo=UTC)),
    ],
)
def test_moments(text, at):
    assert (read_moment(text, SEOUL).at, read_moment(text, SEOUL).is_day) == (at, False)


@pytest.mark.parametrize("text", ["2026-03-14", "2026/03/14", "20260314", "2026.3.14."])
def test_days_begin_in_the_relays_zone(text):
    found = read_moment(text, SEOUL)
    assert (found.at, found.is_day) == (datetime(2026, 3, 13, 15, tzinfo=UTC), True)


@pytest.mark.parametrize(
    "text", ["", "03/14/2026", "14.03.2026 12:00", "2026-02-30", "2026-03-14 25:00", "2026-03/14", "soon", "9" * 11]
)
def test_a_moment_that_may_be_another_is_refused(text):
    with pytest.raises(Unfit):
        read_moment(text, UTC)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=36_000)))
def test_what_python_writes_is_read_back(since_2000):
    at = datetime(2000, 1, 1, tzinfo=UTC) + since_2000
    assert read_moment(at.isoformat(), SEOUL).at == at


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("0.0025", ".", "0.0025"),
        ("$1,234.50", ".", "1234.50"),
        ("US$ 0.10", ".", "0.10"),
        ("12,50 USD", ",", "12.50"),
        ("1.234,50", ",", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1,23,456", ".", "123456"),
        ("-0.10", ".", "-0.10"),
        ("−0.10", ".", "-0.10"),
        ("(0.10)", ".", "-0.10"),
        ("$-0.10", ".", "-0.10"),
        ("2.5E-05", ".", "0.000025"),
        (".5", ".", "0.5"),
        ("7", ".", "7"),
    ],
)
def test_amounts(text, mark, value):
    assert read_amount(text, mark, "USD") == Decimal(value)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("", "."),
        ("free", "."),
        ("nan", "."),
        ("1,5", "."),
        ("1.5", ","),
        ("1.2.3", "."),
        ("12,34", "."),
        ("1,234,5", "."),
        ("₩12", "."),
        ("12 EUR", "."),
        ("=1+1", "."),
        ("1e999", "."),
        ("-", "."),
        ("²", "."),
    ],
)
def test_what_is_no_amount_is_refused(text, mark):
    with pytest.raises(Unfit):
        read_amount(text, mark, "USD")


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=12), st.sampled_from([".", ","]))
def test_every_amount_is_read_to_the_last_place(amount, mark):
    assert read_amount(f"{amount:f}".replace(".", mark), mark, "USD") == amount


@pytest.mark.parametrize(
    ("text", "mark", "value"), [("", ".", 0), ("1,234", ".", 1234), ("12.0", ".", 12), ("7", ",", 7)]
)
def test_tokens(text, mark, value):
    assert read_tokens(text, mark) == value


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "1" * 17])
def test_what_is_no_number_of_tokens_is_refused(text):
    with pytest.raises(Unfit):
        read_tokens(text, ".")


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["0.0025"], "."),
        (["0,0025"], ","),
        (["1,234", "0.5"], "."),
        (["1.234", "0,5"], ","),
        (["1.234,50"], ","),
        (["1,234.50"], "."),
        (["0,002"], ","),
        (["1,234"], "."),
        (["1.234"], "."),
        ([], "."),
    ],
)
def test_the_mark_before_decimals_is_found_out(cells, mark):
    assert mark_of(cells) == mark


def test_a_plain_bill():
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


def test_decimal_commas_with_semicolons():
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


# Taking it in


def take_in(text: str | bytes, **options: object) -> Bill:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    reading = examine(file, Given()).reading
    return import_bill(file, reading, **{"name": "march.csv", "endpoint": "default", "now": NOON, **options})


database = [pytest.mark.django_db, pytest.mark.database]


class TestImport:
    pytestmark = database

    def test_a_bill_is_stored_with_how_it_was_read(self):
        bill = take_in(PLAIN, days=Days(start=date(2026, 3, 1), end=date(2026, 4, 1)))
        assert (bill.billed_lines, bill.lines_rejected, bill.reading["columns"]["at"]) == (1, 0, "time")
        assert bill.covers_from == datetime(2026, 3, 1, tzinfo=UTC)
        assert bill.ends_at == datetime(2026, 4, 1, tzinfo=SEOUL)
        assert BillLine.objects.get().cost_usd == Decimal("0.0025")

    def test_a_bad_line_stops_everything_unless_it_may_be_left_out(self):
        text = PLAIN + "Total,,,,,0.0025\n"
        with pytest.raises(Rejected) as caught:
            take_in(text)
        assert [each.line for each in caught.value.rejections] == [3]
        assert (Bill.objects.count(), BillLine.objects.count()) == (0, 0)
        bill = take_in(text, skip_bad_lines=True)
        assert (bill.billed_lines, bill.lines_rejected) == (1, 1)
        assert bill.rejections[0][0] == 3

    def test_an_error_in_the_middle_leaves_nothing(self):
        text = PLAIN.encode() + b"b,2026-03-14 12:00,alpha,1,1,0.1\n" * 30_000
        with pytest.raises(BillError, match="damaged"):
            take_in(gzip.compress(text)[:-9])
        assert (Bill.objects.count(), BillLine.objects.count()) == (0, 0)

    def test_a_file_is_taken_in_once_also_when_it_is_gzipped(self):
        bill = take_in(PLAIN)
        for again in (PLAIN, gzip.compress(PLAIN.encode())):
            with pytest.raises(Imported) as caught:
                take_in(again)
            assert caught.value.bill == bill
        assert take_in(PLAIN, replace_older=True).pk != bill.pk
        assert BillLine.objects.count() == 1

    def test_days_end_after_they_begin(self):
        with pytest.raises(BillError, match="before"):
            take_in(PLAIN, days=Days(start=date(2026, 3, 2), end=date(2026, 3, 2)))

    def test_only_bad_lines_are_no_bill(self):
        with pytest.raises(BillError, match="no line"):
            take_in("id,time,model,cost\na,soon,alpha,1\n", skip_bad_lines=True)

    def test_a_formula_is_text_like_any_other(self):
        take_in(PLAIN.replace("alpha", "=cmd|' /C calc'!A0"))
        assert BillLine.objects.get().model == "=cmd|' /C calc'!A0"

    def test_days_without_being_told_are_those_of_the_lines(self):
        later = PLAIN.splitlines()[1].replace("2026-03-14T12", "2026-03-15T23")
        bill = take_in(f"{PLAIN}{later}\n")
        assert bill.covers_until - bill.covers_from == timedelta(days=2)
