"""The Gemini dialect: `POST /models/<model>:streamGenerateContent`, its chunks and its plain answer.

Field names: the `generateContent` reference of the Gemini API. The model stands in the path, and what an answer may be
like apart from the conversation. There is no end mark: the finish reason is the end.
"""

from typing import Final, Literal
from urllib.parse import quote

import msgspec

from chatbot.relay.base import ChatRequest
from chatbot.relay.dialects import gemini_chunks
from chatbot.relay.dialects.openai_chunks import ErrorObject
from chatbot.relay.dialects.reading import PlainReader, StreamReader
from chatbot.relay.dialects.values import object_in
from chatbot.relay.surrogates import joined

_STREAM: Final = ":streamGenerateContent?alt=sse"
_PLAIN: Final = ":generateContent"


class _Part(msgspec.Struct):
    text: str


class _Content(msgspec.Struct, omit_defaults=True):
    parts: list[_Part]
    role: Literal["user", "model"] | None = None


class _Config(msgspec.Struct, omit_defaults=True, rename="camel"):
    max_output_tokens: int | None = None
    temperature: float | None = None


class _Body(msgspec.Struct, omit_defaults=True, rename="camel"):
    contents: list[_Content]
    system_instruction: _Content | None = None
    generation_config: _Config | None = None


class _Detail(msgspec.Struct):
    reason: str | None = None


class _Error(ErrorObject):
    details: list[_Detail] | None = None


class _Refusal(msgspec.Struct):
    error: _Error | None = None


_encoder = msgspec.json.Encoder()


class Gemini:
    """`POST /models/<model>:streamGenerateContent`, or `:generateContent` for a plain answer; a `Dialect`."""

    def path(self, request: ChatRequest) -> str:
        """Where the request goes, below the endpoint's URL, with its query."""
        model = quote(request.model.removeprefix("models/"), safe="-._~")
        return f"/models/{model}{_STREAM if request.stream else _PLAIN}"

    def headers(self) -> dict[str, str]:
        """No header beside the key's."""
        return {}

    def authorization(self, token: str) -> dict[str, str]:
        """The header that carries the key. It may stand in the query too, where every log would show it."""
        return {"x-goog-api-key": token}

    def body(self, request: ChatRequest) -> bytes:
        """`request` as compact JSON. There is no field for who asks."""
        said = [(each.role, [_Part(joined(each.content))]) for each in request.messages if each.content]
        system = [part for role, parts in said if role == "system" for part in parts]
        config = _Config(max_output_tokens=request.max_tokens, temperature=request.temperature)
        body = _Body(
            contents=[
                _Content(parts, "model" if role == "assistant" else "user") for role, parts in said if role != "system"
            ],
            system_instruction=_Content(system) if system else None,
            generation_config=None if config == _Config() else config,
        )
        return _encoder.encode(body)

    def stream_reader(self) -> StreamReader:
        """Reads a stream."""
        return StreamReader(gemini_chunks.decode)

    def plain_reader(self) -> PlainReader:
        """Reads an answer in one piece."""
        return PlainReader(gemini_chunks.decode_answer)

    def error_codes(self, body: bytes) -> tuple[int | str, ...]:
        """The structured fields of the error object in `body`, its details' reasons included; empty without one.

        The object may stand in a list of its own.
        """
        body = body.strip()
        if body.startswith(b"[") and body.endswith(b"]"):
            body = body[1:-1]
        refusal = object_in(body, _Refusal)
        if refusal is None or refusal.error is None:
            return ()
        reasons = tuple(each.reason for each in refusal.error.details or () if each.reason)
        return refusal.error.codes() + reasons
