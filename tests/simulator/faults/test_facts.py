"""Faults in what is said: the text, its length, the model's name, and the usage."""

import base64

import pytest

from chatbot.simulator import Simulator
from tests.simulator.conftest import Ask, chunks, question, streamed, text_of
from tests.simulator.faults.conftest import SAID, TOKENS, first_tokens


@pytest.mark.parametrize("fault", ["no_usage", "usage_null", "usage_negative"])
async def test_usage_that_reports_nothing_is_billed_as_unreported(simulator: Simulator, ask: Ask, fault: str) -> None:
    body = (await ask(streamed(), fault)).content
    usages = [chunk["usage"] for chunk in chunks(body) if chunk.get("usage")]
    assert all(usage["completion_tokens"] < 0 for usage in usages)
    assert simulator.bill.totals.reported.requests == 0
    assert simulator.bill.totals.unreported.output_tokens == len(TOKENS)


async def test_plain_answers_can_lack_usage_too(simulator: Simulator, ask: Ask) -> None:
    assert "usage" not in (await ask(question(), "no_usage")).json()
    assert (await ask(question(), "usage_null")).json()["usage"] is None
    assert simulator.bill.totals.reported.requests == 0


async def test_a_text_in_the_header_is_said(ask: Ask) -> None:
    spec = base64.urlsafe_b64encode("가격은 [[p1.price]]".encode()).decode().rstrip("=")
    assert text_of((await ask(streamed(), f"say:{spec}")).content) == "가격은 [[p1.price]]"


async def test_characters_come_one_by_one(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "say_chars")).content
    words = [chunk["choices"][0]["delta"].get("content") for chunk in chunks(body) if chunk["choices"]]
    assert [word for word in words if word] == list(SAID)
    assert simulator.bill.lines[0].output_tokens == len(SAID)


async def test_an_answer_of_a_given_length_repeats_the_text_and_is_billed_so(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "tokens:25")).content
    assert text_of(body) == first_tokens(10) * 2 + first_tokens(5)
    assert simulator.bill.lines[0].output_tokens == 25


async def test_another_model_and_another_finish_are_answered_and_not_billed(simulator: Simulator, ask: Ask) -> None:
    answer = (await ask(question(), "served:gpt-4.1-2025-04-14,finish:content_filter")).json()
    assert answer["model"] == "gpt-4.1-2025-04-14"
    assert answer["choices"][0]["finish_reason"] == "content_filter"
    assert simulator.bill.lines[0].model == "gpt-4.1", "billed as asked for"


async def test_json_is_answered_where_a_stream_was_asked_for(simulator: Simulator, ask: Ask) -> None:
    response = await ask(streamed(), "json")
    assert response.headers["content-type"] == "application/json"
    assert response.json()["choices"][0]["message"]["content"] == SAID
    assert simulator.bill.lines[0].reported
