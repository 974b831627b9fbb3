"""Rows F: faults of the upstream, against the relay stack alone, over loopback, with the simulator's bill as judge."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from chatbot.errors import RelayError
from chatbot.events import AttemptEnded, TextAdded
from chatbot.relay.base import ChatMessage, ChatRequest, Endpoint, Relay
from chatbot.relay.client import HttpRelay
from chatbot.relay.pool import close_clients
from chatbot.relay.retrying import Retrying
from chatbot.simulator.testing import RunningSimulator, run_in_thread
from tests.faults.rows import Finding, row

RUNS = 200
ANSWER = "새벽 이어폰을 추천해요. 👩‍👩‍👧 It lasts 30 hours.\u2028" * 3


@dataclass(slots=True)
class Heard:
    """What the consumer of a stack saw of one request."""

    text: str = ""
    ended: list[AttemptEnded] = field(default_factory=list)
    error: str = ""


async def hear(relay: Relay, model: str = "gpt-4.1") -> Heard:
    """Ask once and take down what comes."""
    heard = Heard()
    request = ChatRequest(messages=(ChatMessage(role="user", content="안녕하세요?"),), model=model)
    try:
        async with aclosing(relay.stream(request)) as events:
            async for event in events:
                match event:
                    case TextAdded():
                        heard.text += event.text
                    case AttemptEnded():
                        heard.ended.append(event)
    except RelayError as error:
        heard.error = error.code
    return heard


async def hear_all(simulator: RunningSimulator, script: Sequence[Sequence[str]], runs: int) -> list[Heard]:
    """`runs` requests one after another, the simulator playing `script` from its start for each."""
    endpoint = Endpoint(name="simulator", url=simulator.url, key=simulator.key)
    relay = Retrying(HttpRelay(endpoint), base_s=0.001, cap_s=0.002)
    heard = []
    for _ in range(runs):
        simulator.script(script)
        heard.append(await hear(relay))
    await close_clients()
    return heard


@row("F12")
def ends_without_an_end() -> Iterator[Finding]:
    """A truncated answer never passes for a whole one; a whole one never for truncated."""
    for fault, is_whole in [("cut:5", False), ("no_done", True), ("after_done", True)]:
        with run_in_thread() as simulator:
            simulator.say(ANSWER)
            heard = asyncio.run(hear_all(simulator, [[fault]], RUNS))
        silent = sum(not each.error and each.text != ANSWER for each in heard)
        right = sum((not each.error and each.text == ANSWER) == is_whole for each in heard)
        prefix = sum(ANSWER.startswith(each.text) for each in heard)
        yield Finding(
            row="F12",
            fault=fault,
            runs=RUNS,
            figure=f"silent truncations {silent}, rightly judged {right}/{RUNS}, exact prefix {prefix}/{RUNS}",
            holds=silent == 0 and right == prefix == RUNS,
        )
