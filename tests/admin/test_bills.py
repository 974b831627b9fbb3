"""Bills in the admin: upload, the look at the columns, the result with its rows, and who may do what."""

import csv
import html
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chatbot.admin import bill_forms
from chatbot.models import Attempt, Bill, BillFile, BillLine, BillMatch, Correction
from tests.accounting import rows
from tests.accounting.reconciliation.bills import line, taken_in, written
from tests.accounting.rows import NOON, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIST = "/admin/chatbot/bill/"
ADD = f"{LIST}add/"


def text_of(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def main_of(response) -> str:
    return response.content.decode().split('id="content-main"')[1].split('id="footer"')[0]


@pytest.fixture
def ledger() -> list[Attempt]:
    return Attempt.objects.bulk_create(
        settled(NOON + timedelta(minutes=n), "0.0025", upstream_id=f"req-{n}", cached_input_tokens=0) for n in range(4)
    )


@pytest.fixture
def content(ledger) -> bytes:
    """The bill: one dearer, one missing, one that nobody knows."""
    stranger = line(ledger[0], id="req-stranger", model="<script>alert(1)</script>", cost="0.5000")
    return written([line(ledger[0]), line(ledger[1], cost="0.0035"), line(ledger[2]), stranger])


def upload(client: Client, content: bytes, name: str = "march.csv") -> str:
    """The address of the page about the columns."""
    response = client.post(ADD, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, text_of(response)
    return response.headers["Location"]


def filled_in(client: Client, page: str) -> dict[str, str]:
    """What the page about the columns would send if nothing were changed."""
    form = client.get(page).context["form"]
    return {field.html_name: field.value() if field.value() is not None else "" for field in form if field.value()} | {
        "endpoint": "default"
    }


def imported(client: Client, content: bytes, **changes: object) -> str:
    """The address of the result."""
    page = upload(client, content)
    response = client.post(page, {**filled_in(client, page), "import": "1", **changes})
    assert response.status_code == 302, text_of(response)
    return response.headers["Location"]


def test_a_bill_goes_from_its_file_to_its_result(staff, content):
    page = upload(staff, content)
    look = staff.get(page)
    assert "The first lines, as they are read" in text_of(look)
    assert "2 2026-03-14 12:00:00 req-0 alpha – 1,000 – 100 $0.002500" in text_of(look)
    result = staff.get(imported(staff, written([line(row) for row in Attempt.objects.all()])))
    assert "Every difference is explained." in text_of(result)
    assert not BillFile.objects.exclude(pk=page.rstrip("/").rpartition("/")[2]).exists()


def test_the_result_names_each_kind_and_adds_up(staff, content):
    result = staff.get(imported(staff, content))
    text = text_of(result)
    assert "3 findings are to be looked at." in text
    assert "other price to be looked at 1 +$0.0010 0 0" in text
    assert "on the bill, not in the ledger to be looked at 1 +$0.5000 +1,000 +100" in text
    assert "in the ledger, not on the bill to be looked at 1 −$0.0025 −1,000 −100" in text
    assert "Bill minus ledger +$0.4985 0 0" in text
    assert "Bill 4 lines $0.5085" in text
    assert "Ledger 4 attempts $0.0100" in text


def test_every_figure_leads_to_the_findings_that_it_counts(staff, content):
    here = imported(staff, content)
    links = re.findall(r'<a href="([^"]*\?kind=[^"]*)"[^>]*>(\d+)</a>', staff.get(here).content.decode())
    assert len(links) == 4
    for url, count in links:
        page = staff.get(html.unescape(url)).context["page"]
        assert page.paginator.count == int(count)


def test_a_finding_shows_both_sides_and_leads_to_the_attempt(staff, content, ledger):
    here = imported(staff, content)
    result = staff.get(here, {"kind": "price"})
    row = f"3 2026-03-14 21:01:00 alpha $0.003500 $0.002500 +$0.001000 0 0 {str(ledger[1].pk)[:8]} req-1"
    assert row in text_of(result)
    link = f"/admin/chatbot/attempt/{ledger[1].pk}/change/"
    assert link in result.content.decode()
    assert staff.get(link).status_code == 200


def test_findings_come_in_pages(staff):
    ledger = Attempt.objects.bulk_create(
        settled(NOON + timedelta(seconds=n), "1", upstream_id=f"r{n}", cached_input_tokens=0) for n in range(120)
    )
    bill = taken_in(written(map(line, ledger)))
    first = staff.get(f"{LIST}{bill.pk}/change/", {"kind": "equal"})
    assert (len(first.context["findings"]), "Page 1 of 3" in text_of(first)) == (50, True)
    last = staff.get(f"{LIST}{bill.pk}/change/", {"kind": "equal", "p": "3"})
    assert len(last.context["findings"]) == 20
    assert staff.get(f"{LIST}{bill.pk}/change/", {"kind": "equal", "p": "x"}).context["page"].number == 1
    assert "findings" not in staff.get(f"{LIST}{bill.pk}/change/", {"kind": "nonsense"}).context


def test_columns_that_were_guessed_wrong_are_put_right_on_the_page(staff, ledger):
    columns = ("id", "created_at", "model", "input_tokens", "output_tokens", "cost", "really_paid")
    page = upload(staff, written([line(ledger[0], cost="99", really_paid="0.0025")], columns))
    data = {**filled_in(staff, page), "column_cost": "really_paid"}
    look = staff.post(page, {**data, "preview": "1"})
    assert "$0.002500" in text_of(look)
    assert not Bill.objects.exists()
    staff.post(page, {**data, "import": "1"})
    assert Bill.objects.get().billed_usd == Decimal("0.0025")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"zone": "Seoul"}, "no time zone"),
        ({"currency": "KRW"}, "State the rate"),
        ({"column_model": ""}, "This field is required."),
        ({"column_request_id": "created_at"}, "cannot be two things"),
        ({"first": "2026-03-01"}, "Give both days, or neither."),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "The last day is before the first."),
        ({"endpoint": "other"}, "Select a valid choice"),
        ({"per_usd": "0"}, "greater than or equal"),
        ({"within_s": "-1"}, "greater than or equal"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_is_imported(staff, content, changes, says):
    page = upload(staff, content)
    response = staff.post(page, {**filled_in(staff, page), **changes, "import": "1"})
    assert response.status_code == 200
    assert says in text_of(response)
    assert not Bill.objects.exists()


def test_days_currency_and_rate_are_taken(staff, ledger):
    content = written([line(each, cost="3.5") for each in ledger])
    changes = {"first": "2026-03-01", "last": "2026-03-31", "zone": "Asia/Seoul", "currency": "krw", "per_usd": "1400"}
    result = staff.get(imported(staff, content, **changes))
    assert "March 1, 2026 – March 31, 2026 (Asia/Seoul)" in text_of(result)
    assert "1400 KRW for one dollar" in text_of(result)
    assert BillMatch.objects.filter(kind="equal").count() == 4


def test_bad_lines_are_shown_and_left_out_only_when_that_was_said(staff, content):
    page = upload(staff, content + b"Total,,,,,9\r\n")
    data = {**filled_in(staff, page), "import": "1"}
    refused = staff.post(page, data)
    assert "Line 6: created_at: '' is not a time" in text_of(refused)
    assert not BillLine.objects.exists()
    result = staff.get(staff.post(page, {**data, "skip_bad_lines": "on"}).headers["Location"])
    assert "1 line could not be read and is no part of these figures." in text_of(result)
    assert "Line 6: created_at" in text_of(result)


@pytest.mark.parametrize("content", [b"hello\nworld\n", b"", b"PK\x03\x04\0\0", b"\x1f\x8bnonsense"])
def test_a_file_that_is_no_bill_is_said_to_be_none(staff, content):
    response = staff.post(ADD, {"file": SimpleUploadedFile("b.csv", content)}, follow=True)
    assert response.status_code == 200
    assert not Bill.objects.exists()
    assert "errornote" in response.content.decode() or "errorlist" in response.content.decode()


def test_a_file_too_large_for_a_page_is_sent_to_the_command(staff, monkeypatch):
    monkeypatch.setattr(bill_forms, "MOST_BYTES", 10)
    response = staff.post(ADD, {"file": SimpleUploadedFile("b.csv", b"x" * 11)})
    assert "manage.py chatbot_reconcile" in text_of(response)


def test_the_same_file_again_leads_to_its_bill(staff, content):
    here = imported(staff, content)
    page = upload(staff, content)
    response = staff.post(page, {**filled_in(staff, page), "import": "1"}, follow=True)
    assert response.redirect_chain == [(here, 302)]
    assert "This file was imported on" in text_of(response)


def test_comparing_again_sees_corrections(staff, content, ledger):
    here = imported(staff, content)
    assert "other price" in text_of(staff.get(here))
    Correction.objects.create(
        attempt=ledger[1],
        price=rows.price(),
        delta_usd=Decimal("0.001"),
        cost_usd=Decimal("0.0035"),
        counts_at=NOON,
        created_at=NOON,
    )
    compare = here.replace("/change/", "/compare/")
    assert staff.get(compare).status_code == 405
    response = staff.post(compare, follow=True)
    assert "compared with the ledger as it is now" in text_of(response)
    assert "other price" not in text_of(response)


def test_the_export_has_every_finding_and_no_formula(staff, ledger):
    content = written([line(ledger[0], id="=1+1", model="@SUM(A1)", cost="0.1"), *map(line, ledger[1:])])
    here = imported(staff, content)
    response = staff.get(here.replace("/change/", "/export/"))
    assert response.headers["Content-Disposition"].startswith("attachment")
    exported = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert len(exported) == BillMatch.objects.count()
    bill = Bill.objects.get()
    assert sum(Decimal(row["difference in dollars"]) for row in exported) == bill.billed_usd - bill.booked_usd
    [stranger] = [row for row in exported if row["model"] == "'@SUM(A1)"]
    assert stranger["request id"] == "'=1+1"
    only = staff.get(here.replace("/change/", "/export/"), {"kind": "equal"})
    assert len(list(csv.DictReader(io.StringIO(b"".join(only).decode("utf-8-sig"))))) == 3


def test_what_the_bill_says_is_text_and_never_markup(staff, content):
    here = imported(staff, content.replace(b"req-stranger", b"<img src=x onerror=alert(1)>"))
    for url in (LIST, here, f"{here}?kind=missing_here"):
        body = staff.get(url).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body
    assert "&lt;script&gt;" in staff.get(f"{here}?kind=missing_here").content.decode()


def test_the_pages_need_no_script_and_no_inline_style(staff, content):
    here = imported(staff, content)
    page = upload(staff, content + b"\n")
    for url in (ADD, page, here, f"{here}?kind=price"):
        main = main_of(staff.get(url))
        assert "<script" not in main
        assert "style=" not in main
        assert "<style" not in main


def test_a_bill_is_taken_away_with_its_lines_and_the_ledger_stays(staff, content):
    here = imported(staff, content)
    delete = here.replace("/change/", "/delete/")
    assert "req-0" not in staff.get(delete).content.decode()
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert (Bill.objects.count(), BillLine.objects.count(), Attempt.objects.count()) == (0, 0, 4)


def test_uploads_that_nobody_came_back_for_go(staff, content):
    upload(staff, content)
    BillFile.objects.update(uploaded_at=timezone.now() - timedelta(days=2))
    upload(staff, content)
    assert BillFile.objects.count() == 1


def test_somebody_elses_upload_is_not_there(staff, staff_who_may, content):
    page = upload(staff, content)
    assert staff_who_may("add_bill", "view_bill").get(page).status_code == 404


@pytest.mark.parametrize(
    ("permissions", "view", "add", "delete"),
    [
        ((), 403, 403, 403),
        (("view_costs", "view_attempt"), 403, 403, 403),
        (("view_bill",), 200, 403, 403),
        (("add_bill",), 403, 200, 403),
        (("view_bill", "delete_bill"), 200, 403, 200),
    ],
)
def test_who_may_do_what(staff_who_may, ledger, permissions, view, add, delete):
    bill = taken_in(written([line(ledger[0])]))
    client = staff_who_may(*permissions)
    assert client.get(LIST).status_code == view
    assert client.get(f"{LIST}{bill.pk}/change/").status_code == view
    assert client.get(f"{LIST}{bill.pk}/export/").status_code == view
    assert client.get(ADD).status_code == add
    assert client.get(f"{LIST}read/1/").status_code == (404 if add == 200 else 403)
    assert client.post(f"{LIST}{bill.pk}/compare/").status_code == (302 if add == 200 else 403)
    assert client.get(f"{LIST}{bill.pk}/delete/").status_code == delete
    assert client.post(f"{LIST}{bill.pk}/change/", {"name": "x"}).status_code in (200, 403)
    bill.refresh_from_db()
    assert bill.name == "bill.csv"


def test_strangers_are_sent_to_the_login(client, ledger):
    bill = taken_in(written([line(ledger[0])]))
    for url in (LIST, ADD, f"{LIST}{bill.pk}/change/", f"{LIST}{bill.pk}/export/", f"{LIST}read/1/"):
        assert client.get(url).headers["Location"].startswith("/admin/login/")


def test_there_are_no_links_into_a_ledger_that_one_may_not_see(staff_who_may, ledger):
    bill = taken_in(written(map(line, ledger)))
    url = f"{LIST}{bill.pk}/change/?kind=equal"
    assert "/admin/chatbot/attempt/" not in staff_who_may("view_bill").get(url).content.decode()
    assert "/admin/chatbot/attempt/" in staff_who_may("view_bill", "view_attempt").get(url).content.decode()


def test_the_pages_speak_korean(staff, content):
    here = imported(staff, content)
    korean = {"Accept-Language": "ko"}
    result = text_of(staff.get(here, {"kind": "price"}, headers=korean))
    assert "What was found" not in result
    assert "청구서" in result
    look = text_of(staff.get(upload(staff, content + b"\n"), headers=korean))
    assert "Which column" not in look


def test_the_number_of_queries_does_not_grow(staff, django_assert_max_num_queries):
    def queries(url: str) -> int:
        with django_assert_max_num_queries(25) as captured:
            assert staff.get(url).status_code == 200
        return len(captured)

    def bill(count: int) -> Bill:
        ledger = Attempt.objects.bulk_create(
            settled(NOON + timedelta(seconds=n), "1", upstream_id=f"{count}-{n}", cached_input_tokens=0)
            for n in range(count)
        )
        return taken_in(written([*map(line, ledger), line(ledger[0], id="x", cost=count)]))

    few = bill(2)
    urls = (LIST, f"{LIST}{few.pk}/change/?kind=equal")
    for url in urls:
        queries(url)  # fills the caches of content types
    before = [queries(url) for url in urls]
    many = bill(60)
    assert [queries(LIST), queries(f"{LIST}{many.pk}/change/?kind=equal")] == before
