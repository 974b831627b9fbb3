"""Signatures as a relay has them: of requests it checks them, of answers it makes them; and tokens that run out.

A request carries `X-Timestamp`, unix seconds, and `X-Signature`, hex HMAC-SHA256 of `path:timestamp:body`. An answer
carries `X-Server-Signature`, hex HMAC-SHA256 of its chunks' JSON, and `X-Server-Timestamp`: a plain one in its headers,
a stream in a last event named `signature`, before `[DONE]` where there is one.
"""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from chatbot.simulator.exchange import Exchange, Hangup, Step, Write

WINDOW_S: Final = 300

_KEPT: Final = 100_000
_DONE: Final = b"[DONE]"


class Signing:
    """What a secret is used for on the relay's side. `clock` gives unix seconds."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._requests: OrderedDict[str, None] = OrderedDict()
        self._answers: dict[bool, tuple[list[Step], tuple[tuple[str, str], ...]]] = {}

    def complaint(self, headers: Mapping[str, str], path: str, body: bytes) -> str:
        """The code of what is wrong with a request's signature; empty when it is right. `path` holds the query too."""
        timestamp, signature = headers.get("X-Timestamp", ""), headers.get("X-Signature", "")
        if not timestamp or not signature:
            return "signature_missing"
        signed = b"%b:%b:%b" % (path.encode(), timestamp.encode(errors="replace"), body)
        expected = hmac.new(self._secret, signed, "sha256").hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            return "signature_wrong"
        if not timestamp.isdecimal() or abs(self._clock() - int(timestamp)) > WINDOW_S:
            return "signature_skewed"
        if signature in self._requests:
            return "signature_replayed"
        self._requests[signature] = None
        if len(self._requests) > _KEPT:
            self._requests.popitem(last=False)
        return ""

    def sign(self, exchange: Exchange) -> None:
        """Sign the answer as its steps stand, in the way that its faults ask for. One that breaks off has no end."""
        if any(isinstance(step, Hangup) for step in exchange.steps):
            return
        if exchange.signature == "replayed" and exchange.stream in self._answers:
            steps, exchange.headers = self._answers[exchange.stream]
            exchange.steps = [*steps]
            return
        if exchange.signature == "missing":
            return
        secret = b"not the secret" if exchange.signature == "wrong" else self._secret
        signature = hmac.new(secret, digestmod="sha256")
        for _, write in exchange.writes():
            for payload in _payloads(write.data) if exchange.stream else [write.data]:
                signature.update(payload)
        timestamp = int(self._clock() - exchange.signed_ago_s)
        if exchange.stream:
            trailer = msgspec.json.encode({"signature": signature.hexdigest(), "timestamp": timestamp})
            # An end mark that is a chunk of its own, as Anthropic's, is signed with the others.
            marks = (index for index, write in exchange.writes("done") if not _payloads(write.data))
            end = next(marks, len(exchange.steps))
            exchange.steps.insert(end, Write(b"event: signature\ndata: " + trailer + b"\n\n"))
        else:
            exchange.headers = (
                ("X-Server-Signature", signature.hexdigest()),
                ("X-Server-Timestamp", str(timestamp)),
            )
        self._answers[exchange.stream] = ([*exchange.steps], exchange.headers)


class Tokens:
    """Keys for a while, given against a customer's lasting key."""

    def __init__(self, lifetime_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.lifetime_s = lifetime_s
        self.issued = 0
        self._clock = clock
        self._tokens: dict[str, tuple[str, float]] = {}

    def issue(self, key: str) -> str:
        """A token that stands for `key` until it runs out."""
        self.issued += 1
        token = f"token-{secrets.token_hex(16)}"
        self._tokens[token] = (key, self._clock() + self.lifetime_s)
        return token

    def owner(self, token: str) -> str | None:
        """The key that `token` stands for; None when there is no such token or it ran out."""
        key, until = self._tokens.get(token, (None, 0.0))
        return key if self._clock() < until else None


def tampered(exchange: Exchange, k: int | None) -> None:
    """Put other words in place of the k-th token's, or of a plain answer's first letter."""
    index = exchange.after(max(1, exchange.place(k))) - 1 if exchange.stream else 0
    step = exchange.steps[index]
    if not isinstance(step, Write):
        return
    if exchange.stream:
        exchange.steps[index] = replace(step, data=exchange.chunks.text(" 0 "))
        return
    text = msgspec.json.encode("".join(exchange.pieces))[1:-1]
    exchange.steps[index] = replace(step, data=step.data.replace(text, b"0" + text[1:], 1))


def _payloads(data: bytes) -> list[bytes]:
    payloads = [line[len(b"data: ") :] for line in data.split(b"\n") if line.startswith(b"data: ")]
    return [payload for payload in payloads if payload != _DONE]
