"""A late first word: the second model is asked too, the first word wins, the loser is closed and booked."""

import asyncio
from contextlib import aclosing

from chatbot.errors import RelayOverloaded, RelayRejected
from chatbot.events import AttemptStarted, TextAdded
from chatbot.relay.client import HttpRelay
from chatbot.relay.failover import Failover
from chatbot.relay.hedging import Hedging
from tests.relay.conftest import STREAM_HEAD, WHOLE, Exchange, Upstream, ask, endpoint, hear
from tests.relay.stand_in import StandIn


async def test_a_first_word_in_time_asks_nobody_else() -> None:
    first, second = StandIn([["Hello"]]), StandIn([["never"]])
    heard = await hear(Hedging(first, (second, "b"), after_s=60))
    assert heard.text == "Hello"
    assert not second.requests


async def test_a_late_first_word_loses_against_the_second_model_and_is_booked() -> None:
    first, second = StandIn([[asyncio.Event(), "late"]], "one"), StandIn([["Hello", " you"]], "two")
    request = ask()
    heard = await hear(Hedging(first, (second, "b"), after_s=0), request)
    assert (heard.text, heard.error) == ("Hello you", None)
    assert [(each.endpoint, each.model, each.number) for each in heard.started] == [
        ("one", request.model, 1),
        ("two", "b", 2),
    ]
    assert {each.attempt: each.outcome for each in heard.ended} == {
        heard.started[0].attempt: "hedged",
        heard.started[1].attempt: "answered",
    }
    assert first.closed == [request.attempt]


async def test_the_first_model_may_still_win() -> None:
    gate, never = asyncio.Event(), asyncio.Event()
    first, second = StandIn([[gate, "Hello"]]), StandIn([[never, "late"]])
    texts = []
    async with aclosing(Hedging(first, (second, "b"), after_s=0).stream(ask())) as events:
        async for event in events:
            if isinstance(event, AttemptStarted) and event.number == 2:
                gate.set()
            if isinstance(event, TextAdded):
                texts.append(event.text)
    assert texts == ["Hello"]
    assert len(second.closed) == len(second.left)


async def test_words_that_came_at_the_same_moment_are_told_for_the_bill() -> None:
    gate = asyncio.Event()
    first, second = StandIn([[gate, "Hello", " you"]]), StandIn([[gate, "Good", " day"]])
    hearing = asyncio.create_task(hear(Hedging(first, (second, "b"), after_s=0)))
    while not second.left:
        await asyncio.sleep(0)
    gate.set()
    heard = await hearing
    assert heard.text == "Hello you"
    assert [(each.outcome, each.unheard) for each in heard.ended] == [("hedged", "Good"), ("answered", "")]


async def test_no_request_leaves_before_it_is_announced() -> None:
    first, second = StandIn([[asyncio.Event()]]), StandIn([["Hello"]])
    async with aclosing(Hedging(first, (second, "b"), after_s=0).stream(ask())) as events:
        assert isinstance(await anext(events), AttemptStarted)
        assert not first.left
        assert isinstance(await anext(events), AttemptStarted)
        assert not second.left
        assert first.left
        assert isinstance(await anext(events), TextAdded)
        assert second.left


async def test_when_one_fails_the_other_goes_on() -> None:
    first, second = StandIn([[asyncio.Event(), "late"]]), StandIn([[RelayOverloaded()]])
    gate = first.script[0][0]
    assert isinstance(gate, asyncio.Event)
    async with aclosing(Hedging(first, (second, "b"), after_s=0).stream(ask())) as events:
        kinds = []
        async for event in events:
            kinds.append(type(event).__name__)
            if kinds.count("AttemptEnded") == 1:
                gate.set()
    assert kinds == ["AttemptStarted", "AttemptStarted", "AttemptEnded", "TextAdded", "AttemptEnded"]


async def test_when_both_fail_the_error_is_that_of_the_last_one() -> None:
    gate = asyncio.Event()
    first, second = StandIn([[gate, RelayOverloaded()]]), StandIn([[RelayRejected()]])
    relay = Hedging(first, (second, "b"), after_s=0)
    asyncio.get_running_loop().call_later(0.05, gate.set)
    heard = await hear(relay)
    assert isinstance(heard.error, RelayOverloaded)
    assert [each.outcome for each in heard.ended] == ["failed", "failed"]


async def test_an_error_before_the_hedge_is_left_to_failover() -> None:
    first, second = StandIn([[RelayOverloaded()]]), StandIn([["Hello"]])
    heard = await hear(Failover([(Hedging(first, (second, "b"), after_s=60), "a"), (second, "b")]))
    assert heard.text == "Hello"
    assert [each.model for each in heard.started] == ["a", "b"]


async def test_closing_it_closes_both() -> None:
    first, second = StandIn([[asyncio.Event()]]), StandIn([[asyncio.Event()]])
    hearing = asyncio.create_task(hear(Hedging(first, (second, "b"), after_s=0)))
    while not second.left:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
    assert (len(first.closed), len(second.closed)) == (1, 1)


async def test_the_loser_s_connection_is_closed_within_100_ms(upstream: Upstream) -> None:
    gone = asyncio.Event()

    async def silent(exchange: Exchange) -> None:
        await exchange.send(STREAM_HEAD)
        await exchange.until_gone()
        gone.set()

    upstream.plays(silent, STREAM_HEAD + WHOLE)
    relay = HttpRelay(endpoint(upstream.url))
    spoke = False
    async with aclosing(Hedging(relay, (relay, "b"), after_s=0.02).stream(ask())) as events:
        async for event in events:
            if isinstance(event, TextAdded) and not spoke:
                spoke = True
                async with asyncio.timeout(0.1):
                    await gone.wait()
    assert spoke
