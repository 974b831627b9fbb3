"""The allowance of an endpoint for all processes, in Redis. The rules are those of `allowance`, in one atomic script.

The state is one hash for each endpoint, which Redis forgets `KEPT_MS` after its last use. Time is Redis's own, so the
clocks of the machines do not matter. When Redis does not answer within `PATIENCE_S` the process goes on with an
allowance of its own and asks again `AGAIN_S` later: limits are then kept per process, and no shopper notices.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Final
from weakref import WeakKeyDictionary

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from chatbot.errors import ConfigurationError
from chatbot.relay import allowance
from chatbot.relay.allowance import Limits, Local, Verdict

logger = logging.getLogger(__name__)

PREFIX: Final = "chatbot:limits:"
PATIENCE_S: Final = 0.2
AGAIN_S: Final = 5.0
KEPT_MS: Final = 600_000

# KEYS: the endpoint's hash. ARGV: what to do, the time ("" is Redis's), the limits, what it is about. Line by line the
# methods of `Allowance`; a test holds the two against each other.
SCRIPT: Final = (
    f"""
local BURST, FIRST_COOLDOWN_S, LONGEST_BACKOFF_S = {allowance.BURST}, {allowance.FIRST_COOLDOWN_S}, {allowance.LONGEST_BACKOFF_S}
local LONGEST_COOLDOWN_S, SEEN_S, SEEN_LEAST_S = {allowance.LONGEST_COOLDOWN_S}, {allowance.SEEN_S}, {allowance.SEEN_LEAST_S}
local TOLERATED, CUT, CUT_EVERY_S = {allowance.TOLERATED}, {allowance.CUT}, {allowance.CUT_EVERY_S}
local GROWTH, DOUBLED_S, LOWEST_RATE = {allowance.GROWTH}, {allowance.DOUBLED_S}, {allowance.LOWEST_RATE}
local FORGET_S, NEARLY, KEPT_MS = {allowance.FORGET_S}, {allowance.NEARLY}, {KEPT_MS}
"""  # noqa: E501  names beside their values
    + """
local what, now = ARGV[1], tonumber(ARGV[2])
local per_minute, tokens_per_minute = tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end

local held = {math.max(1, per_minute * BURST), math.max(1, tokens_per_minute * BURST), 1}
local fields = {'at', 'requests', 'tokens', 'steps', 'sent', 'refused', 'seen_s', 'rate', 'cut_at', 'cool_until',
                'refused_at', 'strikes'}
local kept = redis.call('HMGET', KEYS[1], unpack(fields))
local s = {at = now, requests = held[1], tokens = held[2], steps = 1, sent = 0, refused = 0, seen_s = 0, rate = 0,
           cut_at = -1e9, cool_until = -1e9, refused_at = -1e9, strikes = 0}
for i, field in ipairs(fields) do
  s[field] = tonumber(kept[i]) or s[field]
end

local function rates()
  local since = math.max(0, now - s.cut_at)
  local seen = 0
  if s.rate > 0 then
    seen = s.rate * (1 + GROWTH * since + (since / DOUBLED_S) ^ 2)
  end
  local full = (1 - BURST) / 60
  return {per_minute * full, tokens_per_minute * full, seen}
end

local passed = math.max(0, now - s.at)
local rate = rates()
s.requests = math.min(held[1], s.requests + rate[1] * passed)
s.tokens = math.min(held[2], s.tokens + rate[2] * passed)
if rate[3] > 0 then
  s.steps = math.min(math.max(1, rate[3] / 2), s.steps + rate[3] * passed)
else
  s.steps = 1
end
local fade = math.exp(-passed / SEEN_S)
s.sent, s.refused, s.seen_s = s.sent * fade, s.refused * fade, s.seen_s * fade + SEEN_S * (1 - fade)
s.at = math.max(s.at, now)
if now - s.refused_at > FORGET_S then
  s.rate, s.strikes = 0, 0
end

local wait, pace = 0, 0
if what == 'take' then
  local tokens = tonumber(ARGV[5])
  local levels, costs = {s.requests, s.tokens, s.steps}, {1, math.min(tokens, held[2]), 1}
  wait, rate = math.max(0, s.cool_until - now), rates()
  for i = 1, 3 do
    if rate[i] > 0 then
      pace = math.max(pace, costs[i] / rate[i])
      if levels[i] < costs[i] - NEARLY then
        wait = math.max(wait, (costs[i] - levels[i]) / rate[i])
      end
    end
  end
  if wait < NEARLY then
    wait = 0
    s.requests, s.tokens, s.steps, s.sent = s.requests - 1, s.tokens - tokens, s.steps - 1, s.sent + 1
  end
elseif what == 'settle' then
  s.strikes, s.tokens = 0, s.tokens - tonumber(ARGV[5])
else
  local asked, taken_at, cool = tonumber(ARGV[5]), tonumber(ARGV[6]), 0
  local news = taken_at >= s.refused_at
  s.refused = s.refused + 1
  if news then
    s.strikes = s.strikes + 1
    cool = math.min(LONGEST_BACKOFF_S, FIRST_COOLDOWN_S * 2 ^ (s.strikes - 1))
  end
  if asked >= 0 then
    cool = math.min(LONGEST_COOLDOWN_S, asked)
  end
  s.cool_until = math.max(s.cool_until, now + cool)
  if news and s.refused > TOLERATED * s.sent and now - s.cut_at >= CUT_EVERY_S then
    local accepted = (s.sent - s.refused) / math.max(s.seen_s, SEEN_LEAST_S)
    s.rate, s.cut_at, s.steps = math.max(LOWEST_RATE, (1 - CUT) * accepted), now, math.min(s.steps, 1)
  end
  s.refused_at = now
end

local save = {}
for _, field in ipairs(fields) do
  save[#save + 1] = field
  save[#save + 1] = string.format('%.17g', s[field])
end
redis.call('HSET', KEYS[1], unpack(save))
redis.call('PEXPIRE', KEYS[1], KEPT_MS)
return {string.format('%.17g', wait), string.format('%.17g', pace), string.format('%.17g', now), s.strikes}
"""
)

Keeper = AsyncGenerator[AsyncScript, None]
_keepers: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, tuple[AsyncScript, Keeper]]]" = WeakKeyDictionary()
_lock = threading.Lock()  # loops of several threads share the dictionary


class Shared:
    """An allowance that all processes with the same Redis and endpoint name share; one of its own while Redis is away.

    `url` is a redis:// or rediss:// address; it may hold a password and is never logged; one that cannot be read
    is a ConfigurationError. `clock` is that of the time
    between two tries of a Redis that is away.
    """

    def __init__(self, url: str, endpoint: str, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        try:
            parse_url(url)
        except ValueError:
            # Not chained: the address may hold a password.
            raise ConfigurationError("REDIS_URL must be an address such as 'redis://localhost:6379/0'.") from None
        self.limits = limits
        self._url = url
        self._endpoint = endpoint
        self._clock = clock
        self._local = Local(limits, clock=clock)
        self._away_until = float("-inf")
        self._away = False

    def __repr__(self) -> str:
        return f"Shared({self._endpoint!r})"

    async def take(self, tokens: int) -> Verdict:
        """See `Allowances`. Takes at most `PATIENCE_S`."""
        answer = await self._run("take", tokens)
        if answer is None:
            return await self._local.take(tokens)
        wait_s, pace_s, at, strikes = answer
        return Verdict(wait_s=wait_s, pace_s=pace_s, at=at, strikes=int(strikes), shared=True)

    async def settle(self, granted: Verdict, tokens_over: int) -> None:
        """See `Allowances`."""
        if not granted.shared:
            await self._local.settle(granted, tokens_over)
        else:
            await self._run("settle", tokens_over)

    async def refused(self, granted: Verdict, retry_after_s: float | None) -> None:
        """See `Allowances`."""
        if not granted.shared:
            await self._local.refused(granted, retry_after_s)
        elif await self._run("refused", -1 if retry_after_s is None else retry_after_s, granted.at) is None:
            # Redis went away in between: what it would have held for all is held here.
            await self._local.refused(Verdict(wait_s=0, pace_s=0, at=self._clock()), retry_after_s)

    async def _run(self, what: str, *about: float) -> tuple[float, ...] | None:
        """What the script answers; None while Redis is away."""
        if self._clock() < self._away_until:
            return None
        arguments: list[str | float] = [
            what,
            "",
            self.limits.requests_per_minute,
            self.limits.tokens_per_minute,
            *about,
        ]
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = await (await _script(self._url))(keys=[PREFIX + self._endpoint], args=arguments)
        except (RedisError, OSError, TimeoutError) as err:
            self._away_until = self._clock() + AGAIN_S
            if not self._away:
                logger.warning(
                    "endpoint %r: limits are kept per process, Redis is away (%s)", self._endpoint, _name(err)
                )
            self._away = True
            return None
        if self._away:
            logger.warning("endpoint %r: Redis is back, limits are kept for all processes", self._endpoint)
        self._away = False
        return tuple(float(value) for value in answer)


def _name(error: Exception) -> str:
    return type(error).__name__


async def _script(url: str) -> AsyncScript:
    """The script at the running loop's client for `url`."""
    loop = asyncio.get_running_loop()
    kept = _keepers.get(loop, {}).get(url)
    if kept is None:
        keeper = _keep(loop, url)
        kept = (await anext(keeper), keeper)  # does not suspend: no other task can come between
        with _lock:
            _keepers.setdefault(loop, {})[url] = kept
    return kept[0]


async def close_clients() -> None:
    """Closes the running loop's clients; the next request opens a new one."""
    for _, keeper in list(_keepers.get(asyncio.get_running_loop(), {}).values()):
        await keeper.aclose()


async def _keep(loop: asyncio.AbstractEventLoop, url: str) -> Keeper:
    # Closed with its loop, as the HTTP client is (see `pool`).
    client = Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=None)
    try:
        yield client.register_script(SCRIPT)
    finally:
        with _lock:
            _keepers.get(loop, {}).pop(url, None)
        with suppress(RedisError, OSError):
            await client.aclose()
