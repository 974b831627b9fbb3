"""What can happen in a turn: two closed unions of frozen values, one for the relay below and one for the doors above.

`RelayEvent` is what reaching a model produces; `TurnEvent` is what a shopper's browser may learn. Every `TurnEvent` is
exactly one part on the wire (see `wire`), so one sequence number names the event and its part alike. Values have no
identity beyond their fields: two equal events are equal. What goes wrong below travels as an exception (see `errors`);
at the end of a turn `TurnFailed` is the shopper's view of it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

UsageSource = Literal["reported", "estimated", "unknown"]
Outcome = Literal["answered", "failed", "stopped", "incomplete", "abandoned", "hedged", "cached"]
FinishReason = Literal["stop", "length", "filtered", "other"]
WaitingReason = Literal["queued", "retrying", "switching", "searching"]
Ending = Literal["complete", "catalogue", "stopped", "incomplete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one attempt, normalised: every dialect reports into these meanings.

    `input_tokens` are all input tokens, cached ones included; `output_tokens` all output tokens, reasoning included.
    `None` means that nobody said, which is not 0. `source` says where the numbers come from. `doubtful` says that the
    upstream reported a count that cannot be, which is None here.
    """

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    source: UsageSource = "unknown"
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    """A request is about to leave. It leaves only when the consumer asks for the next event: book it first."""

    attempt: str
    endpoint: str
    model: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """An attempt is over, well or badly. Comes once per `AttemptStarted`, unless the consumer closes the stream first.

    `first_word_ms` and `total_ms` count from the moment the request left; `first_word_ms` is None when no word came.
    `unheard` are words that came too late to be said; they are billed all the same.
    """

    attempt: str
    outcome: Outcome
    usage: Usage
    served_model: str = ""
    upstream_id: str = ""
    finish_reason: FinishReason | None = None
    error_code: str = ""
    first_word_ms: int | None = None
    total_ms: int = 0
    unheard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The shopper has to wait for a moment, and why. `seconds` is the expected wait, None when nobody knows."""

    reason: WaitingReason
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAdded:
    """A further piece of the answer. Concatenate in order; pieces may split words, never characters."""

    text: str
    block: str = "t1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWithdrawn:
    """Every word of the answer so far is void: it is not what the upstream signed. `reason` is an error's code.

    Comes at most once in an attempt, before its `AttemptEnded`. Whoever goes on with another model starts afresh.
    """

    attempt: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """The turn has begun; `message` is the id that the answer will have."""

    turn: str
    conversation: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStarted:
    """A block of text begins. Cards stand between blocks, at the place in the text where they belong."""

    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFinished:
    """No more text will be added to this block."""

    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product as the shop's database had it when the card was made. Amounts are in `currency`'s major unit."""

    sku: str
    title: str
    currency: str
    price: Decimal | None
    sale_price: Decimal | None
    price_text: str
    sale_price_text: str
    availability: str
    availability_text: str
    link: str
    image_link: str
    brand: str = ""

    @property
    def current_price(self) -> Decimal | None:
        """What it costs now: the sale price where there is one. None when the shop names no price."""
        return self.price if self.sale_price is None else self.sale_price


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductShown:
    """A card stands here in the answer."""

    card: ProductCard


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCorrected:
    """The whole text of a block is now `text`; what was shown of it before no longer holds."""

    block: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded:
    """The turn is over and its answer stored.

    `ending`: `complete`; `catalogue` (no model could be reached or paid, the shop's own search answered); `stopped` by
    the shopper; `incomplete` (the words so far are kept, no model could finish them). `code` names the fault behind
    `catalogue` and `incomplete`, for staff and developers.
    """

    ending: Ending
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFailed:
    """There is no answer. `sentence` is for the shopper, in the shopper's language; `code` is one of `errors`."""

    code: str
    sentence: str
    retryable: bool = False
    retry_after_s: float | None = None


RelayEvent = AttemptStarted | Waiting | TextAdded | TextWithdrawn | AttemptEnded
TurnEvent = (
    TurnStarted
    | Waiting
    | TextStarted
    | TextAdded
    | TextFinished
    | ProductShown
    | TextCorrected
    | TurnEnded
    | TurnFailed
)


def is_last(event: TurnEvent) -> bool:
    """Whether nothing follows `event` in its turn."""
    return isinstance(event, (TurnEnded, TurnFailed))
