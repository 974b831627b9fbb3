"""The Anthropic dialect: `POST /messages`, its typed events and its plain answer.

Field names and rules: the Messages reference of the Anthropic API. The system prompt stands apart, a limit of tokens is
required, and a conversation begins with a question.
"""

from itertools import dropwhile
from typing import Final, Literal

import msgspec

from chatbot.relay.base import ChatRequest
from chatbot.relay.dialects.anthropic_events import AnthropicEvents
from chatbot.relay.dialects.openai_chunks import decode
from chatbot.relay.dialects.reading import PlainReader, StreamReader
from chatbot.relay.surrogates import joined

PATH: Final = "/messages"
VERSION: Final = "2023-06-01"
MAX_TOKENS: Final = 4096
"""Sent for a request that sets no limit."""

_HOTTEST: Final = 1.0  # the scale of temperatures ends here, and at 2 in the other dialects


class _Message(msgspec.Struct):
    role: Literal["user", "assistant"]
    content: str


class _Metadata(msgspec.Struct):
    user_id: str


class _Body(msgspec.Struct, omit_defaults=True):
    model: str
    max_tokens: int
    messages: list[_Message]
    system: str = ""
    temperature: float | None = None
    stream: bool = False
    metadata: _Metadata | None = None


_encoder = msgspec.json.Encoder()


class Anthropic:
    """`POST /messages`; a `Dialect`."""

    def path(self, request: ChatRequest) -> str:
        """Where the request goes, below the endpoint's URL."""
        return PATH

    def headers(self) -> dict[str, str]:
        """The version of the interface, without which no request is taken."""
        return {"anthropic-version": VERSION}

    def authorization(self, token: str) -> dict[str, str]:
        """The header that carries the key."""
        return {"x-api-key": token}

    def body(self, request: ChatRequest) -> bytes:
        """`request` as compact JSON, without what the interface would refuse.

        That is a message without text, an answer whose question was cut away before it, and white space at the end of
        an answer that is to be continued.
        """
        said = [(each.role, joined(each.content)) for each in request.messages if each.content]
        messages = [
            _Message("assistant" if role == "assistant" else "user", text) for role, text in said if role != "system"
        ]
        messages = list(dropwhile(lambda message: message.role == "assistant", messages))
        if messages and messages[-1].role == "assistant":
            messages[-1].content = messages[-1].content.rstrip()
        body = _Body(
            model=request.model,
            max_tokens=MAX_TOKENS if request.max_tokens is None else request.max_tokens,
            messages=messages,
            system="\n\n".join(text for role, text in said if role == "system"),
            temperature=None if request.temperature is None else min(request.temperature, _HOTTEST),
            stream=request.stream,
            metadata=_Metadata(user_id=joined(request.user)) if request.user else None,
        )
        return _encoder.encode(body)

    def stream_reader(self) -> StreamReader:
        """Reads a stream."""
        return StreamReader(AnthropicEvents().decode)

    def plain_reader(self) -> PlainReader:
        """Reads an answer in one piece."""
        return PlainReader(AnthropicEvents().decode_answer)

    def error_codes(self, body: bytes) -> tuple[int | str, ...]:
        """The structured fields of the error object in `body`; empty when there is none."""
        chunk = decode(body)
        return () if chunk is None or chunk.error is None else chunk.error.codes()
