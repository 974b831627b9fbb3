"""The official OpenAI SDK as a client."""

from collections.abc import AsyncIterator

import openai
import pytest

from chatbot.simulator import DEFAULT_KEY, Simulator
from chatbot.simulator.tokens import pieces


@pytest.fixture
async def sdk(simulator: Simulator) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=simulator.url, api_key=DEFAULT_KEY, max_retries=0) as client:
        yield client


async def test_the_sdk_streams(simulator: Simulator, sdk: openai.AsyncOpenAI) -> None:
    simulator.faults.say("무선 이어폰을 추천드려요 😀")
    stream = await sdk.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "user", "content": "이어폰"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    words = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert "".join(word or "" for word in words) == "무선 이어폰을 추천드려요 😀"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len(pieces("무선 이어폰을 추천드려요 😀"))
    assert simulator.bill.totals.reported.output_tokens == chunks[-1].usage.completion_tokens


async def test_the_sdk_reads_a_plain_answer(simulator: Simulator, sdk: openai.AsyncOpenAI) -> None:
    answer = await sdk.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": "hello"}])
    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.completion_tokens == simulator.bill.totals.all.output_tokens
    assert answer.id == simulator.bill.lines[0].id


async def test_the_sdk_lists_models(sdk: openai.AsyncOpenAI) -> None:
    assert "gpt-4.1" in [model.id async for model in sdk.models.list()]


async def test_the_sdk_raises_its_own_errors(simulator: Simulator, sdk: openai.AsyncOpenAI) -> None:
    async def ask(model: str = "gpt-4.1") -> None:
        await sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}])

    simulator.faults.script([["429:1"], ["503"]])
    with pytest.raises(openai.RateLimitError):
        await ask()
    with pytest.raises(openai.InternalServerError):
        await ask()
    with pytest.raises(openai.NotFoundError):
        await ask("gpt-9")
    with pytest.raises(openai.AuthenticationError):
        await sdk.with_options(api_key="sk-wrong").models.list()
