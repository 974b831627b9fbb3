"""A relay that embeds texts by what they are about, and can do it wrong."""

import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import override_settings
from django.utils import timezone

from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.catalog.search import embedding, hybrid, vectors
from tests.catalog.conftest import product, stock

CONCEPTS = (
    ("earbuds", "headphones", "listen", "music", "audio"),
    ("lamp", "bright", "reading", "light"),
    ("kettle", "tea", "boil", "hot"),
)
MODEL = "toy-embeddings"


class Relay:
    """Embeds a text by the concepts that its words belong to, and writes down what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.authorizations: set[str] = set()
        self.delay_s = 0.0
        self.status = 200
        self.body: bytes | None = None

    def answer(self, asked: dict[str, object]) -> bytes:
        texts = asked["input"]
        assert isinstance(texts, list)
        assert asked["model"] == MODEL
        self.texts += texts
        if self.body is not None:
            return self.body
        rows = [[sum(word in text.casefold() for word in words) for words in CONCEPTS] + [0.1] for text in texts]
        # The other way round: the index says which is which.
        data = [{"index": at, "embedding": row} for at, row in enumerate(rows)][::-1]
        return json.dumps({"object": "list", "data": data}).encode()


@pytest.fixture
def relay() -> Iterator[Relay]:
    """The embedding relay as the shop's endpoint."""
    known = Relay()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.authorizations.add(self.headers["Authorization"])
            body = known.answer(asked)
            time.sleep(known.delay_s)
            self.send_response(known.status if self.path == "/v1/embeddings" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):  # who asked did not wait
                pass

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    endpoint = {"URL": f"http://127.0.0.1:{server.server_port}/v1", "KEY": "toy-key"}
    chatbot = {"ENDPOINTS": {"default": endpoint}, "EMBEDDING_MODEL": MODEL, "EMBEDDING_WAIT_MS": 2_000}
    try:
        with override_settings(CHATBOT=chatbot):
            yield known
    finally:
        hybrid._trouble.is_over()
        embedding.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shop(relay: Relay) -> None:
    """Three products with their vectors."""
    stock(
        product("buds", "Wireless earbuds", price=Decimal(90)),
        product("lamp", "Desk lamp", price=Decimal(40)),
        product("kettle", "Steel kettle", price=Decimal(30)),
    )
    assert vectors.fill() == 3
    relay.texts.clear()


def found(text: str) -> list[str]:
    return [each.sku for each in candidates(understand(text), limit=8, now=timezone.now())]
