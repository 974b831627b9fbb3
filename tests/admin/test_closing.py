"""Months are closed in the admin, after their figures were read, by those who may."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from chatbot.accounting import closing
from chatbot.accounting.periods import Month
from chatbot.admin import closing as closing_pages
from chatbot.models import Attempt, ClosedMonth, Correction
from tests.accounting import rows
from tests.accounting.rows import settled
from tests.admin.pages import costs_page, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]

URL = "/admin/chatbot/closedmonth/"
CLOSE = f"{URL}close/"
FEBRUARY = datetime(2026, 2, 20, 3, tzinfo=UTC)


@pytest.fixture
def ledger(now, monkeypatch):
    monkeypatch.setattr(closing_pages.timezone, "now", lambda: now)
    price = rows.price()
    Attempt.objects.bulk_create(
        [settled(FEBRUARY, "8.000000000001", book=price), settled(FEBRUARY, None), settled(now, "1", book=price)]
    )
    return price


@pytest.mark.usefixtures("ledger")
def test_a_month_is_closed_after_its_figures_were_read(staff):
    assert "Close February 2026" in staff.get(URL).content.decode()
    question = text_of(staff.get(CLOSE).content.decode())
    assert "February 2026 cost $8.00 in 2 attempts, exactly $8.000000000001." in question
    assert "The cost of 1 attempts was not measured." in question
    assert not ClosedMonth.objects.exists()  # reading closes nothing
    answer = staff.post(CLOSE, {"month": "2026-02"}, follow=True)
    assert "February 2026 is closed. Its figures stay as they are." in text_of(answer.content.decode())
    closed = ClosedMonth.objects.get()
    assert (closed.cost_usd, closed.attempts, closed.unpriced) == (Decimal("8.000000000001"), 2, 1)
    assert closed.closed_by.username == "staff"
    assert LogEntry.objects.get().change_message == "Closed."
    assert "Close " not in text_of(staff.get(URL).content.decode()).replace("Closed months", "")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("month", "told"),
    [
        ("2026-01", "Months are closed in their order: 2026-02 is next."),
        ("2026-03", "2026-03 is not over yet."),
        ("", "did not say which month"),
        ("x", "did not say which month"),
    ],
)
def test_another_month_is_refused_with_the_reason(staff, month, told):
    assert told in text_of(staff.post(CLOSE, {"month": month}, follow=True).content.decode())
    assert not ClosedMonth.objects.exists()


@pytest.mark.usefixtures("ledger")
def test_closing_twice_closes_once(staff):
    staff.post(CLOSE, {"month": "2026-02"})
    assert "2026-02 is closed already." in text_of(
        staff.post(CLOSE, {"month": "2026-02"}, follow=True).content.decode()
    )
    assert ClosedMonth.objects.count() == 1
    assert "No month can be closed" in text_of(staff.get(CLOSE, follow=True).content.decode())


@pytest.mark.usefixtures("ledger")
def test_who_may_see_closed_months_may_not_close_them(staff_who_may):
    reader = staff_who_may("view_closedmonth")
    assert reader.get(URL).status_code == 200
    assert "Close February" not in reader.get(URL).content.decode()
    assert reader.get(CLOSE).status_code == 403
    assert reader.post(CLOSE, {"month": "2026-02"}).status_code == 403
    assert not ClosedMonth.objects.exists()
    closer = staff_who_may("add_closedmonth")
    assert closer.get(CLOSE).status_code == 200
    assert closer.post(CLOSE, {"month": "2026-02"}).headers["Location"] == "/admin/"
    assert ClosedMonth.objects.exists()


def test_the_page_of_a_closed_month_says_so_and_adjustments_are_told_apart(staff, ledger, now):
    closing.close_month(Month(year=2026, month=2), now=now)
    february = Attempt.objects.filter(counts_at=FEBRUARY, cost_usd__isnull=False).get()
    Correction.objects.create(
        attempt=february,
        price=ledger,
        delta_usd=Decimal("-0.5"),
        cost_usd=Decimal("7.500000000001"),
        counts_at=now,
        adjusts="2026-02",
        created_at=now,
    )
    Attempt.objects.bulk_create([settled(now, "0.25", book=ledger, adjusts="2026-02")])
    text = text_of(costs_page(staff, "?month=2026-02"))
    assert "closed March 15, 2026, 1:30 a.m." in text
    assert "Cost $8.00" in text
    text = text_of(costs_page(staff))
    assert "Adjustments of closed months" in text
    assert "Without it, this period cost $1.00." in text
    assert "February 2026 1 1 0 −$0.2500" in text
    assert "Cost $0.75" in text


def test_the_ledger_that_a_figure_leads_to_adds_up_to_it_with_corrections(staff, ledger, now):
    row = Attempt.objects.filter(counts_at=now).get()
    for n, delta in enumerate(("0.25", "-0.125")):
        Correction.objects.create(
            attempt=row,
            price=rows.price(valid_from=now - timedelta(days=n + 1)),
            delta_usd=Decimal(delta),
            cost_usd=Decimal(1) + Decimal(delta),
            counts_at=now,
            created_at=now,
        )
    shown = staff.get("/admin/chatbot/costs/").context["total"].cost
    assert shown.text == "$1.1250"
    totals = staff.get(shown.url).context["cl"].totals
    assert [(total.name, total.cost.text) for total in totals] == [
        ("This page", "$1.125000"),
        ("2 corrections", "$0.125000"),
        ("Together", "$1.125000"),
    ]
    found = staff.get(totals[1].cost.url)
    assert found.status_code == 200
    assert [c.delta_usd for c in found.context["cl"].result_list] == [Decimal("-0.125"), Decimal("0.25")]
    body = text_of(staff.get(f"/admin/chatbot/attempt/{row.pk}/change/").content.decode())
    assert "2026-03-15 01:30: $0.250000 → $1.250000" in body
