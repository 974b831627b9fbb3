"""The OpenAI dialect: `POST /chat/completions`, its chunks and its plain answer.

Field names: the chat completions reference of the OpenAI API. What differs among the servers that speak it (vLLM's
error objects, a finish reason of `error`, usage in several chunks) is read here and nowhere else.
"""

from typing import Final

import msgspec

from chatbot.errors import AnswerTooLarge, BadGatewayBody, MalformedStream, RelayError, UpstreamErrorEvent
from chatbot.events import FinishReason, Usage
from chatbot.relay.base import ChatMessage, ChatRequest
from chatbot.relay.classify import event_failure
from chatbot.relay.dialects.openai_chunks import Chunk, TokenCounts, decode
from chatbot.relay.sse import ServerSentEvent, SseParser
from chatbot.relay.surrogates import SurrogateJoiner, joined

PATH: Final = "/chat/completions"
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


class _StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool = True


class _Body(msgspec.Struct, omit_defaults=True):
    model: str
    messages: tuple[ChatMessage, ...]
    max_tokens: int | None = None
    temperature: float | None = None
    stream: bool = False
    stream_options: _StreamOptions | None = None
    user: str = ""


_encoder = msgspec.json.Encoder()


def request_body(request: ChatRequest) -> bytes:
    """`request` as compact JSON. What is None or empty is left out; a stream is asked to report its usage."""
    body = _Body(
        model=request.model,
        messages=request.messages,
        max_tokens=request.max_tokens,
        temperature=request.temperature,
        stream=request.stream,
        stream_options=_StreamOptions() if request.stream else None,
        user=request.user,
    )
    try:
        return _encoder.encode(body)
    except UnicodeEncodeError:  # half a surrogate pair: a browser may send one, UTF-8 cannot
        body.messages = tuple(ChatMessage(role=each.role, content=joined(each.content)) for each in request.messages)
        body.user = joined(request.user)
        return _encoder.encode(body)


def error_codes(body: bytes) -> tuple[int | str, ...]:
    """The structured fields of the error object in `body`; empty when there is none."""
    chunk = decode(body)
    return () if chunk is None else chunk.error_object().codes()


class _Reader:
    """What a stream and a plain answer have in common."""

    def __init__(self) -> None:
        self.failure: RelayError | None = None
        self.finish_reason: FinishReason | None = None
        self.done = False
        self.served_model = ""
        self.upstream_id = ""
        self._counts: TokenCounts | None = None

    def usage(self) -> Usage:
        """The tokens that the upstream reported. The source is `reported` only when input and output both were."""
        return Usage() if self._counts is None else self._counts.usage()

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
    text; equal chunks in a row are kept, because a model may well say the same twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.malformed = 0
        self._parser = SseParser()
        self._surrogates = SurrogateJoiner()
        self._length = 0

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
        for event in events:
            truncated = False
            if isinstance(event, ServerSentEvent):
                if event.event == "ping":
                    continue
                if event.event == "error":
                    self._error_event(event)
                    break
                truncated = event.truncated
                event = event.data
            chunk = decode(event)
            if chunk is None:
                if not self._not_a_chunk(event, truncated):
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
                self._note(chunk)
                if self.failure is not None:
                    break
        if not texts:
            return ""
        text = self._surrogates.feed("".join(texts))
        self._length += len(text)
        if self._length > MAX_TEXT:
            self.failure = AnswerTooLarge(f"the answer is longer than {MAX_TEXT} characters")
            return ""
        return text

    def _not_a_chunk(self, data: bytes, truncated: bool) -> bool:
        """Whether to read on after an event that is no chunk."""
        data = data.strip()
        if data == b"[DONE]":
            self.done = True
            return False
        if data and not truncated:
            self.malformed += 1
            if self.malformed > MAX_MALFORMED and self.finish_reason is None:
                self.failure = MalformedStream(f"more than {MAX_MALFORMED} chunks cannot be read")
                return False
        return True

    def _error_event(self, event: ServerSentEvent) -> None:
        chunk = decode(event.data)
        if chunk is not None:
            self._fail(chunk)
        elif self.finish_reason is None:
            self.failure = UpstreamErrorEvent()


class PlainReader(_Reader):
    """Reads an answer in one piece; an `AnswerReader`. The end of the body is its finish mark.

    `failure` is `BadGatewayBody` for a body that is no answer, `AnswerTooLarge` for one over `MAX_PLAIN_BYTES`.
    """

    def __init__(self) -> None:
        super().__init__()
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
        chunk = decode(bytes(self._body))
        if chunk is None:
            self.failure = BadGatewayBody("the body is no JSON object")
            return ""
        self._note(chunk)
        message = chunk.choices[0].message if chunk.choices else None
        if self.failure is None and message is None:
            self.failure = BadGatewayBody("the body holds no message")
        if self.failure is not None or message is None:
            return ""
        self.done = True
        return joined(message.content or "")
