"""The signature of a request."""

import hashlib
import hmac
import json

from chatbot.relay.auth import MOST_AHEAD_S
from chatbot.relay.base import Endpoint
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import KEY, STREAM_HEAD, WHOLE, Clock, Upstream, hear
from tests.relay.keys import PATH, made


async def test_a_signature_covers_path_time_and_body() -> None:
    keeps = made(key=KEY, secret="secret", clock=Clock(1_700_000_000.9))
    headers = (await keeps.present(PATH, b'{"a":1}')).headers
    expected = hmac.new(b"secret", b'/v1/chat/completions:1700000000:{"a":1}', hashlib.sha256).hexdigest()
    assert (headers["X-Timestamp"], headers["X-Signature"]) == ("1700000000", expected)


async def test_the_same_request_in_the_same_second_is_signed_differently() -> None:
    keeps = made(key=KEY, secret="secret", clock=Clock(1_700_000_000))
    signed = [(await keeps.present(PATH, b"{}")).headers for _ in range(3)]
    assert [each["X-Timestamp"] for each in signed] == ["1700000000", "1700000001", "1700000002"]
    assert len({each["X-Signature"] for each in signed}) == 3
    other = (await keeps.present(PATH, b"[]")).headers
    assert other["X-Timestamp"] == "1700000000"


async def test_no_signature_is_dated_too_far_ahead() -> None:
    keeps = made(key=KEY, secret="secret", clock=Clock(1_700_000_000))
    signed = [(await keeps.present(PATH, b"{}")).headers for _ in range(MOST_AHEAD_S + 2)]
    assert signed[-1]["X-Timestamp"] == str(1_700_000_000 + MOST_AHEAD_S)


def test_a_signed_body_has_its_keys_sorted_and_an_unsigned_one_stays() -> None:
    body = '{"b":0.3,"a":{"z":"줄\u2028","y":null}}'.encode()
    assert made(secret="s").signable(body) == '{"a":{"y":null,"z":"줄\u2028"},"b":0.3}'.encode()
    assert made().signable(body) == body


async def test_the_very_bytes_that_are_sent_are_signed(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE)
    await hear(HttpRelay(Endpoint(name="default", url=upstream.url, key=KEY, signing_secret="secret")))
    (sent,) = upstream.requests
    path = sent.head.split(" ", 2)[1]
    signed = f"{path}:{sent.headers['x-timestamp']}:".encode() + sent.body
    assert sent.headers["x-signature"] == hmac.new(b"secret", signed, hashlib.sha256).hexdigest()
    assert list(json.loads(sent.body)) == sorted(json.loads(sent.body))
