"""Rows F9 and F15: keys that run out or are refused, answers that are not what their relay signed."""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import get_args

import httpx

from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, TextAdded, TextWithdrawn
from chatbot.relay.base import ChatMessage, ChatRequest, DialectName, Endpoint, Relay, TokenProvider
from chatbot.relay.client import HttpRelay
from chatbot.relay.integrity import AnswerCheck, Seen
from chatbot.relay.pool import close_clients
from chatbot.relay.retrying import Retrying
from chatbot.simulator.server import Simulator
from chatbot.simulator.signing import Signing
from chatbot.simulator.testing import RunningSimulator, run_in_thread
from tests.faults.rows import Finding, row

CONCURRENT = 100
ROUNDS = 10
RUNS = 100
CHUNKS = 20_000
SECRET = "shared-with-the-relay"


@dataclass(slots=True)
class Heard:
    """One request: the words that still hold at its end, what was settled, and how it ended."""

    text: str = ""
    shown: str = ""
    ended: list[AttemptEnded] = field(default_factory=list)
    error: str = ""


async def hear(relay: Relay, number: int = 0, *, stream: bool = True) -> Heard:
    """Ask once; `number` makes the question one of its own."""
    heard = Heard()
    question = ChatMessage(role="user", content=f"무선 이어폰 추천 {number}")
    try:
        async with aclosing(relay.stream(ChatRequest(messages=(question,), model="gpt-4.1", stream=stream))) as events:
            async for event in events:
                match event:
                    case TextAdded():
                        heard.text += event.text
                        heard.shown += event.text
                    case TextWithdrawn():
                        heard.text = ""
                    case AttemptEnded():
                        heard.ended.append(event)
    except RelayError as error:
        heard.error = error.code
    return heard


@dataclass(slots=True)
class Desk:
    """A `TokenProvider` that counts: it gets a token of the simulator's, or gives `always`."""

    simulator: RunningSimulator
    always: str = ""
    calls: int = 0

    async def __call__(self) -> str:
        self.calls += 1
        await asyncio.sleep(0.02)  # long enough that every request which waits does wait
        if self.always:
            return self.always
        async with httpx.AsyncClient(trust_env=False) as http:
            lasting = {"Authorization": f"Bearer {self.simulator.key}"}
            return str((await http.post(f"{self.simulator.root}/token", headers=lasting)).json()["token"])


@contextmanager
def records(name: str) -> Iterator[list[logging.LogRecord]]:
    """What the logger `name` is told meanwhile."""
    taken: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = taken.append  # type: ignore[method-assign]
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield taken
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _relay(simulator: RunningSimulator, key: str, token: TokenProvider | None) -> Relay:
    return Retrying(HttpRelay(Endpoint(name="simulator", url=simulator.url, key=key, token=token)), base_s=0.001)


async def _at_once(relay: Relay, requests: int) -> list[Heard]:
    heard = await asyncio.gather(*(hear(relay, number) for number in range(requests)))
    await close_clients()
    return list(heard)


def _ledger_is_bill(heard: Sequence[Heard], simulator: RunningSimulator) -> bool:
    totals = simulator.bill()["totals"]
    used = [ended.usage for each in heard for ended in each.ended]
    return (sum(one.input_tokens or 0 for one in used), sum(one.output_tokens or 0 for one in used)) == (
        totals["input_tokens"],
        totals["output_tokens"],
    )


@row("F9")
def token_expired() -> Iterator[Finding]:
    """All requests are refused at once with an old token: one refresh for all, each is repeated once."""
    most = answered = 0
    equal = True
    for _ in range(ROUNDS):
        with run_in_thread() as simulator:
            desk = Desk(simulator)
            heard = asyncio.run(_at_once(_relay(simulator, "token-of-yesterday", desk), CONCURRENT))
            most = max(most, desk.calls)
            answered += sum(bool(each.text) and not each.error and len(each.ended) == 1 for each in heard)
            equal &= _ledger_is_bill(heard, simulator)
    yield Finding(
        row="F9",
        fault=f"401 once: token expired, {CONCURRENT} at once",
        runs=CONCURRENT * ROUNDS,
        figure=f"refresh calls {most}, answered in one attempt {answered}/{CONCURRENT * ROUNDS}, "
        f"ledger {'equals' if equal else 'differs from'} the bill",
        holds=most == 1 and answered == CONCURRENT * ROUNDS and equal,
    )


@row("F9")
def refused_for_good() -> Iterator[Finding]:
    """No loop and no storm: one refresh, one alarm, and every request fails with what it is."""
    for status, provided in [("401", "another-wrong-token"), ("401", ""), ("403", "another-wrong-token")]:
        with run_in_thread() as simulator, records("chatbot.relay.auth") as logged:
            desk = Desk(simulator, always=provided) if provided else None
            simulator.script([[status]], repeat=True)
            relay = _relay(simulator, simulator.key, desk)
            heard = asyncio.run(_at_once(relay, CONCURRENT)) + asyncio.run(_at_once(relay, CONCURRENT))
            requests = simulator.bill()["totals"]["requests"]
        refreshes = desk.calls if desk else 0
        alarms = sum(record.levelno == logging.ERROR for record in logged)
        refused = sum(each.error == "relay_unauthorized" for each in heard)
        repeats = requests - len(heard)
        wanted = (1, 1, CONCURRENT) if status == "401" and provided else (0, int(status == "401"), 0)
        yield Finding(
            row="F9",
            fault=f"{status} always, {f'{CONCURRENT} at once, twice' if provided else 'a key of the settings'}",
            runs=len(heard),
            figure=f"refresh calls {refreshes}, alarms {alarms}, requests repeated {repeats}, "
            f"failed as they should {refused}/{len(heard)}",
            holds=(refreshes, alarms, repeats) == wanted and refused == len(heard),
        )


@row("F15")
def not_what_was_signed() -> Iterator[Finding]:
    """No answer that is not signed as it should be becomes one; every one that is does."""
    faults = ["sign_wrong", "sign_missing", "sign_replayed", "sign_old:301", "tampered", "cut", "event_names", ""]
    for dialect, stream in product(get_args(DialectName), (True, False)):
        for fault in (
            faults if stream else ["sign_wrong", "sign_missing", "sign_replayed", "sign_old:301", "tampered", ""]
        ):
            simulated = Simulator(seed=1, tokens_per_second=0, latency=0, signing_secret=SECRET)
            with run_in_thread(simulated) as simulator, records("chatbot.security") as logged:
                heard = asyncio.run(_signed(simulator, fault, dialect, stream=stream))
            accepted = sum(not each.error for each in heard)
            left = sum(bool(each.text) for each in heard if each.error)
            want = RUNS if not fault else 0
            yield Finding(
                row="F15",
                fault=f"{dialect}, {'stream' if stream else 'plain'}: {fault or 'signed as it should be'}",
                runs=RUNS,
                figure=f"accepted {accepted} of {RUNS}, words left of those refused {left}, security log {len(logged)}",
                holds=accepted == want and left == 0 and len(logged) == RUNS - want,
            )


async def _signed(simulator: RunningSimulator, fault: str, dialect: DialectName, *, stream: bool) -> list[Heard]:
    endpoint = Endpoint(
        name="simulator",
        url=simulator.url,
        key=simulator.key,
        dialect=dialect,
        signing_secret=SECRET,
        integrity="required",
    )
    relay = HttpRelay(endpoint)
    if fault == "sign_replayed":
        assert not (await hear(relay, RUNS, stream=stream)).error  # what is to be replayed
    simulator.script([[fault] if fault else []], repeat=True)
    heard = [await hear(relay, number, stream=stream) for number in range(RUNS)]
    await close_clients()
    return heard


@row("F15")
def requests_signed() -> Iterator[Finding]:
    """A relay that checks them takes our requests, the same question in the same second too, and no others."""
    simulated = Simulator(seed=1, tokens_per_second=0, latency=0, signing_secret=SECRET)
    with run_in_thread(simulated) as simulator, records("chatbot.relay.auth"):
        right = Endpoint(name="simulator", url=simulator.url, key=simulator.key, signing_secret=SECRET)
        wrong = Endpoint(name="simulator", url=simulator.url, key=simulator.key, signing_secret="another")
        none = Endpoint(name="simulator", url=simulator.url, key=simulator.key)
        taken, *others = (asyncio.run(_same(HttpRelay(each))) for each in (right, wrong, none))
    clock = time.time()
    signing = Signing(SECRET, lambda: clock)
    yield Finding(
        row="F15",
        fault="requests: signed, wrongly signed, unsigned",
        runs=3 * RUNS,
        figure=f"taken {taken}, {others[0]}, {others[1]} of {RUNS} each; "
        f"unsigned is {signing.complaint({}, '/v1/chat/completions', b'{}')!r}",
        holds=taken == RUNS and others == [0, 0],
    )


async def _same(relay: Relay) -> int:
    heard = await asyncio.gather(*(hear(relay) for _ in range(RUNS)))
    await close_clients()
    return sum(not each.error for each in heard)


@row("F15")
def cost_of_checking() -> Iterator[Finding]:
    """What following an answer costs on top of reading it, a chunk."""
    chunk = (
        b'data: {"id":"chatcmpl-7f3a9c","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4.1",'
        b'"choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}\n\n'
    )
    took = []
    for _ in range(5):
        check = AnswerCheck(SECRET.encode(), "required", {}, stream=True, seen=Seen())
        began = time.perf_counter()
        for _ in range(CHUNKS):
            check.feed(chunk)
        took.append((time.perf_counter() - began) / CHUNKS * 1e6)
    yield Finding(
        row="F15",
        fault="cost of checking, one chunk a read",
        runs=CHUNKS * len(took),
        figure=f"{min(took):.2f} us a chunk of {len(chunk)} bytes",
        holds=min(took) < 50,
    )
