"""Rows F10, F14 and F17: what is no answer, what goes wrong inside one, answers in another dialect than expected."""

import asyncio
from collections.abc import Iterator, Sequence

from chatbot.events import AttemptEnded
from chatbot.relay import dialects
from chatbot.relay.base import DialectName, Endpoint
from chatbot.relay.client import HttpRelay
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator, run_in_thread
from chatbot.simulator.tokens import pieces
from tests.faults.rows import Finding, row
from tests.faults.upstream import ANSWER, RUNS, Heard, hear
from tests.shared import SHARED

DIALECTS: tuple[DialectName, ...] = ("openai", "anthropic", "gemini")

NO_ANSWERS = {
    "500": "relay_overloaded",
    "502": "relay_overloaded",
    "503": "relay_overloaded",
    "529": "relay_overloaded",
    "500_sse": "relay_overloaded",
    "html": "bad_gateway_body",
    "204": "bad_gateway_body",
    "redirect": "bad_gateway_body",
    "empty": "stream_cut",
    "json": "",
}
ERROR_SHAPES = ("own", "openai", "vllm", "openrouter", "anthropic", "gemini")
CAPTURES = {
    "openai-stream-usage.sse": "openai",
    "anthropic-stream.sse": "anthropic",
    "gemini-stream.sse": "gemini",
}


async def _hear_all(simulator: RunningSimulator, spoken: DialectName, fault: str) -> list[Heard]:
    simulator.script([[fault]] if fault else [], repeat=True)
    endpoint = Endpoint(name="simulator", url=simulator.url, key=simulator.key, dialect=spoken)
    relay = HttpRelay(endpoint)
    heard = [await hear(relay) for _ in range(RUNS)]
    await close_clients()
    return heard


def _ends(heard: Sequence[Heard]) -> list[AttemptEnded]:
    """The end of every attempt. Each has one, or there is no finding to make."""
    assert all(len(each.ended) == 1 for each in heard)
    return [each.ended[0] for each in heard]


@row("F10")
def no_answer() -> Iterator[Finding]:
    """Known for what it is by status, then content type, then body; a redirect is not followed."""
    for fault, code in NO_ANSWERS.items():
        heard: list[Heard] = []
        with run_in_thread() as simulator:
            simulator.say(ANSWER)
            for spoken in DIALECTS:
                heard += asyncio.run(_hear_all(simulator, spoken, fault))
            requests = len(simulator.bill()["lines"])
        right = sum(each.error == code and each.text == ("" if code else ANSWER) for each in heard)
        yield Finding(
            row="F10",
            fault=f"{fault} in three dialects",
            runs=len(heard),
            figure=f"{code or 'answered whole'} {right}/{len(heard)}, requests {requests}",
            holds=right == len(heard) == requests,
        )


@row("F14")
def error_inside() -> Iterator[Finding]:
    """An error object in a 200 stream is typed, whoever's shape it has, and the words before it are kept."""
    said = 12
    prefix = "".join(pieces(ANSWER)[:said])
    for shape in ERROR_SHAPES:
        heard: list[Heard] = []
        with run_in_thread() as simulator:
            simulator.say(ANSWER)
            for spoken in DIALECTS:
                heard += asyncio.run(_hear_all(simulator, spoken, f"error_mid:{said}:{shape}"))
            billed = {line["output_tokens"] for line in simulator.bill()["lines"]}
        typed = sum(each.error == each.ended[0].error_code == "upstream_error_event" for each in heard)
        kept = sum(each.text == prefix for each in heard)
        unknown = sum(end.usage.source == "unknown" for end in _ends(heard))
        yield Finding(
            row="F14",
            fault=f"error object inside a 200, {shape}'s shape",
            runs=len(heard),
            figure=f"typed {typed}/{len(heard)}, exact prefix kept {kept}, left to the estimator {unknown}",
            holds=typed == kept == unknown == len(heard) and billed == {said},
        )


@row("F17")
def format_drift() -> Iterator[Finding]:
    """Chunks of any dialect, on an endpoint of any other, give the same words and the usage of the bill."""
    for fault in (*(f"dialect:{other}" for other in DIALECTS), "wordless:5"):
        heard: list[Heard] = []
        with run_in_thread() as simulator:
            simulator.say(ANSWER)
            for spoken in DIALECTS:
                heard += asyncio.run(_hear_all(simulator, spoken, fault))
            lines = {line["id"]: line for line in simulator.bill()["lines"]}
        same = sum(each.text == ANSWER and not each.error for each in heard)
        equal = sum(
            end.usage.source == "reported"
            and end.usage.input_tokens == lines[end.upstream_id]["input_tokens"]
            and end.usage.output_tokens == lines[end.upstream_id]["output_tokens"]
            for end in _ends(heard)
        )
        yield Finding(
            row="F17",
            fault=f"{fault} on endpoints of three",
            runs=len(heard),
            figure=f"text equal {same}/{len(heard)}, usage equal to the bill {equal}",
            holds=same == equal == len(heard),
        )


@row("F17")
def captured() -> Iterator[Finding]:
    """Three real streams, on endpoints of three dialects, cut in two at every byte, are one and the same text."""
    texts: set[str] = set()
    runs = whole = 0
    for name in CAPTURES:
        path = SHARED / "captures" / name
        if not path.exists():
            return
        body = path.read_bytes()
        for spoken in DIALECTS:
            for at in range(len(body) + 1):
                reader = dialects.of(spoken).stream_reader()
                texts.add(reader.feed(body[:at]) + reader.feed(body[at:]) + reader.close())
                whole += reader.complete and reader.finish_reason == "stop"
                runs += 1
    yield Finding(
        row="F17",
        fault="three captures cut at every byte, three dialects",
        runs=runs,
        figure=f"different texts {len(texts)}, complete {whole}/{runs}",
        holds=len(texts) == 1 and whole == runs,
    )
