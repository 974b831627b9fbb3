"""What can be taken from the Costs page and from the ledger as a file."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test import AsyncClient, Client
from openpyxl import load_workbook

from chatbot.accounting import reports, rollups
from chatbot.admin import exports
from chatbot.models import Attempt, Correction
from tests.accounting import rows
from tests.accounting.rows import settled
from tests.admin.pages import FORMULAS, computes

pytestmark = [pytest.mark.django_db, pytest.mark.database]

COSTS = "/admin/chatbot/costs/export"
LEDGER = "/admin/chatbot/attempt/export/"


def body(client: Client, url: str) -> bytes:
    response = client.get(url)
    assert response.status_code == 200, url
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    data = b"".join(response.streaming_content)
    for close in response._resource_closers:  # `close()` would close the test's database connection too
        close()
    return data


def table(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def ledger(now):
    price = rows.price()
    Attempt.objects.bulk_create(
        [
            settled(now, "1.000000000001", book=price, page="/p/1/"),
            settled(now, "2", model="beta", book=rows.price("beta"), source="estimated"),
            settled(now - timedelta(hours=2), "4", book=price, outcome="failed"),
            settled(now - timedelta(days=20), "8", book=price),
            settled(now, None),
        ]
    )


@pytest.mark.usefixtures("ledger")
def test_csv_adds_up_to_the_page_exactly_and_unknown_is_empty(staff):
    found = table(body(staff, f"{COSTS}/csv/"))
    assert [(row["day"], row["model"], row["tokens_from"], row["cost_usd"]) for row in found] == [
        ("2026-03-14", "alpha", "reported", "4.000000000000"),
        ("2026-03-15", "alpha", "reported", "1.000000000001"),
        ("2026-03-15", "alpha", "unknown", ""),
        ("2026-03-15", "beta", "estimated", "2.000000000000"),
    ]
    (unknown,) = [row for row in found if row["tokens_from"] == "unknown"]
    assert (unknown["cost_usd"], unknown["input_tokens"], unknown["cost_not_measured"]) == ("", "", "1")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("query", ["", "?period=last-month", "?model=beta", "?source=reported", "?period=30-days"])
def test_an_export_is_of_what_the_page_shows(staff, query):
    shown = staff.get(f"/admin/chatbot/costs/{query}").context["total"].cost
    found = table(body(staff, f"{COSTS}/csv/{query}"))
    assert f"${sum(Decimal(row['cost_usd'] or 0) for row in found):.4f}" == shown.text
    assert f"{COSTS}/csv/?" in staff.get(f"/admin/chatbot/costs/{query}").content.decode()


@pytest.mark.usefixtures("ledger")
def test_a_workbook_has_numbers_to_calculate_with_and_the_exact_amounts(staff):
    book = load_workbook(io.BytesIO(body(staff, f"{COSTS}/xlsx/")))
    costs, about = book.worksheets
    head, *lines = costs.iter_rows(values_only=True)
    of = [dict(zip(head, line, strict=True)) for line in lines]
    assert [row["cost_usd_exact"] for row in of] == ["4.000000000000", "1.000000000001", None, "2.000000000000"]
    assert [row["cost_usd"] for row in of] == [4, 1, None, 2]
    assert sum(Decimal(row["cost_usd_exact"] or 0) for row in of) == Decimal("7.000000000001")
    facts = dict(about.iter_rows(values_only=True))
    assert facts["Known cost in US dollars, exact"] == "7.000000000001"
    assert (facts["Cost not measured"], facts["Time zone"]) == ("1", "Asia/Seoul")


@pytest.mark.parametrize("form", ["csv", "xlsx", "focus"])
def test_no_cell_of_an_export_is_a_formula(staff, now, form):
    for n, evil in enumerate(FORMULAS):
        book = rows.price(f"{evil}{n}")
        row = settled(now, "1", model=f"{evil}{n}", book=book)
        row.endpoint = evil
        row.save(force_insert=True)
    data = body(staff, f"{COSTS}/{form}/")
    if form == "xlsx":
        for sheet in load_workbook(io.BytesIO(data)).worksheets:
            assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
        return
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        for cell in row:
            assert not computes(cell), cell


def test_no_cell_of_the_ledger_is_a_formula(staff, now):
    for evil in FORMULAS:
        row = settled(now, "1", model=evil, served_model=evil, upstream_id=evil, page=evil, error_code=evil[:32])
        row.endpoint = row.visitor = evil
        row.save(force_insert=True)
    found = list(csv.reader(io.StringIO(body(staff, LEDGER).decode("utf-8-sig"))))
    assert len(found) == len(FORMULAS) + 1
    for row in found:
        for cell in row:
            assert not computes(cell), cell


@pytest.mark.usefixtures("ledger")
def test_the_ledgers_file_is_what_the_filters_match(staff, now):
    assert len(table(body(staff, LEDGER))) == 5
    found = table(body(staff, f"{LEDGER}?period=2026-03-15&model=alpha&state=settled"))
    assert sorted(row["cost_usd"] for row in found) == ["", "1.000000000001"]
    assert {row["opened_at"] for row in found} == {now.isoformat()}
    assert staff.get(f"{LEDGER}?period=nonsense").status_code == 404


def test_the_ledgers_file_knows_of_corrections(staff, now):
    price = rows.price()
    row = settled(now, "2", book=price)
    row.save(force_insert=True)
    Correction.objects.create(
        attempt=row, price=price, delta_usd=Decimal("-0.5"), cost_usd=Decimal("1.5"), counts_at=now, created_at=now
    )
    (line,) = table(body(staff, LEDGER))
    assert [Decimal(line[name]) for name in ("cost_usd", "corrected_usd", "known_cost_usd")] == [
        2,
        Decimal("-0.5"),
        Decimal("1.5"),
    ]


def test_a_long_file_is_sent_in_pieces(staff, now):
    Attempt.objects.bulk_create(settled(now, "0.000001") for _ in range(2500))
    pieces = list(staff.get(LEDGER).streaming_content)
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\r\n") == 2501


async def test_under_asgi_the_pieces_come_one_by_one(transactional_db, now):
    from asgiref.sync import sync_to_async
    from django.contrib.auth.models import User

    await sync_to_async(Attempt.objects.bulk_create)([settled(now, "0.000001") for _ in range(1200)])
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(User.objects.create_superuser)("staff"))
    response = await client.get(LEDGER)
    assert response.is_async
    pieces = [piece async for piece in response.streaming_content]
    await sync_to_async(connections.close_all)()  # in the thread that served the request
    assert len(pieces) == 3
    assert b"".join(pieces).count(b"\r\n") == 1201


@pytest.mark.usefixtures("ledger")
def test_the_number_of_queries_of_an_export_does_not_grow(staff, now, django_assert_num_queries):
    body(staff, f"{COSTS}/csv/")
    with django_assert_num_queries(4):
        body(staff, f"{COSTS}/csv/")
    Attempt.objects.bulk_create(settled(now - timedelta(hours=n), "1", model=f"m{n}") for n in range(200))
    rollups.roll_up(now)
    with django_assert_num_queries(4):
        body(staff, f"{COSTS}/csv/")


def test_without_openpyxl_there_is_no_excel(staff, monkeypatch):
    monkeypatch.setattr(exports, "find_spec", lambda name: None)
    exports.is_available.cache_clear()
    try:
        assert staff.get(f"{COSTS}/xlsx/").status_code == 404
        assert "export/xlsx/" not in staff.get("/admin/chatbot/costs/").content.decode()
    finally:
        exports.is_available.cache_clear()


def test_an_unknown_form_is_not_found(staff):
    assert staff.get(f"{COSTS}/pdf/").status_code == 404


@pytest.mark.usefixtures("ledger")
def test_the_groups_of_a_report_are_what_exports_are_made_of(now):
    zone = ZoneInfo("Asia/Seoul")
    day = now.astimezone(zone).date()
    start, end = day.replace(day=1), day + timedelta(days=1)
    groups = [sums for _, _, sums in reports.charges(start, end, zone)]
    assert sum(groups[1:], groups[0]) == reports.read(start, end, zone).total()
