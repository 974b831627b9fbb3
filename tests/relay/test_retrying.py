"""When a request is repeated, how long that waits, and when it is not."""

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from chatbot.errors import (
    FirstTokenTimeout,
    QueueTimeout,
    RelayError,
    RelayOverloaded,
    RelayRateLimited,
    RelayRejected,
    RelayUnauthorized,
    StallTimeout,
    StreamCut,
)
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, Usage, Waiting
from chatbot.relay.base import ChatRequest
from chatbot.relay.client import HttpRelay
from chatbot.relay.retry_budget import RetryBudget
from chatbot.relay.retrying import Retrying
from tests.relay.conftest import (
    STREAM_HEAD,
    WHOLE,
    Upstream,
    ask,
    chunk,
    endpoint,
    hear,
    plain,
    response,
    then_silence,
)


@dataclass
class Scripted:
    """A relay that says its words and then fails, once per attempt; None is a good end."""

    script: list[tuple[str, RelayError | None]]
    requests: list[ChatRequest] = field(default_factory=list)
    closed: int = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        self.requests.append(request)
        text, error = self.script[len(self.requests) - 1]
        try:
            yield AttemptStarted(attempt=request.attempt, endpoint="e", model=request.model, number=request.number)
            if text:
                yield TextAdded(text=text)
            yield AttemptEnded(
                attempt=request.attempt,
                outcome="failed" if error else "answered",
                usage=Usage(),
                error_code=error.code if error else "",
            )
            if error:
                raise error
        finally:
            self.closed += 1


@dataclass
class Sleeps:
    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def test_each_attempt_is_told_in_order_with_its_own_id_and_number() -> None:
    inner = Scripted([("", RelayOverloaded()), ("", StreamCut()), ("Hi", None)])

    heard = await hear(Retrying(inner, sleep=Sleeps()))

    assert [type(event) for event in heard.events] == [
        *(AttemptStarted, AttemptEnded, Waiting),
        *(AttemptStarted, AttemptEnded, Waiting),
        *(AttemptStarted, TextAdded, AttemptEnded),
    ]
    assert [event.number for event in heard.started] == [1, 2, 3]
    assert len({event.attempt for event in heard.started}) == 3
    assert [event.attempt for event in heard.started] == [event.attempt for event in heard.ended]
    assert heard.error is None
    assert inner.closed == 3


async def test_the_first_attempt_keeps_the_id_and_number_of_the_request() -> None:
    inner = Scripted([("", RelayOverloaded()), ("Hi", None)])
    request = ask(number=5)

    heard = await hear(Retrying(inner, sleep=Sleeps()), request)

    assert heard.started[0].attempt == request.attempt
    assert [event.number for event in heard.started] == [5, 6]


async def test_nothing_is_repeated_after_the_first_word() -> None:
    inner = Scripted([("Hel", StreamCut())])

    heard = await hear(Retrying(inner, sleep=Sleeps()))

    assert isinstance(heard.error, StreamCut)
    assert heard.text == "Hel"
    assert len(inner.requests) == 1


@pytest.mark.parametrize("error", [RelayRejected(), RelayUnauthorized()])
async def test_what_would_fail_again_is_not_repeated(error: RelayError) -> None:
    inner = Scripted([("", error)])

    heard = await hear(Retrying(inner, sleep=Sleeps()))

    assert heard.error is error
    assert len(inner.requests) == 1


async def test_the_last_error_is_raised_when_all_attempts_have_failed() -> None:
    last = RelayOverloaded("last")
    inner = Scripted([("", StreamCut()), ("", StreamCut()), ("", last)])

    heard = await hear(Retrying(inner, sleep=Sleeps()))

    assert heard.error is last
    assert len(heard.ended) == 3


async def test_waits_grow_with_full_jitter_up_to_the_cap() -> None:
    inner = Scripted([("", RelayOverloaded())] * 6)
    sleeps = Sleeps()

    await hear(Retrying(inner, attempts=6, base_s=0.5, cap_s=3, sleep=sleeps, random=lambda: 0.5))

    assert sleeps.seconds == [0.25, 0.5, 1.0, 1.5, 1.5]


async def test_a_wait_is_announced_before_it_begins() -> None:
    inner = Scripted([("", RelayOverloaded()), ("Hi", None)])
    sleeps = Sleeps()

    heard = await hear(Retrying(inner, sleep=sleeps, random=lambda: 1.0))

    assert heard.events[2] == Waiting(reason="retrying", seconds=0.5)
    assert sleeps.seconds == [0.5]


async def test_the_upstreams_own_wait_is_kept_and_spread_a_little() -> None:
    sleeps = Sleeps()
    inner = Scripted([("", RelayRateLimited(retry_after_s=10)), ("", RelayRateLimited(retry_after_s=10)), ("Hi", None)])
    rolls = iter([0.0, 1.0])

    heard = await hear(Retrying(inner, sleep=sleeps, random=lambda: next(rolls)))

    assert heard.error is None
    assert sleeps.seconds == [10, pytest.approx(11)]


async def test_an_upstream_that_asks_to_wait_too_long_gets_no_further_attempt() -> None:
    inner = Scripted([("", RelayRateLimited(retry_after_s=3600))])
    sleeps = Sleeps()

    heard = await hear(Retrying(inner, sleep=sleeps))

    assert isinstance(heard.error, RelayRateLimited)
    assert (len(inner.requests), sleeps.seconds) == (1, [])


async def test_a_refused_request_goes_back_to_a_queue_that_paces_it_without_a_wait_of_its_own() -> None:
    inner = Scripted([*[("", RelayRateLimited(retry_after_s=60))] * 5, ("Hi", None)])
    sleeps = Sleeps()

    heard = await hear(Retrying(inner, paced=True, sleep=sleeps))

    assert (heard.text, heard.error, sleeps.seconds) == ("Hi", None, [])
    assert len(inner.requests) == 6


async def test_a_paced_request_is_given_up_when_its_time_is_over() -> None:
    inner = Scripted([("", RelayRateLimited())] * 9)

    heard = await hear(Retrying(inner, attempts=1, paced=True, max_retry_after_s=0, sleep=Sleeps()))

    assert isinstance(heard.error, RelayRateLimited)
    assert len(inner.requests) == 1


async def test_what_waited_too_long_in_the_queue_is_not_put_there_again() -> None:
    inner = Scripted([("", QueueTimeout())])

    heard = await hear(Retrying(inner, paced=True, sleep=Sleeps()))

    assert isinstance(heard.error, QueueTimeout)
    assert len(inner.requests) == 1


async def test_a_spent_budget_raises_the_error_at_once() -> None:
    budget = RetryBudget(clock=lambda: 0.0)
    for _ in range(14):
        budget.failed()
    budget.allows()  # what is allowed whatever happened
    inner, sleeps = Scripted([("", RelayOverloaded())]), Sleeps()

    heard = await hear(Retrying(inner, budget=budget, sleep=sleeps))

    assert isinstance(heard.error, RelayOverloaded)
    assert (len(inner.requests), sleeps.seconds) == (1, [])


@pytest.mark.parametrize(
    ("error", "stream"), [(FirstTokenTimeout(), False), (StallTimeout(), False), (RelayOverloaded(), True)]
)
async def test_after_a_timeout_the_answer_is_asked_for_in_one_piece(error: RelayError, stream: bool) -> None:
    inner = Scripted([("", error), ("", RelayOverloaded()), ("Hi", None)])

    await hear(Retrying(inner, sleep=Sleeps()))

    assert [request.stream for request in inner.requests] == [True, stream, stream]


async def test_closing_the_outer_generator_closes_the_inner_one() -> None:
    inner = Scripted([("Hi", None)])
    events = Retrying(inner).stream(ask())

    await anext(events)
    await events.aclose()

    assert inner.closed == 1


async def test_over_the_wire_a_refusal_a_silence_and_then_a_plain_answer(upstream: Upstream) -> None:
    upstream.plays(response(429, Retry_After="1"), then_silence(STREAM_HEAD), plain("Hello"))
    sleeps = Sleeps()
    relay = Retrying(
        HttpRelay(endpoint(upstream.url, first_token_s=0.05)), sleep=sleeps, random=random.Random(7).random
    )

    heard = await hear(relay)

    assert (heard.text, heard.error) == ("Hello", None)
    assert [event.error_code for event in heard.ended] == ["relay_rate_limited", "first_token_timeout", ""]
    assert [b'"stream":true' in exchange.body for exchange in upstream.requests] == [True, True, False]
    assert 1.0 <= sleeps.seconds[0] <= 1.1


async def test_over_the_wire_a_cut_before_the_first_word_is_not_noticed(upstream: Upstream) -> None:
    upstream.plays(b"", STREAM_HEAD, STREAM_HEAD + WHOLE)

    heard = await hear(Retrying(HttpRelay(endpoint(upstream.url)), sleep=Sleeps()))

    assert (heard.text, heard.error) == ("Hello world", None)
    assert len(upstream.requests) == 3


async def test_over_the_wire_closing_the_stack_closes_the_connection(upstream: Upstream) -> None:
    upstream.plays(then_silence(STREAM_HEAD, chunk("Hello")))
    events = Retrying(HttpRelay(endpoint(upstream.url))).stream(ask())

    while not isinstance(await anext(events), TextAdded):
        pass
    await events.aclose()

    await upstream.gone.wait()
