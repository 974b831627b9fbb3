"""Events as parts on the wire: the AI SDK UI message stream, version 1. Nobody else knows the spelling.

One event is one part, a JSON object. A WebSocket frame is the part with `seq`; a server-sent event is the part with an
`id:` line; a reply over REST is all parts of a turn folded into one. `parse` reads a part back (the terminal, tests).
What a browser sends up a WebSocket is one of three frames: `AskFrame`, `ResumeFrame`, `StopFrame`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar, assert_never

import msgspec

from chatbot.errors import ChatbotError, MalformedRequest, RequestTooLarge
from chatbot.events import (
    ProductCard,
    ProductShown,
    TextAdded,
    TextCorrected,
    TextFinished,
    TextStarted,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
    Waiting,
)

T = TypeVar("T")
Part = dict[str, Any]  # Any: JSON
"""A JSON object of the UI message stream."""

SSE_HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "x-vercel-ai-ui-message-stream": "v1",
}
SSE_DONE: Final = b"data: [DONE]\n\n"
SSE_HEARTBEAT: Final = b": \n\n"

_encoder = msgspec.json.Encoder(decimal_format="string")


def part(event: TurnEvent) -> Part:
    """The part that says `event`."""
    match event:
        case TextAdded():
            return {"type": "text-delta", "id": event.block, "delta": event.text}
        case TurnStarted():
            metadata = {"turn": event.turn, "conversation": event.conversation}
            return {"type": "start", "messageId": event.message, "messageMetadata": metadata}
        case TextStarted():
            return {"type": "text-start", "id": event.block}
        case TextFinished():
            return {"type": "text-end", "id": event.block}
        case ProductShown():
            return {"type": "data-product", "id": event.card.sku, "data": msgspec.to_builtins(event.card)}
        case TextCorrected():
            data = {"block": event.block, "text": event.text, "reason": event.reason}
            return {"type": "data-correction", "data": data}
        case Waiting():
            return {
                "type": "data-status",
                "transient": True,
                "data": {"state": event.reason, "seconds": event.seconds},
            }
        case TurnEnded(ending="stopped"):
            return {"type": "abort", "reason": "stopped"}
        case TurnEnded():
            metadata = {"ending": event.ending, "code": event.code}
            reason = "stop" if event.ending in ("complete", "catalogue") else "other"
            return {"type": "finish", "finishReason": reason, "messageMetadata": metadata}
        case TurnFailed():
            return {
                "type": "error",
                "errorText": event.sentence,
                "code": event.code,
                "retryable": event.retryable,
                "retry_after_s": event.retry_after_s,
            }
        case _:
            assert_never(event)


def parse(part: Part) -> TurnEvent:
    """The event that `part` says. Raises ValueError when it says none."""
    try:
        return _parse(part)
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as err:
        raise ValueError(f"not a part of the UI message stream: {part!r:.200}") from err


def _parse(part: Part) -> TurnEvent:
    match part["type"]:
        case "text-delta":
            return TextAdded(text=part["delta"], block=part["id"])
        case "start":
            metadata = part["messageMetadata"]
            return TurnStarted(turn=metadata["turn"], conversation=metadata["conversation"], message=part["messageId"])
        case "text-start":
            return TextStarted(block=part["id"])
        case "text-end":
            return TextFinished(block=part["id"])
        case "data-product":
            return ProductShown(card=msgspec.convert(part["data"], ProductCard, strict=False))
        case "data-correction":
            return TextCorrected(**part["data"])
        case "data-status":
            return Waiting(reason=part["data"]["state"], seconds=part["data"]["seconds"])
        case "abort":
            return TurnEnded(ending="stopped")
        case "finish":
            metadata = part["messageMetadata"]
            return TurnEnded(ending=metadata["ending"], code=metadata["code"])
        case "error":
            return TurnFailed(
                code=part["code"],
                sentence=part["errorText"],
                retryable=part["retryable"],
                retry_after_s=part["retry_after_s"],
            )
        case other:
            raise ValueError(other)


class _TextDelta(msgspec.Struct, tag_field="type", tag="text-delta"):
    """The WebSocket frame of `TextAdded`, nearly every frame there is: encoded without the two dicts of the others."""

    id: str
    delta: str
    seq: int
    turn: str


def ws_frame(seq: int, event: TurnEvent, turn: str) -> str:
    """A WebSocket text frame: the part, its sequence number and its turn."""
    if isinstance(event, TextAdded):
        return _encoder.encode(_TextDelta(event.block, event.text, seq, turn)).decode()
    return _encoder.encode({**part(event), "seq": seq, "turn": turn}).decode()


def sse_frame(seq: int, event: TurnEvent) -> bytes:
    """A server-sent event whose id is the sequence number. msgspec writes no raw line break, so one line is enough."""
    return b"id: %d\ndata: %b\n\n" % (seq, _encoder.encode(part(event)))


def error_part(error: ChatbotError, sentence: str) -> Part:
    """The part that a door answers when it refuses a request, before any turn."""
    return part(
        TurnFailed(code=error.code, sentence=sentence, retryable=error.retryable, retry_after_s=error.retry_after_s)
    )


def encode(value: object) -> bytes:
    """JSON bytes; Decimals as strings, so that no amount passes through a float."""
    return _encoder.encode(value)


@dataclass(slots=True)
class Reply:
    """All events of a turn as one answer."""

    turn: str = ""
    conversation: str = ""
    message: str = ""
    text: str = ""
    parts: list[Part] = field(default_factory=list)
    products: list[ProductCard] = field(default_factory=list)
    ending: str = ""
    error: TurnFailed | None = None


def fold(events: Iterable[TurnEvent]) -> Reply:
    """One reply out of a turn's events, in order. `parts` are the blocks and cards as they stand in the answer."""
    reply = Reply()
    blocks: dict[str, Part] = {}
    for event in events:
        match event:
            case TurnStarted():
                reply = Reply(turn=event.turn, conversation=event.conversation, message=event.message)
                blocks = {}
            case TextStarted():
                blocks[event.block] = {"type": "text", "text": ""}
                reply.parts.append(blocks[event.block])
            case TextAdded():
                blocks[event.block]["text"] += event.text
            case TextCorrected():
                blocks[event.block]["text"] = event.text
            case ProductShown():
                reply.products.append(event.card)
                reply.parts.append(part(event))
            case TurnEnded():
                reply.ending = event.ending
            case TurnFailed():
                reply.error = event
            case Waiting() | TextFinished():
                pass
            case _:
                assert_never(event)
    reply.text = "".join(block["text"] for block in blocks.values())
    # A block whose words were taken back is no part of the answer.
    reply.parts = [each for each in reply.parts if each.get("text") != ""]
    return reply


Id = Annotated[str, msgspec.Meta(max_length=128)]


class AskFrame(msgspec.Struct, tag_field="type", tag="ask"):
    """A question. `id` is the client message id: asking again with it gives the same turn."""

    id: Id
    text: str
    conversation: Id | None = None
    page: dict[str, str] = {}

    @property
    def about(self) -> dict[str, str]:
        """What an error that answers the frame belongs to."""
        return {"id": self.id}


class ResumeFrame(msgspec.Struct, tag_field="type", tag="resume"):
    """Go on with a turn after its part number `after`."""

    turn: Id
    after: int = 0

    @property
    def about(self) -> dict[str, str]:
        """What an error that answers the frame belongs to."""
        return {"turn": self.turn}


class StopFrame(msgspec.Struct, tag_field="type", tag="stop"):
    """Stop a turn; what was said so far stays."""

    turn: Id

    @property
    def about(self) -> dict[str, str]:
        """What an error that answers the frame belongs to."""
        return {"turn": self.turn}


Frame = AskFrame | ResumeFrame | StopFrame
_frames: Final[msgspec.json.Decoder[Frame]] = msgspec.json.Decoder(Frame)


def read_frame(data: str | bytes, *, at_most: int) -> Frame:
    """The frame in `data`, of at most so many bytes. Raises RequestTooLarge and MalformedRequest."""
    return read(data, _frames, at_most=at_most)


def read(data: str | bytes, decoder: msgspec.json.Decoder[T], *, at_most: int) -> T:
    """What `decoder` makes of JSON from outside. Raises RequestTooLarge and MalformedRequest, whatever the bytes."""
    if len(data) > at_most or (isinstance(data, str) and len(data.encode(errors="replace")) > at_most):
        raise RequestTooLarge
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as err:
        raise MalformedRequest(str(err)) from err
