"""Cells of a bill as values; a cell that may mean two things is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.reconciliation.values import Unfit, mark_of, read_amount, read_moment, read_tokens

SEOUL = ZoneInfo("Asia/Seoul")


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
def test_moments_are_of_the_relays_zone_unless_they_name_another(text, at):
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
def test_amounts_are_read_with_their_mark_sign_and_currency(text, mark, value):
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
def test_tokens_are_whole_numbers_and_none_in_an_empty_cell(text, mark, value):
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
