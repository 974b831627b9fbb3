"""One request and its response: what is sent, what is read, how long each part may take, and when it is closed.

The exceptions of the HTTP libraries end here and are not chained to ours: they hold the request, and with it the key.
"""

import math
import time
from contextlib import suppress
from typing import Final

import httpx

from chatbot.errors import (
    AnswerTooLarge,
    BadGatewayBody,
    FirstTokenTimeout,
    IntegrityFailed,
    RelayError,
    StallTimeout,
    StreamCut,
    TotalTimeout,
)
from chatbot.relay import dialects
from chatbot.relay.base import ChatRequest, Endpoint
from chatbot.relay.classify import (
    TRANSPORT_FAILURES,
    retry_after_s,
    shape,
    sniffed,
    status_failure,
    transport_failure,
)
from chatbot.relay.deadline import Deadline, Expired
from chatbot.relay.dialects import AnswerReader
from chatbot.relay.integrity import AnswerCheck, check_for
from chatbot.relay.pool import Body, body_of, client

TAIL_S: Final = 2.0  # for what may follow a finish reason (usage, [DONE]), and for the body of an error
DRAIN_S: Final = 0.1  # for the end of the body after [DONE]; a body not read to its end costs the connection
SNIFFED_BYTES: Final = 6  # enough to tell "event:" from a web page
MAX_BODY_BYTES: Final = 64 << 20  # framing included; the text in it is bounded by its reader
MAX_ERROR_BYTES: Final = 64 << 10


class Exchange:
    """`send`, then `words` until None, then `close`; `send` and `words` raise `RelayError`.

    `reader` knows what the answer said beside its words. `first_word_ms` counts from the moment the request left, None
    as long as no word came; `status` is the response's, 0 before it came. Where an answer has to be what its relay
    signed, `words` gives None only for one that is; words given before that are on trust.
    """

    def __init__(self, endpoint: Endpoint, request: ChatRequest) -> None:
        self._dialect = dialects.of(endpoint.dialect)
        self.reader: AnswerReader = self._dialect.stream_reader() if request.stream else self._dialect.plain_reader()
        self.first_word_ms: int | None = None
        self.status = 0
        self._check: AnswerCheck | None = None
        self._endpoint = endpoint
        self._request = request
        self._started = time.perf_counter()
        self._response: httpx.Response | None = None
        self._body: Body | None = None
        self._unread = b""
        self._size = 0
        self._over = False
        self._deadline = Deadline()
        self._total_at = self._limit = math.inf
        self._tail_at: float | None = None

    async def send(self, url: httpx.URL, headers: httpx.Headers, body: bytes) -> None:
        """Sends the request and reads the head of the response, and of a refusal its structured fields."""
        limits = self._endpoint.timeouts
        request = httpx.Request(
            "POST",
            url,
            headers=headers,
            content=body,
            # For the transport "pool" is all of getting a connection, name lookup included.
            extensions={
                "timeout": {"connect": limits.connect_s, "pool": limits.connect_s, "read": None, "write": None}
            },
        )
        http = await client()  # may take a while to build; that is not the upstream's time
        failure: type[RelayError]
        self._started = time.perf_counter()
        now = self._deadline.time()
        silent_s = limits.first_token_s if self._request.stream else limits.first_token_s + limits.between_tokens_s
        self._total_at = now + limits.total_s
        self._limit = min(now + silent_s, self._total_at)
        self._deadline.move(self._limit)
        try:
            with self._deadline:
                self._response = await http.send(request, stream=True, auth=None)
        except Expired:
            failure = self._timeout()
        except TRANSPORT_FAILURES as err:
            failure = transport_failure(err)
        if self._response is None:
            raise self._error(failure)
        self._body = body_of(self._response)
        await self._read_head(self._response)

    async def words(self) -> str | None:
        """The words of the next read that brings any; None when the whole answer has come."""
        reader = self.reader
        while not self._over:
            piece = await self._read()
            if piece is None:
                self._over = True
                text = reader.close()
            else:
                if self._check is not None:
                    self._follow(self._check, piece)
                text = reader.feed(piece)
                if reader.done or reader.failure is not None:
                    self._over = True
                    text += reader.close()
            if self._check is not None and self._over and reader.complete:
                await self._verify(self._check)
            if text:
                self._tail_at = None  # some servers name a finish reason in every chunk, so words behind one are words
                if self.first_word_ms is None:
                    self.first_word_ms = self.elapsed_ms()
                return text
        if reader.failure is not None:
            raise self._error(type(reader.failure), str(reader.failure))
        if not reader.complete:
            raise self._error(StreamCut)
        return None

    def catch_up(self) -> str:
        """Takes in what has come and was not read yet, without a wait; the words in it."""
        piece, self._unread = self._unread, b""
        if self._body is not None and not self._over:
            with suppress(*TRANSPORT_FAILURES):
                piece += self._body.read_nowait()
        return self.reader.feed(piece)

    async def drain(self) -> None:
        """Reads what is left behind a whole answer, for a moment, so that the connection can be used again."""
        if self.reader.done:
            await self._read_rest(DRAIN_S)

    async def close(self) -> None:
        """Closes the response; the connection too, unless the body was read to its end."""
        self._deadline.close()
        response, self._response = self._response, None
        if response is not None:
            with suppress(*TRANSPORT_FAILURES):
                await response.aclose()

    def elapsed_ms(self) -> int:
        """Milliseconds since the request left."""
        return round((time.perf_counter() - self._started) * 1000)

    async def _read_head(self, response: httpx.Response) -> None:
        self.status = status = response.status_code
        headers = response.headers
        codes = self._dialect.error_codes(await self._read_rest(TAIL_S)) if status >= 400 else ()
        failure = status_failure(status, codes)
        if failure is not None:
            wait_s = retry_after_s(headers.get("retry-after", ""), headers.get("date", ""))
            raise self._error(failure, f"status {status}", retry_after_s=wait_s)
        form = shape(headers.get("content-type", ""), headers.get("content-encoding", ""))
        if form == "unlabelled":
            while len(self._unread.lstrip()) < SNIFFED_BYTES and (piece := await self._read()) is not None:
                self._unread += piece
            form = sniffed(self._unread)
        if form is None:
            raise self._error(BadGatewayBody, "status 200 with a body that is no answer")
        # Some relays answer in one piece whatever was asked, and some always stream.
        self.reader = self._dialect.stream_reader() if form == "stream" else self._dialect.plain_reader()
        self._check = check_for(self._endpoint, headers, stream=form == "stream")

    def _follow(self, check: AnswerCheck, piece: bytes) -> None:
        check.feed(piece)
        if check.trouble:
            self._over = True
            raise self._error(IntegrityFailed, f"the answer {check.trouble}")

    async def _verify(self, check: AnswerCheck) -> None:
        """Waits for the signature of a whole answer, if it has not come yet, and raises if it does not bear it out."""
        while not check.signed and (piece := await self._read()) is not None:
            self._follow(check, piece)
        check.close()
        if check.trouble:
            raise self._error(IntegrityFailed, f"the answer {check.trouble}")

    async def _read(self) -> bytes | None:
        """The next bytes of the body, None at its end, or when nothing more is needed of a complete answer."""
        if self._unread:
            piece, self._unread = self._unread, b""
            return piece
        assert self._body is not None
        self._move_limit()
        failure: type[RelayError]
        try:
            with self._deadline:
                piece = await self._body.readany()
        except Expired:
            failure = self._timeout()
        except TRANSPORT_FAILURES as err:
            failure = transport_failure(err)
        else:
            if not piece:
                return None
            self._size += len(piece)
            if self._size <= MAX_BODY_BYTES:
                return piece
            failure = AnswerTooLarge
        if self.reader.complete:
            return None
        self._over = True
        raise self._error(failure)

    def _move_limit(self) -> None:
        if self.reader.finish_reason is not None:
            if self._tail_at is None:
                self._tail_at = self._deadline.time() + TAIL_S
            limit = self._tail_at
        elif self.first_word_ms is not None:
            limit = self._deadline.time() + self._endpoint.timeouts.between_tokens_s
        else:
            return
        self._limit = limit if limit < self._total_at else self._total_at
        self._deadline.move(self._limit)

    async def _read_rest(self, seconds: float) -> bytes:
        """What is left of the body, as far as it comes within `seconds` and `MAX_ERROR_BYTES`. Raises nothing."""
        assert self._body is not None
        rest = bytearray()
        self._deadline.move(min(self._deadline.time() + seconds, self._total_at))
        with suppress(Expired, *TRANSPORT_FAILURES):
            while len(rest) <= MAX_ERROR_BYTES:
                with self._deadline:
                    piece = await self._body.readany()
                if not piece:
                    break
                rest += piece
        return bytes(rest)

    def _timeout(self) -> type[RelayError]:
        if self._limit == self._total_at:
            return TotalTimeout
        return FirstTokenTimeout if self.first_word_ms is None else StallTimeout

    def _error(self, kind: type[RelayError], detail: str = "", *, retry_after_s: float | None = None) -> RelayError:
        where = f"endpoint {self._endpoint.name!r}, model {self._request.model!r}"
        return kind(f"{where}: {detail or kind()}", retry_after_s=retry_after_s)
