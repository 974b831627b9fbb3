"""The head of a mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings

from chatbot.accounting.mails import posting, sending
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
