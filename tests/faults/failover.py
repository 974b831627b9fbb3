"""Rows F about routes that fail: what is tried again, who goes on, how soon it shows, and what it costs."""

import asyncio
import logging
import math
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

from chatbot.relay.base import Endpoint, Relay, Timeouts
from chatbot.relay.breaking import Breaker, Breaking
from chatbot.relay.client import HttpRelay
from chatbot.relay.failover import Failover
from chatbot.relay.pool import close_clients
from chatbot.relay.retrying import Retrying
from chatbot.simulator import tokens
from chatbot.simulator.testing import RunningSimulator, run_in_thread
from tests.faults.rows import Finding, row
from tests.faults.upstream import ANSWER, RUNS, Heard, hear

FIRST, SECOND = "gemini-2.5-flash", "gpt-4.1"
LONG = (
    "새벽 무선 이어폰을 추천해요. 30시간 재생되고 [[p1.price]]이에요 [[p1]]\n\n"
    "Dawn earphones last longer: 4.6g each, 1,000 charges. 👩‍👩‍👧 Cafe\u0301 noise gone [[p2]]\n"
    "我推荐这款耳机，音质清晰。日本語のイヤホンもあります。 Shall I compare the two?"
)
FAR_S = 30.0


def endpoint(simulator: RunningSimulator, **timeouts: float) -> Endpoint:
    return Endpoint(name="simulator", url=simulator.url, key=simulator.key, timeouts=Timeouts(**timeouts))


def run(work: Callable[[], Awaitable[list[Heard]]]) -> list[Heard]:
    """`work` on a loop of its own, whose connections are closed after it."""

    async def closing() -> list[Heard]:
        try:
            return await work()
        finally:
            await close_clients()

    return asyncio.run(closing())


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@row("F1")
def reset_before_first_byte() -> Iterator[Finding]:
    """Retried unseen, then asked of the next model; the shopper gets the whole answer."""
    for times, routes in [(1, 1), (2, 1), (3, 2)]:
        with run_in_thread() as simulator:
            simulator.say(ANSWER)

            async def ask(
                simulator: RunningSimulator = simulator, times: int = times, routes: int = routes
            ) -> list[Heard]:
                http = HttpRelay(endpoint(simulator))
                heard = []
                for _ in range(RUNS):
                    simulator.script([["reset_before"]] * times + [[]])
                    # Each request has its own luck here: a shared retry budget would see an outage (row F18).
                    relay = Retrying(http, base_s=0.001, cap_s=0.002)
                    heard.append(await hear(Failover([(relay, FIRST), (relay, SECOND)][:routes])))
                return heard

            heard = run(ask)
        whole = sum(each.text == ANSWER and not each.error for each in heard)
        attempts = sum(len(each.ended) for each in heard) / RUNS
        yield Finding(
            row="F1",
            fault=f"reset before the first byte, {times} time(s), {routes} route(s)",
            runs=RUNS,
            figure=f"answered whole {whole / RUNS:.1%}, attempts per request {attempts:.2f}",
            holds=whole == RUNS and attempts == times + 1,
        )


@row("F2")
def reset_after_words() -> Iterator[Finding]:
    """Gone on with by the next model, no word twice, none lost; if nobody can, an exact prefix that says so."""
    pieces = tokens.pieces(LONG)
    cases: list[tuple[str, int, list[list[str]], bool]] = [
        ("the next model goes on", 2, [[]], True),
        ("the next model repeats 2 words", 2, [["repeat:2"]], True),
        ("the next model repeats 7 words", 2, [["repeat:7"]], True),
        ("the only model goes on", 1, [[]], True),
        ("nobody can go on", 2, [["400"]] * 2, False),
        ("every continuation breaks too", 2, [["reset_mid:2"]] * 8, False),
    ]
    for name, routes, then, can in cases:
        with run_in_thread() as simulator:
            simulator.say(LONG)

            async def ask(
                simulator: RunningSimulator = simulator, then: list[list[str]] = then, routes: int = routes
            ) -> list[Heard]:
                relay = Retrying(HttpRelay(endpoint(simulator)), base_s=0.001, cap_s=0.002)
                stack = Failover([(relay, FIRST), (relay, SECOND)][:routes])
                heard = []
                for k in range(1, len(pieces) + 1):
                    simulator.script([[f"reset_mid:{k}"], *then])
                    heard.append(await hear(stack))
                return heard

            heard = run(ask)
        whole = sum(each.text == LONG and not each.error for each in heard)
        # A reset discards what the network still held, so the prefix may be shorter than k tokens, never different.
        prefix = sum(bool(each.error) and LONG.startswith(each.text) for each in heard)
        finished = sum(each.text == LONG for each in heard)
        rows = all(ended.outcome for each in heard for ended in each.ended)
        right = whole if can else prefix + sum(not each.error and each.text == LONG for each in heard)
        yield Finding(
            row="F2",
            fault=f"reset after k tokens, all k: {name}",
            runs=len(heard),
            figure=f"whole {whole}, exact prefix and an error {prefix}, of {len(heard)}",
            holds=right == len(heard) and rows and (finished == len(heard) or not can),
        )


@row("F3")
def stalls() -> Iterator[Finding]:
    """Both waits have limits of their own, and they are kept to within a tenth."""
    limit_s = 0.5
    for fault, code, timeouts in [
        (f"stall_first:{FAR_S}", "first_token_timeout", {"first_token_s": limit_s}),
        (f"stall_before:{FAR_S}", "first_token_timeout", {"first_token_s": limit_s}),
        (f"stall_mid:3:{FAR_S}", "stalled", {"between_tokens_s": limit_s}),
    ]:
        with run_in_thread() as simulator:
            simulator.say(LONG)
            simulator.script([[fault]], match={"model": FIRST}, repeat=True)

            async def ask(
                simulator: RunningSimulator = simulator, timeouts: dict[str, float] = timeouts
            ) -> list[Heard]:
                relay = HttpRelay(endpoint(simulator, **timeouts))
                stack = Failover([(relay, FIRST), (relay, SECOND)])
                await hear(relay, SECOND)  # the connection pool is built
                heard: list[Heard] = []
                for _ in range(RUNS // 10):
                    heard += await asyncio.gather(*(hear(stack, FIRST) for _ in range(10)))
                return heard

            heard = run(ask)
        first = [each.ended[0] for each in heard]
        waits = [(each.total_ms - (each.first_word_ms or 0)) / 1000 for each in first]
        kept = sum(abs(wait - limit_s) <= 0.1 * limit_s for wait in waits)
        whole = sum(each.text == LONG and not each.error for each in heard)
        yield Finding(
            row="F3",
            fault=f"{fault.partition(':')[0]}, limit {limit_s} s, then the next model",
            runs=len(heard),
            figure=f"noticed after p50 {percentile(waits, 0.5):.3f} s, p95 {percentile(waits, 0.95):.3f} s, "
            f"within 10 % {kept / len(heard):.1%}, answered whole {whole / len(heard):.1%}",
            holds=whole == len(heard) and kept >= 0.95 * len(heard) and {each.error_code for each in first} == {code},
        )


@row("F4")
def slow_loris() -> Iterator[Finding]:
    """A byte now and then keeps no attempt alive beyond its whole time."""
    limit_s, runs = 1.0, 40
    stuck = 0
    took: list[float] = []
    with run_in_thread() as simulator:
        simulator.say(LONG)
        simulator.script([["slow_loris:20"]], repeat=True)

        async def timed(relay: Relay) -> Heard:
            began = time.perf_counter()
            heard = await hear(relay)
            took.append(time.perf_counter() - began)
            return heard

        async def ask() -> list[Heard]:
            nonlocal stuck
            relay = HttpRelay(endpoint(simulator, total_s=limit_s, first_token_s=FAR_S))
            heard = await asyncio.gather(*(timed(relay) for _ in range(runs)))
            await close_clients()
            stuck = len(asyncio.all_tasks()) - 1
            return heard

        heard = run(ask)
    codes = {each.error for each in heard}
    yield Finding(
        row="F4",
        fault=f"20 bytes a second, whole answer within {limit_s:g} s",
        runs=runs,
        figure=f"ended after {max(took):.2f} s at the most, tasks left {stuck}, errors {', '.join(sorted(codes))}",
        holds=max(took) <= limit_s + 0.5 and stuck == 0 and codes == {"total_timeout"},
    )


@asynccontextmanager
async def blackhole() -> AsyncIterator[int]:
    """A port whose queue of connections is full, so that further ones are met with silence."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(0)
    filling = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listening.getsockname())
        filling.append(client)
    try:
        yield listening.getsockname()[1]
    finally:
        for each in (listening, *filling):
            each.close()


@row("F11")
def nobody_there() -> Iterator[Finding]:
    """The next model answers; after five failures the dead route is left alone, but for a probe now and then."""
    with run_in_thread() as simulator:
        simulator.say(LONG)
        for name in ("no such name", "refused", "no TLS", "silence"):
            yield _outage(simulator, name)


def _outage(simulator: RunningSimulator, name: str) -> Finding:
    interval_s, requests = 30.0, 120
    now = 0.0
    first_words: list[float] = []
    circuit = Breaker(interval_s=interval_s, clock=lambda: now)

    async def ask() -> list[Heard]:
        nonlocal now
        port = simulator.url.split(":")[2].partition("/")[0]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            closed = free.getsockname()[1]
        async with blackhole() as silent:
            urls = {
                "no such name": "http://no-such-host.invalid/v1",
                "refused": f"http://127.0.0.1:{closed}/v1",
                "no TLS": f"https://127.0.0.1:{port}/v1",
                "silence": f"http://127.0.0.1:{silent}/v1",
            }
            dead = HttpRelay(Endpoint(name="dead", url=urls[name], key="k", timeouts=Timeouts(connect_s=0.2)))
            stack = Failover([(Breaking(dead, circuit), FIRST), (HttpRelay(endpoint(simulator)), SECOND)])
            heard = []
            for _ in range(requests):
                now += 1.0
                began = time.perf_counter()
                heard.append(await hear(stack))
                first_words.append(time.perf_counter() - began)
            return heard

    heard = run(ask)
    whole = sum(each.text == LONG and not each.error for each in heard)
    tried = [index for index, each in enumerate(heard) if len(each.ended) == 2]
    codes = {each.ended[0].error_code for each in heard if len(each.ended) == 2}
    probes = tried[5:]
    # Requests are one second apart on the circuit's clock.
    gaps = [later - earlier for earlier, later in zip(tried[4:], probes, strict=False)]
    return Finding(
        row="F11",
        fault=f"{name}, a request each second for {requests} s",
        runs=requests,
        figure=f"answered whole {whole / requests:.1%}, opened after {tried[4] - tried[0] + 1}, probes {len(probes)} "
        f"(one in {interval_s:g} s), answer p95 {percentile(first_words, 0.95) * 1000:.0f} ms",
        holds=whole == requests
        and tried[:5] == [0, 1, 2, 3, 4]
        and bool(probes)
        and all(gap >= interval_s for gap in gaps)
        and codes == {"relay_unreachable"},
    )


@row("F13")
def doubtful_chunks() -> Iterator[Finding]:
    """What was billed is what we book, however the usage comes; counts that cannot be are none."""
    told = ["duplicate:3", "reorder:3", "usage_twice", "usage_repeated", "usage_cost"]
    for fault in [*told, "usage_null", "usage_negative"]:
        with run_in_thread() as simulator:
            simulator.say(LONG)
            simulator.script([[fault]], repeat=True)

            async def ask(simulator: RunningSimulator = simulator) -> list[Heard]:
                relay = HttpRelay(endpoint(simulator))
                logging.disable(logging.WARNING)  # each doubtful report is one
                try:
                    return [await hear(relay) for _ in range(RUNS)]
                finally:
                    logging.disable(logging.NOTSET)

            heard = run(ask)
            lines = simulator.bill()["lines"]
        usages = [each.ended[0].usage for each in heard]
        equal = sum(
            usage.source == "reported"
            and (usage.input_tokens, usage.output_tokens) == (line["input_tokens"], line["output_tokens"])
            for usage, line in zip(usages, lines, strict=True)
        )
        unknown = sum(usage.input_tokens is None and usage.output_tokens is None for usage in usages)
        whole = sum(not each.error and (each.text == LONG or fault in told[:2]) for each in heard)
        yield Finding(
            row="F13",
            fault=fault,
            runs=RUNS,
            figure=f"booked as billed {equal}, as not reported {unknown}, of {RUNS}",
            holds=whole == RUNS and (equal == RUNS if fault in told else unknown == RUNS),
        )
