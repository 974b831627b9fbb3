"""`RetryBudget`: when repeating a request helps, and when it only adds to an outage."""

import time
from collections.abc import Callable
from typing import Final

FULL: Final = 14.0
PER_ANSWER: Final = 0.5


class RetryBudget:
    """Whether a failed request may be sent to the same upstream again. One for each endpoint and process.

    A failure takes one token, an answer brings back half a one, and requests may be repeated as long as more than half
    of the tokens are there (gRPC's retry throttling, proposal A6). So the budget does not count retries, it asks how
    many requests fail: with less than one in three (`PER_ANSWER / (1 + PER_ANSWER)`) faults are scattered and every
    one of them may be tried again; with more it is an outage, and repeating stops after some thirty requests.

    A shop with few visitors would wait long for enough answers to open it again, and its retries hurt nobody: once in
    `1 / floor_per_s` seconds a retry is allowed whatever the state. Safe for several threads: a lost update of one
    token changes nothing that matters.
    """

    def __init__(self, *, floor_per_s: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens = FULL
        self._floor_s = 1 / floor_per_s
        self._clock = clock
        self._floor_at = -self._floor_s

    def answered(self) -> None:
        """The upstream gave a whole answer."""
        self._tokens = min(FULL, self._tokens + PER_ANSWER)

    def failed(self) -> None:
        """The upstream failed a request that could have succeeded. Not for 429: its wait is a limit of its own."""
        self._tokens = max(0.0, self._tokens - 1)

    def allows(self) -> bool:
        """Whether a request may be repeated now; asking takes the allowance of the floor."""
        if self._tokens > FULL / 2:
            return True
        now = self._clock()
        if now - self._floor_at < self._floor_s:
            return False
        self._floor_at = now
        return True
