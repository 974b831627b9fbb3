"""For the tests of a shop: a relay that says what the test tells it to, so that no test reaches a real one.

from chatbot.testing import ScriptedRelay, answered_by

with answered_by(ScriptedRelay(["How about ", "[[p1]]?"])) as relay:
    ...  # ask through any door
assert "wool socks" in relay.requests[0].messages[-1].content
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from chatbot.assistant import routing
from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage
from chatbot.relay.base import ChatRequest, Relay

R = TypeVar("R", bound=Relay)

__all__ = ["ScriptedRelay", "answered_by"]


class ScriptedRelay:
    """A relay that answers each request with the same pieces: texts are said, an error ends the answer.

    `requests` are what it was asked, oldest first. Every piece of text counts as one token of the reported usage.
    """

    def __init__(self, pieces: Sequence[str | RelayError]) -> None:
        self.pieces = pieces
        self.requests: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """The pieces as the events of one attempt. Raises the error that stands among them."""
        self.requests.append(request)
        yield AttemptStarted(attempt=request.attempt, endpoint="scripted", model=request.model, number=request.number)
        said = 0
        failure: RelayError | None = None
        for piece in self.pieces:
            if isinstance(piece, RelayError):
                failure = piece
                break
            said += 1
            yield TextAdded(text=piece)
        usage = Usage(input_tokens=len(request.messages), output_tokens=said, source="reported")
        yield AttemptEnded(
            attempt=request.attempt,
            outcome="answered" if failure is None else "incomplete" if said else "failed",
            usage=usage,
            served_model=request.model,
            finish_reason="stop" if failure is None else None,
            error_code="" if failure is None else failure.code,
            first_word_ms=0 if said else None,
        )
        if failure is not None:
            raise failure


@contextmanager
def answered_by(relay: R) -> Iterator[R]:
    """Let `relay` answer for every endpoint inside this block."""
    with routing.every_endpoint(relay):
        yield relay
