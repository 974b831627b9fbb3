"""Keys that are refreshed, refused and shown to nobody, and the signature of a request."""

import asyncio
import functools
import hashlib
import hmac
import json
import logging
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable

import pytest

from chatbot.errors import ConfigurationError, KeyUnavailable, RelayUnauthorized
from chatbot.events import AttemptEnded
from chatbot.relay import auth
from chatbot.relay.auth import FAILED_S, MOST_AHEAD_S, RETRY_S, Credentials, credentials
from chatbot.relay.base import Endpoint, TokenProvider
from chatbot.relay.client import HttpRelay
from chatbot.relay.pool import close_clients
from chatbot.relay.retrying import Retrying
from tests.relay.conftest import KEY, STREAM_HEAD, WHOLE, Exchange, Upstream, hear, response

PATH = "/v1/chat/completions"


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    await close_clients()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Provider:
    """Gives token-1, token-2 and so on; `fails` raises instead."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails: Exception | None = None
        self.given: list[str] = []

    async def __call__(self) -> str:
        self.calls += 1
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        return self.given.pop(0) if self.given else f"token-{self.calls}"


class Clock:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def made(
    token: TokenProvider | None = None, *, key: str = "", secret: str = "", refresh_s: float = 3600, **clocks: Clock
) -> Credentials:
    endpoint = Endpoint(
        name="default", url="http://127.0.0.1:9/v1", key=key, token=token, signing_secret=secret, refresh_s=refresh_s
    )
    return Credentials(endpoint, bearer, **clocks)


async def token_of(made: Credentials) -> str:
    return (await made.present(PATH, b"{}")).token


async def test_a_key_of_the_settings_is_shown_as_it_is() -> None:
    assert (await made(key=KEY).present(PATH, b"{}")).headers == {"Authorization": f"Bearer {KEY}"}


async def test_without_a_key_nothing_is_shown() -> None:
    assert (await made().present(PATH, b"{}")).headers == {}


async def test_a_provider_is_asked_once_and_again_when_its_key_is_old() -> None:
    provider, clock = Provider(), Clock()
    keeps = made(provider, refresh_s=60, monotonic=clock)
    assert [await token_of(keeps), await token_of(keeps)] == ["token-1", "token-1"]
    clock.now += 60
    assert [await token_of(keeps), provider.calls] == ["token-2", 2]


async def test_a_hundred_that_wait_for_the_first_key_ask_once() -> None:
    provider = Provider()
    keeps = made(provider)
    assert set(await asyncio.gather(*(token_of(keeps) for _ in range(100)))) == {"token-1"}
    assert provider.calls == 1


async def test_a_hundred_refused_at_once_refresh_once() -> None:
    provider = Provider()
    keeps = made(provider, key="old")
    assert await asyncio.gather(*(keeps.refused("old") for _ in range(100))) == [True] * 100
    assert (provider.calls, await token_of(keeps)) == (1, "token-1")


async def test_one_who_was_refused_late_does_not_refresh_again() -> None:
    provider = Provider()
    keeps = made(provider, key="old")
    await keeps.refused("old")
    assert await keeps.refused("old")
    assert provider.calls == 1


async def test_whoever_leaves_does_not_take_the_refresh_along() -> None:
    provider = Provider()
    keeps = made(provider)
    first = asyncio.create_task(token_of(keeps))
    second = asyncio.create_task(token_of(keeps))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "token-1"
    assert first.cancelled()
    assert provider.calls == 1


def test_threads_with_loops_of_their_own_refresh_once() -> None:
    calls = 0
    both = threading.Barrier(4)

    def provider() -> str:
        nonlocal calls
        calls += 1
        time.sleep(0.05)
        return "token"

    keeps = made(provider, key="old")
    found: list[bool] = []

    def run() -> None:
        both.wait()
        found.append(asyncio.run(keeps.refused("old")))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, calls) == ([True] * 4, 1)


async def test_a_provider_that_blocks_does_not_block_the_loop() -> None:
    here = threading.get_ident()
    ran: list[int] = []

    def provider() -> str:
        ran.append(threading.get_ident())
        return "token"

    assert await token_of(made(provider)) == "token"
    assert ran != [here]


async def _given(token: str) -> str:
    return token


@pytest.mark.parametrize("provider", [functools.partial(_given, "token"), lambda: _given("token")])
async def test_whatever_gives_an_awaitable_is_awaited(provider: TokenProvider) -> None:
    assert await token_of(made(provider)) == "token"


async def test_a_provider_that_fails_leaves_a_good_key_in_use(caplog: pytest.LogCaptureFixture) -> None:
    provider, clock = Provider(), Clock()
    provider.fails = OSError(f"the vault says {KEY}")
    keeps = made(provider, key="old", refresh_s=60, monotonic=clock)
    clock.now += 60
    assert [await token_of(keeps), await token_of(keeps), provider.calls] == ["old", "old", 1]
    assert "failed with OSError" in caplog.text
    assert KEY not in caplog.text
    provider.fails = None
    clock.now += FAILED_S
    assert await token_of(keeps) == "token-2"


@pytest.mark.parametrize("given", ["", "two words", "줄", None, b"bytes"])
async def test_a_key_that_is_none_is_not_used(given: str) -> None:
    provider = Provider()
    provider.given = [given]
    with pytest.raises(KeyUnavailable) as caught:
        await token_of(made(provider))
    assert str(caught.value) == "endpoint 'default': the provider of its key gave none"


async def test_a_provider_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "PROVIDER_S", 0.01)

    async def provider() -> str:
        await asyncio.Event().wait()
        return "never"

    with pytest.raises(KeyUnavailable):
        await token_of(made(provider))


async def test_a_refusal_that_no_key_cures_is_one_alarm(caplog: pytest.LogCaptureFixture) -> None:
    provider, clock = Provider(), Clock()
    provider.given = ["same", "same"]
    keeps = made(provider, key="same", monotonic=clock)
    assert [await keeps.refused("same") for _ in range(5)] == [False] * 5
    assert provider.calls == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    clock.now += RETRY_S
    assert not await keeps.refused("same")
    assert provider.calls == 2


async def test_a_key_that_worked_is_refreshed_at_once_when_it_no_longer_does() -> None:
    provider = Provider()
    keeps = made(provider, key="old")
    for used in ("old", "token-1", "token-2"):
        assert await keeps.refused(used)
        keeps.accepted(await token_of(keeps))
    assert provider.calls == 3


async def test_an_alarm_is_raised_anew_after_a_key_worked(caplog: pytest.LogCaptureFixture) -> None:
    keeps = made(key=KEY)
    for _ in range(2):
        await keeps.refused(KEY)
        keeps.accepted(KEY)
    assert len(caplog.records) == 2
    assert KEY not in caplog.text


def test_a_key_that_no_header_may_hold_is_refused_when_it_is_set() -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(key="two words")
    assert "two words" not in str(caught.value)


def test_everyone_with_the_same_endpoint_shares_its_credentials() -> None:
    provider = Provider()
    first = Endpoint(name="default", url="http://a/v1", token=provider)
    same = Endpoint(name="default", url="http://a/v1", token=provider)
    other = Endpoint(name="default", url="http://a/v1", token=Provider())
    kept = credentials(first, bearer)
    assert credentials(same, bearer) is kept
    assert credentials(other, bearer) is not kept


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


# Over the wire


def endpoint(upstream: Upstream, **more: object) -> Endpoint:
    return Endpoint(**{"name": "default", "url": upstream.url, "key": "old", **more})  # type: ignore[arg-type]


def headers(request: Exchange) -> dict[str, str]:
    pairs = (line.split(": ", 1) for line in request.head.splitlines()[1:] if line)
    return {name.lower(): value for name, value in pairs}


def refusal(status: int = 401) -> bytes:
    return response(status, b'{"error":{"code":"invalid_api_key"}}', Content_Type="application/json")


async def test_a_refused_request_is_repeated_once_within_its_attempt(upstream: Upstream) -> None:
    upstream.plays(refusal(), STREAM_HEAD + WHOLE)
    heard = await hear(HttpRelay(endpoint(upstream, token=Provider())))
    assert (heard.text, heard.error) == ("Hello world", None)
    assert (len(heard.started), len(heard.ended)) == (1, 1)
    assert [headers(one)["authorization"] for one in upstream.requests] == ["Bearer old", "Bearer token-1"]


@pytest.mark.parametrize(("status", "requests", "calls"), [(401, 2, 1), (403, 1, 0)])
async def test_a_refusal_for_good_ends_it(upstream: Upstream, status: int, requests: int, calls: int) -> None:
    upstream.plays(refusal(status))
    provider = Provider()
    heard = await hear(Retrying(HttpRelay(endpoint(upstream, token=provider))))
    assert type(heard.error) is RelayUnauthorized
    assert (len(upstream.requests), provider.calls, len(heard.ended)) == (requests, calls, 1)


async def test_the_very_bytes_that_are_sent_are_signed(upstream: Upstream) -> None:
    upstream.plays(STREAM_HEAD + WHOLE)
    await hear(HttpRelay(endpoint(upstream, signing_secret="secret")))
    (sent,) = upstream.requests
    path = sent.head.split(" ", 2)[1]
    signed = f"{path}:{headers(sent)['x-timestamp']}:".encode() + sent.body
    assert headers(sent)["x-signature"] == hmac.new(b"secret", signed, hashlib.sha256).hexdigest()
    assert list(json.loads(sent.body)) == sorted(json.loads(sent.body))


def _fails_with(error: Exception) -> Callable[[], str]:
    def provider() -> str:
        raise error

    return provider


@pytest.mark.parametrize("case", ["refused", "refused twice", "no key", "cut"])
async def test_no_secret_stands_in_what_reaches_a_caller(upstream: Upstream, case: str) -> None:
    async def provider() -> str:
        return f"{KEY}-second"

    upstream.plays(STREAM_HEAD if case == "cut" else refusal())
    token: TokenProvider | None = {"refused twice": provider, "no key": _fails_with(OSError(KEY))}.get(case)
    key = "" if case == "no key" else KEY
    relay = HttpRelay(endpoint(upstream, key=key, token=token, signing_secret=f"{KEY}-signing"))
    heard = await hear(relay)
    assert heard.error is not None
    seen = "".join(traceback.TracebackException.from_exception(heard.error, capture_locals=True).format())
    assert KEY not in seen + repr(heard) + repr(relay) + repr(relay.__dict__)
    assert isinstance(heard.events[-1], AttemptEnded)
