"""A bill is taken in once, whole, with how it was read; or not at all."""

import gzip
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from chatbot.accounting.reconciliation import BillError, Days, Given, Imported, Rejected, examine, import_bill
from chatbot.models import Bill, BillLine
from tests.accounting.reconciliation.bills import PLAIN
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")


def take_in(text: str | bytes, **options: object) -> Bill:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    reading = examine(file, Given()).reading
    return import_bill(file, reading, **{"name": "march.csv", "endpoint": "default", "now": NOON, **options})


def test_a_bill_is_stored_with_how_it_was_read():
    bill = take_in(PLAIN, days=Days(start=date(2026, 3, 1), end=date(2026, 4, 1)))
    assert (bill.billed_lines, bill.lines_rejected, bill.reading["columns"]["at"]) == (1, 0, "time")
    assert bill.covers_from == datetime(2026, 3, 1, tzinfo=UTC)
    assert bill.ends_at == datetime(2026, 4, 1, tzinfo=SEOUL)
    assert BillLine.objects.get().cost_usd == Decimal("0.0025")


def test_a_bad_line_stops_everything_unless_it_may_be_left_out():
    text = PLAIN + "Total,,,,,0.0025\n"
    with pytest.raises(Rejected) as caught:
        take_in(text)
    assert [each.line for each in caught.value.rejections] == [3]
    assert (Bill.objects.count(), BillLine.objects.count()) == (0, 0)
    bill = take_in(text, skip_bad_lines=True)
    assert (bill.billed_lines, bill.lines_rejected) == (1, 1)
    assert bill.rejections[0][0] == 3


def test_an_error_in_the_middle_leaves_nothing():
    text = PLAIN.encode() + b"b,2026-03-14 12:00,alpha,1,1,0.1\n" * 30_000
    with pytest.raises(BillError, match="damaged"):
        take_in(gzip.compress(text)[:-9])
    assert (Bill.objects.count(), BillLine.objects.count()) == (0, 0)


def test_a_file_is_taken_in_once_also_when_it_is_gzipped():
    bill = take_in(PLAIN)
    for again in (PLAIN, gzip.compress(PLAIN.encode())):
        with pytest.raises(Imported) as caught:
            take_in(again)
        assert caught.value.bill == bill
    assert take_in(PLAIN, replace_older=True).pk != bill.pk
    assert BillLine.objects.count() == 1


def test_days_end_after_they_begin():
    with pytest.raises(BillError, match="before"):
        take_in(PLAIN, days=Days(start=date(2026, 3, 2), end=date(2026, 3, 2)))


def test_only_bad_lines_are_no_bill():
    with pytest.raises(BillError, match="no line"):
        take_in("id,time,model,cost\na,soon,alpha,1\n", skip_bad_lines=True)


def test_a_formula_is_text_like_any_other():
    take_in(PLAIN.replace("alpha", "=cmd|' /C calc'!A0"))
    assert BillLine.objects.get().model == "=cmd|' /C calc'!A0"


def test_days_without_being_told_are_those_of_the_lines():
    later = PLAIN.splitlines()[1].replace("2026-03-14T12", "2026-03-15T23")
    bill = take_in(f"{PLAIN}{later}\n")
    assert bill.covers_until - bill.covers_from == timedelta(days=2)
