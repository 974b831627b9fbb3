"""What a relay is: a `ChatRequest` goes in, events come out. Every wrapper of this room takes a `Relay` and is one."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import uuid4

from chatbot.events import RelayEvent

Role = Literal["system", "user", "assistant"]


def new_attempt_id() -> str:
    """A fresh id for one attempt; it is the ledger's key for ever."""
    return str(uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message of the prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What a model is asked. `user` is a pseudonym of the visitor, `attempt` the id of the first attempt made for it.

    `stream=False` asks for the answer in one piece; the events that come back are of the same kinds.
    """

    messages: tuple[ChatMessage, ...]
    model: str
    max_tokens: int | None = None
    temperature: float | None = None
    user: str = ""
    stream: bool = True
    attempt: str = field(default_factory=new_attempt_id)
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds that each part of an attempt may take; each is its own limit.

    `connect_s` until connected, name lookup and TLS included; `first_token_s` from the request until the first word,
    whatever else comes before it; `between_tokens_s` between two reads once words flow (any bytes count, a ping too);
    `total_s` for the whole attempt. A plain answer comes in one piece: it may take `first_token_s` and one
    `between_tokens_s` together.
    """

    connect_s: float = 10.0
    first_token_s: float = 60.0
    between_tokens_s: float = 60.0
    total_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a relay lives and how to knock. The key never shows in a repr."""

    name: str
    url: str
    key: str = field(repr=False, default="")
    dialect: Literal["openai"] = "openai"
    timeouts: Timeouts = Timeouts()


class Relay(Protocol):
    """Anything that answers a request with a stream of events."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of one answer: for each attempt `AttemptStarted`, text, `AttemptEnded`. Close it with `aclosing`.

        Raises a `RelayError` after the last `AttemptEnded` when there is no whole answer.
        """
        ...
