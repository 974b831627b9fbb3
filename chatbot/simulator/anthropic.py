"""The Anthropic dialect: a messages request in, typed events, plain answers and errors out.

The shapes are those of Anthropic's Messages reference. Input that was read from a cache is counted beside the rest.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from chatbot.simulator.calls import ChatCall, Ending, Facts, Mark, Rejected, Used, event
from chatbot.simulator.openai import json_text

_KINDS: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_FINISH_REASONS: Final = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}

_encode = msgspec.json.Encoder().encode


class _Block(msgspec.Struct):
    type: Literal["text"]
    text: str


class _Message(msgspec.Struct):
    role: Literal["user", "assistant"]
    content: str | list[_Block]


class _Body(msgspec.Struct):
    model: str
    max_tokens: int
    messages: list[_Message]
    system: str | list[_Block] = ""
    stream: bool = False
    temperature: float | None = None
    stop_sequences: list[str] | None = None


_decoder = msgspec.json.Decoder(_Body)


class Anthropic:
    """`POST /v1/messages`; a `Dialect`."""

    id_prefix = "msg_"

    def read_call(self, body: bytes, path: Mapping[str, str]) -> ChatCall:
        """The request in `body`. Raises Rejected (400) with a sentence."""
        try:
            asked = _decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as err:
            raise Rejected(400, f"Invalid request: {err}.") from err
        said = [(message.role, _text(message.content)) for message in asked.messages]
        if not said or said[0][0] != "user":
            raise Rejected(400, "messages: the first message must use the user role.", param="messages")
        if not all(text for _, text in said):
            raise Rejected(400, "messages: text content blocks must be non-empty.", param="messages")
        if asked.max_tokens < 1:
            raise Rejected(400, "max_tokens: must be at least 1.", param="max_tokens")
        if asked.temperature is not None and not 0 <= asked.temperature <= 1:
            raise Rejected(400, "temperature: must be between 0 and 1.", param="temperature")
        system = _text(asked.system)
        return ChatCall(
            model=asked.model,
            messages=((("system", system),) if system else ()) + tuple(said),
            stream=asked.stream,
            include_usage=True,
            max_tokens=asked.max_tokens,
            stop=tuple(text for text in asked.stop_sequences or () if text),
        )

    def error_body(self, error: Rejected) -> bytes:
        """An error as Anthropic says it."""
        kind = _KINDS.get(error.status, "invalid_request_error" if error.status < 500 else "api_error")
        return _encode({"type": "error", "error": {"type": kind, "message": error.message}})

    def error_event(self, error: Rejected) -> bytes:
        """The same inside a stream, as an event named for what it is."""
        return event(self.error_body(error), "error")

    def chunks(self, facts: Facts) -> "Chunks":
        """The events of a streamed answer."""
        return Chunks(facts)

    def plain_answer(self, facts: Facts, text: str) -> bytes:
        """A whole answer in one piece."""
        return _encode(_message(facts, text) | _reported(facts, facts.used))


class Chunks:
    """The events of one streamed answer."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def role(self) -> bytes:
        """The start of the message, with the input that it used, and of its one block."""
        start = Used(self._facts.used.prompt, self._facts.used.cached, 1)
        message = _message(self._facts, None) | _reported(self._facts, start)
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        return _event({"type": "message_start", "message": message}) + _event(block)

    def text(self, text: str) -> bytes:
        """An event that adds `text`."""
        return self.escaped_text(json_text(text))

    def escaped_text(self, json_text: bytes) -> bytes:
        """An event whose text is given as a JSON string literal, right or wrong."""
        return (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
            b'"delta":{"type":"text_delta","text":' + json_text + b"}}\n\n"
        )

    def wordless(self) -> bytes:
        """A ping, a thought, and a call of a tool."""
        thought = {"type": "thinking_delta", "thinking": "hm"}
        call = {"type": "input_json_delta", "partial_json": '{"text":'}
        deltas = [_event({"type": "content_block_delta", "index": 1, "delta": delta}) for delta in (thought, call)]
        return _event({"type": "ping"}) + b"".join(deltas)

    def ending(self, ending: Ending) -> list[tuple[bytes, Mark]]:
        """The end of the block; why the text ends and what it used, in one event; the end of the message."""
        written: list[tuple[bytes, Mark]] = [(_event({"type": "content_block_stop", "index": 0}), "extra")]
        reports: list[tuple[Used | None, bool]] = [(report, True) for report in ending.reports]
        if not reports and ending.finish:
            reports = [(None, False)]
        for number, (report, there) in enumerate(reports, 1):
            finish = ending.finish and number == len(reports)
            delta = {"stop_reason": _finish(self._facts) if finish else None, "stop_sequence": None}
            told: dict[str, Any] = {"type": "message_delta", "delta": delta}  # Any: JSON
            if there:
                told["usage"] = None if report is None else _usage(report)
            mark: Mark = "usage" if report == self._facts.used else "finish" if finish else "extra"
            written.append((_event(told), mark))
        if ending.done:
            written.append((_event({"type": "message_stop"}), "done"))
        return written


def _message(facts: Facts, text: str | None) -> dict[str, Any]:  # Any: JSON
    return {
        "id": facts.id,
        "type": "message",
        "role": "assistant",
        "model": facts.model,
        "content": [] if text is None else [{"type": "text", "text": text}],
        "stop_reason": None if text is None else _finish(facts),
        "stop_sequence": None,
    }


def _reported(facts: Facts, used: Used) -> dict[str, Any]:  # Any: JSON
    if facts.usage_shape == "absent":
        return {}
    return {"usage": _usage(used) if facts.usage_shape == "full" else None}


def _usage(used: Used) -> dict[str, int]:
    return {
        "input_tokens": used.prompt - max(0, used.cached),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": used.cached,
        "output_tokens": used.output,
    }


def _finish(facts: Facts) -> str:
    return _FINISH_REASONS.get(facts.finish_reason, facts.finish_reason)


def _event(payload: dict[str, Any]) -> bytes:  # Any: JSON
    return event(_encode(payload), payload["type"])


def _text(content: str | list[_Block]) -> str:
    return content if isinstance(content, str) else "".join(block.text for block in content)
