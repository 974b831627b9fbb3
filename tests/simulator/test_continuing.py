"""An answer that was cut off is gone on with, by whichever model is asked."""

import pytest

from chatbot.simulator import Simulator
from tests.simulator.conftest import Ask, question

GO_ON = "Continue your last message. It was cut off."


async def said_by(ask: Ask, body: dict[str, object]) -> str:
    return str((await ask(body)).json()["choices"][0]["message"]["content"])


def after(said: str, *, go_on: bool = True, **fields: object) -> dict[str, object]:
    body = question(**fields)
    body["messages"] = [*body["messages"], {"role": "assistant", "content": said}]
    if go_on:
        body["messages"].append({"role": "user", "content": GO_ON})
    return body


@pytest.mark.parametrize("go_on", [True, False])
async def test_another_model_says_exactly_the_rest(simulator: Simulator, ask: Ask, go_on: bool) -> None:
    whole = await said_by(ask, question())
    for cut in range(1, len(whole), 7):
        assert await said_by(ask, after(whole[:cut], go_on=go_on, model="gemini-2.5-flash")) == whole[cut:]


async def test_a_text_to_say_is_gone_on_with(simulator: Simulator, ask: Ask) -> None:
    simulator.faults.say("one two three")
    assert await said_by(ask, after("one t")) == "wo three"
    assert await said_by(ask, after("one two three")) == ""


@pytest.mark.parametrize(("n", "again"), [(1, "t"), (2, "one t"), (9, "one t")])
async def test_the_last_words_may_be_said_again(simulator: Simulator, ask: Ask, n: int, again: str) -> None:
    simulator.faults.say("one two three")
    simulator.faults.script([[f"repeat:{n}"]])
    assert await said_by(ask, after("one t")) == again + "wo three"


async def test_a_further_question_is_no_continuation(simulator: Simulator, ask: Ask) -> None:
    body = after("Hello!", go_on=False)
    body["messages"].append({"role": "user", "content": "Which one is the lightest?"})  # type: ignore[attr-defined]
    assert await said_by(ask, body)
