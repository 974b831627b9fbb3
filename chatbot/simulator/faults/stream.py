"""Faults in the stream of chunks: stalls, breaks, endings that are missing, chunks that should not be there.

What these faults add to a stream bills no tokens. A plain answer has no chunks, so most leave it as it is; those that
break an answer off break it in the middle of its JSON.
"""

from dataclasses import replace
from typing import Final, Literal

import msgspec

from chatbot.simulator.calls import Rejected, Used, event
from chatbot.simulator.exchange import Exchange, Hangup, Pause, Write
from chatbot.simulator.faults.table import Count, Place, Seconds, Stage, fault


@fault("stall_first", stage=Stage.STEPS)
def stall_first(exchange: Exchange, seconds: Seconds) -> None:
    """Sends the headers, then nothing for so many seconds."""
    # Headers wait for the first bytes of the body: a comment, or white space before JSON, carries them out.
    exchange.steps[:0] = [Write(b": waiting\n\n" if exchange.stream else b" "), Pause(seconds)]


@fault("stall_mid", stage=Stage.STEPS)
def stall_mid(exchange: Exchange, k: Place, seconds: Seconds) -> None:
    """Sends nothing for so many seconds after `k` tokens."""
    exchange.insert(k, Pause(seconds))


@fault("reset_mid", stage=Stage.STEPS)
def reset_mid(exchange: Exchange, k: Place = None) -> None:
    """Resets the connection after `k` tokens."""
    exchange.break_off(k, Hangup("reset"))


@fault("close_mid", stage=Stage.STEPS)
def close_mid(exchange: Exchange, k: Place = None) -> None:
    """Closes the connection after `k` tokens, in the middle of the HTTP body."""
    exchange.break_off(k, Hangup("close"))


@fault("cut", stage=Stage.STEPS)
def cut(exchange: Exchange, k: Place = None) -> None:
    """Ends the body cleanly after `k` tokens, without finish_reason, usage or [DONE]."""
    exchange.break_off(k, Hangup("end"))


@fault("no_done", stage=Stage.STEPS)
def no_done(exchange: Exchange) -> None:
    """Leaves the end mark out ([DONE], message_stop)."""
    exchange.end_otherwise(done=False)


@fault("done_without_finish", stage=Stage.STEPS)
def done_without_finish(exchange: Exchange) -> None:
    """Leaves the finish_reason out."""
    exchange.end_otherwise(finish=False)


@fault("after_done", stage=Stage.STEPS)
def after_done(exchange: Exchange) -> None:
    """Sends another chunk of text after [DONE]."""
    if exchange.stream:
        exchange.steps.append(Write(exchange.chunks.text(" said after the end")))


@fault("malformed", stage=Stage.STEPS)
def malformed(exchange: Exchange, k: Place = None, times: Count | None = None) -> None:
    """Sends chunks of broken JSON after `k` tokens; a plain answer ends in the middle of its JSON."""
    if exchange.stream:
        exchange.insert(k, *[Write(b'data: {"id":"' + exchange.id.encode() + b'","choices":[{"del\n\n')] * (times or 1))
    else:
        exchange.break_off(k, Hangup("end"))


ErrorShape = Literal["own", "openai", "vllm", "openrouter", "anthropic", "gemini"]

_ERRORS: Final[dict[ErrorShape, object]] = {
    "openai": {"error": {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}},
    "vllm": {"object": "error", "message": "The engine died.", "type": "InternalServerError", "code": 500},
    "openrouter": {
        "error": {"code": 502, "message": "Provider disconnected."},
        "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
    },
    "anthropic": {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded."}},
    "gemini": {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}},
}


@fault("error_mid", stage=Stage.STEPS)
def error_mid(exchange: Exchange, k: Place = None, shape: ErrorShape = "own") -> None:
    """Sends an error object inside the 200 stream after `k` tokens, in its dialect's shape or in another."""
    if shape == "own":
        error = exchange.dialect.error_event(Rejected(500, "The server had an error.", kind="server_error"))
    else:
        error = event(msgspec.json.encode(_ERRORS[shape]), "error" if shape == "anthropic" else "")
    exchange.break_off(k, Write(error), Hangup("end"))


@fault("duplicate", stage=Stage.STEPS)
def duplicate(exchange: Exchange, k: Place = None) -> None:
    """Sends the chunk of the k-th token twice; it is billed once."""
    index = exchange.after(k)
    before = exchange.steps[index - 1]
    if exchange.stream and isinstance(before, Write):
        exchange.steps.insert(index, Write(before.data))


@fault("reorder", stage=Stage.STEPS)
def reorder(exchange: Exchange, k: Place = None) -> None:
    """Swaps the chunks of the k-th token and the one after it."""
    index = exchange.after(k)
    pair = exchange.steps[index - 1 : index + 1]
    if all(isinstance(step, Write) and step.mark == "token" for step in pair):
        exchange.steps[index - 1 : index + 1] = reversed(pair)


@fault("usage_twice", stage=Stage.STEPS)
def usage_twice(exchange: Exchange) -> None:
    """Reports half the output tokens first and the whole usage after it."""
    if exchange.usage_shape == "full":
        half = replace(exchange.used, output=len(exchange.pieces) // 2)
        exchange.end_otherwise(reports=(half, exchange.used))


@fault("usage_repeated", stage=Stage.STEPS)
def usage_repeated(exchange: Exchange) -> None:
    """Reports the whole usage twice."""
    if exchange.usage_shape == "full":
        exchange.end_otherwise(reports=(exchange.used, exchange.used))


@fault("usage_cost", stage=Stage.STEPS)
def usage_cost(exchange: Exchange) -> None:
    """Reports an amount of money beside the tokens, as some relays do."""
    for index, write in [*exchange.writes("usage")]:
        data = write.data.replace(
            b'"usage":{', b'"usage":{"cost":0.00123,"cost_details":{"upstream_inference_cost":null},'
        )
        exchange.steps[index] = Write(data, write.mark, write.tokens)


@fault("usage_negative", stage=Stage.STEPS)
def usage_negative(exchange: Exchange) -> None:
    """Reports negative token counts, which report nothing."""
    if exchange.usage_shape == "full":
        exchange.end_otherwise(reports=(Used(-1, -1, -1),))


@fault("wordless", stage=Stage.STEPS)
def wordless(exchange: Exchange, k: Place = None) -> None:
    """Sends events without words after `k` tokens: empty ones, thoughts, calls of tools."""
    exchange.insert(k, Write(exchange.chunks.wordless()))


@fault("comments", stage=Stage.STEPS)
def comments(exchange: Exchange) -> None:
    """Sends a comment line before every chunk, as a heartbeat."""
    if exchange.stream:
        for index, write in [*exchange.writes()]:
            exchange.steps[index] = Write(b": ping\n\n" + write.data, write.mark, write.tokens)


@fault("lone_surrogate", stage=Stage.STEPS)
def lone_surrogate(exchange: Exchange, k: Place = None) -> None:
    """Sends half of a surrogate pair as a text of its own after `k` tokens."""
    exchange.insert(k, Write(exchange.chunks.escaped_text(b'"\\ud83d"')))


@fault("split_surrogate", stage=Stage.STEPS)
def split_surrogate(exchange: Exchange, k: Place = None) -> None:
    """Sends an emoji after `k` tokens, each half of its surrogate pair in a chunk of its own."""
    chunks = exchange.chunks
    exchange.insert(k, *[Write(chunks.escaped_text(half)) for half in (b'"\\ud83d"', b'"\\ude00"')])


@fault("invalid_utf8", stage=Stage.STEPS)
def invalid_utf8(exchange: Exchange, k: Place = None) -> None:
    """Sends a text with bytes that are not UTF-8 after `k` tokens."""
    exchange.insert(k, Write(exchange.chunks.escaped_text(b'"\xff\xfe"')))


@fault("huge_line", stage=Stage.STEPS)
def huge_line(exchange: Exchange, size: Count, k: Place = None) -> None:
    """Sends one delta of so many bytes after `k` tokens."""
    exchange.insert(k, Write(exchange.chunks.escaped_text(b'"' + b"x" * size + b'"')))
