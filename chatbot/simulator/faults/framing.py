"""Faults in the bytes: other line ends, other spellings of the same events, other cuts between writes."""

import re

from chatbot.simulator.exchange import Exchange, Pause, Step, Write
from chatbot.simulator.faults.table import Count, Stage, fault


@fault("coalesce", stage=Stage.BYTES)
def coalesce(exchange: Exchange, n: Count) -> None:
    """Sends `n` tokens in each write, as chunks of their own."""
    merged: list[Step] = []
    for step in exchange.steps:
        last = merged[-1] if merged else None
        if (
            isinstance(step, Write)
            and isinstance(last, Write)
            and step.mark == last.mark == "token"
            and last.tokens < n
        ):
            merged[-1] = Write(last.data + step.data, "token", last.tokens + step.tokens)
        else:
            merged.append(step)
    exchange.steps = merged


@fault("crlf", stage=Stage.BYTES)
def crlf(exchange: Exchange) -> None:
    """Ends lines with CR LF."""
    _respell(exchange, rb"\n", rb"\r\n")


@fault("cr", stage=Stage.BYTES)
def cr(exchange: Exchange) -> None:
    """Ends lines with CR alone."""
    _respell(exchange, rb"\n", rb"\r")


@fault("event_names", stage=Stage.BYTES)
def event_names(exchange: Exchange) -> None:
    """Gives every event a name line."""
    _respell(exchange, rb"(?m)^data: ", rb"event: message\ndata: ")


@fault("multi_line", stage=Stage.BYTES)
def multi_line(exchange: Exchange) -> None:
    """Spreads the JSON of every chunk over two data lines."""
    _respell(exchange, rb',"(choices|index|modelVersion)":', rb',\ndata: "\1":')


@fault("no_space", stage=Stage.BYTES)
def no_space(exchange: Exchange) -> None:
    """Leaves out the space after `data:`."""
    _respell(exchange, rb"(?m)^data: ", rb"data:")


@fault("bom", stage=Stage.BYTES)
def bom(exchange: Exchange) -> None:
    """Begins the body with a byte order mark."""
    exchange.steps.insert(0, Write(b"\xef\xbb\xbf"))


@fault("split_bytes", stage=Stage.BYTES)
def split_bytes(exchange: Exchange, n: Count) -> None:
    """Writes pieces of `n` bytes, which cuts characters in two."""
    _split(exchange, n)


@fault("slow_loris", stage=Stage.BYTES)
def slow_loris(exchange: Exchange, bytes_per_second: Count) -> None:
    """Writes so many bytes a second, at most a tenth of a second's at once."""
    _split(exchange, max(1, bytes_per_second // 10), second_per_byte=1 / bytes_per_second)


def _respell(exchange: Exchange, pattern: bytes, new: bytes) -> None:
    # JSON holds no raw line break and no unescaped quote, so neither pattern can meet the text of a token.
    if exchange.stream:
        for index, write in [*exchange.writes()]:
            exchange.steps[index] = Write(re.sub(pattern, new, write.data), write.mark, write.tokens)


def _split(exchange: Exchange, n: int, *, second_per_byte: float = 0.0) -> None:
    steps: list[Step] = []
    for step in exchange.steps:
        if not isinstance(step, Write):
            steps.append(step)
            continue
        last = max(0, (len(step.data) - 1) // n * n)
        for start in range(0, last, n):
            steps += [Write(step.data[start : start + n]), Pause(n * second_per_byte)]
        # A token is billed with its last byte.
        rest = step.data[last:]
        steps += [Write(rest, step.mark, step.tokens), Pause(len(rest) * second_per_byte)]
    exchange.steps = steps
