"""Dialects: a request as the bytes that one family of providers understands, and their bytes as an answer.

A reader takes the body of one answer as it comes and gives text; what else it learnt stands in its attributes. It never
raises for what the upstream sends: words that came before a fault are still words, so the fault waits in `failure`.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from chatbot.errors import RelayError
from chatbot.events import FinishReason, Usage
from chatbot.relay.base import ChatRequest, DialectName
from chatbot.relay.dialects.anthropic import Anthropic
from chatbot.relay.dialects.gemini import Gemini
from chatbot.relay.dialects.openai import OpenAI


class AnswerReader(Protocol):
    """Reads the body of one answer."""

    failure: RelayError | None
    """What went wrong, once something has; nothing more is read after it."""
    finish_reason: FinishReason | None
    """Why the model stopped, once it said so."""
    done: bool
    """Whether the end mark has come; whatever follows it is ignored."""
    served_model: str
    upstream_id: str

    @property
    def complete(self) -> bool:
        """Whether the answer is known to be whole."""
        ...

    def feed(self, piece: bytes) -> str:
        """The text that `piece` adds, often empty."""
        ...

    def close(self) -> str:
        """The text that was still held back when the body ended."""
        ...

    def usage(self) -> Usage:
        """The tokens that the upstream reported."""
        ...


class Dialect(Protocol):
    """How one family of providers is asked, and how its answers are read."""

    def path(self, request: ChatRequest) -> str:
        """Where the request goes: what follows the endpoint's URL, query included."""
        ...

    def headers(self) -> dict[str, str]:
        """Headers that every request of this dialect carries, beside the key's."""
        ...

    def authorization(self, token: str) -> dict[str, str]:
        """The header in which this dialect carries a key."""
        ...

    def body(self, request: ChatRequest) -> bytes:
        """The very bytes that are sent, and signed."""
        ...

    def stream_reader(self) -> AnswerReader:
        """Reads a stream. Chunks of another dialect are recognised and read too."""
        ...

    def plain_reader(self) -> AnswerReader:
        """Reads an answer in one piece, of another dialect too."""
        ...

    def error_codes(self, body: bytes) -> tuple[int | str, ...]:
        """The structured fields of the error that `body` is; empty when it is none."""
        ...


_DIALECTS: Final[Mapping[DialectName, Dialect]] = {"openai": OpenAI(), "anthropic": Anthropic(), "gemini": Gemini()}


def of(name: DialectName) -> Dialect:
    """The dialect of that name."""
    return _DIALECTS[name]
