"""The relay's side of signatures and of tokens that run out."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from chatbot.simulator import DEFAULT_KEY, Simulator
from chatbot.simulator.signing import Tokens
from tests.simulator.conftest import chunks, http_client, question, streamed, text_of

SECRET = "shared"
PATH = "/v1/chat/completions"


@pytest.fixture
async def signing() -> AsyncIterator[httpx.AsyncClient]:
    simulator = Simulator(seed=1, tokens_per_second=0, latency=0, signing_secret=SECRET)
    async with simulator, http_client(simulator.url.removesuffix("/v1")) as ready:
        yield ready


def signed(body: bytes, *, path: str = PATH, secret: str = SECRET, skew_s: int = 0) -> dict[str, str]:
    timestamp = int(time.time()) + skew_s
    signature = hmac.new(secret.encode(), f"{path}:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Timestamp": str(timestamp), "X-Signature": signature}


async def post(client: httpx.AsyncClient, body: bytes, headers: dict[str, str], faults: str = "") -> httpx.Response:
    return await client.post(PATH, content=body, headers={**headers, "X-Simulate": faults})


def expected(*payloads: bytes) -> str:
    return hmac.new(SECRET.encode(), b"".join(payloads), hashlib.sha256).hexdigest()


BODY = json.dumps(question()).encode()
STREAMED = json.dumps(streamed()).encode()

REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "no signature": ({}, "signature_missing"),
    "another secret": (signed(BODY, secret="x"), "signature_wrong"),
    "another path": (signed(BODY, path="/v1/models"), "signature_wrong"),
    "another body": (signed(STREAMED), "signature_wrong"),
    "letters": ({**signed(BODY), "X-Timestamp": "noon"}, "signature_wrong"),
    "an old time": (signed(BODY, skew_s=-4000), "signature_skewed"),
    "a time to come": (signed(BODY, skew_s=4000), "signature_skewed"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_request_that_is_not_signed_right_is_refused_with_the_reason(
    signing: httpx.AsyncClient, name: str
) -> None:
    headers, code = REFUSED[name]
    answer = await post(signing, BODY, headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


async def test_a_signature_is_good_for_one_request(signing: httpx.AsyncClient) -> None:
    headers = signed(BODY)
    answers = [await post(signing, BODY, headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json()["error"]["code"] == "signature_replayed"


async def test_a_plain_answer_is_signed_in_its_headers(signing: httpx.AsyncClient) -> None:
    answer = await post(signing, BODY, signed(BODY))
    assert answer.headers["X-Server-Signature"] == expected(answer.content)
    assert abs(int(answer.headers["X-Server-Timestamp"]) - time.time()) < 5


def split(answer: httpx.Response) -> tuple[list[bytes], dict[str, object]]:
    """The signed payloads of a stream, and what its last event says."""
    body, _, last = answer.content.partition(b"event: signature\ndata: ")
    trailer, _, rest = last.partition(b"\n\n")
    assert rest == b"data: [DONE]\n\n"
    return [line[6:] for line in body.split(b"\n") if line.startswith(b"data: ")], json.loads(trailer)


async def test_a_stream_is_signed_in_its_last_event(signing: httpx.AsyncClient) -> None:
    payloads, trailer = split(await post(signing, STREAMED, signed(STREAMED)))
    assert trailer["signature"] == expected(*payloads)


async def test_faults_of_signatures_do_what_they_say(signing: httpx.AsyncClient) -> None:
    async def faulty(fault: str) -> httpx.Response:
        body = json.dumps(streamed(fault)).encode()
        return await post(signing, body, signed(body), fault)

    payloads, trailer = split(await faulty("sign_old:301"))
    assert trailer["signature"] == expected(*payloads)
    assert 300 <= time.time() - int(str(trailer["timestamp"])) <= 303
    assert split(await faulty("sign_replayed")) == (payloads, trailer)
    for fault in ("sign_wrong", "tampered:2"):
        payloads, trailer = split(await faulty(fault))
        assert trailer["signature"] != expected(*payloads)
    assert b"signature" not in (await faulty("sign_missing")).content
    assert b"signature" not in (await faulty("cut:2")).content


@pytest.mark.parametrize("body", [question(), streamed()], ids=["plain", "stream"])
async def test_tampering_changes_the_words_and_nothing_else(
    signing: httpx.AsyncClient, body: dict[str, object]
) -> None:
    raw = json.dumps(body).encode()
    fair = (await post(signing, raw, signed(raw))).content
    foul = (await post(signing, raw, signed(raw, skew_s=1), "tampered:2")).content
    if body.get("stream"):
        assert text_of(foul) != text_of(fair)
        assert [chunk.get("usage") for chunk in chunks(foul)] == [chunk.get("usage") for chunk in chunks(fair)]
    else:
        said = json.loads(foul)["choices"][0]["message"]["content"]
        assert said.startswith("0")
        assert json.loads(foul)["usage"] == json.loads(fair)["usage"]


async def test_a_token_stands_for_its_key_on_the_bill() -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as running:
        async with http_client(running.url.removesuffix("/v1")) as client:
            token = (await client.post("/token")).json()["token"]
            answer = await client.post(PATH, json=question(), headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200
            expired = await client.post(PATH, json=question(), headers={"X-Simulate": "expired"})
            assert (expired.status_code, expired.json()["error"]["code"]) == (401, "token_expired")
        assert (len(running.bill.keys), running.tokens.issued) == (1, 1)


async def test_no_token_without_a_key(client: httpx.AsyncClient) -> None:
    assert (await client.post("/token", headers={"Authorization": "Bearer nobody"})).status_code == 401


def test_a_token_runs_out() -> None:
    now = 0.0
    tokens = Tokens(60, lambda: now)
    token = tokens.issue(DEFAULT_KEY)
    assert tokens.owner(token) == DEFAULT_KEY
    now = 60.0
    assert tokens.owner(token) is None
    assert tokens.owner("never issued") is None
