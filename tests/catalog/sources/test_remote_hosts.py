"""Which hosts a feed is fetched from, and which of their addresses."""

import socket
from typing import Any

import pytest

from chatbot.catalog import running
from chatbot.catalog.sources.configured import source_named
from chatbot.catalog.sources.rows import FeedError
from chatbot.models import Product, SourceStatus
from tests.catalog.sources.conftest import Declare
from tests.catalog.sources.feed_server import FeedServer, sends, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

INSIDE = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"]
INSIDE += ["10.0.0.1", "169.254.169.254", "[fd00:ec2::254]"]


def offered() -> list[str]:
    return list(Product.objects.offered().order_by("sku").values_list("sku", flat=True))


def test_a_host_that_is_not_on_the_public_internet_is_not_even_asked(taken_in: FeedServer, declare: Declare) -> None:
    for host in INSIDE:
        declare(URL=f"http://{host}:{taken_in.port}/products.csv", NETWORKS=[])
        with pytest.raises(FeedError, match="not on the public Internet"):
            running.run(source_named("feed"))
        assert "not on the public Internet" in SourceStatus.objects.get().error
    assert len(taken_in.requests) == 1
    assert offered() == ["L", "T"]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to: the first address at the first look-up, the next at the next, the last from then on."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            return real(host, port, *rest, **options)
        answers = known[name]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for each in found.split() for entry in real(each, port, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(
    taken_in: FeedServer, declare: Declare, names: dict[str, list[str]]
) -> None:
    with serving("127.0.0.2") as inner:
        inner.answer = sends(b"id,title\nN,New\n")
        names["feed.example"] = ["127.0.0.1", "127.0.0.2"]
        declare(URL=f"http://feed.example:{taken_in.port}/products.csv", NETWORKS=["127.0.0.1/32"])
        running.run(source_named("feed"))
        assert taken_in.requests[-1]["host"] == f"feed.example:{taken_in.port}"
        declare(URL=f"http://feed.example:{inner.port}/products.csv", NETWORKS=["127.0.0.1/32"])
        with pytest.raises(FeedError, match=r"is at 127\.0\.0\.2, which"):
            running.run(source_named("feed"))
        assert inner.requests == []
    assert offered() == ["L", "T"]


def test_the_next_address_of_a_host_is_tried_when_one_does_not_answer(
    taken_in: FeedServer, declare: Declare, names: dict[str, list[str]]
) -> None:
    names["feed.example"] = ["127.0.0.3 127.0.0.1"]
    declare(URL=f"http://feed.example:{taken_in.port}/products.csv")
    running.run(source_named("feed"))
    assert len(taken_in.requests) == 2


def test_a_server_that_is_not_there_is_said(taken_in: FeedServer, declare: Declare) -> None:
    declare(URL="http://127.0.0.3:9/products.csv")
    with pytest.raises(FeedError, match="cannot be fetched: ConnectError"):
        running.run(source_named("feed"))
    assert offered() == ["L", "T"]
