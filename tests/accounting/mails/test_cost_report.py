"""What a report says of the costs of its days, in the mail and in its file."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone, translation

from chatbot.accounting import reports
from chatbot.accounting.mails import cost_report, sending
from chatbot.accounting.rollups import roll_up
from chatbot.models import ExchangeRate
from tests import settings as project
from tests.accounting import rows
from tests.accounting.mails.opened import attached, html, words
from tests.accounting.mails.readers import KIND, MORNING, SEOUL, at, exact_march_14th, ledger, staff, subscribe

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_report_says_the_exact_figures_of_its_day_and_nothing_of_others():
    exact_march_14th()
    subscribe(staff())
    assert sending.send_due(MORNING) == 1
    [message] = mail.outbox
    assert message.to == ["dana@shop.example"]
    assert message.subject == "Costs, March 14, 2026: $1.23"
    for text in (message.body, words(message)):
        assert "+100.0 % against the day before ($0.62)" in text
        assert "The cost of 1 request is not known and not in these sums." in text
        assert "< $0.0001 of the cost rests on our own estimate of the tokens." in text
        assert "Exactly $1.234567890124." in text
        assert "Asia/Seoul" in text
    for said in (
        "Questions 2 1",
        "Answered 2 1",
        "Cost per answered question $0.6173 $0.6173",
        "Retries per question 50.0 % 0.0 %",
    ):
        assert said in words(message)
    assert "alpha 1 $1.2346 100.0 %" in words(message)
    assert "beta 2 < $0.0001 0.0 %" in words(message)


def test_the_file_holds_every_place_and_adds_up_to_the_report():
    exact_march_14th()
    subscribe(staff())
    sending.send_due(MORNING)
    [message] = mail.outbox
    assert message.attachments[0][0] == "costs-2026-03-14.csv"
    alpha, beta = attached(message)
    assert (alpha["date"], alpha["model"], alpha["cost in USD"]) == ("2026-03-14", "alpha", "1.234567890123")
    assert (alpha["input tokens"], alpha["of these cached"], alpha["output tokens"]) == ("1000", "200", "100")
    assert (beta["requests"], beta["requests without a known cost"], beta["of this estimated"]) == (
        "2",
        "1",
        "0.000000000001",
    )
    total = sum(Decimal(line["cost in USD"]) for line in attached(message))
    assert total == reports.total(date(2026, 3, 14), date(2026, 3, 15), SEOUL).cost_usd == Decimal("1.234567890124")


def test_what_is_not_measured_is_said_so_and_never_0():
    ledger(rows.settled(at(14), None, outcome="abandoned"))
    subscribe(staff())
    sending.send_due(MORNING)
    [message] = mail.outbox
    assert message.subject == "Costs, March 14, 2026: not measured"
    assert "$0" not in message.body + html(message)
    [line] = attached(message)
    assert line["cost in USD"] == line["input tokens"] == "not measured"


def test_a_day_without_questions_is_told_as_what_it_is():
    subscribe(staff())
    sending.send_due(MORNING)
    [message] = mail.outbox
    assert "Nobody asked anything in this time." in words(message)
    assert message.subject == "Costs, March 14, 2026: $0.00"
    assert attached(message) == []


def test_mails_are_in_the_readers_language():
    exact_march_14th()
    subscribe(staff(), language="ko")
    with translation.override("en"):
        sending.send_due(MORNING)
    [message] = mail.outbox
    assert message.subject == "비용, 2026년 3월 14일: $1.23"
    assert '<html lang="ko">' in html(message)
    assert "전날보다 +100.0 %" in words(message)
    assert "요청 1건의 비용은 알 수 없어 이 합계에 들어 있지 않습니다." in message.body
    alpha, _beta = attached(message)
    assert alpha["모델"] == "alpha"
    assert alpha["비용(USD)"] == "1.234567890123"
    english = re.compile(r"\b(Costs|Questions|Requests|Answered|Before|Key figures|Exactly|Open|Change)\b")
    assert not english.search(words(message) + message.body)


def test_a_language_that_is_not_there_gives_the_sites():
    subscribe(staff(), language="tlh")
    sending.send_due(MORNING)
    assert "Costs, March 14, 2026" in mail.outbox[0].subject


def test_names_from_elsewhere_are_text_in_html_and_no_formulas_in_the_file():
    name = '=HYPERLINK("http://evil.example")<script>alert(1)</script>'
    ledger(rows.settled(at(14), "1", model=name))
    subscribe(staff())
    with override_settings(CHATBOT={**project.CHATBOT, "SHOP_NAME": "<b>Tea & Co</b>"}):
        sending.send_due(MORNING)
    [message] = mail.outbox
    assert "<script" not in html(message)
    assert "<b>" not in html(message)
    assert name in words(message)
    assert name in message.body
    assert attached(message)[0]["model"] == f"'{name}"


def test_links_lead_to_the_site_where_its_address_is_known():
    subscribe(staff())
    with override_settings(CHATBOT={**project.CHATBOT, "SITE_URL": "https://www.shop.example/"}):
        sending.send_due(MORNING)
    [message] = mail.outbox
    assert 'href="https://www.shop.example/admin/chatbot/costs/"' in html(message)
    assert "https://www.shop.example/admin/chatbot/reportsubscription/" in message.body


def test_without_the_sites_address_there_are_no_links():
    subscribe(staff())
    sending.send_due(MORNING)
    assert "href" not in html(mail.outbox[0])


def test_weeks_begin_on_monday_and_months_on_the_first_in_the_shops_zone():
    ledger(rows.settled(at(2, 0), "1"), rows.settled(at(8, 23), "2"), rows.settled(at(9, 0), "4"))
    ledger(rows.settled(at(1, 0, month=2), "8"), rows.settled(at(1, 0), "16"))
    user = staff()
    subscribe(user, KIND.WEEKLY)
    subscribe(user, KIND.MONTHLY)
    assert sending.send_due(MORNING) == 2
    week, month = mail.outbox
    assert week.subject == "Costs, March 2, 2026 to March 8, 2026: $3.00"
    assert week.attachments[0][0] == "costs-2026-03-02-to-2026-03-08.csv"
    assert "March 2 (Mon) 1 $1.0000" in words(week)
    assert "March 3 (Tue) 0 $0.0000" in words(week)
    assert "against the week before ($16.00)" in words(week)
    assert month.subject == "Costs, February 2026: $8.00"
    assert month.attachments[0][0] == "costs-2026-02.csv"


def test_utc_has_no_say_in_the_shops_days():
    ledger(rows.settled(datetime(2026, 3, 13, 15, 0, tzinfo=UTC), "1"))  # midnight in Seoul
    ledger(rows.settled(datetime(2026, 3, 14, 15, 0, tzinfo=UTC), "2"))
    subscribe(staff())
    sending.send_due(MORNING)
    assert mail.outbox[0].subject == "Costs, March 14, 2026: $1.00"


@pytest.mark.parametrize("settled_first", [True, False])
def test_rolled_up_or_not_the_report_says_the_same(settled_first):
    exact_march_14th()
    if settled_first:
        roll_up(timezone.now())
    subscribe(staff())
    sending.send_due(MORNING)
    assert "Exactly $1.234567890124." in mail.outbox[0].body


def test_models_beyond_the_most_are_one_line_in_the_mail_and_all_in_the_file():
    ledger(*(rows.settled(at(14), "0.5", model=f"model-{n:02}") for n in range(cost_report.MOST_MODELS + 3)))
    subscribe(staff())
    sending.send_due(MORNING)
    [message] = mail.outbox
    assert "3 others 3 $1.5000 20.0 %" in words(message)
    assert len(attached(message)) == cost_report.MOST_MODELS + 3


def test_what_came_too_late_for_a_closed_month_is_said_apart():
    ledger(rows.settled(at(14), "1"), rows.settled(at(14), "0.25", adjusts="2026-02"))
    subscribe(staff())
    sending.send_due(MORNING)
    [message] = mail.outbox
    assert message.subject == "Costs, March 14, 2026: $1.25"
    assert "$0.2500 of the cost came too late for February 2026, which was closed by then." in words(message)
    assert [(line["late for the closed month"], line["cost in USD"]) for line in attached(message)] == [
        ("", "1.000000000000"),
        ("2026-02", "0.250000000000"),
    ]


def in_won(**rates: str):
    for day, rate in rates.items():
        ExchangeRate.objects.create(currency="KRW", day=date(2026, 3, int(day[1:])), per_usd=Decimal(rate))
    return override_settings(CHATBOT={**project.CHATBOT, "DISPLAY_CURRENCY": "KRW"})


def test_each_day_is_converted_at_its_own_rate():
    ledger(rows.settled(at(2), "10"), rows.settled(at(8), "1"))
    subscribe(staff(), KIND.WEEKLY)
    with in_won(d2="1400", d5="1500.5"):
        sending.send_due(MORNING)
    [message] = mail.outbox
    assert "15,500 KRW" in words(message)  # 15,500.5 half to even
    assert "$11.00 (15,500 KRW)" in message.body
    assert [Decimal(line["cost in KRW"]) for line in attached(message)] == [Decimal(14000), Decimal("1500.5")]


def test_without_a_rate_amounts_are_dollars_and_the_mail_says_so():
    ledger(rows.settled(at(2), "10"), rows.settled(at(8), "1"))
    subscribe(staff(), KIND.WEEKLY)
    with in_won(d5="1500"):
        sending.send_due(MORNING)
    [message] = mail.outbox
    assert "A rate of KRW is not known for each of these days, so amounts are in dollars." in words(message)
    assert [line["cost in KRW"] for line in attached(message)] == ["not known", "1500.00000000000000000000"]
