"""Whether an answer is what its relay signed.

A relay signs an answer with the secret that it shares with the shop: hex HMAC-SHA256 of the chunks' JSON, one after the
other with nothing between them, and the unix time of signing. A chunk is the data of a server-sent event, whatever the
event's name, `[DONE]` excepted; a plain answer is one chunk, its whole body. Both values come

- in the headers `X-Server-Signature` and `X-Server-Timestamp`, or
- in a last event of the stream, before or after `[DONE]`, which is not signed itself:

      event: signature
      data: {"signature": "<hex>", "timestamp": <unix seconds>}

An answer is refused when the signature does not fit, is more than `MAX_AGE_S` from now, or was seen before. The names
of events are not signed, and neither is where one ends and the next begins: so every chunk must be one JSON object,
and an event's name, if it has one, the `type` in it. Otherwise whoever sits on the way could hide words in events that
readers skip.

Words are checked while they come, none is kept; what a stream is worth is known at its end.
"""

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from chatbot.errors import AnswerTooLarge
from chatbot.relay.base import Endpoint, Integrity
from chatbot.relay.sse import ServerSentEvent, SseParser

MAX_AGE_S: Final = 300
SIGNATURE_HEADER: Final = "x-server-signature"
TIMESTAMP_HEADER: Final = "x-server-timestamp"
EVENT: Final = "signature"

_KEPT: Final = 65_536


class _Trailer(msgspec.Struct):
    signature: str
    timestamp: int | str


class _Chunk(msgspec.Struct, gc=False):
    type: object = None


_trailer = msgspec.json.Decoder(_Trailer)
_chunk = msgspec.json.Decoder(_Chunk)


class Seen:
    """The signatures of the answers believed so far, in this process.

    Kept for `MAX_AGE_S` at least, and longer as long as there are not too many: the time of signing is not signed, so
    whoever sits on the way could send an old answer under a new time.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._at: OrderedDict[bytes, float] = OrderedDict()

    def add(self, signature: bytes, now: float) -> bool:
        """Take down `signature`; False when it is there already. `now` is in unix seconds."""
        with self._lock:
            if signature in self._at:
                return False
            self._at[signature] = now
            while len(self._at) > self._kept and next(iter(self._at.values())) < now - MAX_AGE_S:
                self._at.popitem(last=False)
        return True


_seen: Final = Seen()


class AnswerCheck:
    """Follows one answer, byte for byte as its reader does. `trouble` says what is wrong with it, empty for nothing."""

    def __init__(
        self,
        secret: bytes,
        policy: Integrity,
        headers: Mapping[str, str],
        *,
        stream: bool,
        seen: Seen = _seen,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.trouble = ""
        self._required = policy == "required"
        self._hmac = hmac.new(secret, digestmod="sha256")
        self._parser = SseParser() if stream else None
        self._done = False
        self._signature: str | None = headers.get(SIGNATURE_HEADER)
        self._timestamp: int | str = headers.get(TIMESTAMP_HEADER, "")
        self._in_event = False
        self._seen = seen
        self._clock = clock

    @property
    def signed(self) -> bool:
        """Whether the signature has come."""
        return self._signature is not None

    def feed(self, piece: bytes) -> None:
        """Follow the answer by a piece of its body."""
        if self._parser is None:
            self._hmac.update(piece)
            return
        try:
            events = self._parser.feed(piece)
        except AnswerTooLarge:
            return  # the reader says so, and the answer is lost
        for event in events:
            self._event(event)

    def close(self) -> None:
        """The answer is over; `trouble` is the verdict."""
        if self._parser is not None:
            try:
                for event in self._parser.close():
                    self._event(event)
            except AnswerTooLarge:
                return
        if not self.trouble:
            self.trouble = self._verdict()

    def _event(self, event: bytes | ServerSentEvent) -> None:
        name = ""
        if isinstance(event, ServerSentEvent):
            name, event = event.event, event.data
        if name == EVENT:
            self._trailer(event)
            return
        if self._done:
            return  # no reader reads what stands behind the end mark
        if event.strip() == b"[DONE]":
            self._done = True
            return
        if self._in_event:
            self.trouble = "goes on behind its signature"
            return
        try:
            kind = _chunk.decode(event).type
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self.trouble = "holds a chunk that is no JSON object"
            return
        if name and name != kind:
            self.trouble = "holds an event that is named otherwise than its chunk"
            return
        self._hmac.update(event)

    def _trailer(self, data: bytes) -> None:
        if self.signed:
            self.trouble = "is signed twice"
            return
        try:
            trailer = _trailer.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self.trouble = "has a signature that cannot be read"
            return
        self._signature, self._timestamp, self._in_event = trailer.signature, trailer.timestamp, True

    def _verdict(self) -> str:
        if self._signature is None:
            return "is not signed" if self._required else ""
        expected = self._hmac.digest()
        # As bytes: the comparison of texts takes ASCII only. Of hex in capitals it is the lower case that is signed.
        if not hmac.compare_digest(expected.hex().encode(), self._signature.lower().encode(errors="replace")):
            return "is not what was signed"
        now = self._clock()
        try:
            age_s = now - int(self._timestamp)
        except (ValueError, OverflowError):
            return "has a time of signing that cannot be read"
        if abs(age_s) > MAX_AGE_S:
            return f"was signed more than {MAX_AGE_S} s from now"
        return "" if self._seen.add(expected, now) else "was seen before"


def check_for(endpoint: Endpoint, headers: Mapping[str, str], *, stream: bool) -> AnswerCheck | None:
    """What follows an answer of `endpoint`, whose response has these headers; None when nobody asks for it."""
    if endpoint.integrity == "off":
        return None
    return AnswerCheck(endpoint.signing_secret.encode(), endpoint.integrity, headers, stream=stream)
