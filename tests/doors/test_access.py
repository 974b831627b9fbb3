"""What is not yours answers like what does not exist, at every door (TESTS.md S2)."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model

from chatbot.database import in_database
from chatbot.models import Message
from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import Shopper, sign_in

pytestmark = pytest.mark.usefixtures("routes", "goods")

MALFORMED_IDS = ["1", "none", "00000000-0000-0000-0000-00000000000g", "%27%20OR%201=1"]


async def _talk(shopper: Shopper) -> dict[str, str]:
    """Ids of a talk of the shopper's."""
    reply = (await shopper.http.post("answers/", json={"text": "무선 이어폰 추천해줘"})).json()
    return {"conversation": reply["conversation"], "message": reply["message"], "turn": reply["turn"]}


def _requests(ids: dict[str, str]) -> dict[str, tuple[str, str, Any]]:
    message = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "hi"}]}
    return {
        "conversation": ("GET", f"conversations/{ids['conversation']}/", None),
        "messages": ("GET", f"conversations/{ids['conversation']}/messages/", None),
        "feedback": ("POST", f"messages/{ids['message']}/feedback/", {"value": 1}),
        "ask": ("POST", "chat", {"id": ids["conversation"], "message": message}),
        "ask for an answer": ("POST", "answers/", {"text": "hi", "conversation": ids["conversation"]}),
        "come back": ("GET", f"chat/{ids['conversation']}/stream", None),
        "stop": ("POST", f"chat/{ids['conversation']}/stop", {}),
    }


@pytest.mark.parametrize("door", _requests({"conversation": "", "message": ""}))
async def test_not_yours_answers_like_what_does_not_exist(
    door: str, simulator: RunningSimulator, shopper: Shopper, stranger: Shopper
) -> None:
    mine = await _talk(shopper)
    unknown = {name: str(uuid4()) for name in mine}
    await stranger.session()
    answers = []
    for ids in (mine, unknown):
        method, path, body = _requests(ids)[door]
        response = await stranger.http.request(method, path, json=body)
        headers = {name: value for name, value in response.headers.items() if name != "date"}
        answers.append((response.status_code, response.json(), headers))

    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert answers[0][1]["code"] == "not_found"
    own_method, own_path, own_body = _requests(mine)[door]
    assert (await shopper.http.request(own_method, own_path, json=own_body)).status_code < 300


@pytest.mark.parametrize("frame", ["ask", "resume", "stop"])
async def test_not_yours_on_the_socket(
    frame: str, simulator: RunningSimulator, shopper: Shopper, stranger: Shopper
) -> None:
    mine = await _talk(shopper)
    answers = []
    async with stranger.socket() as socket:
        for ids in (mine, {name: str(uuid4()) for name in mine}, dict.fromkeys(mine, "no id at all")):
            spelled = {
                "ask": {"type": "ask", "id": "m1", "text": "hi", "conversation": ids["conversation"]},
                "resume": {"type": "resume", "turn": ids["turn"]},
                "stop": {"type": "stop", "turn": ids["turn"]},
            }[frame]
            if frame == "ask" and ids["conversation"] == "no id at all":
                continue  # a client's own name for a new talk
            await socket.send(spelled)
            answer = await socket.read()
            answers.append({key: value for key, value in answer.items() if key != "turn"})

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["code"] == "not_found"


@pytest.mark.parametrize("spelled", MALFORMED_IDS)
async def test_a_malformed_id_is_just_unknown(spelled: str, simulator: RunningSimulator, shopper: Shopper) -> None:
    ids = {"conversation": spelled, "message": spelled, "turn": spelled}
    for door in ("conversation", "messages", "feedback"):
        method, path, body = _requests(ids)[door]
        response = await shopper.http.request(method, path, json=body)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


async def test_a_list_holds_only_your_own(simulator: RunningSimulator, shopper: Shopper, stranger: Shopper) -> None:
    mine = await _talk(shopper)
    theirs = await _talk(stranger)
    listed = (await shopper.http.get("conversations/")).json()

    assert [row["id"] for row in listed["results"]] == [mine["conversation"]]
    assert mine["conversation"] != theirs["conversation"]


async def test_a_forged_cookie_is_a_new_visitor(simulator: RunningSimulator, shopper: Shopper) -> None:
    await _talk(shopper)
    name, _, value = shopper.cookie.partition("=")
    shopper.http.cookies.clear()
    shopper.http.cookies.set(name, "x" + value[1:], domain="127.0.0.1")

    assert (await shopper.session())["conversation"] is None


async def test_a_talk_goes_along_with_the_login_and_not_back(
    simulator: RunningSimulator, shopper: Shopper, stranger: Shopper
) -> None:
    talk = await _talk(shopper)
    user = await in_database(get_user_model().objects.create_user)("mina")
    await sign_in(shopper, user)
    more = {"text": "주전자", "conversation": talk["conversation"]}
    assert (await shopper.http.post("answers/", json=more)).status_code == 200
    await sign_in(stranger, user)
    on_the_phone = await stranger.http.get(f"conversations/{talk['conversation']}/")
    shopper.http.cookies.delete("sessionid")
    signed_out = await shopper.http.get(f"conversations/{talk['conversation']}/")

    assert on_the_phone.status_code == 200
    assert signed_out.status_code == 404


async def test_a_clients_own_name_for_a_chat_is_another_chat_for_everybody(
    simulator: RunningSimulator, shopper: Shopper, stranger: Shopper
) -> None:
    for someone in (shopper, stranger):
        await someone.session()
    ids = set()
    for someone in (shopper, stranger, shopper):
        parts = await someone.ask_by_sse(someone.asked("주전자", id="main"))
        ids.add(parts[0]["messageMetadata"]["conversation"])

    assert len(ids) == 2


async def test_feedback_is_kept_changed_and_taken_back(simulator: RunningSimulator, shopper: Shopper) -> None:
    talk = await _talk(shopper)
    path = f"messages/{talk['message']}/feedback/"
    for value, kept in ((1, 1), (-1, -1), (0, None)):
        response = await shopper.http.post(path, json={"value": value})
        assert response.json() == {"id": talk["message"], "feedback": kept}
        assert await in_database(lambda: Message.objects.get(pk=talk["message"]).feedback)() == kept
    for wrong in ({"value": 2}, {"value": True}, {"value": None}, {"value": [1]}, {}):
        response = await shopper.http.post(path, json=wrong)
        assert (response.status_code, response.json()["code"]) == (400, "malformed"), wrong


async def test_a_question_takes_no_feedback(simulator: RunningSimulator, shopper: Shopper) -> None:
    await _talk(shopper)
    question = (await shopper.session())["conversation"]["messages"][0]
    response = await shopper.http.post(f"messages/{question['id']}/feedback/", json={"value": 1})

    assert question["role"] == "user"
    assert response.status_code == 404
