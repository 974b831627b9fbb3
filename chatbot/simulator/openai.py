"""The OpenAI dialect: a request body in, chunks, plain answers and errors out.

The shapes are those of OpenAI's API reference. Chunks are prebuilt bytes around the text of a token.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from chatbot.simulator.models import Model
from chatbot.simulator.tokens import Message

UsageShape = Literal["full", "null", "absent"]

DONE: Final = b"data: [DONE]\n\n"

_FINGERPRINT: Final = "fp_simulator"
_encode = msgspec.json.Encoder().encode


class Rejected(Exception):
    """A request that gets an error instead of an answer, in OpenAI's error shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = error_body(message, kind=kind, param=param, code=code)


class _TextPart(msgspec.Struct):
    type: Literal["text"]
    text: str


class _Message(msgspec.Struct):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[_TextPart] | None = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool = False


class _Body(msgspec.Struct):
    model: str
    messages: list[_Message]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    n: int | None = None
    stop: str | list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCall:
    """A chat completion as asked for. `max_tokens` None means as many as the answer has."""

    model: str
    messages: tuple[Message, ...]
    stream: bool
    include_usage: bool
    max_tokens: int | None
    stop: tuple[str, ...]


_decoder = msgspec.json.Decoder(_Body)


def read_call(body: bytes) -> ChatCall:
    """The request in `body`. Raises Rejected (400) with a sentence and, where there is one, the field."""
    try:
        asked = _decoder.decode(body)
    except msgspec.ValidationError as err:
        what, _, path = str(err).partition(" - at `$")
        raise Rejected(400, f"Invalid request: {what}.", param=path.strip("`.") or None) from err
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise Rejected(400, "We could not parse the JSON body of your request.") from err
    if not asked.messages:
        raise Rejected(400, "Invalid 'messages': empty array.", param="messages", code="empty_array")
    if asked.temperature is not None and not 0 <= asked.temperature <= 2:
        raise Rejected(400, "Invalid 'temperature': must be between 0 and 2.", param="temperature")
    if asked.n not in (None, 1):
        raise Rejected(400, "Invalid 'n': only one choice is offered.", param="n")
    max_tokens = asked.max_completion_tokens if asked.max_completion_tokens is not None else asked.max_tokens
    if max_tokens is not None and max_tokens < 1:
        raise Rejected(400, "Invalid 'max_tokens': must be at least 1.", param="max_tokens")
    if asked.stream_options is not None and not asked.stream:
        raise Rejected(400, "'stream_options' is only allowed when 'stream' is true.", param="stream_options")
    stop = [asked.stop] if isinstance(asked.stop, str) else asked.stop or []
    return ChatCall(
        model=asked.model,
        messages=tuple((message.role, _text(message)) for message in asked.messages),
        stream=bool(asked.stream),
        include_usage=asked.stream_options is not None and asked.stream_options.include_usage,
        max_tokens=max_tokens,
        stop=tuple(text for text in stop if text),
    )


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(part.text for part in message.content)
    return message.content or ""


def error_body(message: str, *, kind: str, param: str | None = None, code: str | None = None) -> bytes:
    """An error as OpenAI says it."""
    return _encode({"error": {"message": message, "type": kind, "param": param, "code": code}})


def unauthorized() -> Rejected:
    """The answer to a key that is missing or wrong. It does not say what was sent."""
    message = "Incorrect API key provided."
    return Rejected(401, message, code="invalid_api_key")


def unknown_model(model: str) -> Rejected:
    """The answer to a model that is not offered."""
    message = f"The model '{model[:100]}' does not exist or you do not have access to it."
    return Rejected(404, message, param="model", code="model_not_found")


def context_exceeded(model: Model, tokens: int) -> Rejected:
    """The answer to a prompt that the model cannot hold."""
    message = f"This model's maximum context length is {model.context_tokens} tokens; your messages have {tokens}."
    return Rejected(400, message, param="messages", code="context_length_exceeded")


def usage(prompt: int, cached: int, completion: int) -> dict[str, Any]:  # Any: JSON
    """The usage object: input tokens with the cached ones inside, output tokens, their sum."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def event(payload: object) -> bytes:
    """A server-sent event around `payload` as JSON."""
    return b"data: " + _encode(payload) + b"\n\n"


@lru_cache(maxsize=8192)
def _json_text(text: str) -> bytes:
    return _encode(text)


class Chunks:
    """The chunks of one streamed answer, as server-sent events."""

    __slots__ = ("_head", "_tail", "_top")

    def __init__(self, *, upstream_id: str, created: int, model: str, include_usage: bool) -> None:
        self._top = {
            "id": upstream_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
            "system_fingerprint": _FINGERPRINT,
        }
        # With include_usage every chunk but the last carries "usage": null.
        usage_field = b',"usage":null' if include_usage else b""
        self._head = b"data: " + _encode(self._top)[:-1] + b',"choices":[{"index":0,"delta":'
        self._tail = b"}]" + usage_field + b"}\n\n"

    def role(self) -> bytes:
        """The first chunk: who speaks, and no text yet."""
        return self._chunk(b'{"role":"assistant","content":"","refusal":null}')

    def text(self, text: str) -> bytes:
        """A chunk that adds `text`."""
        return self._chunk(b'{"content":' + _json_text(text) + b"}")

    def escaped_text(self, json_text: bytes) -> bytes:
        """A chunk whose text is given as a JSON string literal, right or wrong."""
        return self._chunk(b'{"content":' + json_text + b"}")

    def finish(self, reason: str) -> bytes:
        """The chunk that says why the text ends."""
        return self._chunk(b"{}", _encode(reason))

    def usage(self, usage: dict[str, Any] | None) -> bytes:  # Any: JSON
        """The last chunk: no choices, and the usage."""
        return event({**self._top, "choices": [], "usage": usage})

    def _chunk(self, delta: bytes, finish_reason: bytes = b"null") -> bytes:
        return b"".join((self._head, delta, b',"logprobs":null,"finish_reason":', finish_reason, self._tail))


def plain_answer(
    *,
    upstream_id: str,
    created: int,
    model: str,
    text: str,
    finish_reason: str,
    usage: dict[str, Any] | None,  # Any: JSON
    usage_shape: UsageShape,
) -> bytes:
    """A whole answer in one piece."""
    body: dict[str, Any] = {
        "id": upstream_id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": finish_reason,
            }
        ],
        "usage": usage if usage_shape == "full" else None,
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }
    if usage_shape == "absent":
        del body["usage"]
    return _encode(body)


def model_object(model: Model) -> dict[str, Any]:  # Any: JSON
    """A model as the list of models shows it."""
    return {"id": model.id, "object": "model", "created": 1_735_689_600, "owned_by": model.owner}
