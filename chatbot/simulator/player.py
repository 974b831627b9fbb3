"""Plays the steps of an exchange to a client at the pace of its model, and bills what it wrote.

The hot path is one timer and one write per token. It writes to the transport itself, framed for the chunked transfer
encoding, because aiohttp's own write takes the bytes through five more calls.
"""

import asyncio
import socket
import struct
from typing import Final

from aiohttp import web

from chatbot.simulator.bill import Bill, Line
from chatbot.simulator.exchange import Exchange, Hangup, Pause, Write

_DRAIN_BYTES: Final = 256 * 1024
# Writes without a wait before other connections get their turn, and before a client that left is noticed.
_LONGEST_RUN: Final = 32
# SO_LINGER on, zero seconds: closing sends RST and not FIN.
_LINGER_ZERO: Final = struct.pack("ii", 1, 0)


async def play(
    request: web.Request,
    exchange: Exchange,
    line: Line,
    bill: Bill,
    *,
    tokens_per_second: float,
    phase: float | None = None,
) -> web.StreamResponse:
    """Write the answer and settle its line. `tokens_per_second` 0 is as fast as it goes.

    A stream's first token is due at once, or, with a `phase` of 0 to 1, at that part of a token's time by the clock.

    A client that leaves cancels the handler, so CancelledError (or ConnectionResetError) comes out of here within one
    turn of the loop. The line then holds what was written until that moment; settling it is left to the caller.
    """
    token_s = 1 / tokens_per_second if tokens_per_second else 0.0
    await asyncio.sleep(exchange.wait_s)
    if not exchange.stream:
        await _generate(exchange, line, token_s)
    response = web.StreamResponse(headers=_headers(exchange))
    response.enable_chunked_encoding()
    await response.prepare(request)
    line.status = 200
    hangup = await _play_steps(request, response, exchange, line, token_s if exchange.stream else 0.0, phase)
    # From the last write to here nothing was awaited: whoever has read the answer finds it on the bill.
    bill.settle(line, "broken" if hangup else "answered")
    if hangup is None or hangup.how == "end":
        await response.write_eof()
    else:
        hang_up(request, hangup)
    return response


def hang_up(request: web.Request, hangup: Hangup) -> None:
    """End the connection under a request, by FIN or by RST."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if hangup.how == "reset" and connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    else:
        transport.close()


async def _play_steps(
    request: web.Request,
    response: web.StreamResponse,
    exchange: Exchange,
    line: Line,
    token_s: float,
    phase: float | None,
) -> Hangup | None:
    """Write step by step, until the end (None) or the first hangup."""
    clock = asyncio.get_running_loop().time
    transport = request.transport
    now = clock()
    due = now - token_s
    if phase is not None and token_s:
        due += (phase * token_s - now) % token_s
    headers_wait = True
    run = 0
    for step in exchange.steps:
        if isinstance(step, Hangup):
            return step
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            due += step.seconds
            run = 0
            continue
        due += token_s * step.tokens
        wait = due - clock() if token_s and step.tokens else 0.0
        run = 0 if wait > 0 else run + 1
        if wait > 0 or run > _LONGEST_RUN:
            run = 0
            await asyncio.sleep(max(0.0, wait))
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has left")
        if headers_wait:
            # aiohttp sends the headers and the first bytes of the body in one write.
            await response.write(step.data)
            headers_wait = False
        else:
            transport.write(b"%x\r\n%b\r\n" % (len(step.data), step.data))
        if step.mark == "token":
            line.output_tokens += step.tokens
            if not line.input_tokens:
                _book_input(exchange, line)
        else:
            _book(exchange, line, step)
        if transport.get_write_buffer_size() > _DRAIN_BYTES:
            await request.writer.drain()
    return None


async def _generate(exchange: Exchange, line: Line, token_s: float) -> None:
    """Take the time that the tokens of a plain answer take; bill those made before a client leaves."""
    clock = asyncio.get_running_loop().time
    start = clock()
    try:
        await asyncio.sleep(token_s * len(exchange.pieces))
    except asyncio.CancelledError:
        _book_input(exchange, line)
        line.output_tokens = min(len(exchange.pieces), 1 + int((clock() - start) / token_s)) if token_s else 0
        raise


def _book(exchange: Exchange, line: Line, write: Write) -> None:
    line.output_tokens += write.tokens
    if write.tokens or write.mark in ("finish", "usage", "body"):
        _book_input(exchange, line)
    if write.mark == "usage" or (write.mark == "body" and exchange.usage_shape == "full"):
        line.reported = True


def _book_input(exchange: Exchange, line: Line) -> None:
    line.input_tokens = exchange.prompt_tokens
    line.cached_input_tokens = exchange.cached_tokens


def _headers(exchange: Exchange) -> dict[str, str]:
    kind = "text/event-stream; charset=utf-8" if exchange.stream else "application/json"
    return {"Content-Type": kind, "Cache-Control": "no-cache", "x-request-id": exchange.id, **dict(exchange.headers)}
