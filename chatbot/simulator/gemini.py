"""The Gemini dialect: a `generateContent` request in, chunks, plain answers and errors out.

The shapes are those of the Gemini API reference. A stream is what `alt=sse` gives; it has no end mark.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from chatbot.simulator.calls import ChatCall, Ending, Facts, Mark, Rejected, Used, event
from chatbot.simulator.openai import json_text

METHODS: Final = {"streamGenerateContent": True, "generateContent": False}
"""What can be asked of a model, and whether it streams."""

_STATUSES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    504: "DEADLINE_EXCEEDED",
}
_FINISH_REASONS: Final = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}

_encode = msgspec.json.Encoder().encode


class _Part(msgspec.Struct):
    text: str


class _Content(msgspec.Struct):
    parts: list[_Part]
    role: Literal["user", "model"] = "user"


class _Config(msgspec.Struct, rename="camel"):
    max_output_tokens: int | None = None
    temperature: float | None = None
    stop_sequences: list[str] | None = None


class _Body(msgspec.Struct, rename="camel"):
    contents: list[_Content]
    system_instruction: _Content | None = None
    generation_config: _Config | None = None


_decoder = msgspec.json.Decoder(_Body)


class Gemini:
    """`POST /v1beta/models/<model>:streamGenerateContent` and `:generateContent`; a `Dialect`."""

    id_prefix = ""

    def read_call(self, body: bytes, path: Mapping[str, str]) -> ChatCall:
        """The request in `body`, with the model and the method of `path`. Raises Rejected with a sentence."""
        if path["method"] not in METHODS:
            raise Rejected(404, f"Models have no method '{path['method'][:40]}'.")
        stream = METHODS[path["method"]]
        if stream and path.get("alt") != "sse":
            raise Rejected(400, "Streams are offered with alt=sse only.", param="alt")
        try:
            asked = _decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as err:
            raise Rejected(400, f"Invalid JSON payload received: {err}.") from err
        if not asked.contents or not all(content.parts for content in asked.contents):
            raise Rejected(400, "GenerateContentRequest.contents: contents is not specified", param="contents")
        config = asked.generation_config or _Config()
        if config.max_output_tokens is not None and config.max_output_tokens < 1:
            raise Rejected(400, "max_output_tokens must be positive.", param="generationConfig")
        if config.temperature is not None and not 0 <= config.temperature <= 2:
            raise Rejected(400, "temperature must be between 0 and 2.", param="generationConfig")
        said = [("assistant" if each.role == "model" else "user", _text(each)) for each in asked.contents]
        if asked.system_instruction is not None:
            said.insert(0, ("system", _text(asked.system_instruction)))
        return ChatCall(
            model=path["model"],
            messages=tuple(said),
            stream=stream,
            include_usage=True,
            max_tokens=config.max_output_tokens,
            stop=tuple(text for text in config.stop_sequences or () if text),
        )

    def error_body(self, error: Rejected) -> bytes:
        """An error as Google's interfaces say it."""
        status = _STATUSES.get(error.status, "INVALID_ARGUMENT" if error.status < 500 else "UNAVAILABLE")
        return _encode({"error": {"code": error.status, "message": error.message, "status": status}})

    def error_event(self, error: Rejected) -> bytes:
        """The same inside a stream."""
        return event(self.error_body(error))

    def chunks(self, facts: Facts) -> "Chunks":
        """The events of a streamed answer."""
        return Chunks(facts)

    def plain_answer(self, facts: Facts, text: str) -> bytes:
        """A whole answer in one piece."""
        content = {"parts": [{"text": text}], "role": "model"}
        body: dict[str, Any] = {  # Any: JSON
            "candidates": [{"content": content, "finishReason": _finish(facts), "index": 0}],
            "modelVersion": facts.model,
            "responseId": facts.id,
        }
        if facts.usage_shape != "absent":
            body["usageMetadata"] = _usage(facts.used) if facts.usage_shape == "full" else None
        return _encode(body)


class Chunks:
    """The chunks of one streamed answer. All of them name the answer and its model."""

    __slots__ = ("_facts", "_tail")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        named = _encode({"modelVersion": facts.model, "responseId": facts.id})
        self._tail = b'}],"role":"model"},"index":0}],' + named[1:] + b"\n\n"

    def role(self) -> bytes:
        """A first chunk without text."""
        return self.text("")

    def text(self, text: str) -> bytes:
        """A chunk that adds `text`."""
        return self.escaped_text(json_text(text))

    def escaped_text(self, json_text: bytes) -> bytes:
        """A chunk whose text is given as a JSON string literal, right or wrong."""
        return b'data: {"candidates":[{"content":{"parts":[{"text":' + json_text + self._tail

    def wordless(self) -> bytes:
        """A chunk without candidates, a thought, and a call of a tool."""
        named = {"modelVersion": self._facts.model, "responseId": self._facts.id}
        parts: list[dict[str, Any]] = [  # Any: JSON
            {"text": "hm", "thought": True},
            {"functionCall": {"name": "f", "args": {}}},
        ]
        thought = {"candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0}], **named}
        return event(_encode({"candidates": [], **named})) + event(_encode(thought))

    def ending(self, ending: Ending) -> list[tuple[bytes, Mark]]:
        """A last chunk with why the text ends and what it used; what is to be reported before it in chunks before."""
        facts = self._facts
        reports: list[tuple[Used | None, bool]] = [(report, True) for report in ending.reports]
        if not reports and ending.finish:
            reports = [(None, False)]
        written: list[tuple[bytes, Mark]] = []
        for number, (report, there) in enumerate(reports, 1):
            candidate: dict[str, Any] = {"content": {"parts": [{"text": ""}], "role": "model"}, "index": 0}  # Any: JSON
            finish = ending.finish and number == len(reports)
            if finish:
                candidate["finishReason"] = _finish(facts)
            told: dict[str, Any] = {"candidates": [candidate], "modelVersion": facts.model, "responseId": facts.id}
            if there:
                told["usageMetadata"] = None if report is None else _usage(report)
            mark: Mark = "usage" if report == facts.used else "finish" if finish else "extra"
            written.append((event(_encode(told)), mark))
        return written


def _usage(used: Used) -> dict[str, int]:
    counts = {
        "promptTokenCount": used.prompt,
        "candidatesTokenCount": used.output,
        "totalTokenCount": used.prompt + used.output,
    }
    return counts | ({"cachedContentTokenCount": used.cached} if used.cached else {})


def _finish(facts: Facts) -> str:
    return _FINISH_REASONS.get(facts.finish_reason, facts.finish_reason.upper())


def _text(content: _Content) -> str:
    return "".join(part.text for part in content.parts)
