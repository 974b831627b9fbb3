"""Reads the body of one answer, whatever its dialect, by way of the normal form (see `openai_chunks`)."""

from collections.abc import Callable
from typing import Final

import msgspec

from chatbot.errors import AnswerTooLarge, BadGatewayBody, MalformedStream, RelayError, UpstreamErrorEvent
from chatbot.events import FinishReason, Usage
from chatbot.relay.classify import event_failure
from chatbot.relay.dialects import openai_chunks, shapes
from chatbot.relay.dialects.openai_chunks import EMPTY, END, Chunk, TokenCounts
from chatbot.relay.sse import ServerSentEvent, SseParser
from chatbot.relay.surrogates import SurrogateJoiner, joined

MAX_MALFORMED: Final = 5
MAX_PLAIN_BYTES: Final = 4 << 20
MAX_TEXT: Final = 1 << 20
MAX_NAME: Final = 128  # of an id or a model name, in characters

_FINISH_REASONS: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filtered",
}

Decode = Callable[[bytes], Chunk | None]
"""Makes a chunk of the normal form of the JSON of one event; None when it is none of its dialect. Never raises."""


class _Reader:
    """What a stream and a plain answer have in common."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self.failure: RelayError | None = None
        self.finish_reason: FinishReason | None = None
        self.done = False
        self.served_model = ""
        self.upstream_id = ""
        self._counts: TokenCounts | None = None
        self._length = 0

    def usage(self) -> Usage:
        """The tokens that the upstream reported. The source is `reported` only when input and output both were."""
        return Usage() if self._counts is None else self._counts.usage(spoke=self._length > 0)

    def _note(self, chunk: Chunk) -> None:
        """Takes over everything of a chunk but its words."""
        if not self.served_model and chunk.model:
            self.served_model = chunk.model[:MAX_NAME]
        if not self.upstream_id and chunk.id:
            self.upstream_id = chunk.id[:MAX_NAME]
        if chunk.usage is not None:
            self._counts = chunk.usage if self._counts is None else self._counts.updated(chunk.usage)
        if chunk.choices and chunk.choices[0].finish_reason:
            reason = chunk.choices[0].finish_reason
            if reason == "error":
                self._fail(chunk)
            elif self.finish_reason is None:
                self.finish_reason = _FINISH_REASONS.get(reason, "other")
        if chunk.error is not None or chunk.object == "error":
            self._fail(chunk)

    def _fail(self, chunk: Chunk) -> None:
        if self.finish_reason is not None or self.failure is not None:
            return  # the answer is whole: what goes wrong behind it changes nothing
        self.failure = event_failure(chunk.error_object().codes())()


class StreamReader(_Reader):
    """Reads a stream of chunks; an `AnswerReader`.

    An answer is complete when a finish reason came, with or without `[DONE]`. `[DONE]` alone is enough only together
    with text and a reported count of output tokens: the count is made when the model has finished. Anything else is a
    cut stream. Chunks that cannot be read are skipped, `MAX_MALFORMED` of them at most. Only `choices[0].delta` is
    text; equal chunks in a row are kept, because a model may well say the same twice, unless both carry the same event
    id in a stream that numbers its events.

    `decode` reads the dialect that is expected. A chunk that is none of it is looked at once more (see `shapes`): one
    address may serve models of several families, and a proxy behind it pass their chunks on as they are.
    """

    def __init__(self, decode: Decode = openai_chunks.decode) -> None:
        super().__init__(decode)
        self.malformed = 0
        self._parser = SseParser()
        self._surrogates = SurrogateJoiner()
        self._last: ServerSentEvent | None = None  # of those with an id
        self._numbered: bool | None = None

    @property
    def complete(self) -> bool:
        """Whether the answer is known to be whole."""
        if self.finish_reason is not None:
            return True
        return self.done and self._length > 0 and self.usage().output_tokens is not None

    def feed(self, piece: bytes) -> str:
        """The text that `piece` adds, often empty."""
        if self.done or self.failure is not None:
            return ""
        try:
            events = self._parser.feed(piece)
        except AnswerTooLarge as err:
            self.failure = err
            return ""
        return self._read(events)

    def close(self) -> str:
        """The text that was still held back when the body ended."""
        if self.done or self.failure is not None:
            return self._surrogates.close()
        try:
            text = self._read(self._parser.close())
        except AnswerTooLarge as err:
            self.failure = err
            text = ""
        return text + self._surrogates.close()

    def _read(self, events: list[bytes | ServerSentEvent]) -> str:
        texts = []
        decode = self._decode
        # Nearly all chunks hold words and nothing else. Whatever looks different is read anew, whole, below.
        quick = openai_chunks.quick
        usual = decode is openai_chunks.decode and self.upstream_id and self.served_model
        for event in events:
            if usual and type(event) is bytes:
                try:
                    seen = quick(event)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    seen = EMPTY
                if seen.choices and seen.usage is None and seen.error is None:
                    first = seen.choices[0]
                    if first.finish_reason is None and first.index == 0 and first.delta:
                        if first.delta.content:
                            texts.append(first.delta.content)
                        continue
            truncated = False
            if isinstance(event, ServerSentEvent):
                if event.event == "ping" or (event.id is not None and self._is_repeated(event)):
                    continue
                if event.event == "error":
                    self._error_event(event)
                    break
                truncated = event.truncated
                event = event.data
            chunk = decode(event)
            if chunk is None or chunk.choices is None:
                if event.strip() == b"[DONE]":
                    self.done = True
                    break
                foreign = shapes.decoder(event)
                if foreign is not None:
                    self._decode = decode = foreign
                    chunk = decode(event)
                elif chunk is None:
                    chunk = openai_chunks.decode(event)  # an error object, or an event that is new to us
                if chunk is None:
                    if not self._bears(event, truncated):
                        break
                    continue
            choices = chunk.choices
            if choices and choices[0].index == 0:
                delta = choices[0].delta
                if delta is not None and delta.content:
                    texts.append(delta.content)
            # The usual chunk holds only words, and its id and model are known by now.
            if (
                not self.upstream_id
                or not self.served_model
                or chunk.usage is not None
                or not choices
                or choices[0].finish_reason
                or chunk.error is not None
            ):
                if chunk is END:
                    self.done = True
                    break
                self._note(chunk)
                if self.failure is not None:
                    break
        text = "".join(texts)
        if not text:
            return ""
        text = self._surrogates.feed(text)
        self._length += len(text)
        if self._length > MAX_TEXT:
            self.failure = AnswerTooLarge(f"the answer is longer than {MAX_TEXT} characters")
            return ""
        return text

    def _is_repeated(self, event: ServerSentEvent) -> bool:
        """Whether `event` was sent twice. Some servers give all events one id, and then an id says nothing."""
        last, self._last = self._last, event
        if last is None:
            return False
        if last.id != event.id:
            self._numbered = self._numbered is not False
            return False
        if last.data != event.data:
            self._numbered = False
        return self._numbered is True

    def _bears(self, data: bytes, truncated: bool) -> bool:
        """Whether to read on after an event that cannot be read."""
        if data.strip() and not truncated:
            self.malformed += 1
            if self.malformed > MAX_MALFORMED and self.finish_reason is None:
                self.failure = MalformedStream(f"more than {MAX_MALFORMED} chunks cannot be read")
                return False
        return True

    def _error_event(self, event: ServerSentEvent) -> None:
        chunk = openai_chunks.decode(event.data)
        if chunk is not None:
            self._fail(chunk)
        elif self.finish_reason is None:
            self.failure = UpstreamErrorEvent()


class PlainReader(_Reader):
    """Reads an answer in one piece; an `AnswerReader`. The end of the body is its finish mark.

    `failure` is `BadGatewayBody` for a body that is no answer, `AnswerTooLarge` for one over `MAX_PLAIN_BYTES`.
    """

    def __init__(self, decode: Decode = openai_chunks.decode) -> None:
        super().__init__(decode)
        self._body = bytearray()

    @property
    def complete(self) -> bool:
        """Whether the answer is known to be whole."""
        return self.done and self.failure is None

    def feed(self, piece: bytes) -> str:
        """Nothing yet: the text of a plain answer comes with its end."""
        self._body += piece
        if len(self._body) > MAX_PLAIN_BYTES:
            self.failure = AnswerTooLarge(f"the answer is larger than {MAX_PLAIN_BYTES} bytes")
        return ""

    def close(self) -> str:
        """The whole text."""
        if self.failure is not None:
            return ""
        body = bytes(self._body)
        chunk = self._decode(body)
        if chunk is None or chunk.choices is None:
            chunk = shapes.decode_answer(body) or openai_chunks.decode(body)
        if chunk is None:
            self.failure = BadGatewayBody("the body is no answer")
            return ""
        message = chunk.choices[0].message if chunk.choices else None
        text = joined(message.content or "") if message is not None else ""
        self._length = len(text)
        self._note(chunk)
        if self.failure is None and message is None:
            self.failure = BadGatewayBody("the body holds no message")
        if self.failure is not None:
            return ""
        self.done = True
        return text
