"""Bytes to server-sent events, however the bytes are cut. No input or output of its own, and no JSON.

The rules are those of the WHATWG HTML standard, section 9.2.6 "Interpreting an event stream", with two departures: line
and event sizes are bounded, and a last event that lacks its blank line is kept and flagged, not thrown away. Lines end
at CR, LF and CRLF and nowhere else: U+2028, U+2029 and U+0085 are text.
"""

from dataclasses import dataclass
from typing import Final

from chatbot.errors import AnswerTooLarge

MAX_LINE_BYTES: Final = 1 << 20
MAX_EVENT_BYTES: Final = 1 << 20

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSentEvent:
    """An event that is more than data. `id` is the id that stood in this event, None where none did.

    `truncated` says that the stream ended before the blank line that ends an event.
    """

    data: bytes
    event: str = ""
    id: str | None = None
    truncated: bool = False


class SseParser:
    """Turns a byte stream into events; one parser per stream.

    An event that has only data, which is nearly every event, is its data as `bytes`; one with a name or an id is a
    `ServerSentEvent`. Events without data are not dispatched, as the standard says. `last_event_id` and `retry_ms` hold
    what the stream last said. Time is linear in the bytes fed, whatever the size of the pieces.

    `feed` and `close` raise `AnswerTooLarge` for a line or an event over its limit (in bytes, line ends not counted).
    Events that stood whole before it in the same piece are returned first, and the call after that raises.
    """

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.last_event_id = ""
        self.retry_ms: int | None = None
        self._max_line = max_line_bytes
        self._max_event = max_event_bytes
        self._max_block = min(max_line_bytes, max_event_bytes)
        self._partial = bytearray()  # a line without its end; only new bytes are searched for that end
        self._data: list[bytes] = []
        self._data_size = 0
        self._name = ""
        self._id: str | None = None
        self._open = False  # inside an event: a line of it has been read
        self._first_line = True
        self._after_cr = False
        self._between = False  # events: nothing of the next one has been read
        self._too_large: AnswerTooLarge | None = None

    def feed(self, piece: bytes) -> list[bytes | ServerSentEvent]:
        """The events that `piece` completes."""
        if self._too_large is not None:
            raise self._too_large
        if not piece:
            return []
        # A paced stream brings nearly every event in a read of its own: one line of data and its blank line. Seeing
        # that takes a quarter of the work of the rules below, which give the same.
        if (
            self._between
            and piece.endswith(b"\n\n")
            and piece.find(b"\n") == len(piece) - 2
            and piece.startswith(b"data: ")
            and piece.find(b"\r") < 0
            and len(piece) <= self._max_block
        ):
            return [piece[6:-2]]
        if self._after_cr:
            self._after_cr = False
            if piece.startswith(b"\n"):
                piece = piece[1:]
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        events: list[bytes | ServerSentEvent] = []
        try:
            self._parse(piece, events)
        except AnswerTooLarge as err:
            self._too_large = err
            if not events:
                raise
        self._between = not (self._partial or self._open or self._first_line or self._after_cr)
        return events

    def close(self) -> list[bytes | ServerSentEvent]:
        """The event that the end of the stream cut short, flagged `truncated`; empty where there is none."""
        if self._too_large is not None:
            raise self._too_large
        if self._partial:
            self._line(bytes(self._partial))
            self._partial.clear()
        if not self._data:
            return []
        return [ServerSentEvent(data=b"\n".join(self._data), event=self._name, id=self._id, truncated=True)]

    def _parse(self, piece: bytes, events: list[bytes | ServerSentEvent]) -> None:
        start = 0
        while self._partial or self._open or self._first_line:
            end = piece.find(b"\n", start)
            if end < 0:
                self._keep(piece[start:])
                return
            line = piece[start:end]
            if self._partial:
                self._partial += line
                line = bytes(self._partial)
                self._partial.clear()
            self._line(line, events)
            start = end + 1
        end = piece.rfind(b"\n\n") + 2
        if end > start + 1:
            self._whole(piece[start:end], events)
            start = end
        rest = piece[start:]
        if rest:
            lines = rest.split(b"\n")
            tail = lines.pop()
            for line in lines:
                self._line(line, events)
            self._keep(tail)

    def _whole(self, piece: bytes, events: list[bytes | ServerSentEvent]) -> None:
        """Parse events none of which is cut."""
        # Nearly always each is one line of data. Then they are what stands between the marks, and each has its two line
        # ends and no other: one split and one count, whatever their number.
        datas = piece[6:-2].split(b"\n\ndata: ")
        if piece.startswith(b"data: ") and piece.count(b"\n") == 2 * len(datas) and len(piece) <= self._max_block:
            events += datas
            return
        for block in piece[:-2].split(b"\n\n"):
            if block.startswith(b"data: ") and b"\n" not in block and len(block) <= self._max_block:
                events.append(block[6:])
                continue
            for line in block.split(b"\n"):
                self._line(line, events)
            self._line(b"", events)

    def _keep(self, tail: bytes) -> None:
        self._partial += tail
        if len(self._partial) > self._max_line:
            raise AnswerTooLarge(f"a line of the stream is longer than {self._max_line} bytes")

    def _line(self, line: bytes, events: list[bytes | ServerSentEvent] | None = None) -> None:
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(_BOM)
        if not line:
            if events is not None:
                self._dispatch(events)
            return
        if len(line) > self._max_line:
            raise AnswerTooLarge(f"a line of the stream is longer than {self._max_line} bytes")
        self._open = True
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            self._data_size += len(value)
            if self._data_size + len(self._data) > self._max_event:
                raise AnswerTooLarge(f"an event of the stream is larger than {self._max_event} bytes")
            self._data.append(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
                self.last_event_id = self._id
        elif name == b"retry" and value.isdigit() and len(value) <= 9:
            self.retry_ms = int(value)

    def _dispatch(self, events: list[bytes | ServerSentEvent]) -> None:
        if not self._open:
            return
        if self._data:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            if self._name or self._id is not None:
                events.append(ServerSentEvent(data=data, event=self._name, id=self._id))
            else:
                events.append(data)
            self._data = []
            self._data_size = 0
        self._name = ""
        self._id = None
        self._open = False
