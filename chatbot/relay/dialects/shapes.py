"""Which dialect a piece of JSON is of, told by its fields. For what is not of the dialect that was expected."""

from collections.abc import Callable

from chatbot.relay.dialects import gemini_chunks, openai_chunks
from chatbot.relay.dialects.anthropic_events import AnthropicEvents
from chatbot.relay.dialects.openai_chunks import Chunk


def decoder(data: bytes) -> Callable[[bytes], Chunk | None] | None:
    """What decodes events like `data`, fresh for one answer; None when no dialect has such an event."""
    for decode in (AnthropicEvents().decode, gemini_chunks.decode, openai_chunks.decode):
        chunk = decode(data)
        if chunk is not None and chunk.choices is not None:
            return decode
    return None


def decode_answer(body: bytes) -> Chunk | None:
    """The answer in one piece that `body` is, in whatever dialect; None when it is none."""
    for decode in (AnthropicEvents().decode_answer, gemini_chunks.decode_answer, openai_chunks.decode):
        chunk = decode(body)
        if chunk is not None and chunk.choices is not None:
            return chunk
    return None
