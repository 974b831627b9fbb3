"""What a relay is: a `ChatRequest` goes in, events come out. Every wrapper of this room takes a `Relay` and is one."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import uuid4

from chatbot.events import RelayEvent

Role = Literal["system", "user", "assistant"]
DialectName = Literal["openai", "anthropic", "gemini"]
Integrity = Literal["off", "if_present", "required"]
TokenProvider = Callable[[], Awaitable[str] | str]
"""Gives the key that is good now. An async one runs on the loop; any other in a thread, so that it may block."""


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

    `estimated_tokens` are those of the prompt and the answer together, for limits per minute; 0 leaves it to them.
    `stream=False` asks for the answer in one piece; the events that come back are of the same kinds. `last_resort` says
    that no other route is left: one that rests after failures may be tried all the same (see `breaking`).
    """

    messages: tuple[ChatMessage, ...]
    model: str
    max_tokens: int | None = None
    temperature: float | None = None
    user: str = ""
    stream: bool = True
    estimated_tokens: int = 0
    last_resort: bool = False
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
    """Where a relay lives and how to knock. No secret of it ever shows in a repr.

    `key` is good until the upstream refuses it; `token` is asked for the next one, and again every `refresh_s`
    seconds. With a `signing_secret` requests are signed; `integrity` says what an answer must be signed to be believed:
    `off` not at all, `if_present` rightly when it is signed, `required` always (see `relay.integrity`).
    `requests_per_minute` and `tokens_per_minute` are what was agreed with the upstream, 0 is no limit.
    """

    name: str
    url: str
    key: str = field(repr=False, default="")
    token: TokenProvider | None = field(repr=False, default=None)
    refresh_s: float = 3600.0
    signing_secret: str = field(repr=False, default="")
    integrity: Integrity = "off"
    dialect: DialectName = "openai"
    timeouts: Timeouts = Timeouts()
    requests_per_minute: int = 0
    tokens_per_minute: int = 0

    @property
    def has_key(self) -> bool:
        """Whether there is anything to knock with. Where a provider is to be asked, it is believed to have a key."""
        return bool(self.key) or self.token is not None


class Relay(Protocol):
    """Anything that answers a request with a stream of events."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of one answer: for each attempt `AttemptStarted`, text, `AttemptEnded`. Close it with `aclosing`.

        Raises a `RelayError` after the last `AttemptEnded` when there is no whole answer.
        """
        ...
