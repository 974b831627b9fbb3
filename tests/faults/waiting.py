"""Rows F8 and F18: a relay that says to wait, and one that fails half of what it is asked."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx

from chatbot.errors import RelayRateLimited
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage
from chatbot.relay.allowance import Limits, Local
from chatbot.relay.base import ChatRequest, Endpoint, Relay
from chatbot.relay.breaking import Breaker, Breaking
from chatbot.relay.client import HttpRelay
from chatbot.relay.failover import Failover
from chatbot.relay.limits import Limited, Limiter, limiter_of
from chatbot.relay.pool import close_clients
from chatbot.relay.retry_budget import RetryBudget
from chatbot.relay.retrying import Retrying
from chatbot.simulator.rate_limits import RateLimits, retry_after
from chatbot.simulator.server import DEFAULT_KEY
from chatbot.simulator.testing import RunningSimulator, run_in_process, run_in_thread
from tests.faults.rows import Finding, row
from tests.faults.upstream import ANSWER, Heard, hear
from tests.relay import virtual
from tests.relay.virtual import clock

DAY_S = 86_400
PER_MINUTE = 60
PEAKS = 10
RUNS = 5
MODELS = ("gemini-2.5-flash", "gpt-4.1")
FORMS = {"1": 1.0, "date+2": 2.0, "date-5": 0.0, "": 0.0, "-3": 0.0, "inf": 0.0, "1000000000": 0.0, "soon": 0.0}
"""What `Retry-After` says, and the seconds that are to be waited at least."""


@dataclass(slots=True)
class Metered:
    """A relay of the simulator's limits in virtual time: a whole day takes seconds, and nothing is left to chance."""

    limits: RateLimits
    asked: int = 0
    refused: int = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """One attempt, refused with `Retry-After` when it is over the limit."""
        yield AttemptStarted(attempt=request.attempt, endpoint="e", model=request.model, number=request.number)
        self.asked += 1
        await asyncio.sleep(0.1)
        wait_s = self.limits.take("key", 1)
        self.refused += wait_s > 0
        if not wait_s:
            await asyncio.sleep(2)
            yield TextAdded(text=ANSWER)
        outcome = "failed" if wait_s else "answered"
        yield AttemptEnded(attempt=request.attempt, outcome=outcome, usage=Usage())  # type: ignore[arg-type]
        if wait_s:
            raise RelayRateLimited(retry_after_s=float(retry_after(wait_s)))


@dataclass(slots=True)
class Day:
    """What shoppers and the upstream saw of a day."""

    heard: list[Heard] = field(default_factory=list)
    asked: int = 0
    refused: int = 0

    def count(self, code: str) -> int:
        """Requests that ended with this error code."""
        return sum(each.error == code for each in self.heard)


async def day(limits: Limits | None) -> Day:
    """A shop's day with ten peaks of a minute; `limits` None asks without queue and retry, as the story's shop did."""
    upstream = Metered(RateLimits(requests_per_minute=PER_MINUTE, clock=clock))
    limiter = Limiter(Local(limits or Limits(), clock=clock), clock=clock)
    stack = Retrying(Limited(upstream, limiter), paced=True, budget=RetryBudget(clock=clock))
    chance, began, tasks = random.Random(150), clock(), []
    times = [chance.uniform(0, DAY_S) for _ in range(4000)]
    for peak in range(PEAKS):
        start = DAY_S * (9 + peak) / 24
        times += [start + 60 * number / 72 for number in range(72)]
    for at in sorted(times):
        await asyncio.sleep(max(0.0, began + at - clock()))
        tasks.append(asyncio.create_task(hear(upstream if limits is None else stack)))
    return Day(await asyncio.gather(*tasks), upstream.asked, upstream.refused)


@row("F8")
def a_day_of_refusals() -> Iterator[Finding]:
    """The story's day: about 150 refusals, none of which a shopper may see."""
    naive = virtual.run(day(None))
    for name, limits in (("agreed", Limits(requests_per_minute=PER_MINUTE)), ("learned from 429", Limits())):
        ours = virtual.run(day(limits))
        requests = len(ours.heard)
        seen, late = ours.count("relay_rate_limited"), ours.count("queue_timeout")
        yield Finding(
            row="F8",
            fault=f"the day of {naive.refused} refusals, limits {name}",
            runs=requests,
            figure=f"visible 429 {seen}, upstream 429 {ours.refused}, attempts per request {ours.asked / requests:.3f},"
            f" answered {ours.count('') / requests:.2%}, to the next route or the catalogue {late}",
            holds=seen == 0 and ours.asked <= 1.2 * requests,
        )


@row("F8")
def forms_of_retry_after() -> Iterator[Finding]:
    """Each form of the header over loopback: waited for when it makes sense, as absent when not."""
    for form, least_s in FORMS.items():
        with run_in_thread() as simulator:
            simulator.say(ANSWER)
            waited = [asyncio.run(_refused_once(simulator, form)) for _ in range(RUNS)]
        whole = sum(heard.text == ANSWER and not heard.error for heard, _ in waited)
        shortest, longest = min(s for _, s in waited), max(s for _, s in waited)
        yield Finding(
            row="F8",
            fault=f"Retry-After: {form or 'absent'}",
            runs=RUNS,
            figure=f"answered whole {whole}/{RUNS}, waited {shortest:.2f} to {longest:.2f} s",
            # A date has whole seconds, so up to one of it may be lost.
            holds=whole == RUNS and shortest >= least_s - ("date" in form) and longest <= least_s + 1,
        )


async def _refused_once(simulator: RunningSimulator, form: str) -> tuple[Heard, float]:
    simulator.script([[f"429:{form}" if form else "429"], []])
    endpoint = Endpoint(name="simulator", url=simulator.url, key=simulator.key)
    relay = Retrying(Limited(HttpRelay(endpoint), limiter_of(endpoint)), paced=True)
    began = time.perf_counter()
    heard = await hear(relay)
    return heard, time.perf_counter() - began


class Counted:
    """A relay that counts the attempts of each second."""

    def __init__(self, relay: Relay, began: float) -> None:
        self._relay = relay
        self._began = began
        self.sent = Counter[int]()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of the relay within."""
        self.sent[int(asyncio.get_running_loop().time() - self._began)] += 1
        async for event in self._relay.stream(request):
            yield event


async def outage(
    urls: Sequence[str], *, share: float, per_s: int, seconds: int, circuits: bool
) -> tuple[list[Heard], Counter[int], list[Counter[int]]]:
    """Offer so many requests a second while a share fails: what was heard, what was offered and what each relay got.

    The last two are by second. When the machine is held up, more than `per_s` are offered in the second after it.
    """
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(trust_env=False) as client:
        for url in urls:
            await client.post(f"{url.removesuffix('/v1')}/control", json={"rate": {"500": share}, "say": "네."})
    began, offered = loop.time(), Counter[int]()
    counted, routes = [], []
    for number, url in enumerate(urls):
        endpoint = Endpoint(name=f"relay-{number}", url=url, key=DEFAULT_KEY)
        counted.append(Counted(HttpRelay(endpoint), began))
        retrying = Retrying(Limited(counted[-1], limiter_of(endpoint)), budget=RetryBudget(), paced=True)
        routes.append((Breaking(retrying, Breaker()) if circuits else retrying, MODELS[number]))
    relay = Failover(routes)
    tasks = []
    for number in range(per_s * seconds):
        await asyncio.sleep(max(0.0, began + number / per_s - loop.time()))
        offered[int(loop.time() - began)] += 1
        tasks.append(asyncio.create_task(hear(relay)))
    heard = await asyncio.gather(*tasks)
    await close_clients()
    return heard, offered, [each.sent for each in counted]


@row("F18")
def half_of_all_fails() -> Iterator[Finding]:
    """Half of the requests fail for a minute: repeating them must not make it worse, and who can be answered is."""
    per_s, seconds = 100, 60
    for name, relays, circuits in (("", 1, False), (", circuits", 1, True), (", circuits, two relays", 2, True)):
        with ExitStack() as running:
            options = ("--tokens-per-second", "0", "--latency", "0", "--seed")
            urls = [running.enter_context(run_in_process(*options, str(18 + number))) for number in range(relays)]
            heard, offered, sent = asyncio.run(outage(urls, share=0.5, per_s=per_s, seconds=seconds, circuits=circuits))
        peak = max(got / max(per_s, offered[second]) for each in sent for second, got in each.items())
        load = max(sum(each.values()) for each in sent) / len(heard)
        answered = sum(not each.error for each in heard) / len(heard)
        # Without repeating a request, one relay answers a half and two answer three quarters of all.
        yield Finding(
            row="F18",
            fault=f"50 % errors, {per_s} requests/s for {seconds} s{name}",
            runs=len(heard),
            figure=f"load of a relay {load:.3f} of offered, peak second {peak:.2f}, answered {answered:.1%}",
            holds=peak <= 1.2 and answered >= 0.9 * (1 - 0.5**relays),
        )
