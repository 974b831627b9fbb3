"""The chunks of the Gemini dialect, turned into chunks of the normal form. Each says the whole usage so far."""

from typing import Final

import msgspec

from chatbot.relay.dialects import openai_chunks
from chatbot.relay.dialects.openai_chunks import Chunk, InputDetails, OutputDetails, TokenCounts, choice
from chatbot.relay.dialects.values import Number, object_in, sum_of

_FINISH_REASONS: Final = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
}

_ASIDE: Final = ("usageMetadata", "promptFeedback")


class _Part(msgspec.Struct):
    """A part that is a thought is no text, however much of it there is."""

    text: str | None = None
    thought: bool | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None
    index: int = 0


class _Counts(msgspec.Struct, rename="camel"):
    prompt_token_count: Number = None
    cached_content_token_count: Number = None
    candidates_token_count: Number = None
    thoughts_token_count: Number = None


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str | None = None


class _Chunk(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    usage_metadata: _Counts | None = None
    prompt_feedback: _Feedback | None = None
    model_version: str | None = None
    response_id: str | None = None


def decode(data: bytes) -> Chunk | None:
    """The chunk that says the same; None when `data` is no chunk of this dialect. Never raises."""
    chunk = object_in(data, _Chunk, aside=_ASIDE)
    return None if chunk is None else _normal(chunk, plain=False)


def decode_answer(data: bytes) -> Chunk | None:
    """The same for an answer in one piece, which is a list of chunks where `alt=sse` was lost on the way."""
    if not data.lstrip().startswith(b"["):
        chunk = object_in(data, _Chunk, aside=_ASIDE)
        return None if chunk is None else _normal(chunk, plain=True)
    try:
        listed = msgspec.json.decode(data, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    answer = Chunk(choices=[choice("", plain=True)])
    pieces = []
    for each in listed:
        piece = decode(bytes(each))
        if piece is None:
            return openai_chunks.decode(bytes(each))  # an error object
        answer.id, answer.model = answer.id or piece.id, answer.model or piece.model
        answer.usage = piece.usage or answer.usage
        for said in piece.choices or ():
            pieces.append(said.delta.content or "" if said.delta else "")
            answer.choices = [choice("".join(pieces), said.finish_reason, plain=True)]
    return answer if pieces else None


def _normal(chunk: _Chunk, *, plain: bool) -> Chunk | None:
    blocked = chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason
    if chunk.candidates is None and chunk.usage_metadata is None and not blocked:
        return None
    first = next((each for each in chunk.candidates or () if each.index == 0), None)
    choices = []
    if first is not None:
        parts = first.content.parts if first.content is not None else None
        text = "".join(part.text or "" for part in parts or () if not part.thought)
        choices = [choice(text, finish_reason=_finish(first.finish_reason), plain=plain)]
    elif blocked:
        choices = [choice("", finish_reason="content_filter", plain=plain)]
    return Chunk(
        id=chunk.response_id,
        model=chunk.model_version,
        choices=choices,
        usage=None if chunk.usage_metadata is None else _counts(chunk.usage_metadata),
    )


def _counts(counts: _Counts) -> TokenCounts:
    # Candidates and thoughts are counted apart; both are output, and either is left out where there is none.
    output = sum_of(counts.candidates_token_count, counts.thoughts_token_count)
    return TokenCounts(
        prompt_tokens=counts.prompt_token_count,
        completion_tokens=output,
        prompt_tokens_details=InputDetails(cached_tokens=counts.cached_content_token_count),
        completion_tokens_details=OutputDetails(reasoning_tokens=counts.thoughts_token_count),
    )


def _finish(reason: str | None) -> str | None:
    if not reason or reason == "FINISH_REASON_UNSPECIFIED":
        return None
    return _FINISH_REASONS.get(reason, "other")
