"""The chat requests that came in, kept for tests that check what leaves a shop. Keys are not kept."""

import re
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from chatbot.simulator.bill import Line

_REQUESTS_KEPT: Final = 1000
_KEY_HEADERS: Final = frozenset({"authorization", "x-api-key", "x-goog-api-key"})
_KEY_IN_QUERY: Final = re.compile(r"(?<=[?&])key=[^&]*&?")
_BYTES_KEPT: Final = 32 * 1024 * 1024


class Seen:
    """The last thousand requests, fewer when they are large."""

    def __init__(self) -> None:
        self._requests: deque[tuple[dict[str, Any], bytes]] = deque()  # Any: JSON
        self._bytes = 0

    def add(self, line: Line, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep a request. `line` is its line on the bill; its key is left out, wherever it stands."""
        kept = {name: value for name, value in headers.items() if name.lower() not in _KEY_HEADERS}
        path = _KEY_IN_QUERY.sub("", path)
        self._requests.append(
            ({"id": line.id, "time": line.time, "key": line.key, "path": path, "headers": kept}, body)
        )
        self._bytes += len(body)
        while len(self._requests) > _REQUESTS_KEPT or self._bytes > _BYTES_KEPT:
            self._bytes -= len(self._requests.popleft()[1])

    def forget(self) -> None:
        """Keep none of them."""
        self._requests.clear()
        self._bytes = 0

    def as_json(self) -> list[dict[str, Any]]:  # Any: JSON
        """The requests, oldest first: headers, and the body as JSON or, where it is none, as text."""
        return [{**request, "body": _as_sent(body)} for request, body in self._requests]


def _as_sent(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode(errors="replace")
