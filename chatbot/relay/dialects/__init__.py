"""Dialects: a request as the bytes that one family of providers understands, and their bytes as an answer.

A reader takes the body of one answer as it comes and gives text; what else it learnt stands in its attributes. It never
raises for what the upstream sends: words that came before a fault are still words, so the fault waits in `failure`.
"""

from typing import Protocol

from chatbot.errors import RelayError
from chatbot.events import FinishReason, Usage


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
