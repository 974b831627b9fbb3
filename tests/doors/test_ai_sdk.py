"""The AI SDK's own chat client, unchanged, against our endpoints."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import Shopper
from tests.npm import installed

VERSION = "6.0.326"

pytestmark = pytest.mark.usefixtures("routes", "goods")


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the npm package `ai`."""
    return installed("ai", VERSION)


async def chats(package: Path, shopper: Shopper, scenario: str, text: str = "무선 이어폰 추천해줘") -> list[Any]:
    """What each chat of the scenario holds at its end."""
    await shopper.session()
    headers = json.dumps({"Origin": shopper.shop.origin, "Cookie": shopper.cookie})
    script = Path(__file__).with_name("ai_sdk.mjs")
    process = await asyncio.create_subprocess_exec(
        *("node", str(script), str(package), f"{shopper.shop.api}/chat", headers, scenario, text),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    told: list[Any] = json.loads(out)
    return told


async def test_an_answer_arrives_with_its_cards(package: Path, simulator: RunningSimulator, shopper: Shopper) -> None:
    simulator.say("Take **this**: [[p1]]\nGood?")
    [chat] = await chats(package, shopper, "ask")
    asked, answer = chat["messages"]
    stored = (await shopper.session())["conversation"]["messages"][-1]

    assert (chat["status"], chat.get("error")) == ("ready", None)
    assert asked["role"] == "user"
    assert [part["type"] for part in answer["parts"]] == ["text", "data-product", "text"]
    assert answer["parts"][0]["text"].startswith("Take **this**: ")
    assert answer["parts"][1]["data"]["price_text"] == "59,000원"
    assert {part["state"] for part in answer["parts"] if part["type"] == "text"} == {"done"}
    assert answer["id"] == stored["id"]
    assert answer["metadata"]["ending"] == "complete"


async def test_a_second_question_goes_into_the_same_talk(
    package: Path, simulator: RunningSimulator, shopper: Shopper
) -> None:
    [chat] = await chats(package, shopper, "askTwice")
    talks = (await shopper.http.get("conversations/")).json()["results"]

    assert [message["role"] for message in chat["messages"]] == ["user", "assistant", "user", "assistant"]
    assert len(talks) == 1


async def test_coming_back_mid_answer_shows_the_whole_of_it(
    package: Path, simulator: RunningSimulator, shopper: Shopper
) -> None:
    simulator.script([["say_chars:SGVsbG8gdGhlcmU", "stall_mid:3:0.5"]])
    first, again = await chats(package, shopper, "comeBack")

    assert first["messages"][-1]["parts"][0]["text"] == "Hello there"
    assert again["messages"] == first["messages"][1:]
    assert (first["status"], again["status"]) == ("ready", "ready")


async def test_coming_back_when_nothing_runs_is_no_error(
    package: Path, simulator: RunningSimulator, shopper: Shopper
) -> None:
    [chat] = await chats(package, shopper, "comeBackToNothing")

    assert chat == {"messages": [], "status": "ready", "data": []}


async def test_stopped_on_the_server_the_words_stay(
    package: Path, simulator: RunningSimulator, shopper: Shopper
) -> None:
    simulator.script([["say_chars:SGVsbG8gdGhlcmU", "stall_mid:3:30"]])
    [chat] = await chats(package, shopper, "stopOnServer")

    assert chat["messages"][-1]["parts"][0]["text"] == "Hel"
    assert (chat["status"], chat.get("error")) == ("ready", None)


async def test_a_refusal_is_shown_as_our_json(package: Path, simulator: RunningSimulator, shopper: Shopper) -> None:
    [chat] = await chats(package, shopper, "ask", text="x" * 5_000)

    assert chat["status"] == "error"
    assert json.loads(chat["error"])["code"] == "question_too_long"
