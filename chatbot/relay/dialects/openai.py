"""The OpenAI dialect: `POST /chat/completions`, its chunks and its plain answer.

Field names: the chat completions reference of the OpenAI API. What differs among the servers that speak it (vLLM's
error objects, a finish reason of `error`, usage in several chunks) is read here and nowhere else.
"""

from typing import Final

import msgspec

from chatbot.relay.base import ChatMessage, ChatRequest
from chatbot.relay.dialects.openai_chunks import decode
from chatbot.relay.dialects.reading import PlainReader, StreamReader
from chatbot.relay.surrogates import joined

PATH: Final = "/chat/completions"


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


class OpenAI:
    """`POST /chat/completions`; a `Dialect`."""

    def path(self, request: ChatRequest) -> str:
        """Where the request goes, below the endpoint's URL."""
        return PATH

    def headers(self) -> dict[str, str]:
        """No header beside the key's."""
        return {}

    def authorization(self, token: str) -> dict[str, str]:
        """The header that carries the key."""
        return {"Authorization": f"Bearer {token}"}

    def body(self, request: ChatRequest) -> bytes:
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
            body.messages = tuple(
                ChatMessage(role=each.role, content=joined(each.content)) for each in request.messages
            )
            body.user = joined(request.user)
            return _encoder.encode(body)

    def stream_reader(self) -> StreamReader:
        """Reads a stream."""
        return StreamReader()

    def plain_reader(self) -> PlainReader:
        """Reads an answer in one piece."""
        return PlainReader()

    def error_codes(self, body: bytes) -> tuple[int | str, ...]:
        """The structured fields of the error object in `body`; empty when there is none."""
        chunk = decode(body)
        return () if chunk is None else chunk.error_object().codes()
