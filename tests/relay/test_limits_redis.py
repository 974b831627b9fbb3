"""The shared allowance: the same rules as in one process, one sum for all, and what happens without Redis."""

import asyncio
import logging
import random
import socket
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chatbot.errors import ConfigurationError
from chatbot.relay import limits_redis
from chatbot.relay.allowance import Allowance, Limits, Verdict
from chatbot.relay.limits import Limiter
from chatbot.relay.limits_redis import PREFIX, SCRIPT, Shared, close_clients
from tests import services

TIGHT = Limits(requests_per_minute=60, tokens_per_minute=6000)


@pytest.fixture(scope="module")
def url() -> str:
    try:
        return services.redis()
    except services.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(autouse=True)
async def _closed() -> AsyncIterator[None]:
    yield
    await close_clients()


@pytest.mark.service
@pytest.mark.parametrize("limits", [Limits(), TIGHT, Limits(requests_per_minute=600)])
async def test_the_script_and_the_rules_in_this_process_decide_alike(url: str, limits: Limits) -> None:
    chance, here, key, now = random.Random(5), Allowance(limits), f"test:{uuid4()}", 1000.0
    client = Redis.from_url(url)
    script = client.register_script(SCRIPT)
    granted = [now]
    for _ in range(600):
        now += chance.choice([0, 0.01, 0.3, 1, 2, 30, 150]) * chance.random()
        what = chance.choice(["take", "take", "take", "settle", "refused"])
        head = [what, now, limits.requests_per_minute, limits.tokens_per_minute]
        if what == "take":
            tokens = chance.choice([0, 40, 900])
            verdict = here.take(now, tokens)
            wait_s, pace_s, at, strikes = map(float, await script(keys=[key], args=[*head, tokens]))
            assert (wait_s, pace_s) == (pytest.approx(verdict.wait_s), pytest.approx(verdict.pace_s))
            assert (at, strikes) == (pytest.approx(now), verdict.strikes)
            if not verdict.wait_s:
                granted.append(now)
        elif what == "settle":
            over = chance.choice([-500, 0, 500])
            here.settle(now, over)
            await script(keys=[key], args=[*head, over])
        else:
            asked, taken_at = chance.choice([None, 0.0, 1.5, 900.0]), chance.choice(granted[-3:])
            here.refused(now, taken_at, asked)
            await script(keys=[key], args=[*head, -1 if asked is None else asked, taken_at])
    assert await client.pttl(key) > 0
    await client.delete(key)
    await client.aclose()


@pytest.mark.service
async def test_processes_share_one_allowance_and_one_cool_down(url: str) -> None:
    name = str(uuid4())
    first, second = Shared(url, name, TIGHT), Shared(url, name, TIGHT)

    verdicts = [await one.take(0) for one in (first, second) * 5]

    assert [verdict.wait_s > 0 for verdict in verdicts] == [False] * 6 + [True] * 4
    await first.refused(verdicts[0], 30.0)
    assert (await second.take(0)).wait_s == pytest.approx(30, abs=1)
    client = Redis.from_url(url)
    await client.delete(PREFIX + name)
    await client.aclose()


async def test_without_redis_the_process_keeps_its_own_limits_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shared = Shared(f"redis://:canary@127.0.0.1:{services.free_port()}/0", "e", TIGHT)

    with caplog.at_level(logging.WARNING):
        waits = [(await shared.take(0)).wait_s for _ in range(8)]

    assert [wait > 0 for wait in waits] == [False] * 6 + [True] * 2
    assert len(caplog.records) == 1
    assert "canary" not in caplog.text


async def test_a_redis_that_hangs_costs_no_more_than_a_quarter_second_and_only_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limiter = Limiter(Shared(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", "e", Limits()))
        began = time.perf_counter()
        for _ in range(20):
            assert await limiter.join().turn() is None
        assert time.perf_counter() - began < 0.25 + 0.1  # the test's own machine may be busy
        await close_clients()


async def test_an_address_that_cannot_be_read_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Shared("http://:canary@localhost", "e", Limits())
    assert "redis://" in str(caught.value)
    assert "canary" not in str(caught.value)


async def test_it_asks_again_after_a_while(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    shared = Shared("redis://127.0.0.1:1/0", "e", Limits(), clock=lambda: now[0])
    assert not (await shared.take(0)).shared

    class Back:
        async def __call__(self, keys: list[str], args: list[object]) -> list[object]:
            return ["0", "0", "7", 0]

    async def script(url: str) -> Back:
        return Back()

    monkeypatch.setattr(limits_redis, "_script", script)
    assert not (await shared.take(0)).shared
    now[0] += limits_redis.AGAIN_S
    assert await shared.take(0) == Verdict(wait_s=0, pace_s=0, at=7, shared=True)
    assert "Redis is back" in caplog.text


@pytest.mark.service
def test_clients_end_with_their_loop(url: str) -> None:
    async def ask() -> bool:
        return (await Shared(url, str(uuid4()), Limits()).take(0)).shared

    assert [asyncio.run(ask()) for _ in range(3)] == [True] * 3
