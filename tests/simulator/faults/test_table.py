"""The table of faults: what it says of them, how they are asked for, and that none trips over a short answer."""

import pytest

from chatbot.simulator import Simulator
from chatbot.simulator.faults import FAULTS, UnknownFault, read, read_header
from tests.simulator.conftest import Ask, AskRaw, question, streamed
from tests.simulator.faults.conftest import SAID


def test_every_fault_has_a_sentence_and_says_how_to_write_it() -> None:
    for fault in FAULTS.values():
        assert fault.sentence.endswith(".")
        assert fault.usage.startswith(fault.name)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("reset_mdi:2", "did you mean 'reset_mid'?"),
        ("zzz", "GET /control"),
        ("reset_mid:x", "cannot be read"),
        ("reset_mid:1:2", "reset_mid:k"),
        ("stall_mid:1", "stall_mid:k:seconds"),
        ("stall_before:nan", "cannot be read"),
        ("stall_before:-1", "cannot be read"),
        ("split_bytes:0", "at least 1"),
        ("slow_loris:0", "at least 1"),
        ("error_mid:1:other", "one of own, openai, vllm, openrouter"),
        ("say:%%%", "cannot be read"),
    ],
)
def test_a_fault_that_cannot_be_read_says_what_to_write(spec: str, hint: str) -> None:
    with pytest.raises(UnknownFault, match=r".") as caught:
        read(spec)
    assert hint in str(caught.value)


def test_faults_come_in_the_order_of_their_stages() -> None:
    assert [one.fault.name for one in read_header("split_bytes:3, cut:2 ,no_usage")] == [
        "no_usage",
        "cut",
        "split_bytes",
    ]


async def test_an_unknown_fault_is_an_error_of_its_own(ask: Ask) -> None:
    response = await ask(streamed(), "nonsense")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unknown_fault"


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("text", ["", "x", SAID])
async def test_no_fault_trips_over_a_short_answer(simulator: Simulator, ask_raw: AskRaw, name: str, text: str) -> None:
    simulator.faults.say(text)
    fitting = {
        "stall_mid": ":1:0",
        "stall_first": ":0",
        "stall_before": ":0",
        "say": ":eA",
        "huge_line": ":10",
        "slow_loris": ":1000000",
    }
    numbers = ":1" if FAULTS[name].required else ""
    for body in (streamed(), question()):
        await ask_raw(body, name + fitting.get(name, numbers))
    await simulator.bill.settled()
    assert len(simulator.bill.lines) == 2
    assert "500" not in {str(line.status) for line in simulator.bill.lines} or name.startswith("500")
