"""The head of a mail."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings

from chatbot.accounting.mails import posting, sending
from chatbot.accounting.mails.posting import Mail
from tests import settings as project
from tests.accounting.mails.readers import MORNING, staff, subscribe

pytestmark = [pytest.mark.django_db, pytest.mark.database]


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


def test_a_mail_says_who_sends_it_that_no_human_does_and_which_one_it_is():
    subscribe(staff())
    with override_settings(CHATBOT={**project.CHATBOT, "MAIL_FROM": "a@b.c"}):
        sending.send_due(MORNING)
        sending.send_due(MORNING + timedelta(days=1))
    first, second = mail.outbox
    assert first.from_email == "a@b.c"
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
    assert first.extra_headers["Message-ID"].endswith("@b.c>")
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]


@pytest.mark.parametrize(("configured", "waits"), [(None, 20), (90, 90)])
def test_the_mailer_of_newer_djangos_is_used_and_its_own_patience_kept(monkeypatch, configured, waits):
    class Mailer(EmailBackend):
        timeout = configured

    mailer = Mailer()
    monkeypatch.setattr(posting.django_mail, "mailers", SimpleNamespace(default=mailer), raising=False)
    posting.send(Mail(key="k", to="a@shop.example", subject="S", template="chatbot/mail/alerts", context={}))
    assert mailer.timeout == waits
    assert [message.to for message in mail.outbox] == [["a@shop.example"]]


@pytest.mark.parametrize(("configured", "waits"), [(None, 20), (90, 90)])
def test_a_silent_mail_server_is_waited_for_as_long_as_the_site_says(monkeypatch, configured, waits):
    class Backend(EmailBackend):
        timeout = configured

    backend = Backend()
    monkeypatch.setattr(posting.django_mail, "mailers", None, raising=False)
    monkeypatch.setattr(posting.django_mail, "get_connection", lambda: backend)
    posting.send(Mail(key="k", to="a@shop.example", subject="S", template="chatbot/mail/alerts", context={}))
    assert backend.timeout == waits
    assert len(mail.outbox) == 1
