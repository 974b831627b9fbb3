"""A simulator that says the same ten tokens each time, for the faults to spoil."""

import pytest

from chatbot.simulator import Simulator

SAID = "one two three four five 이어폰 😀"
TOKENS = ["one", " two", " thre", "e", " four", " five", " 이어", "폰", " ", "😀"]


@pytest.fixture(autouse=True)
def said(simulator: Simulator) -> None:
    simulator.faults.say(SAID)


def first_tokens(k: int) -> str:
    return "".join(TOKENS[:k])
