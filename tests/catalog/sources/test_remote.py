"""A feed at an address: fetched when it is due, and whatever goes wrong leaves the products of before as they were."""

import gzip
import io
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chatbot import tasks
from chatbot.catalog import running
from chatbot.catalog.sources.configured import source_named
from chatbot.checks import check_sources
from chatbot.models import Product, SourceStatus
from tests.catalog.sources.conftest import FEED, Declare
from tests.catalog.sources.feed_server import Answer, FeedServer, sends

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def offered() -> list[str]:
    return list(Product.objects.offered().order_by("sku").values_list("sku", flat=True))


def told(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("chatbot_sync", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_fetches_and_tells_and_then_asks_whether_it_changed(server: FeedServer, declare: Declare) -> None:
    declare(HEADERS={"Authorization": "Bearer feed-key"})
    server.answer = sends(FEED, etag='"1"', last_modified="Mon, 02 Nov 2026 09:00:00 GMT")
    assert told("feed").startswith("feed: 2 added, 0 changed, 0 unchanged, 0 rejected, 0 removed in ")
    assert server.requests[0]["authorization"] == "Bearer feed-key"
    assert server.requests[0]["host"] == f"127.0.0.1:{server.port}"
    assert "if-none-match" not in server.requests[0]
    assert told("feed") == "feed: not changed\n"
    assert server.requests[1]["if-none-match"] == '"1"'
    assert server.requests[1]["if-modified-since"] == "Mon, 02 Nov 2026 09:00:00 GMT"
    status = SourceStatus.objects.get()
    assert (status.is_same, status.added, status.error, status.etag) == (True, 2, "", '"1"')
    server.answer = sends(b"id,title,price\nL,Desk lamp,9.95\nK,Kettle,30\n", etag='"2"')
    assert "1 added, 1 changed, 0 unchanged, 0 rejected, 1 removed" in told("feed")
    assert offered() == ["K", "L"]


@pytest.mark.parametrize(
    "change", [{"PRICE_UNIT": "cents"}, {"HEADERS": {"X-Shop": "2"}}, {"FIELDS": {"brand": "title"}}]
)
def test_other_settings_read_the_same_feed_anew(taken_in: FeedServer, declare: Declare, change: dict[str, Any]) -> None:
    declare(**change)
    assert not running.run(source_named("feed")).is_same
    assert "if-none-match" not in taken_in.requests[-1]


def test_a_catalogue_that_was_emptied_is_filled_from_a_feed_that_has_not_changed(taken_in: FeedServer) -> None:
    Product.objects.all().delete()
    assert running.run(source_named("feed")).added == 2


def test_a_key_in_the_address_comes_into_no_log_and_no_error(
    server: FeedServer, declare: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    declare(URL=f"http://127.0.0.1:{server.port}/products.csv?key=secret", HEADERS={"X-Key": "secret"})
    server.answer = sends(FEED)
    tasks.sync_sources()
    assert server.paths == ["/products.csv?key=secret"]
    server.answer = sends(b"", status=301, location="/moved.csv?key=secret")
    SourceStatus.objects.update(is_due=True)
    tasks.sync_sources()
    assert "has moved to '/moved.csv'" in SourceStatus.objects.get().error
    assert "The source 'feed' failed: The feed has moved" in caplog.text
    assert "secret" not in caplog.text


def test_the_schedule_fetches_what_is_due_and_no_two_workers_the_same(taken_in: FeedServer) -> None:
    tasks.sync_sources()
    assert len(taken_in.requests) == 1
    SourceStatus.objects.update(started_at="2026-01-01T00:00:00Z")
    running.started("feed")
    tasks.sync_sources()
    assert len(taken_in.requests) == 1
    SourceStatus.objects.update(started_at="2026-01-01T00:00:00Z", running_until=None)
    tasks.sync_sources()
    assert len(taken_in.requests) == 2
    tasks.sync_sources()
    assert len(taken_in.requests) == 2


def test_of_workers_that_begin_at_once_one_fetches(server: FeedServer, declare: Declare) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.5)
        sends(FEED)(handler)

    def work(_: int) -> str:
        try:
            return f"{running.run(source_named('feed')).added} added"
        except running.Busy:
            return "busy"
        finally:
            connection.close()

    server.answer = slow
    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(work, range(4))) == ["2 added", "busy", "busy", "busy"]
    assert len(server.requests) == 1


def drips(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, none of which comes too late for a timeout of its own."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(2_000):
        handler.wfile.write(b"i")
        time.sleep(0.05)


def drips_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(2_000):
        handler.wfile.write(b"X-%d: 1\r\n" % number)
        time.sleep(0.05)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for number in range(10_000):
        handler.wfile.write(b"P%d,Lamp,1\n" % number * 20)


def broken_chunks(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s" % (len(FEED) + 500, FEED))


NEW = b"id,title,price\n" + b"".join(b"N%d,New lamp,1\n" % number for number in range(20))
BOMB = gzip.compress(NEW + b"x,Lamp,1\n" * 500_000)
DAMAGED = bytearray(gzip.compress(NEW))
DAMAGED[-6] ^= 1
BILLION = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>
<rss><channel><item><id>N</id><title>&b;</title></item></channel></rss>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<rss><channel><item><id>N</id><title>&a;</title></item></channel></rss>"""


@pytest.mark.parametrize(
    ("answer", "keys", "why"),
    [
        (sends(NEW * 3_000), {"MEGABYTES": 0.5}, "larger than 0.5 MB"),
        (endless, {"MEGABYTES": 0.5}, "larger than 0.5 MB"),
        (drips, {"SECONDS": 0.5}, "longer than"),
        (drips_headers, {"SECONDS": 0.5}, "longer than"),
        (sends(BOMB), {"UNPACKED_MEGABYTES": 1}, "unpacks to more than 1 MB"),
        (sends(BOMB, content_encoding="gzip"), {"UNPACKED_MEGABYTES": 1}, "unpacks to more than 1 MB"),
        (sends(gzip.compress(NEW)[:-12]), {}, "gzipped feed is damaged"),
        (sends(bytes(DAMAGED)), {}, "gzipped feed is damaged"),
        (sends(NEW, length=len(NEW) + 500), {}, "cannot be fetched"),
        (broken_chunks, {}, "cannot be fetched"),
        (sends(b"", status=302, location="http://169.254.169.254/latest/"), {}, "has moved to"),
        (sends(NEW, status=500), {}, "says 500"),
        (sends(NEW, status=206), {}, "says 206"),
        (sends(b"", status=304), {"FORMAT": "csv"}, "says 304"),
        (sends(b""), {}, "is empty"),
        (sends(b"id,title\n"), {}, "No product could be read"),
        (sends(b"<html><body>Sign in</body></html>"), {}, "neither RSS nor Atom"),
        (sends(BILLION), {}, "document type or entities"),
        (sends(OUTSIDE), {}, "document type or entities"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_goes_wrong_leaves_the_products_and_is_written_down(
    taken_in: FeedServer, declare: Declare, answer: Answer, keys: dict[str, Any], why: str
) -> None:
    before = list(Product.objects.order_by("pk").values())
    declare(**keys)
    taken_in.answer = answer
    begun = time.monotonic()
    with pytest.raises(CommandError, match=r"Failed: feed\."):
        told("feed")
    assert time.monotonic() - begun < 20  # both drip for minutes; a busy machine is no stranger's doing
    assert list(Product.objects.order_by("pk").values()) == before
    status = SourceStatus.objects.get()
    assert why in status.error
    assert status.running_until is None
    taken_in.answer = sends(FEED, etag='"1"')
    assert running.run(source_named("feed")).unchanged == 2
    assert SourceStatus.objects.get().error == ""
    assert "if-none-match" not in taken_in.requests[-1]


def test_a_feed_that_breaks_off_takes_nothing_away(taken_in: FeedServer) -> None:
    taken_in.answer = sends(b"<rss><channel><item><id>L</id><title>Lamp</title></item><item><id>T</rss>", etag='"2"')
    with pytest.raises(CommandError, match="feed"):
        told("feed")
    assert offered() == ["L", "T"]
    status = SourceStatus.objects.get()
    assert status.error == "The source ended before its end; nothing was removed."
    assert (status.changed, status.rejected, status.etag) == (1, 1, "")


def test_a_feed_that_shrank_absurdly_takes_nothing_away_until_staff_say_that_it_is_right(taken_in: FeedServer) -> None:
    def lamps(count: int) -> bytes:
        return b"id,title\n" + b"".join(b"%d,Lamp number %d\n" % (number, number) for number in range(count))

    taken_in.answer = sends(lamps(40))
    told("feed")
    taken_in.answer = sends(lamps(19), etag='"3"')
    for _ in range(2):  # nor is it believed when it comes again
        with pytest.raises(CommandError, match="feed"):
            told("feed")
        assert len(offered()) == 40
        assert SourceStatus.objects.get().error == ("21 of 40 products are missing all at once; nothing was removed.")
    assert "21 removed" in told("feed", "--shrunk")
    assert len(offered()) == 19
    assert told("feed") == "feed: not changed\n"
    taken_in.answer = sends(lamps(10))
    assert "9 removed" in told("feed")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"URL": "http://127.0.0.1/f.csv", "PLAIN_HTTP": False}, "must begin with https://"),
        ({"URL": "file:///etc/passwd"}, "must begin with https://"),
        ({"URL": "https://me:secret@shop.example/f.csv"}, "hold no password"),
        ({"EVERY": 3}, "has no key 'EVERY'. Did you mean 'EVERY_S'?"),
        ({"PRICE_UNIT": "cent"}, "['PRICE_UNIT'] must be one of 'major', 'cents', not 'cent'"),
        ({"SECONDS": 0}, "'SECONDS'] must be a number above 0"),
        ({"MEGABYTES": float("inf")}, "'MEGABYTES'] must be a number above 0"),
        ({"NETWORKS": "10.0.0.0/8"}, "must be a list such as"),
        ({"NETWORKS": ["10.0.0.1/8"]}, "has host bits set"),
        ({"FORMAT": "json"}, "must be one of csv, tsv, xml"),
        ({"FIELDS": ["id"]}, "must be a dict of fields"),
        ({"HEADERS": ["X: 1"]}, "must be a dict such as"),
        ({"HEADERS": {"Authorization": "Bearer secret\n"}}, "'Authorization'] must be one line of ASCII"),
    ],
)
def test_a_wrong_declaration_is_told_by_the_checks_and_no_secret_with_it(
    declare: Declare, keys: dict[str, Any], words: str
) -> None:
    declare(**keys)
    (message,) = check_sources()
    assert message.id == "chatbot.E004"
    assert words in message.msg
    assert "secret" not in message.msg
