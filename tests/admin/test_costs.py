import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from chatbot.accounting import rollups
from chatbot.models import Attempt
from tests.accounting import rows
from tests.accounting.rows import settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

URL = "/admin/chatbot/costs/"


def page(client: Client, query: str = "") -> str:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return response.content.decode()


def text_of(body: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture
def ledger(now):
    price = rows.price()
    Attempt.objects.bulk_create(
        [
            settled(now, "1.000000000001", book=price),
            settled(now, "2", model="beta", book=rows.price("beta"), source="estimated"),
            settled(now - timedelta(hours=2), "4", book=price, outcome="failed"),  # yesterday in Seoul
            settled(now - timedelta(days=20), "8", book=price),  # last month
            settled(now, None),
            Attempt(endpoint="default", requested_model="alpha", opened_at=now),
        ]
    )


@pytest.mark.usefixtures("ledger")
def test_today_and_the_month_are_those_of_the_shops_zone(staff):
    text = text_of(page(staff))
    assert "Asia/Seoul (UTC+09:00)" in text
    assert "Today March 15, 2026 $3.00 Attempts 3" in text
    assert "This month March 2026 $7.00 Attempts 4" in text
    assert "Open now 1" in text


@pytest.mark.usefixtures("ledger")
def test_the_page_is_the_same_before_and_after_a_rollup(staff, now):
    before = page(staff)
    rollups.roll_up(now)
    after = page(staff)
    main = re.compile(r'<div class="chatbot-cards">.*?<section class="chatbot-provenance"', re.DOTALL)
    assert main.search(before)[0] == main.search(after)[0]
    assert "4 attempts of this month came since" in text_of(before)
    assert "Last added up: March 15, 2026, 1:30 a.m." in text_of(after)


@pytest.mark.usefixtures("ledger")
def test_every_amount_has_its_exact_value_and_the_price_it_rests_on(staff):
    body = page(staff)
    assert 'title="$7.000000000001"' in body
    assert "alpha since Feb. 7, 2025: input $2.50, cached input $2.50, output $10.00 (test)" in text_of(body)


@pytest.mark.usefixtures("ledger")
def test_every_figure_leads_to_the_attempts_that_it_counts(staff):
    body = page(staff)
    links = set(re.findall(r'<a href="(/admin/chatbot/attempt/[^"]*)"[^>]*>([^<]+)</a>', body))
    counts = {(html.unescape(url), int(text)) for url, text in links if text.isdigit()}
    assert len(counts) > 10
    for url, count in counts:
        ledger = staff.get(url)
        assert ledger.status_code == 200, url
        assert ledger.context["cl"].result_count == count, url


@pytest.mark.usefixtures("ledger")
def test_the_chart_and_its_table_say_the_same(staff):
    body = page(staff)
    bars = re.findall(r"<rect [^>]*><title>([^<]+)</title>", body)
    assert bars == ["March 14, 2026, alpha: $4.0000", "March 15, 2026, alpha: $1.0000", "March 15, 2026, beta: $2.0000"]
    assert "Sun 15 $3.0000 $1.0000 $2.0000" in text_of(body)
    assert "Sat 14 $4.0000 $4.0000 –" in text_of(body)
    assert "Whole month $7.0000 $5.0000 $2.0000" in text_of(body)
    assert 'role="img" aria-labelledby="chatbot-chart-title chatbot-chart-description"' in body


@pytest.mark.usefixtures("ledger")
def test_staff_turn_to_other_months(staff):
    body = page(staff)
    assert 'href="/admin/chatbot/costs/?month=2026-02"' in body
    assert 'rel="next"' not in body
    february = page(staff, "?month=2026-02")
    assert 'href="/admin/chatbot/costs/?month=2026-03"' in february
    assert "Whole month $8.0000" in text_of(february)
    assert "This month March 2026 $7.00" in text_of(february)


@pytest.mark.parametrize("query", ["?month=", "?month=2026-13", "?month=<script>", "?month=9999-99", "?month=2026-3"])
def test_a_month_that_is_none_is_this_month(staff, now, query):
    assert "No attempts in March 2026." in text_of(page(staff, query))


@pytest.mark.usefixtures("now")
def test_a_shop_without_attempts_has_a_page(staff):
    body = page(staff)
    assert "No attempts in March 2026." in text_of(body)
    assert "<svg viewBox" not in body


def test_costs_that_nobody_measured_are_not_zero(staff, now):
    settled(now, None).save(force_insert=True)
    text = text_of(page(staff))
    assert "Today March 15, 2026 not measured Attempts 1" in text
    assert "Sun 15 not measured" in text
    assert "Whole month not measured" in text


def test_the_number_of_queries_does_not_grow(staff, now, django_assert_max_num_queries):
    price = rows.price()

    def queries() -> int:
        with django_assert_max_num_queries(20) as captured:
            page(staff, "?month=2026-02")
        return len(captured)

    settled(now - timedelta(days=20), "1", book=price).save(force_insert=True)
    queries()  # fills the caches of content types
    few = queries()
    for n in range(8):
        settled(now - timedelta(days=20), "1", model=f"m{n}", book=price).save(force_insert=True)
        settled(now - timedelta(days=n), "1", model=f"m{n}", book=price).save(force_insert=True)
    rollups.roll_up(now)
    assert queries() == few


@pytest.mark.parametrize(
    ("permissions", "status"), [((), 403), (("view_attempt", "view_usagebucket"), 403), (("view_costs",), 200)]
)
def test_only_those_who_may_view_costs_see_them(staff_who_may, permissions, status):
    assert staff_who_may(*permissions).get(URL).status_code == status


@pytest.mark.usefixtures("ledger")
def test_there_are_no_links_into_a_ledger_that_one_may_not_see(staff_who_may):
    assert "/admin/chatbot/attempt/" not in page(staff_who_may("view_costs"))
    assert "/admin/chatbot/attempt/" in page(staff_who_may("view_costs", "view_attempt"))


def test_strangers_are_sent_to_the_login(client):
    assert client.get(URL).headers["Location"].startswith("/admin/login/")


@pytest.mark.usefixtures("ledger")
def test_the_page_needs_no_script_and_no_inline_style(staff):
    main = page(staff).split('id="content-main"')[1].split('id="footer"')[0]
    assert "<script" not in main
    assert "style=" not in main
    assert "<style" not in main


@pytest.mark.usefixtures("ledger")
def test_the_page_speaks_korean(staff):
    body = text_of(staff.get(URL, headers={"Accept-Language": "ko"}).content.decode())
    assert "오늘 2026년 3월 15일 $3.00 시도 3" in body
    assert "Where these figures" not in body


@pytest.mark.usefixtures("ledger")
def test_the_chart_survives_a_language_that_writes_decimals_with_a_comma(staff, settings):
    settings.LANGUAGES = [("de", "Deutsch")]
    settings.LANGUAGE_CODE = "de"
    body = page(staff)
    assert "$3,00" in body
    numbers = re.findall(r'<rect class="chatbot-series-\d" x="([^"]+)" y="([^"]+)"', body)
    assert numbers
    assert all(Decimal(value) >= 0 for pair in numbers for value in pair)


def test_a_models_name_is_text(staff, now):
    settled(now, "1", model="<script>alert(1)</script>").save(force_insert=True)
    body = page(staff)
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
