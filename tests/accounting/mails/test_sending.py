"""Each report leaves once, to those who may see it, however often it is tried."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from chatbot.accounting.mails import posting, sending, spans
from tests.accounting.mails.failing import FailingBackend, failing
from tests.accounting.mails.readers import MORNING, staff, subscribe

pytestmark = [pytest.mark.django_db, pytest.mark.database]


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
