"""How much may be sent to one endpoint now: what was agreed with it, and what it was seen to bear.

Two rules hold together:

- *Agreed*: requests and tokens per minute, each a token bucket. A bucket holds a tenth of a minute's allowance and
  fills at nine tenths of it, so that in no 60 seconds more than the allowance goes out, however the upstream counts
  its minute (one request that is larger than the bucket may overdraw it; what follows pays that back).
- *Seen*: a 429 begins a cool-down for everyone, as long as the upstream asked (`Retry-After`, at most
  `LONGEST_COOLDOWN_S`), else doubling from `FIRST_COOLDOWN_S`. From then on no more is sent than was accepted in the
  last seconds, less `CUT`; from there the rate grows, a tenth in the first second and faster with time. After
  `FORGET_S` without a refusal nothing of it is left. A refusal of a request that left before the last one was heard of
  tells nothing new: many in flight at once cut once. While no more than `TOLERATED` of what is sent is refused, nothing
  is cut: an upstream that refuses one request in twenty whatever the load must not be choked by it.

Time is an argument, in seconds of any clock that only goes forward, so the rules can be tested without waiting and one
script in Redis can hold to them too (see `limits_redis`).
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

BURST: Final = 0.1
"""What a bucket holds, as a part of a minute's allowance."""
FIRST_COOLDOWN_S: Final = 0.1
LONGEST_BACKOFF_S: Final = 8.0
LONGEST_COOLDOWN_S: Final = 300.0
SEEN_S: Final = 5.0
"""The time over which accepted requests are averaged (exponentially)."""
SEEN_LEAST_S: Final = 0.5
TOLERATED: Final = 0.1
CUT: Final = 0.15
CUT_EVERY_S: Final = 1.0
GROWTH: Final = 0.1
"""What the rate gains in the first second after a cut, as a part of what it was cut to."""
DOUBLED_S: Final = 5.0
"""After this time the rate has gained as much again as it was cut to, beside that."""
LOWEST_RATE: Final = 0.5
"""Requests per second that are tried however often the upstream refuses."""
FORGET_S: Final = 120.0
NEARLY: Final = 1e-6
"""Buckets are sums of floats: as good as full is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an endpoint agreed to, per minute. 0 is no limit."""

    requests_per_minute: int = 0
    tokens_per_minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may go (`wait_s` is 0), or when to ask again.

    `pace_s` is how long each further request takes to come by; `at` the time on the clock that decided; `strikes` the
    refusals in a row so far. `shared` says that the decision was made for all processes.
    """

    wait_s: float
    pace_s: float
    at: float
    strikes: int = 0
    shared: bool = False


@dataclass(slots=True)
class Allowance:
    """The state of one endpoint. Not for several threads at once."""

    limits: Limits = Limits()
    _at: float | None = None
    _requests: float = 0.0
    _tokens: float = 0.0
    _steps: float = 1.0
    """What the bucket of the seen rate holds."""
    _sent: float = 0.0
    _refused: float = 0.0
    _seen_s: float = 0.0
    """The seconds that `_sent` and `_refused` are counted over; all three fade together."""
    _rate: float = 0.0
    """Requests per second that the last cut left; 0 when nothing was refused lately."""
    _cut_at: float = -math.inf
    _cool_until: float = -math.inf
    _refused_at: float = -math.inf
    _strikes: int = 0

    def take(self, now: float, tokens: int = 0) -> Verdict:
        """Take the allowance of one request of about `tokens` tokens, or say how long there is none."""
        self._advance(now)
        rates = self._rates(now)
        wait_s = max(0.0, self._cool_until - now)
        pace_s = 0.0
        for level, rate, cost in (
            (self._requests, rates[0], 1.0),
            (self._tokens, rates[1], min(float(tokens), self._tokens_held())),
            (self._steps, rates[2], 1.0),
        ):
            if rate:
                pace_s = max(pace_s, cost / rate)
                if level < cost - NEARLY:
                    wait_s = max(wait_s, (cost - level) / rate)
        if wait_s < NEARLY:
            wait_s = 0.0
            self._requests -= 1
            self._tokens -= tokens
            self._steps -= 1
            self._sent += 1
        return Verdict(wait_s=wait_s, pace_s=pace_s, at=now, strikes=self._strikes)

    def settle(self, now: float, tokens_over: int) -> None:
        """An answer came: the refusals in a row end, and its tokens are put right by what the estimate fell short."""
        self._advance(now)
        self._strikes = 0
        self._tokens -= tokens_over

    def refused(self, now: float, taken_at: float, retry_after_s: float | None) -> None:
        """The upstream refused a request that was allowed at `taken_at`."""
        self._advance(now)
        news = taken_at >= self._refused_at
        self._refused += 1
        cool_s = 0.0
        if news:
            self._strikes += 1
            cool_s = min(LONGEST_BACKOFF_S, FIRST_COOLDOWN_S * 2.0 ** (self._strikes - 1))
        if retry_after_s is not None:
            cool_s = min(LONGEST_COOLDOWN_S, retry_after_s)
        self._cool_until = max(self._cool_until, now + cool_s)
        if news and self._refused > TOLERATED * self._sent and now - self._cut_at >= CUT_EVERY_S:
            accepted = (self._sent - self._refused) / max(self._seen_s, SEEN_LEAST_S)
            self._rate = max(LOWEST_RATE, (1 - CUT) * accepted)
            self._cut_at = now
            self._steps = min(self._steps, 1.0)
        self._refused_at = now

    def _advance(self, now: float) -> None:
        if self._at is None:
            self._at, self._requests, self._tokens = now, self._requests_held(), self._tokens_held()
        passed_s = max(0.0, now - self._at)
        requests, tokens, steps = self._rates(now)
        self._requests = min(self._requests_held(), self._requests + requests * passed_s)
        self._tokens = min(self._tokens_held(), self._tokens + tokens * passed_s)
        self._steps = min(max(1.0, steps / 2), self._steps + steps * passed_s) if steps else 1.0
        fade = math.exp(-passed_s / SEEN_S)
        self._sent *= fade
        self._refused *= fade
        self._seen_s = self._seen_s * fade + SEEN_S * (1 - fade)
        self._at = max(self._at, now)
        if now - self._refused_at > FORGET_S:
            self._rate, self._strikes = 0.0, 0

    def _rates(self, now: float) -> tuple[float, float, float]:
        """Requests, tokens and seen requests that come by in a second; 0 is no limit."""
        since_s = max(0.0, now - self._cut_at)
        seen = self._rate * (1 + GROWTH * since_s + (since_s / DOUBLED_S) ** 2) if self._rate else 0.0
        full = (1 - BURST) / 60
        return self.limits.requests_per_minute * full, self.limits.tokens_per_minute * full, seen

    def _requests_held(self) -> float:
        return max(1.0, self.limits.requests_per_minute * BURST)

    def _tokens_held(self) -> float:
        return max(1.0, self.limits.tokens_per_minute * BURST)


class Allowances(Protocol):
    """Where the allowance of one endpoint is kept: in this process (`Local`), or for all of them (`limits_redis`)."""

    limits: Limits

    async def take(self, tokens: int) -> Verdict:
        """Take the allowance of one request, or learn when to ask again."""
        ...

    async def settle(self, granted: Verdict, tokens_over: int) -> None:
        """An answer came; it used `tokens_over` more tokens than were taken."""
        ...

    async def refused(self, granted: Verdict, retry_after_s: float | None) -> None:
        """The upstream said 429."""
        ...


class Local:
    """An allowance of this process; for all of its threads."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._allowance = Allowance(limits)
        self._clock = clock
        self._lock = threading.Lock()

    async def take(self, tokens: int) -> Verdict:
        """See `Allowances`. Does not suspend."""
        with self._lock:
            return self._allowance.take(self._clock(), tokens)

    async def settle(self, granted: Verdict, tokens_over: int) -> None:
        """See `Allowances`. Does not suspend."""
        with self._lock:
            self._allowance.settle(self._clock(), tokens_over)

    async def refused(self, granted: Verdict, retry_after_s: float | None) -> None:
        """See `Allowances`. Does not suspend."""
        with self._lock:
            self._allowance.refused(self._clock(), granted.at, retry_after_s)
