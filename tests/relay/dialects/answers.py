"""One answer in each dialect's bytes, as far as tests need them: pieces of text, how it ends, what it used."""

import json
from collections.abc import Sequence

from tests.relay.conftest import DONE, chunk, data

FINISH = {
    "openai": {"stop": "stop", "length": "length", "filtered": "content_filter", "other": "tool_calls"},
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "filtered": "refusal", "other": "tool_use"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS", "filtered": "SAFETY", "other": "MALFORMED_FUNCTION_CALL"},
}
DIALECTS = tuple(FINISH)


def named(value: dict[str, object]) -> bytes:
    """An event of the Anthropic dialect, under its name."""
    return f"event: {value['type']}\n".encode() + data(value)


def delta(text: str) -> bytes:
    return named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})


def candidate(text: str | None = None, finish: str | None = None, **more: object) -> bytes:
    parts = [] if text is None else [{"text": text}]
    first = {"content": {"parts": parts, "role": "model"}, "finishReason": finish, "index": 0}
    return data({"candidates": [first], **more})


def words(dialect: str, *texts: str) -> bytes:
    """The chunks that add `texts`."""
    write = {"openai": chunk, "anthropic": delta, "gemini": candidate}[dialect]
    return b"".join(write(text) for text in texts)


def stream(dialect: str, texts: Sequence[str], finish: str = "stop") -> bytes:
    """A whole stream: 25 tokens in, 10 of them cached, 7 out."""
    reason = FINISH[dialect][finish]
    if dialect == "openai":
        counts = {"prompt_tokens": 25, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 10}}
        return words(dialect, *texts) + chunk(finish=reason) + data({"choices": [], "usage": counts}) + DONE
    if dialect == "anthropic":
        counts = {"input_tokens": 10, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 10}
        message = {"id": "chatcmpl-1", "model": "served-1", "usage": {**counts, "output_tokens": 1}}
        return (
            named({"type": "message_start", "message": message})
            + named({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
            + named({"type": "ping"})
            + words(dialect, *texts)
            + named({"type": "content_block_stop", "index": 0})
            + named({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 7}})
            + named({"type": "message_stop"})
        )
    counts = {"promptTokenCount": 25, "cachedContentTokenCount": 10, "candidatesTokenCount": 7, "totalTokenCount": 32}
    return words(dialect, *texts) + candidate(
        finish=reason, usageMetadata=counts, modelVersion="served-1", responseId="chatcmpl-1"
    )


def plain(dialect: str, text: str, finish: str = "stop") -> bytes:
    """The same answer in one piece."""
    reason = FINISH[dialect][finish]
    body: dict[str, object]
    if dialect == "openai":
        message = {"role": "assistant", "content": text}
        counts = {"prompt_tokens": 25, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 10}}
        choice = {"index": 0, "message": message, "finish_reason": reason}
        body = {"id": "chatcmpl-1", "model": "served-1", "choices": [choice], "usage": counts}
    elif dialect == "anthropic":
        counts = {"input_tokens": 15, "cache_read_input_tokens": 10, "output_tokens": 7}
        content = [{"type": "thinking", "thinking": "hm", "text": "hm"}, {"type": "text", "text": text}]
        body = {"type": "message", "role": "assistant", "content": content, "stop_reason": reason, "usage": counts}
        body |= {"id": "chatcmpl-1", "model": "served-1"}
    else:
        parts = [{"text": "hm", "thought": True}, {"text": text}]
        counts = {"promptTokenCount": 25, "cachedContentTokenCount": 10, "candidatesTokenCount": 7}
        body = {"candidates": [{"content": {"parts": parts}, "finishReason": reason, "index": 0}]}
        body |= {"usageMetadata": counts, "modelVersion": "served-1", "responseId": "chatcmpl-1"}
    return json.dumps(body, ensure_ascii=False).encode()
