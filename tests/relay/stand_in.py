"""A relay that plays a script, one entry per request, and remembers what it was asked and when it was closed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage
from chatbot.relay.base import ChatRequest

Piece = str | RelayError | asyncio.Event


@dataclass
class StandIn:
    """Texts are said, an error ends the attempt, an event is waited for. The last entry is played for ever."""

    script: Sequence[Sequence[Piece]]
    name: str = "stand-in"
    requests: list[ChatRequest] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Attempts whose request left."""
    closed: list[str] = field(default_factory=list)
    """Attempts that were closed before their end."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        self.requests.append(request)
        pieces = self.script[min(len(self.requests), len(self.script)) - 1]
        said = 0
        failure: RelayError | None = None
        yield AttemptStarted(attempt=request.attempt, endpoint=self.name, model=request.model, number=request.number)
        self.left.append(request.attempt)
        over = False
        try:
            for piece in pieces:
                if isinstance(piece, RelayError):
                    failure = piece
                    break
                if isinstance(piece, asyncio.Event):
                    await piece.wait()
                    continue
                said += 1
                yield TextAdded(text=piece)
            over = True
            yield AttemptEnded(
                attempt=request.attempt,
                outcome="answered" if failure is None else "incomplete" if said else "failed",
                usage=Usage(input_tokens=1, output_tokens=said, source="reported"),
                error_code="" if failure is None else failure.code,
            )
            if failure is not None:
                raise failure
        finally:
            if not over:
                self.closed.append(request.attempt)
