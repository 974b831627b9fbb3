"""The OpenAI dialect: a request body in, chunks, plain answers and errors out.

The shapes are those of OpenAI's API reference. Chunks are prebuilt bytes around the text of a token.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from chatbot.simulator.calls import ChatCall, Ending, Facts, Mark, Rejected, Used, event
from chatbot.simulator.models import Model

DONE: Final = b"data: [DONE]\n\n"

_FINGERPRINT: Final = "fp_simulator"
_encode = msgspec.json.Encoder().encode


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


_decoder = msgspec.json.Decoder(_Body)


def _read_call(body: bytes) -> ChatCall:
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


def usage(used: Used) -> dict[str, Any]:  # Any: JSON
    """The usage object: input tokens with the cached ones inside, output tokens, their sum."""
    return {
        "prompt_tokens": used.prompt,
        "completion_tokens": used.output,
        "total_tokens": used.prompt + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


@lru_cache(maxsize=8192)
def json_text(text: str) -> bytes:
    """`text` as a JSON string."""
    return _encode(text)


class Chunks:
    """The chunks of one streamed answer, as server-sent events."""

    __slots__ = ("_facts", "_head", "_tail", "_top")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._top = {
            "id": facts.id,
            "object": "chat.completion.chunk",
            "created": facts.created,
            "model": facts.model,
            "system_fingerprint": _FINGERPRINT,
        }
        # With include_usage every chunk but the last carries "usage": null.
        usage_field = b',"usage":null' if facts.include_usage else b""
        self._head = b"data: " + _encode(self._top)[:-1] + b',"choices":[{"index":0,"delta":'
        self._tail = b"}]" + usage_field + b"}\n\n"

    def role(self) -> bytes:
        """The first chunk: who speaks, and no text yet."""
        return self._chunk(b'{"role":"assistant","content":"","refusal":null}')

    def text(self, text: str) -> bytes:
        """A chunk that adds `text`."""
        return self._chunk(b'{"content":' + json_text(text) + b"}")

    def escaped_text(self, json_text: bytes) -> bytes:
        """A chunk whose text is given as a JSON string literal, right or wrong."""
        return self._chunk(b'{"content":' + json_text + b"}")

    def wordless(self) -> bytes:
        """A chunk without choices, and a call of a tool."""
        call = b'{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{"}}]}'
        return event(_encode({**self._top, "choices": []})) + self._chunk(call)

    def ending(self, ending: Ending) -> list[tuple[bytes, Mark]]:
        """The chunk that says why the text ends; then, if asked for, usage in chunks without choices; then [DONE]."""
        written: list[tuple[bytes, Mark]] = []
        if ending.finish:
            written.append((self._chunk(b"{}", _encode(self._facts.finish_reason)), "finish"))
        for report in ending.reports if self._facts.include_usage else ():
            counts = None if report is None else usage(report)
            data = event(_encode({**self._top, "choices": [], "usage": counts}))
            written.append((data, "usage" if report == self._facts.used else "extra"))
        if ending.done:
            written.append((DONE, "done"))
        return written

    def _chunk(self, delta: bytes, finish_reason: bytes = b"null") -> bytes:
        return b"".join((self._head, delta, b',"logprobs":null,"finish_reason":', finish_reason, self._tail))


class OpenAI:
    """`POST /v1/chat/completions`; a `Dialect`."""

    id_prefix = "chatcmpl-"

    def read_call(self, body: bytes, path: Mapping[str, str]) -> ChatCall:
        """The request in `body`. Raises Rejected (400) with a sentence and, where there is one, the field."""
        return _read_call(body)

    def error_body(self, error: Rejected) -> bytes:
        """An error as OpenAI says it."""
        return _encode(
            {"error": {"message": error.message, "type": error.kind, "param": error.param, "code": error.code}}
        )

    def error_event(self, error: Rejected) -> bytes:
        """The same inside a stream."""
        return event(self.error_body(error))

    def chunks(self, facts: Facts) -> Chunks:
        """The events of a streamed answer."""
        return Chunks(facts)

    def plain_answer(self, facts: Facts, text: str) -> bytes:
        """A whole answer in one piece."""
        body: dict[str, Any] = {  # Any: JSON
            "id": facts.id,
            "object": "chat.completion",
            "created": facts.created,
            "model": facts.model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
                    "logprobs": None,
                    "finish_reason": facts.finish_reason,
                }
            ],
            "usage": usage(facts.used) if facts.usage_shape == "full" else None,
            "service_tier": "default",
            "system_fingerprint": _FINGERPRINT,
        }
        if facts.usage_shape == "absent":
            del body["usage"]
        return _encode(body)


def model_object(model: Model) -> dict[str, Any]:  # Any: JSON
    """A model as the list of models shows it."""
    return {"id": model.id, "object": "model", "created": 1_735_689_600, "owned_by": model.owner}
