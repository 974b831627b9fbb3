"""10,000 turns over a mix of faults, two routes, the whole relay stack; the simulators' bills are the judge."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import httpx

from chatbot.accounting import estimator
from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, AttemptStarted, TextAdded, Usage
from chatbot.relay.base import ChatMessage, ChatRequest, Endpoint, Relay, Timeouts
from chatbot.relay.breaking import Breaker, Breaking
from chatbot.relay.client import HttpRelay
from chatbot.relay.failover import Failover, continued
from chatbot.relay.limits import Limited, limiter_of
from chatbot.relay.pool import close_clients
from chatbot.relay.retry_budget import RetryBudget
from chatbot.relay.retrying import Retrying
from chatbot.simulator.testing import run_in_process
from tests.bench.figures import Figure, benchmark
from tests.bench.processes import SIMULATOR_KEY

TURNS = 10_000
AT_ONCE = 40
MODELS = ("gemini-2.5-flash", "gpt-4.1")
MIX = {"reset_before": 0.05, "reset_mid": 0.05, "stall_mid::3": 0.05, "429": 0.05, "malformed": 0.02, "cut": 0.02}
TIMEOUTS = Timeouts(connect_s=2, first_token_s=1, between_tokens_s=0.5, total_s=20)
ANSWER = (
    "새벽 무선 이어폰을 추천해요. 30시간 재생되고 [[p1.price]]이에요 [[p1]]\n\n"
    "Dawn earphones last longer: 4.6g each, 1,000 charges. 👩‍👩‍👧 Cafe\u0301 noise gone [[p2]]\n"
    "我推荐这款耳机，音质清晰。日本語のイヤホンもあります。 Shall I compare the two?"
)


KINDS = ("input", "output")


@dataclass(slots=True)
class Ratio:
    """Reported tokens by our own count of the same attempts (see `accounting.calibration`)."""

    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str) -> float:
        """The ratio; 1 when nothing was reported."""
        return self.theirs[kind] / self.ours[kind] if self.ours[kind] else 1.0


@dataclass(slots=True)
class Booked:
    """What a ledger would hold of the run."""

    reported: Counter[str] = field(default_factory=Counter)
    estimated: dict[str, Counter[str]] = field(default_factory=lambda: {model: Counter() for model in MODELS})
    learnt: dict[str, Ratio] = field(default_factory=lambda: {model: Ratio() for model in MODELS})
    whole: int = 0
    silent: int = 0
    wrong: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    rested: int = 0

    def estimate(self) -> int:
        """The tokens that are estimated, put right by what the reported attempts of each model show."""
        return sum(
            round(tokens * self.learnt[model].of(kind))
            for model, counted in self.estimated.items()
            for kind, tokens in counted.items()
        )


@benchmark("relay", "mix")
def measure() -> Iterator[Figure]:
    """Each answer must be the whole text or an exact prefix that says that it is incomplete."""
    options = ("--tokens-per-second", "1000", "--latency", "0", "--seed")
    with run_in_process(*options, "1") as first, run_in_process(*options, "2") as second:
        urls = (first, second)
        for url in urls:
            plan = {"say": ANSWER, "rate": MIX}
            httpx.post(f"{_root(url)}/control", json=plan, trust_env=False).raise_for_status()
        booked = asyncio.run(_run(urls))
        bills = [httpx.get(f"{_root(url)}/bill", trust_env=False).json()["totals"] for url in urls]
    reported = {kind: sum(bill["reported"][f"{kind}_tokens"] for bill in bills) for kind in KINDS}
    unreported = {kind: sum(bill["unreported"][f"{kind}_tokens"] for bill in bills) for kind in KINDS}
    mix = f"{sum(MIX.values()):.0%} of the attempts faulty"
    circuits = f"circuits opened {booked.rested} times"
    yield Figure(
        area="relay",
        name="mix_completed",
        value=100 * booked.whole / TURNS,
        unit="%",
        goal=">= 99.9",
        n=TURNS,
        note=f"{mix}, 2 routes, {AT_ONCE} at once; {circuits}; unfinished: {dict(booked.errors)}",
    )
    for name, value in [("mix_words_wrong", booked.wrong), ("mix_silent_truncations", booked.silent)]:
        yield Figure(area="relay", name=name, value=value, unit="answers", goal="== 0", n=TURNS)
    off = sum(abs(booked.reported[kind] - reported[kind]) for kind in KINDS)
    note = f"{reported['input']} in, {reported['output']} out reported"
    yield Figure(area="relay", name="mix_ledger_minus_bill", value=off, unit="tokens", goal="== 0", n=TURNS, note=note)
    ours = booked.estimate()
    theirs = sum(unreported.values())
    yield Figure(
        area="relay",
        name="mix_estimates_off",
        value=100 * abs(ours - theirs) / theirs,
        unit="%",
        goal="<= 10",
        n=TURNS,
        note=f"{ours} estimated for {theirs} billed and not reported",
    )


class Opening(Breaker):
    """A circuit that counts how often it opens."""

    opened = 0

    def _open(self, now: float) -> None:
        self.opened += 1
        super()._open(now)


async def _run(urls: tuple[str, str]) -> Booked:
    stacks: list[tuple[Relay, str]] = []
    circuits = []
    for number, (url, model) in enumerate(zip(urls, MODELS, strict=True)):
        endpoint = Endpoint(name=f"relay-{number}", url=url, key=SIMULATOR_KEY, timeouts=TIMEOUTS)
        limited = Limited(HttpRelay(endpoint), limiter_of(endpoint))
        retrying = Retrying(limited, base_s=0.05, cap_s=0.5, budget=RetryBudget(), paced=True)
        circuits.append(Opening())
        stacks.append((Breaking(retrying, circuits[-1]), model))
    booked = Booked()
    turns = iter(range(TURNS))

    async def shopper() -> None:
        for number in turns:
            await _turn(Failover(stacks), number, booked)

    await asyncio.gather(*(shopper() for _ in range(AT_ONCE)))
    await close_clients()
    booked.rested = sum(circuit.opened for circuit in circuits)
    return booked


async def _turn(relay: Relay, number: int, booked: Booked) -> None:
    messages = (ChatMessage(role="user", content=f"질문 {number}: which earphones?"),)
    request = ChatRequest(messages=messages, model=MODELS[0], estimated_tokens=200)
    text = before = model = error = ""
    try:
        async with aclosing(relay.stream(request)) as events:
            async for event in events:
                match event:
                    case TextAdded():
                        text += event.text
                    case AttemptStarted():
                        before, model = text, event.model
                    case AttemptEnded():
                        asked = continued(request, before).messages
                        _book(event, model, asked, text.removeprefix(before), booked)
    except RelayError as err:
        error = err.code
    booked.whole += not error and text == ANSWER
    booked.silent += not error and text != ANSWER
    booked.wrong += not ANSWER.startswith(text)
    if error:
        booked.errors[error] += 1


def _book(ended: AttemptEnded, model: str, asked: tuple[ChatMessage, ...], heard: str, booked: Booked) -> None:
    """What `Attempts` and the ledger make of an attempt, without the database."""
    usage = ended.usage
    ours = estimator.estimate_usage(ended, input_tokens=estimator.estimate_request(asked), heard=heard)
    if usage.source == "reported":
        booked.reported.update(_counted(usage))
        if ended.outcome == "answered":
            booked.learnt[model].ours.update(_counted(ours))
            booked.learnt[model].theirs.update(_counted(usage))
    elif usage.source == "unknown":  # else the relay stack itself knows that it cost nothing
        booked.estimated[model].update(_counted(ours))


def _counted(usage: Usage) -> dict[str, int]:
    return {"input": usage.input_tokens or 0, "output": usage.output_tokens or 0}


def _root(url: str) -> str:
    return url.removesuffix("/v1")
