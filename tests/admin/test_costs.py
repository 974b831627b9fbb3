"""The Costs page: its figures, what they lead to, and who sees them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from chatbot.accounting import rollups
from chatbot.models import Attempt, ExchangeRate
from tests.accounting import rows
from tests.accounting.rows import settled
from tests.admin.pages import COSTS, costs_page, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]


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
            Attempt(endpoint="default", requested_model="alpha", opened_at=now, counts_at=now),
        ]
    )


@pytest.mark.usefixtures("ledger")
def test_today_and_the_month_are_those_of_the_shops_zone(staff):
    text = text_of(costs_page(staff))
    assert "Asia/Seoul (UTC+09:00)" in text
    assert "Cost today $3.00" in text
    assert "March 2026 compared with Feb. 14, 2026 to Feb. 28, 2026, as many days; today is not over" in text
    assert "Open attempts 1" in text


@pytest.mark.usefixtures("ledger")
def test_the_key_figures_are_compared_with_as_many_days_before(staff):
    text = text_of(costs_page(staff))
    # 15 days of March against the last 15 of February: 4 attempts against 1, which cost $8.
    assert "Cost $7.00 −12.5 % from $8.00 and 1 attempt not measured" in text
    assert "Questions 4 +300.0 % from 1" in text
    assert "Answered 3 +200.0 % from 1" in text
    assert "Cost per answered question $2.3333 −70.8 % (better) from $8.0000" in text
    assert "Answered from the cache 0.0 % 0.0 points from 0.0 %" in text
    assert "Error rate 25.0 % +25.0 points (worse) from 0.0 %" in text
    assert "Retry rate 0.0 % 0.0 points from 0.0 %" in text
    assert "First word – p95 – nothing to compare with" in text


@pytest.mark.usefixtures("ledger")
def test_the_page_is_the_same_before_and_after_a_rollup(staff, now):
    before = costs_page(staff)
    rollups.roll_up(now)
    after = costs_page(staff)
    main = re.compile(r'<section class="chatbot-live".*?<section class="chatbot-provenance"', re.DOTALL)
    assert main.search(before)[0] == main.search(after)[0]
    assert "4 attempts of this period came since" in text_of(before)
    assert "Last added up: March 15, 2026, 1:30 a.m." in text_of(after)


@pytest.mark.usefixtures("ledger")
def test_every_amount_has_its_exact_value_and_the_price_it_rests_on(staff):
    body = costs_page(staff)
    assert 'title="$7.000000000001"' in body
    assert "alpha since Feb. 7, 2025: input $2.50, cached input $2.50, output $10.00 (test)" in text_of(body)


@pytest.mark.usefixtures("ledger")
def test_every_figure_leads_to_the_attempts_that_it_counts(staff):
    shown = staff.get(COSTS).context
    counts = [tile.figure for tile in shown["tiles"] if tile.figure.text.isdigit()]
    counts += [reading.figure for reading in shown["live"] if reading.figure.text.isdigit()]
    for line in [shown["total"], *shown["models"], *shown["endpoints"], *shown["units"]]:
        counts += [line.attempts, line.questions, line.answered, line.failed, line.estimated, line.unpriced]
        assert all(bool(each.url) for each in (line.cost, line.attempts) if line.attempts.text != "0")
    counts += [line["attempts"] for line in shown["outcomes"]]
    for tops in (shown["pages"], shown["conversations"]):
        counts += [line[name] for line in tops["lines"] for name in ("attempts", "questions", "answered")]
    led = {(figure.url, int(figure.text)) for figure in counts if figure.url}
    assert len(led) > 25
    for url, count in led:
        ledger = staff.get(url)
        assert ledger.status_code == 200, url
        assert ledger.context["cl"].result_count == count, url


@pytest.mark.usefixtures("ledger")
def test_the_costs_of_a_page_and_a_conversation_are_their_rows(staff, now):
    turn = rows.turn(now=now)
    for n in (1, 2):
        row = settled(now, "0.5", page="/p/1/", conversation_id=turn.conversation_id, number=n)
        row.save(force_insert=True)
    shown = staff.get(COSTS).context
    for tops, name in ((shown["pages"], "/p/1/"), (shown["conversations"], str(turn.conversation_id)[:8])):
        (line,) = [line for line in tops["lines"] if line["name"].text == name]
        assert (line["cost"].text, line["questions"].text, line["attempts"].text) == ("$1.0000", "1", "2")
        assert len(staff.get(line["cost"].url).context["cl"].result_list) == 2


@pytest.mark.usefixtures("ledger")
def test_the_chart_and_its_table_say_the_same(staff):
    body = costs_page(staff)
    bars = re.findall(r"<rect [^>]*><title>([^<]+)</title>", body)
    assert bars == ["March 14, 2026, alpha: $4.0000", "March 15, 2026, alpha: $1.0000", "March 15, 2026, beta: $2.0000"]
    assert "Sun 15 $3.0000 $1.0000 $2.0000 3 3" in text_of(body)
    assert "Sat 14 $4.0000 $4.0000 –" in text_of(body)
    assert "Whole period $7.0000 $5.0000 $2.0000" in text_of(body)
    assert 'role="img" aria-labelledby="chatbot-chart-title chatbot-chart-description"' in body


@pytest.mark.usefixtures("ledger")
def test_staff_turn_to_other_months(staff):
    body = costs_page(staff)
    assert 'href="?month=2026-02"' in body
    assert 'rel="next"' not in body
    february = costs_page(staff, "?month=2026-02")
    assert 'href="?month=2026-03"' in february
    assert "Whole period $8.0000" in text_of(february)
    assert "Cost today $3.00" in text_of(february)


@pytest.mark.parametrize("query", ["?month=", "?month=2026-13", "?month=<script>", "?month=9999-99", "?month=2026-3"])
def test_a_month_that_is_none_is_this_month(staff, now, query):
    assert "No attempts in March 2026." in text_of(costs_page(staff, query))


@pytest.mark.usefixtures("now")
def test_a_shop_without_attempts_has_a_costs_page(staff):
    body = costs_page(staff)
    assert "No attempts in March 2026." in text_of(body)
    assert "<svg viewBox" not in body


def test_costs_that_nobody_measured_are_not_zero(staff, now):
    settled(now, None).save(force_insert=True)
    text = text_of(costs_page(staff))
    assert "Cost today not measured" in text
    assert "Cost not measured nothing to compare with and 1 attempt not measured" in text
    assert "Sun 15 not measured" in text
    assert "Whole period not measured" in text
    assert "cannot be said yet: no whole day with a known cost has gone by" in text


def test_the_number_of_queries_does_not_grow(staff, now, django_assert_max_num_queries):
    price = rows.price()

    def queries() -> int:
        with django_assert_max_num_queries(32) as captured:
            costs_page(staff, "?month=2026-02")
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
    assert staff_who_may(*permissions).get(COSTS).status_code == status


@pytest.mark.usefixtures("ledger")
def test_there_are_no_links_into_a_ledger_that_one_may_not_see(staff_who_may):
    assert "/admin/chatbot/attempt/" not in costs_page(staff_who_may("view_costs"))
    assert "/admin/chatbot/attempt/" in costs_page(staff_who_may("view_costs", "view_attempt"))


def test_strangers_are_sent_to_the_login(client):
    assert client.get(COSTS).headers["Location"].startswith("/admin/login/")


@pytest.mark.usefixtures("ledger")
def test_the_page_needs_no_script_and_no_inline_style(staff):
    main = costs_page(staff).split('id="content-main"')[1].split('id="footer"')[0]
    assert "<script" not in main
    assert "style=" not in main
    assert "<style" not in main


@pytest.mark.usefixtures("ledger")
def test_the_page_speaks_korean(staff):
    body = text_of(staff.get(COSTS, headers={"Accept-Language": "ko"}).content.decode())
    assert "오늘 비용 $3.00" in body
    assert "Where these figures" not in body


@pytest.mark.usefixtures("ledger")
def test_the_chart_survives_a_language_that_writes_decimals_with_a_comma(staff, settings):
    settings.LANGUAGES = [("de", "Deutsch")]
    settings.LANGUAGE_CODE = "de"
    body = costs_page(staff)
    assert "$3,00" in body
    numbers = re.findall(r'<rect class="chatbot-series-\d" x="([^"]+)" y="([^"]+)"', body)
    assert numbers
    assert all(Decimal(value) >= 0 for pair in numbers for value in pair)


def test_a_models_name_is_text(staff, now):
    settled(now, "1", model="<script>alert(1)</script>").save(force_insert=True)
    body = costs_page(staff)
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_what_is_not_measured_is_not_0_in_the_shops_currency_either(staff, settings, now):
    settings.CHATBOT = {**settings.CHATBOT, "DISPLAY_CURRENCY": "KRW"}
    ExchangeRate.objects.create(currency="KRW", day="2026-01-01", per_usd=Decimal(1400))
    settled(now, "1", book=rows.price()).save(force_insert=True)
    settled(now, None, model="gamma").save(force_insert=True)
    text = text_of(costs_page(staff))
    assert "alpha $1.0000 1,400 100.0 %" in text
    assert "gamma not measured not measured –" in text
    assert "Cost not measured not measured" in text_of(costs_page(staff, "?model=gamma"))
