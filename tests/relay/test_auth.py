"""Keys that are shown, refreshed and refused."""

import asyncio
import functools
import logging
import threading
import time

import pytest

from chatbot.errors import KeyUnavailable, RelayUnauthorized
from chatbot.relay import auth
from chatbot.relay.auth import FAILED_S, RETRY_S, Credentials, credentials
from chatbot.relay.base import Endpoint, TokenProvider
from chatbot.relay.client import HttpRelay
from chatbot.relay.retrying import Retrying
from tests.relay.conftest import KEY, STREAM_HEAD, WHOLE, Clock, Upstream, hear, response
from tests.relay.keys import PATH, Provider, bearer, made


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


def test_everyone_with_the_same_endpoint_shares_its_credentials() -> None:
    provider = Provider()
    first = Endpoint(name="default", url="http://a/v1", token=provider)
    same = Endpoint(name="default", url="http://a/v1", token=provider)
    other = Endpoint(name="default", url="http://a/v1", token=Provider())
    kept = credentials(first, bearer)
    assert credentials(same, bearer) is kept
    assert credentials(other, bearer) is not kept


def refusal(status: int = 401) -> bytes:
    return response(status, b'{"error":{"code":"invalid_api_key"}}', Content_Type="application/json")


async def test_a_refused_request_is_repeated_once_within_its_attempt(upstream: Upstream) -> None:
    upstream.plays(refusal(), STREAM_HEAD + WHOLE)
    heard = await hear(HttpRelay(Endpoint(name="default", url=upstream.url, key="old", token=Provider())))
    assert (heard.text, heard.error) == ("Hello world", None)
    assert (len(heard.started), len(heard.ended)) == (1, 1)
    assert [one.headers["authorization"] for one in upstream.requests] == ["Bearer old", "Bearer token-1"]


@pytest.mark.parametrize(("status", "requests", "calls"), [(401, 2, 1), (403, 1, 0)])
async def test_a_refusal_for_good_ends_it(upstream: Upstream, status: int, requests: int, calls: int) -> None:
    upstream.plays(refusal(status))
    provider = Provider()
    relay = HttpRelay(Endpoint(name="default", url=upstream.url, key="old", token=provider))
    heard = await hear(Retrying(relay))
    assert type(heard.error) is RelayUnauthorized
    assert (len(upstream.requests), provider.calls, len(heard.ended)) == (requests, calls, 1)
