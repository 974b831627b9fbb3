"""What staff set and every turn reads is fetched once a second, and a change in this process is seen at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from chatbot import remembered as module
from chatbot.models import Endpoint, Route
from chatbot.remembered import remembered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@remembered(Endpoint)
def names() -> list[str]:
    return list(Endpoint.objects.order_by("name").values_list("name", flat=True))


@pytest.fixture(autouse=True)
def _no_endpoint(db: None) -> None:
    """The migrations bring one."""
    Route.objects.all().delete()
    Endpoint.objects.all().delete()


@contextmanager
def queries(count: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as captured:
        yield
    assert len(captured) == count


def test_rows_are_read_once() -> None:
    Endpoint.objects.create(name="b")
    with queries(1):
        assert names() == names() == ["b"]


def test_a_row_that_is_saved_or_deleted_here_is_seen_at_once() -> None:
    endpoint = Endpoint.objects.create(name="b")
    assert names() == ["b"]
    Endpoint.objects.create(name="a")
    assert names() == ["a", "b"]
    endpoint.delete()
    assert names() == ["a"]


def test_a_change_past_the_signals_is_seen_a_second_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now_s[0])
    Endpoint.objects.create(name="b")
    assert names() == ["b"]
    Endpoint.objects.update(name="c")
    now_s[0] += 0.9
    assert names() == ["b"]
    now_s[0] += 0.1
    assert names() == ["c"]


def test_what_a_transaction_sees_is_not_remembered() -> None:
    assert names() == []
    with transaction.atomic():
        Endpoint.objects.create(name="b")
        assert names() == ["b"]
        transaction.set_rollback(True)
    assert names() == []


def test_rows_read_while_they_change_are_not_remembered() -> None:
    reading, changed = Barrier(2, timeout=10), Barrier(2, timeout=10)

    @remembered(Endpoint)
    def slow() -> list[str]:
        found = list(Endpoint.objects.values_list("name", flat=True))
        if not found:
            reading.wait()
            changed.wait()
        return found

    seen: list[list[str]] = []

    def read() -> None:
        seen.append(slow())
        connection.close()

    reader = Thread(target=read)
    reader.start()
    reading.wait()
    Endpoint.objects.create(name="b")
    changed.wait()
    reader.join()
    assert seen == [[]]
    assert slow() == ["b"]


class InTestCase(TestCase):
    """A site's own tests run inside a transaction that is rolled back without a signal."""

    def test_first(self) -> None:
        Endpoint.objects.create(name="of the first")
        assert "of the first" in names()

    def test_second(self) -> None:
        Endpoint.objects.create(name="of the second")
        assert "of the second" in names()
        assert "of the first" not in names()
