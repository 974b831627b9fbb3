"""The simulated relay as an HTTP server: its answers, its refusals and its addresses."""

import json
from typing import Any

import httpx
import pytest

from chatbot.simulator import DEFAULT_KEY, MODELS, Simulator, fingerprint, tokens
from tests.simulator.conftest import Ask, chunks, http_client, question, streamed, text_of


async def test_a_stream_has_role_text_finish_usage_and_done(simulator: Simulator, ask: Ask) -> None:
    simulator.faults.say("무선 이어폰 two")
    response = await ask(streamed())
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.content.endswith(b"data: [DONE]\n\n")
    first, *middle, finish, usage = chunks(response.content)
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert [chunk["choices"][0]["delta"]["content"] for chunk in middle] == ["무선", " 이어", "폰", " two"]
    assert finish["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    assert all(chunk["usage"] is None for chunk in [first, *middle, finish])
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 4
    assert len({chunk["id"] for chunk in [first, *middle, finish, usage]}) == 1


async def test_usage_comes_only_when_asked_for(ask: Ask) -> None:
    response = await ask(question(stream=True))
    assert all("usage" not in chunk for chunk in chunks(response.content))


async def test_a_plain_answer_is_one_object_with_usage(simulator: Simulator, ask: Ask) -> None:
    simulator.faults.say("무선 이어폰")
    answer = (await ask(question("hi"))).json()
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["content"] == "무선 이어폰"
    assert answer["choices"][0]["finish_reason"] == "stop"
    prompt = tokens.prompt_tokens([("user", "hi")])
    assert answer["usage"]["prompt_tokens"] == prompt
    assert answer["usage"]["total_tokens"] == prompt + 3


async def test_the_bill_says_what_the_usage_said(simulator: Simulator, ask: Ask, client: httpx.AsyncClient) -> None:
    reported = [chunks((await ask(streamed())).content)[-1]["usage"], (await ask(question())).json()["usage"]]
    await ask(question(stream=True))
    bill = (await client.get("/bill")).json()
    assert bill["totals"]["reported"]["output_tokens"] == sum(usage["completion_tokens"] for usage in reported)
    assert bill["totals"]["reported"]["input_tokens"] == sum(usage["prompt_tokens"] for usage in reported)
    assert bill["totals"]["unreported"]["requests"] == 1
    assert bill["totals"]["output_tokens"] == sum(line["output_tokens"] for line in bill["lines"])
    assert list(bill["keys"]) == [fingerprint(DEFAULT_KEY)]
    await client.delete("/bill")
    assert (await client.get("/bill")).json()["totals"]["requests"] == 0


async def test_a_repeated_long_prompt_is_cached(ask: Ask, simulator: Simulator) -> None:
    body = question()
    body["messages"].insert(0, {"role": "system", "content": "rule " * 2000})
    first, second = [(await ask(body)).json()["usage"] for _ in range(2)]
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["prompt_tokens_details"]["cached_tokens"] == first["prompt_tokens"] - tokens.MESSAGE_OVERHEAD
    assert simulator.bill.totals.all.cached_input_tokens == second["prompt_tokens_details"]["cached_tokens"]


async def test_a_wrong_key_is_refused_and_never_repeated(client: httpx.AsyncClient, simulator: Simulator) -> None:
    for header in ("Bearer sk-wrong-canary", "Basic sk-wrong-canary", "Bearer", "sk-wrong-canary"):
        response = await client.post(
            "/v1/chat/completions", json=question(), headers={"Authorization": header, "X-Simulate": "cut:1"}
        )
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "invalid_api_key"
        assert "canary" not in response.text
    assert (await client.get("/v1/models", headers={"Authorization": "Bearer x"})).status_code == 401
    everything = (await client.get("/bill")).text + (await client.get("/requests")).text
    assert "canary" not in everything
    assert simulator.bill.totals.refused == {"401": 4}
    assert simulator.bill.totals.all.input_tokens == 0


async def test_further_keys_are_accepted_and_billed_apart() -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0, keys=["sk-second"]) as simulator:
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            for key in (DEFAULT_KEY, "sk-second"):
                answer = await client.post(
                    f"{simulator.url}/chat/completions", json=question(), headers={"Authorization": f"Bearer {key}"}
                )
                assert answer.status_code == 200
        assert set(simulator.bill.keys) == {fingerprint(DEFAULT_KEY), fingerprint("sk-second")}


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b"\xff", 400, None),
        (b'{"model":"gpt-4.1"}', 400, None),
        (b'{"model":"gpt-4.1","messages":[]}', 400, "messages"),
        (b'{"model":"gpt-4.1","messages":[{"role":"robot","content":"x"}]}', 400, "messages[0].role"),
        (b'{"model":"gpt-4.1","messages":[{"role":"user","content":5}]}', 400, "messages[0].content"),
        (b'{"model":"gpt-4.1","messages":[{"role":"user","content":"x"}],"max_tokens":0}', 400, "max_tokens"),
        (b'{"model":"gpt-4.1","messages":[{"role":"user","content":"x"}],"temperature":3}', 400, "temperature"),
        (b'{"model":"gpt-4.1","messages":[{"role":"user","content":"x"}],"n":2}', 400, "n"),
        (b'{"model":"gpt-4.1","messages":[{"role":"user","content":"x"}],"stream_options":{}}', 400, "stream_options"),
        (b'{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}', 404, "model"),
    ],
)
async def test_a_bad_body_gets_a_clear_error(
    client: httpx.AsyncClient, simulator: Simulator, body: bytes, status: int, param: str | None
) -> None:
    response = await client.post("/v1/chat/completions", content=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["param"] == param
    assert error["message"]
    assert simulator.bill.totals.refused == {str(status): 1}
    assert simulator.bill.totals.all.input_tokens == 0


async def test_a_prompt_over_the_context_is_refused(ask: Ask) -> None:
    response = await ask(question("x " * 130_000, model="deepseek-v3.2"))
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "context_length_exceeded"


async def test_unknown_addresses_and_methods_answer_in_json(client: httpx.AsyncClient) -> None:
    for response in (await client.get("/v1/nothing"), await client.get("/v1/chat/completions")):
        assert response.status_code in (404, 405)
        assert response.json()["error"]["type"] == "invalid_request_error"


async def test_max_tokens_ends_with_length_and_bills_only_those(simulator: Simulator, ask: Ask) -> None:
    response = await ask(streamed(max_tokens=3))
    *_, finish, usage = chunks(response.content)
    assert finish["choices"][0]["finish_reason"] == "length"
    assert usage["usage"]["completion_tokens"] == simulator.bill.totals.all.output_tokens == 3


async def test_a_stop_text_ends_the_answer_before_it(simulator: Simulator, ask: Ask) -> None:
    simulator.faults.say("one two three")
    answer = (await ask(question(stop=[" three", "zzz"]))).json()
    assert answer["choices"][0]["message"]["content"] == "one two"
    assert answer["choices"][0]["finish_reason"] == "stop"


async def test_content_in_parts_is_joined(ask: Ask) -> None:
    parts: Any = [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]
    whole, split = [(await ask(question(content))).json()["usage"]["prompt_tokens"] for content in ("hello", parts)]
    assert whole == split


async def test_the_models_are_listed(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/models")).json()
    assert [model["id"] for model in listed["data"]] == list(MODELS)
    assert (await client.get("/v1/models/gpt-4.1")).json()["owned_by"] == "openai"
    assert (await client.get("/v1/models/nothing")).status_code == 404


async def test_the_same_requests_get_the_same_answers_under_a_seed() -> None:
    async def run() -> list[tuple[str, str, str]]:
        async with (
            Simulator(seed=7, tokens_per_second=0, latency=0) as simulator,
            http_client() as client,
        ):
            simulator.faults.rate({"cut": 0.5})
            seen = []
            for text in ("earbuds", "이어폰", "earbuds", "tents", "책"):
                response = await client.post(f"{simulator.url}/chat/completions", json=streamed(text))
                seen.append((chunks(response.content)[0]["id"], text_of(response.content), ""))
            return seen + [(line.id, line.faults, line.outcome) for line in simulator.bill.lines]

    first, second = await run(), await run()
    assert first == second
    outcomes = {outcome for _, _, outcome in first if outcome}
    assert outcomes == {"answered", "broken"}


async def test_requests_are_kept_without_their_key(client: httpx.AsyncClient, ask: Ask, simulator: Simulator) -> None:
    await ask(question("what is seen"))
    await client.post("/v1/chat/completions", content=b"{broken")
    seen = (await client.get("/requests")).json()["requests"]
    assert seen[0]["body"]["messages"][0]["content"] == "what is seen"
    assert seen[0]["id"] == simulator.bill.lines[0].id
    assert seen[1]["body"] == "{broken"
    assert DEFAULT_KEY not in json.dumps(seen)
    await client.delete("/requests")
    assert (await client.get("/requests")).json() == {"requests": []}


async def test_the_bill_comes_as_csv_and_with_fewer_lines(client: httpx.AsyncClient, ask: Ask) -> None:
    for _ in range(3):
        await ask(question())
    assert len((await client.get("/bill.csv")).text.splitlines()) == 4
    assert len((await client.get("/bill", params={"lines": 2})).json()["lines"]) == 2
    assert (await client.get("/bill", params={"lines": "x"})).status_code == 400


async def test_the_first_page_says_what_there_is(client: httpx.AsyncClient) -> None:
    assert "/v1/chat/completions" in (await client.get("/")).text
