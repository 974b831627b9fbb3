"""The typed events of the Anthropic dialect, turned into chunks of the normal form."""

import msgspec

from chatbot.relay.dialects.openai_chunks import (
    END,
    Chunk,
    ErrorObject,
    InputDetails,
    TokenCounts,
    choice,
)
from chatbot.relay.dialects.values import Number, object_in, sum_of

_FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}


class _Counts(msgspec.Struct):
    input_tokens: Number = None
    cache_creation_input_tokens: Number = None
    cache_read_input_tokens: Number = None
    output_tokens: Number = None


class _Part(msgspec.Struct):
    """A `content_block` or a `delta`. Without a type it is text if it has any."""

    type: str | None = None
    text: str | None = None
    stop_reason: str | None = None

    def words(self) -> str:
        return self.text or "" if self.type in (None, "text", "text_delta") else ""


class _Message(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    content: list[_Part] | None = None
    stop_reason: str | None = None
    usage: _Counts | None = None


class _Event(_Message):
    type: str | None = None
    message: _Message | None = None
    content_block: _Part | None = None
    delta: _Part | None = None
    error: ErrorObject | None = None


_NO_WORDS = frozenset({"ping", "content_block_stop"})


class AnthropicEvents:
    """Decodes the events of one answer. They share its counts: input comes with the first, output with the last."""

    def __init__(self) -> None:
        self._counts = _Counts()

    def decode(self, data: bytes) -> Chunk | None:
        """The chunk that says the same; None when `data` is no event of this dialect. Never raises."""
        event = object_in(data, _Event, aside=("usage", "error"))
        if event is None:
            return None
        kind, delta = event.type, event.delta
        if kind == "content_block_delta" or (kind is None and delta is not None and delta.text is not None):
            return Chunk(choices=[choice(delta.words())]) if delta is not None else Chunk(choices=[])
        if kind == "content_block_start":
            return Chunk(choices=[choice(event.content_block.words())] if event.content_block else [])
        if kind == "message_start":
            message = event.message or _Message()
            if message.usage is not None:
                message.usage.output_tokens = None  # what stands here is a start, and no count of what was said
            return self._of(message)
        if kind == "message_delta":
            return self._of(_Message(stop_reason=delta.stop_reason if delta else None, usage=event.usage))
        if kind == "message_stop":
            return END
        if kind in _NO_WORDS:
            return Chunk(choices=[])
        if kind == "error":
            return Chunk(choices=[], error=event.error or ErrorObject())
        return None

    def decode_answer(self, data: bytes) -> Chunk | None:
        """The same for an answer in one piece."""
        event = object_in(data, _Event, aside=("usage", "error"))
        if event is None:
            return None
        if event.type == "error":
            return Chunk(choices=[], error=event.error or ErrorObject())
        if event.type != "message" or event.content is None:
            return None
        chunk = self._of(event)
        text = "".join(part.words() for part in event.content)
        chunk.choices = [choice(text, finish_reason=_finish(event.stop_reason), plain=True)]
        return chunk

    def _of(self, message: _Message) -> Chunk:
        reason = _finish(message.stop_reason)
        return Chunk(
            id=message.id,
            model=message.model,
            choices=[choice("", reason)] if reason else [],
            usage=None if message.usage is None else self._sum(message.usage),
        )

    def _sum(self, counts: _Counts) -> TokenCounts:
        # Counts are cumulative and come in parts. Where an input count is known at one end of the stream only, gateways
        # write 0 at the other, so a 0 takes nothing back.
        known = self._counts
        for name in counts.__struct_fields__:
            value = getattr(counts, name)
            if value is not None and (value or name == "output_tokens" or getattr(known, name) is None):
                setattr(known, name, value)
        return TokenCounts(
            prompt_tokens=sum_of(known.input_tokens, known.cache_creation_input_tokens, known.cache_read_input_tokens),
            completion_tokens=known.output_tokens,
            prompt_tokens_details=InputDetails(cached_tokens=known.cache_read_input_tokens),
        )


def _finish(reason: str | None) -> str | None:
    return _FINISH_REASONS.get(reason, "other") if reason else None
