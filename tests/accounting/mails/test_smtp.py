"""Reports through a mail server: what arrives, what a refusal does, and a server that says nothing."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import override_settings

from chatbot.accounting.mails import sending
from chatbot.models import ReportSubscription
from tests.accounting.mails import smtp
from tests.accounting.mails.readers import KIND, MORNING, exact_march_14th, staff, subscribe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def over(port: int):
    """Django's own way to a mail server."""
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=1,
    )


@pytest.fixture
def server() -> Iterator[smtp.Server]:
    with smtp.server() as running, over(running.port):
        yield running


def test_what_arrives_is_text_html_and_a_file_in_the_readers_language(server):
    exact_march_14th()
    subscribe(staff(), language="ko")
    assert sending.send_due(MORNING) == 1
    [message] = server.taken
    assert message["Subject"] == "비용, 2026년 3월 14일: $1.23"
    assert message["To"] == "dana@shop.example"
    text = message.get_body(["plain"]).get_content()
    page = message.get_body(["html"]).get_content()
    assert "정확한 금액은 $1.234567890124입니다." in text
    assert "정확한 금액은 $1.234567890124입니다." in page
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("costs-2026-03-14.csv", "text/csv")
    assert file.get_payload(decode=True).startswith(b'\xef\xbb\xbf"')


def test_a_refused_reader_is_tried_again_and_stops_nobody(server):
    subscribe(staff("gone"))
    subscribe(staff("dana"))
    server.refuses.add("gone@shop.example")
    assert sending.send_due(MORNING) == 1
    assert sending.send_due(MORNING) == 0
    server.refuses.clear()
    assert sending.send_due(MORNING) == 1
    assert [message["To"] for message in server.taken] == ["dana@shop.example", "gone@shop.example"]


def test_a_server_that_says_nothing_holds_nobody_for_long():
    subscription = subscribe(staff())
    with socket.create_server(("127.0.0.1", 0)) as silent, over(silent.getsockname()[1]):
        began = time.monotonic()
        assert sending.send_due(MORNING) == 0
        assert time.monotonic() - began < 10
    subscription.refresh_from_db()
    assert (subscription.sent_until, subscription.claimed_until) == (None, None)


def test_ten_runs_at_once_send_each_report_once(server):
    for name in ("a", "b", "c"):
        for kind in (KIND.DAILY, KIND.WEEKLY, KIND.MONTHLY):
            subscribe(staff(f"{name}-{kind}"), kind)
    barrier = threading.Barrier(10)
    sent: list[int] = []

    def run() -> None:
        barrier.wait()
        try:
            sent.append(sending.send_due(MORNING))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == len(server.taken) == 9
    assert len({message["Message-ID"] for message in server.taken}) == 9
    assert not ReportSubscription.objects.filter(sent_until__isnull=True).exists()
