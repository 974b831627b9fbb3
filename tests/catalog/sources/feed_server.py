"""A server of feeds that does what a test wants of it, over a real socket: nothing of the fetch is pretended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = Callable[[BaseHTTPRequestHandler], None]


class FeedServer(ThreadingHTTPServer):
    """`answer` answers every request; `requests` are the headers of those that came, `paths` what they asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), _Handler)
        self.answer: Answer = sends(b"")
        self.requests: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        self.server.requests.append({name.casefold(): value for name, value in self.headers.items()})
        self.server.paths.append(self.path)
        try:
            self.server.answer(self)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the other side has had enough, which is what many a test is about
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        pass


def sends(body: bytes, *, status: int = 200, length: int | None = None, **headers: str) -> Answer:
    """The body; 304 to who knows the `etag` of the headers. `length`: a Content-Length that is a lie."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        tag = headers.get("etag")
        if tag and handler.headers.get("If-None-Match") == tag:
            handler.send_response(304)
            handler.end_headers()
            return
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[FeedServer]:
    """A server at this address for as long as the block lasts."""
    server = FeedServer(address)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
