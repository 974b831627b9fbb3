"""The simulator in three dialects, through the relay and the official SDKs of Anthropic and Google."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import httpx
import pytest
from google import genai
from google.genai import errors, types

from chatbot.events import Usage
from chatbot.relay.base import ChatMessage, ChatRequest, DialectName, Endpoint
from chatbot.relay.client import HttpRelay
from chatbot.simulator import DEFAULT_KEY, RunningSimulator, Simulator, run_in_thread
from chatbot.simulator.tokens import pieces
from tests.relay.conftest import Heard, hear
from tests.simulator.conftest import http_client

TEXT = '무선 이어폰을 추천드려요 😀\u2028 two of them, \\ "quoted"'
DIALECTS: tuple[DialectName, ...] = ("openai", "anthropic", "gemini")
PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/gpt-4.1:generateContent",
}

every = pytest.mark.parametrize("dialect", DIALECTS)


async def ask(simulator: Simulator, dialect: DialectName, **changes: Any) -> Heard:
    relay = HttpRelay(Endpoint(name="simulator", url=simulator.url, key=DEFAULT_KEY, dialect=dialect))
    messages = (ChatMessage(role="system", content="Sell."), ChatMessage(role="user", content="무선 이어폰 있나요?"))
    return await hear(relay, ChatRequest(**({"messages": messages, "model": "gpt-4.1", "max_tokens": 500} | changes)))


@every
@pytest.mark.parametrize("stream", [True, False])
async def test_the_relay_hears_the_same_answer_and_the_bill_agrees(
    simulator: Simulator, dialect: DialectName, stream: bool
) -> None:
    simulator.faults.say(TEXT)

    heard = await ask(simulator, dialect, stream=stream)

    [ended] = heard.ended
    billed = simulator.bill.totals.reported
    assert (heard.text, heard.error, ended.finish_reason) == (TEXT, None, "stop")
    assert ended.usage == Usage(
        input_tokens=billed.input_tokens,
        cached_input_tokens=ended.usage.cached_input_tokens,
        output_tokens=billed.output_tokens,
        reasoning_tokens=ended.usage.reasoning_tokens,
        source="reported",
    )
    assert billed.output_tokens == len(pieces(TEXT))
    assert (ended.served_model, ended.upstream_id) == ("gpt-4.1", simulator.bill.lines[0].id)


async def test_the_same_question_gets_the_same_answer_in_every_dialect() -> None:
    heard = []
    for dialect in DIALECTS:
        async with Simulator(seed=3, tokens_per_second=0, latency=0) as simulator:
            heard.append((await ask(simulator, dialect)).text)
            assert simulator.bill.totals.reported.requests == 1
            heard.append(str(simulator.bill.totals.all.input_tokens))

    assert heard[:2] == heard[2:4] == heard[4:]
    assert heard[0]


@every
async def test_a_repeated_long_prompt_is_reported_as_cached(simulator: Simulator, dialect: DialectName) -> None:
    messages = (ChatMessage(role="system", content="rule " * 2000), ChatMessage(role="user", content="hi"))

    first, second = [(await ask(simulator, dialect, messages=messages)).ended[0].usage for _ in range(2)]

    assert not first.cached_input_tokens
    assert second.cached_input_tokens == simulator.bill.totals.all.cached_input_tokens > 2000
    assert second.input_tokens == first.input_tokens


@every
async def test_a_limit_of_tokens_ends_the_answer_with_length(simulator: Simulator, dialect: DialectName) -> None:
    heard = await ask(simulator, dialect, max_tokens=3)

    assert heard.ended[0].finish_reason == "length"
    assert heard.ended[0].usage.output_tokens == simulator.bill.totals.all.output_tokens == 3


@every
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("429:1", "relay_rate_limited"),
        ("401", "relay_unauthorized"),
        ("400", "relay_rejected"),
        ("503", "relay_overloaded"),
        ("500_sse", "relay_overloaded"),
        ("cut:2", "stream_cut"),
        ("error_mid:2", "upstream_error_event"),
        ("usage_twice", ""),
        ("usage_negative", ""),
        ("no_usage", ""),
        ("usage_null", ""),
        ("no_done", ""),
        ("after_done", ""),
        ("multi_line", ""),
        ("split_surrogate:2", ""),
        ("json", ""),
    ],
)
async def test_every_dialect_commits_the_same_faults(
    simulator: Simulator, dialect: DialectName, fault: str, code: str
) -> None:
    simulator.faults.script([[fault]])

    [ended] = (await ask(simulator, dialect)).ended

    assert ended.error_code == code
    assert simulator.bill.lines[0].faults == fault
    if simulator.bill.lines[0].reported:
        assert ended.usage.output_tokens == simulator.bill.lines[0].output_tokens
    else:
        assert ended.usage.source == "unknown"


@every
async def test_a_wrong_key_is_refused_in_the_dialects_own_words(simulator: Simulator, dialect: DialectName) -> None:
    header = {"openai": "Authorization", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}[dialect]
    async with httpx.AsyncClient(base_url=simulator.url.removesuffix("/v1"), trust_env=False, verify=False) as client:
        answer = await client.post(PATHS[dialect], json={}, headers={header: "Bearer sk-wrong"})

    assert answer.status_code == 401
    expected = {"openai": "invalid_request_error", "anthropic": "authentication_error", "gemini": None}[dialect]
    assert answer.json()["error"].get("type") == expected
    assert "sk-wrong" not in answer.text + str(simulator.requests.as_json())


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/messages", {"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]}, 400),
        ("/v1/messages", {"model": "gpt-4.1", "max_tokens": 9, "messages": []}, 400),
        (
            "/v1/messages",
            {"model": "gpt-4.1", "max_tokens": 9, "messages": [{"role": "assistant", "content": "x"}]},
            400,
        ),
        ("/v1/messages", {"model": "gpt-4.1", "max_tokens": 9, "messages": [{"role": "user", "content": ""}]}, 400),
        ("/v1/messages", {"model": "no", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}, 404),
        ("/v1beta/models/gpt-4.1:generateContent", {"contents": []}, 400),
        ("/v1beta/models/gpt-4.1:streamGenerateContent", {"contents": [{"parts": [{"text": "x"}]}]}, 400),
        ("/v1beta/models/gpt-4.1:sing", {"contents": [{"parts": [{"text": "x"}]}]}, 404),
        ("/v1beta/models/no:generateContent", {"contents": [{"parts": [{"text": "x"}]}]}, 404),
    ],
)
async def test_a_request_that_the_real_ones_refuse_is_refused(
    simulator: Simulator, path: str, body: dict[str, Any], status: int
) -> None:
    async with http_client(simulator.url.removesuffix("/v1")) as client:
        answer = await client.post(path, json=body)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_a_key_in_the_query_is_accepted_and_not_kept(simulator: Simulator) -> None:
    body = {"contents": [{"parts": [{"text": "hi"}]}]}
    async with httpx.AsyncClient(base_url=simulator.url.removesuffix("/v1"), trust_env=False, verify=False) as client:
        answer = await client.post(f"{PATHS['gemini']}?key={DEFAULT_KEY}", json=body)

    assert answer.json()["candidates"][0]["finishReason"] == "STOP"
    [seen] = simulator.requests.as_json()
    assert DEFAULT_KEY not in str(seen)


@pytest.fixture
async def claude(simulator: Simulator) -> AsyncIterator[anthropic.AsyncAnthropic]:
    root = simulator.url.removesuffix("/v1")
    async with anthropic.AsyncAnthropic(base_url=root, api_key=DEFAULT_KEY, max_retries=0) as client:
        yield client


async def test_the_anthropic_sdk_streams(simulator: Simulator, claude: anthropic.AsyncAnthropic) -> None:
    simulator.faults.say(TEXT)

    async with claude.messages.stream(
        model="claude-sonnet-4.5", max_tokens=500, system="Sell.", messages=[{"role": "user", "content": "이어폰"}]
    ) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        whole = await stream.get_final_message()

    assert text == TEXT
    assert (whole.stop_reason, whole.id) == ("end_turn", simulator.bill.lines[0].id)
    assert whole.usage.output_tokens == simulator.bill.totals.reported.output_tokens == len(pieces(TEXT))
    assert whole.usage.input_tokens == simulator.bill.totals.reported.input_tokens


async def test_the_anthropic_sdk_reads_a_plain_answer_and_raises_its_own_errors(
    simulator: Simulator, claude: anthropic.AsyncAnthropic
) -> None:
    async def question(model: str = "claude-sonnet-4.5") -> Any:
        return await claude.messages.create(
            model=model, max_tokens=500, messages=[{"role": "user", "content": "hello"}]
        )

    answer = await question()
    assert answer.content[0].text
    assert answer.usage.output_tokens == simulator.bill.totals.all.output_tokens
    simulator.faults.script([["429:1"], ["529"]])
    with pytest.raises(anthropic.RateLimitError):
        await question()
    with pytest.raises(anthropic.InternalServerError):
        await question()
    with pytest.raises(anthropic.NotFoundError):
        await question("claude-9")


@pytest.fixture
def running() -> Iterator[RunningSimulator]:
    with run_in_thread() as simulator:
        yield simulator


@pytest.fixture
def google(running: RunningSimulator) -> Iterator[genai.Client]:
    client = genai.Client(api_key=DEFAULT_KEY, http_options=types.HttpOptions(base_url=running.root))
    yield client
    client.close()


def test_the_google_sdk_streams(running: RunningSimulator, google: genai.Client) -> None:
    running.say(TEXT)

    chunks = list(
        google.models.generate_content_stream(
            model="gemini-2.5-flash",
            contents="이어폰",
            config=types.GenerateContentConfig(system_instruction="Sell.", max_output_tokens=500),
        )
    )

    assert "".join(chunk.text or "" for chunk in chunks) == TEXT
    assert chunks[-1].candidates
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    usage = chunks[-1].usage_metadata
    billed = running.bill()["totals"]["reported"]
    assert usage
    assert usage.candidates_token_count == billed["output_tokens"] == len(pieces(TEXT))
    assert usage.prompt_token_count == billed["input_tokens"]


def test_the_google_sdk_reads_a_plain_answer_and_raises_its_own_errors(
    running: RunningSimulator, google: genai.Client
) -> None:
    answer = google.models.generate_content(model="gemini-2.5-flash", contents="hello")
    assert answer.text
    running.script([["503"]])
    with pytest.raises(errors.ServerError):
        google.models.generate_content(model="gemini-2.5-flash", contents="hello")
    with pytest.raises(errors.ClientError):
        google.models.generate_content(model="gemini-9", contents="hello")
