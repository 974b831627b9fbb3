"""Requests and tokens per minute: who is refused, for how long, and what the answer says."""

import httpx
import pytest

from chatbot.simulator import Simulator
from chatbot.simulator.rate_limits import RateLimits, retry_after

QUESTION = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello"}]}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_key_has_so_many_requests_in_any_sixty_seconds() -> None:
    clock = Clock()
    limits = RateLimits(requests_per_minute=2, clock=clock)

    assert limits.take("a", 1) == 0
    clock.now = 20
    assert [limits.take("a", 1), limits.take("a", 1), limits.take("b", 1)] == [0, 40, 0]
    clock.now = 60
    assert [limits.take("a", 1), limits.take("a", 1)] == [0, 20]


def test_tokens_count_what_was_let_in() -> None:
    clock = Clock()
    limits = RateLimits(tokens_per_minute=100, clock=clock)

    assert limits.take("a", 60) == 0
    clock.now = 10
    assert [limits.take("a", 30), limits.take("a", 30), limits.take("a", 90)] == [0, 50, 60]
    assert limits.headers("a") == {"x-ratelimit-limit-tokens": "100", "x-ratelimit-remaining-tokens": "10"}


def test_a_request_larger_than_a_minute_waits_only_for_the_others() -> None:
    clock = Clock()
    limits = RateLimits(tokens_per_minute=100, clock=clock)

    assert limits.take("a", 500) == 0
    assert limits.take("a", 500) == 60
    clock.now = 60
    assert limits.take("a", 500) == 0


@pytest.mark.parametrize(("wait_s", "header"), [(0.01, "1"), (1.0, "1"), (59.2, "60")])
def test_retry_after_is_whole_seconds_that_are_enough(wait_s: float, header: str) -> None:
    assert retry_after(wait_s) == header


@pytest.mark.parametrize("stream", [False, True])
async def test_what_is_over_the_limit_is_refused_and_costs_nothing(stream: bool) -> None:
    limits = RateLimits(requests_per_minute=1, tokens_per_minute=100_000)
    async with Simulator(seed=1, tokens_per_second=0, latency=0, limits=limits) as simulator:
        headers = {"Authorization": "Bearer simulator-key"}
        async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
            url = f"{simulator.url}/chat/completions"
            first, second = [await client.post(url, json={**QUESTION, "stream": stream}) for _ in range(2)]

    assert (first.status_code, second.status_code) == (200, 429)
    assert first.headers["x-ratelimit-remaining-requests"] == "0"
    assert 1 <= int(second.headers["retry-after"]) <= 60
    assert second.json()["error"]["code"] == "rate_limit_exceeded"
    assert simulator.bill.totals.refused == {"429": 1}
    assert simulator.bill.totals.all.requests == 2
