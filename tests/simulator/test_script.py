"""Faults and texts that are planned for requests to come."""

import json

import httpx
import pytest

from chatbot.simulator import Simulator
from chatbot.simulator.faults import FAULTS
from tests.simulator.conftest import Ask, question, streamed


async def control(client: httpx.AsyncClient, **command: object) -> httpx.Response:
    return await client.post("/control", content=json.dumps(command))


async def test_a_script_is_used_up_one_entry_a_request(client: httpx.AsyncClient, ask: Ask) -> None:
    assert (await control(client, script=[["503"], [], ["429:2"]])).status_code == 204
    assert [(await ask(question())).status_code for _ in range(4)] == [503, 200, 429, 200]


async def test_a_repeated_script_starts_again(client: httpx.AsyncClient, ask: Ask) -> None:
    await control(client, script=[["503"], []], repeat=True)
    assert [(await ask(question())).status_code for _ in range(5)] == [503, 200, 503, 200, 503]


async def test_a_script_waits_for_the_requests_that_it_matches(client: httpx.AsyncClient, ask: Ask) -> None:
    await control(client, match={"model": "gpt-4.1"}, script=[["503"]])
    await control(client, match={"stream": True}, script=[["500"]])
    await control(client, match={"contains": "tents"}, script=[["502"]])
    assert (await ask(question(model="deepseek-v3.2"))).status_code == 200
    assert (await ask(question("any tents?", model="deepseek-v3.2"))).status_code == 502
    assert (await ask(streamed(model="deepseek-v3.2"))).status_code == 500
    assert (await ask(question())).status_code == 503
    assert (await ask(question())).status_code == 200


async def test_the_header_comes_before_the_script_and_leaves_it_alone(client: httpx.AsyncClient, ask: Ask) -> None:
    await control(client, script=[["503"]])
    assert (await ask(question(), "502")).status_code == 502
    assert (await ask(question(), "")).status_code == 200
    assert (await ask(question())).status_code == 503


async def test_refused_requests_use_up_nothing(client: httpx.AsyncClient, ask: Ask) -> None:
    await control(client, script=[["503"]])
    assert (await ask(question(model="nothing"))).status_code == 404
    await client.post("/v1/chat/completions", json=question(), headers={"Authorization": "Bearer wrong"})
    assert (await ask(question())).status_code == 503


async def test_a_rate_strikes_about_as_often_as_it_says(client: httpx.AsyncClient, ask: Ask) -> None:
    await control(client, rate={"503": 0.3})
    failed = [(await ask(question())).status_code for _ in range(100)].count(503)
    assert 15 <= failed <= 45


async def test_a_text_is_said_until_it_is_taken_back(client: httpx.AsyncClient, ask: Ask) -> None:
    async def said() -> str:
        answer: str = (await ask(question())).json()["choices"][0]["message"]["content"]
        return answer

    own = await said()
    await control(client, say="exactly this")
    assert [await said(), await said()] == ["exactly this"] * 2
    await control(client, say_chars="abc")
    assert await said() == "abc"
    await control(client, say=None)
    assert (await said())[:4] != "abc"
    assert own


async def test_reset_forgets_all_plans(client: httpx.AsyncClient, ask: Ask) -> None:
    await control(client, script=[["503"]], rate={"500": 1}, say="x")
    await control(client, reset=True)
    answer = await ask(question())
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] != "x"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"scripts": []}',
        b'{"script": [["nonsense"]]}',
        b'{"script": ["503"]}',
        b'{"rate": {"503": 2}}',
        b'{"match": {"modle": "x"}, "script": []}',
    ],
)
async def test_a_command_that_cannot_be_read_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, simulator: Simulator, body: bytes
) -> None:
    simulator.faults.script([["503"]])
    before = simulator.faults.as_json()
    response = await client.post("/control", content=body)
    assert response.status_code == 400
    assert response.json()["error"]["message"]
    assert simulator.faults.as_json() == before


async def test_control_lists_every_fault_and_the_plans(client: httpx.AsyncClient) -> None:
    await control(client, match={"model": "gpt-4.1"}, script=[["cut:2"]], rate={"503": 0.5})
    shown = (await client.get("/control")).json()
    assert len(shown["faults"]) == len(FAULTS)
    assert shown["planned"] == [
        {"match": {"model": "gpt-4.1"}, "script": [["cut:2"]], "repeat": False, "rate": {"503": 0.5}}
    ]
