"""Mails about money: who gets which, what they say, and that each leaves once however often it is tried."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings
from django.utils import timezone, translation

from chatbot.accounting import reports
from chatbot.accounting.mails import budget_alerts, cost_report, posting, sending, spans
from chatbot.accounting.rollups import roll_up
from chatbot.models import Attempt, Budget, BudgetAlert, ExchangeRate, ReportSubscription
from tests import settings as project
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
KIND = ReportSubscription.Kind
MORNING = datetime(2026, 3, 15, 7, 0, tzinfo=SEOUL)
"""A Sunday. The last whole day is March 14th, the last week that of March 2nd, the last month February."""


class FailingBackend(EmailBackend):
    """Refuses whom `refuses` names, and everybody while `down`."""

    down = False
    refuses: tuple[str, ...] = ()

    def send_messages(self, messages):
        if self.down or any(to in self.refuses for message in messages for to in message.to):
            raise OSError("no mail server")
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _mending(monkeypatch):
    monkeypatch.setattr(FailingBackend, "down", False)
    monkeypatch.setattr(FailingBackend, "refuses", ())


failing = override_settings(EMAIL_BACKEND="tests.test_mails.FailingBackend")


def staff(name: str = "dana", *, permissions=("view_costs", "view_budget"), **fields) -> User:
    user = User.objects.create_user(name, f"{name}@shop.example", is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="chatbot", codename__in=permissions))
    return user


def subscribe(user: User, kind: str = KIND.DAILY, **fields) -> ReportSubscription:
    return ReportSubscription.objects.create(user=user, kind=kind, **fields)


def ledger(*attempts: Attempt) -> None:
    Attempt.objects.bulk_create(attempts)


def at(day: int, hour: int = 12, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SEOUL)


def html(message) -> str:
    [(content, kind)] = [(part.content, part.mimetype) for part in message.alternatives]
    assert kind == "text/html"
    return content


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words(message) -> str:
    """What a reader of the HTML version sees, outside of tags."""
    parser = Words()
    parser.feed(html(message).split("</style>")[1])
    return " ".join(" ".join(parser.said).split())


def attached(message) -> list[dict[str, str]]:
    [(_name, content, kind)] = message.attachments
    assert kind == "text/csv"
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def exact_march_14th() -> None:
    ledger(
        rows.settled(at(14), "1.234567890123"),
        rows.settled(at(14, 23), "0.000000000001", model="beta", source="estimated"),
        rows.settled(at(14, 9), None, model="beta", outcome="failed", number=2),
        rows.settled(at(13), "0.617283945062"),
    )


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


def test_a_subject_is_one_line():
    with override_settings(LANGUAGES=[("en", "English")]):
        posting.send(
            posting.Mail(
                key="1",
                to="a@shop.example",
                subject="one\nBcc: all@shop.example",
                template="chatbot/mail/alerts",
                context={"lines": []},
            )
        )
    assert mail.outbox[0].subject == "one Bcc: all@shop.example"


def test_links_lead_to_the_site_where_its_address_is_known():
    subscribe(staff())
    with override_settings(CHATBOT={**project.CHATBOT, "SITE_URL": "https://www.shop.example/", "MAIL_FROM": "a@b.c"}):
        sending.send_due(MORNING)
        sending.send_due(MORNING + timedelta(days=1))
    first, second = mail.outbox
    assert 'href="https://www.shop.example/admin/chatbot/costs/"' in html(first)
    assert "https://www.shop.example/admin/chatbot/reportsubscription/" in first.body
    assert first.from_email == "a@b.c"
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
    assert first.extra_headers["Message-ID"].endswith("@b.c>")
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]


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


def test_a_report_is_sent_once_and_the_next_one_when_its_time_has_come():
    subscription = subscribe(staff())
    assert sending.send_due(MORNING) == 1
    assert sending.send_due(MORNING) == 0
    subscription.refresh_from_db()
    assert (subscription.sent_until, subscription.claimed_until) == (date(2026, 3, 15), None)
    before_six = MORNING.replace(hour=5, minute=59) + timedelta(days=1)
    assert sending.send_due(before_six) == 0
    assert sending.send_due(before_six + timedelta(minutes=1)) == 1


@pytest.mark.parametrize(("silent_days", "sent"), [(0, 0), (1, 1), (3, 3), (40, spans.MOST_MISSED)])
def test_missed_reports_are_caught_up_in_order(silent_days, sent):
    subscribe(staff(), sent_until=MORNING.date() - timedelta(days=silent_days))
    assert sending.send_due(MORNING) == sent
    ends = [message.attachments[0][0].removesuffix(".csv") for message in mail.outbox]
    last = [(MORNING.date() - timedelta(days=n)).isoformat() for n in range(sent, 0, -1)]
    assert ends == [f"costs-{day}" for day in last]


@failing
def test_a_mail_server_that_is_down_loses_nothing(caplog):
    user = staff()
    subscribe(user)
    FailingBackend.down = True
    assert sending.send_due(MORNING) == 0
    assert sending.send_due(MORNING + timedelta(days=1)) == 0
    assert not mail.outbox
    assert "was not sent; it is tried again" in caplog.text
    assert user.email not in caplog.text
    FailingBackend.down = False
    assert sending.send_due(MORNING + timedelta(days=1)) == 1
    assert mail.outbox[0].subject.startswith("Costs, March 15, 2026")


@failing
def test_one_readers_trouble_is_not_the_next_ones():
    subscribe(staff("no-such-box"))
    subscribe(staff("dana"))
    FailingBackend.refuses = ("no-such-box@shop.example",)
    assert sending.send_due(MORNING) == 1
    assert [message.to for message in mail.outbox] == [["dana@shop.example"]]


def test_what_another_worker_is_sending_is_left_to_it_until_it_is_dead():
    subscription = subscribe(staff(), claimed_until=MORNING + timedelta(minutes=1))
    assert sending.send_due(MORNING) == 0
    assert sending.send_due(MORNING + timedelta(minutes=2)) == 1
    subscription.refresh_from_db()
    assert subscription.claimed_until is None


@failing
def test_a_worker_that_dies_after_the_mail_left_sends_the_same_message_again(monkeypatch):
    """The one case in which a report comes twice: mailboxes know it by its Message-ID."""
    subscribe(staff())

    class Killed(BaseException):
        """Like SIGKILL: nothing after it runs."""

    def dying(self, messages):
        EmailBackend.send_messages(self, messages)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(FailingBackend, "send_messages", dying)
        with pytest.raises(Killed):
            sending.send_due(MORNING)
    assert sending.send_due(MORNING) == 0
    assert sending.send_due(MORNING + posting.CLAIM + timedelta(seconds=1)) == 1
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_run_ends_in_time_and_the_next_one_goes_on():
    for name in ("a", "b", "c"):
        subscribe(staff(name))
    seconds = iter([0.0, 1.0, 121.0])
    assert sending.send_due(MORNING, clock=lambda: next(seconds)) == 1
    assert sending.send_due(MORNING) == 2
    assert sorted(message.to[0][0] for message in mail.outbox) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"is_staff": False}, {"email": ""}, {"permissions": ()}],
    ids=lambda change: next(iter(change)),
)
def test_who_may_no_longer_see_the_figures_gets_none(change):
    user = staff(permissions=change.get("permissions", ("view_costs",)))
    User.objects.filter(pk=user.pk).update(**{k: v for k, v in change.items() if k != "permissions"})
    subscribe(user)
    assert sending.send_due(MORNING) == 0
    assert not mail.outbox


@pytest.mark.parametrize("settled_first", [True, False])
def test_rolled_up_or_not_the_report_says_the_same(settled_first):
    exact_march_14th()
    if settled_first:
        roll_up(timezone.now())
    subscribe(staff())
    sending.send_due(MORNING)
    assert "Exactly $1.234567890124." in mail.outbox[0].body


# --- Budget alerts ------------------------------------------------------------------------------------------------


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


def test_a_report_of_a_thousand_days_and_models_is_still_a_mail_to_read():
    ledger(*(rows.settled(at(14), "0.5", model=f"model-{n:02}") for n in range(cost_report.MOST_MODELS + 3)))
    subscribe(staff())
    sending.send_due(MORNING)
    [message] = mail.outbox
    assert "3 others 3 $1.5000 20.0 %" in words(message)
    assert len(attached(message)) == cost_report.MOST_MODELS + 3


def test_utc_has_no_say_in_the_shops_days():
    ledger(rows.settled(datetime(2026, 3, 13, 15, 0, tzinfo=UTC), "1"))  # midnight in Seoul
    ledger(rows.settled(datetime(2026, 3, 14, 15, 0, tzinfo=UTC), "2"))
    subscribe(staff())
    sending.send_due(MORNING)
    assert mail.outbox[0].subject == "Costs, March 14, 2026: $1.00"


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
