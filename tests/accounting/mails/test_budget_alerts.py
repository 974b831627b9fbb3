"""Alerts of budgets: told once, to all who asked, in one mail."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from chatbot.accounting.mails import budget_alerts
from chatbot.models import Budget, BudgetAlert
from tests.accounting.mails.failing import FailingBackend, failing
from tests.accounting.mails.opened import html, words
from tests.accounting.mails.readers import KIND, at, staff, subscribe

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def alert(percent: int = 80, spent: str = "4.0123", *, subject: str = "", created: datetime | None = None, **budget):
    given = {"limit_usd": Decimal(5), "period": "day", "scope": "shop"} | budget
    found, _ = Budget.objects.get_or_create(**given)
    return BudgetAlert.objects.create(
        budget=found,
        subject=subject,
        period_start=at(15, 0),
        percent=percent,
        spent_usd=Decimal(spent),
        created_at=created or timezone.now(),
    )


def test_an_alert_is_told_once_to_all_who_asked():
    subscribe(staff("dana"), KIND.ALERTS)
    subscribe(staff("minsu"), KIND.ALERTS, language="ko")
    row = alert()
    now = timezone.now()
    assert budget_alerts.send_new(now) == 1
    assert budget_alerts.send_new(now) == 0
    english, korean = mail.outbox
    assert english.subject == "Budget alert: 80 % of the whole shop per day"
    for text in (english.body, words(english)):
        assert "$4.0123 of $5.00 since March 15, 2026" in text
        assert "Asia/Seoul" in text
    assert korean.subject == "예산 알림: 쇼핑몰 전체(일 단위) 80 %"
    assert "2026년 3월 15일부터 $5.00 중 $4.0123" in words(korean)
    row.refresh_from_db()
    assert (row.sent_at, row.claimed_until) == (now, None)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("warn", "The assistant goes on as before."),
        ("cheaper", "The assistant asks cheaper models."),
        ("catalogue", "The assistant answers from the cache and the catalogue alone."),
    ],
)
def test_a_full_budget_says_what_follows(action, sentence):
    subscribe(staff(), KIND.ALERTS)
    alert(100, "5.01", action=action)
    budget_alerts.send_new(timezone.now())
    assert sentence in mail.outbox[0].body
    assert sentence in words(mail.outbox[0])


def test_many_alerts_are_one_mail_the_fullest_first():
    subscribe(staff(), KIND.ALERTS)
    for n in range(budget_alerts.MOST_SHOWN + 2):
        alert(100 if n == 7 else 50, subject=f"visitor-{n}<i>", scope="visitor")
    assert budget_alerts.send_new(timezone.now()) == budget_alerts.MOST_SHOWN + 2
    [message] = mail.outbox
    assert message.subject == f"{budget_alerts.MOST_SHOWN + 2} budget alerts"
    assert words(message).index("visitor-7<i>") < words(message).index("visitor-0<i>")
    assert "and 2 more" in words(message)
    assert "<i>" not in html(message)


def test_without_a_reader_alerts_wait_and_a_new_reader_is_told_of_new_ones_only():
    old = alert(50, created=timezone.now() - timedelta(days=1))
    assert budget_alerts.send_new(timezone.now()) == 0
    subscribe(staff(), KIND.ALERTS)
    new = alert(80)
    assert budget_alerts.send_new(timezone.now()) == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.sent_at, bool(new.sent_at)) == (None, True)
    assert "80 %" in mail.outbox[0].subject


@failing
def test_alerts_wait_for_the_mail_server():
    subscribe(staff(), KIND.ALERTS)
    row = alert()
    FailingBackend.down = True
    assert budget_alerts.send_new(timezone.now()) == 0
    row.refresh_from_db()
    assert (row.sent_at, row.claimed_until) == (None, None)
    FailingBackend.down = False
    assert budget_alerts.send_new(timezone.now()) == 1


def test_alerts_that_another_worker_tells_are_left_to_it_until_it_is_dead():
    subscribe(staff(), KIND.ALERTS)
    row = alert()
    now = timezone.now()
    BudgetAlert.objects.update(claimed_until=now + timedelta(minutes=1))
    assert budget_alerts.send_new(now) == 0
    assert budget_alerts.send_new(now + timedelta(minutes=2)) == 1
    row.refresh_from_db()
    assert row.sent_at
