"""A feed that is served, declared and in the catalogue."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings

from chatbot.catalog import running
from chatbot.catalog.sources.configured import source_named
from tests import settings as project
from tests.catalog.sources.feed_server import FeedServer, sends, serving

FEED = b"id,title,price\nL,Desk lamp,12.95\nT,Torch,5\n"
Declare = Callable[..., None]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving() as server:
        yield server


@pytest.fixture
def declare(server: FeedServer) -> Iterator[Declare]:
    """`declare(FORMAT="csv")` is the source `feed` at the server, with these keys of the settings besides."""
    entered = []

    def declare(**keys: Any) -> None:
        url = f"http://127.0.0.1:{server.port}/products.csv"
        feed = {"URL": url, "PLAIN_HTTP": True, "NETWORKS": ["127.0.0.0/8"], "CURRENCY": "USD", **keys}
        override = override_settings(CHATBOT={**project.CHATBOT, "SOURCES": {"feed": feed}})
        override.enable()
        entered.append(override)

    declare()
    yield declare
    for override in reversed(entered):
        override.disable()


@pytest.fixture
def taken_in(server: FeedServer, declare: Declare) -> FeedServer:
    """The server, whose feed of two products is in the catalogue."""
    server.answer = sends(FEED, etag='"1"')
    assert running.run(source_named("feed")).added == 2
    return server
