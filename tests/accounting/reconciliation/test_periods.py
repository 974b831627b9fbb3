"""Which days a bill speaks of, and what lies over their edges in one of two zones."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chatbot.accounting.reconciliation import Days, is_explained
from tests.accounting.reconciliation.bills import adds_up, kinds, line, only, taken_in, written
from tests.accounting.reconciliation.ledger import HOUR, SEOUL, attempt, booked, settled
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MARCH = Days(start=date(2026, 3, 1), end=date(2026, 4, 1))


def test_the_edge_of_a_month_is_cut_by_two_zones():
    """The relay's March is UTC's; the shop's begins and ends nine hours earlier."""
    first = datetime(2026, 3, 1, tzinfo=SEOUL)
    ours_only, both, theirs_only = booked(
        settled(first + HOUR, "1", upstream_id="a"),  # UTC: February 28th
        settled(NOON, "2", upstream_id="b"),
        settled(datetime(2026, 4, 1, 5, tzinfo=SEOUL), "4", upstream_id="c"),  # UTC: March 31st
    )
    bill = taken_in(written([line(both), line(theirs_only)]), days=MARCH)
    assert kinds(bill) == {"equal": 1, "time_zone": 2}
    found = {match.attempt_id: match for match in bill.matches.filter(kind="time_zone")}
    assert (found[ours_only.pk].cost_usd, found[ours_only.pk].line) == (-1, None)
    assert (found[theirs_only.pk].cost_usd, found[theirs_only.pk].line.number) == (4, 3)
    assert (bill.billed_usd, bill.booked_usd) == (6, 3)
    assert is_explained(bill)
    assert adds_up(bill)


def test_a_line_over_the_edge_with_another_price_has_both_reasons():
    [over] = booked(settled(datetime(2026, 4, 1, 5, tzinfo=SEOUL), "4", upstream_id="c"))
    bill = taken_in(written([line(over, cost="5.00")]), days=MARCH)
    assert {match.kind: match.cost_usd for match in bill.matches.all()} == {"time_zone": 4, "price": 1}
    assert adds_up(bill)


def test_a_request_at_the_very_edge_may_be_on_the_next_bill():
    """The relay stamped it two seconds after we did, and that was April."""
    one, two = booked(attempt(0), settled(datetime(2026, 3, 31, 23, 59, 59, tzinfo=SEOUL), "4", upstream_id="late"))
    bill = taken_in(written([line(one)]), days=MARCH, zone="Asia/Seoul")
    assert kinds(bill) == {"equal": 1, "time_zone": 1}
    assert only(bill, "time_zone").attempt_id == two.pk


def test_without_days_the_bill_speaks_of_the_days_of_its_lines():
    one, _ = booked(attempt(0), settled(NOON + timedelta(days=3), "1", upstream_id="x"))
    bill = taken_in(written([line(one)]))
    assert bill.covers_from == datetime(2026, 3, 14, tzinfo=UTC)
    assert bill.starts_at == bill.covers_from
    assert kinds(bill) == {"equal": 1}
