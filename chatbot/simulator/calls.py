"""What is asked of the simulator and what it used, whatever the dialect; and the dialects as the server sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from chatbot.simulator.models import Model
from chatbot.simulator.tokens import Message

UsageShape = Literal["full", "null", "absent"]
Mark = Literal["role", "token", "finish", "usage", "done", "body", "extra"]


class Rejected(Exception):
    """A request that gets an error instead of an answer. `kind` and `code` are OpenAI's words for it."""

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
        self.message = message
        self.kind = kind
        self.param = param
        self.code = code


def unauthorized() -> Rejected:
    """The answer to a key that is missing or wrong. It does not say what was sent."""
    return Rejected(401, "Incorrect API key provided.", code="invalid_api_key")


def unknown_model(model: str) -> Rejected:
    """The answer to a model that is not offered."""
    message = f"The model '{model[:100]}' does not exist or you do not have access to it."
    return Rejected(404, message, param="model", code="model_not_found")


def context_exceeded(model: Model, tokens: int) -> Rejected:
    """The answer to a prompt that the model cannot hold."""
    message = f"This model's maximum context length is {model.context_tokens} tokens; your messages have {tokens}."
    return Rejected(400, message, param="messages", code="context_length_exceeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCall:
    """A chat completion as asked for. `max_tokens` None means as many as the answer has."""

    model: str
    messages: tuple[Message, ...]
    stream: bool
    include_usage: bool
    max_tokens: int | None
    stop: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens of one answer: all input, how much of it was cached, all output."""

    prompt: int
    cached: int
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an answer says about itself. `finish_reason` is OpenAI's word for it; `used` is the truth of the bill."""

    id: str
    created: int
    model: str
    include_usage: bool
    finish_reason: str
    usage_shape: UsageShape
    used: Used


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a stream ends: with its finish reason or without, these reports of usage (None is a null), an end mark."""

    finish: bool = True
    reports: tuple[Used | None, ...] = ()
    done: bool = True


class Chunks(Protocol):
    """The events of one streamed answer, as the bytes of server-sent events."""

    def role(self) -> bytes:
        """What comes before the first text."""
        ...

    def text(self, text: str) -> bytes:
        """An event that adds `text`."""
        ...

    def escaped_text(self, json_text: bytes) -> bytes:
        """An event whose text is given as a JSON string literal, right or wrong."""
        ...

    def wordless(self) -> bytes:
        """Events that a reader of words must take no harm from: nothing in them, or something that is not text."""
        ...

    def ending(self, ending: Ending) -> list[tuple[bytes, Mark]]:
        """What comes after the last text. A true report of the usage is marked `usage`, any other `extra`."""
        ...


class Dialect(Protocol):
    """A dialect on the side of the relay."""

    id_prefix: str

    def read_call(self, body: bytes, path: Mapping[str, str]) -> ChatCall:
        """The request in `body`; `path` is what the address says. Raises Rejected (400) with a sentence."""
        ...

    def error_body(self, error: Rejected) -> bytes:
        """An error as this dialect says it."""
        ...

    def error_event(self, error: Rejected) -> bytes:
        """The same inside a stream."""
        ...

    def chunks(self, facts: Facts) -> Chunks:
        """The events of a streamed answer."""
        ...

    def plain_answer(self, facts: Facts, text: str) -> bytes:
        """A whole answer in one piece."""
        ...


def event(payload: bytes, name: str = "") -> bytes:
    """A server-sent event around `payload`."""
    return b"".join((b"event: " + name.encode() + b"\n" if name else b"", b"data: ", payload, b"\n\n"))
