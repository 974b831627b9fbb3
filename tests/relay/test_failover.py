"""What one route does not finish, the next one does: unseen before the first word, with no word twice after it."""

import asyncio

from chatbot.errors import (
    AnswerTooLarge,
    CircuitOpen,
    IntegrityFailed,
    RelayOverloaded,
    RelayRejected,
    StreamCut,
)
from chatbot.events import TextWithdrawn, Waiting
from chatbot.relay.breaking import PLACES, Breaker, Breaking
from chatbot.relay.failover import CONTINUE, Failover
from tests.relay import virtual
from tests.relay.conftest import Heard, ask, hear
from tests.relay.stand_in import Piece, StandIn


def routes(first: list[list[Piece]], second: list[list[Piece]]) -> tuple[StandIn, StandIn, Failover]:
    one, two = StandIn(first, "one"), StandIn(second, "two")
    return one, two, Failover([(one, "model-1"), (two, "model-2")])


async def test_before_the_first_word_the_next_route_answers_unseen() -> None:
    _, two, relay = routes([[RelayOverloaded()]], [["Hello"]])
    request = ask()
    heard = await hear(relay, request)
    assert (heard.text, heard.error) == ("Hello", None)
    assert [(each.endpoint, each.model, each.number) for each in heard.started] == [
        ("one", "model-1", 1),
        ("two", "model-2", 2),
    ]
    assert heard.started[0].attempt == request.attempt != heard.started[1].attempt
    assert [each.outcome for each in heard.ended] == ["failed", "answered"]
    assert two.requests[0].messages == request.messages
    assert not any(isinstance(event, Waiting) for event in heard.events)


async def test_a_switch_that_took_long_is_announced() -> None:
    moments = iter([0.0, 1.5])
    relay = Failover([(StandIn([[RelayOverloaded()]]), "a"), (StandIn([["Hello"]]), "b")], clock=lambda: next(moments))
    assert Waiting(reason="switching") in (await hear(relay)).events


async def test_after_words_the_next_model_goes_on_with_the_text_so_far() -> None:
    _, two, relay = routes([["I like ", "the Dawn ear", StreamCut()]], [["the Dawn ", "earphones", " best."]])
    heard = await hear(relay)
    assert (heard.text, heard.error) == ("I like the Dawn earphones best.", None)
    assert [(message.role, message.content) for message in two.requests[0].messages[-2:]] == [
        ("assistant", "I like the Dawn ear"),
        ("user", CONTINUE),
    ]
    assert [each.outcome for each in heard.ended] == ["incomplete", "answered"]


async def test_the_only_route_goes_on_with_its_own_text() -> None:
    upstream = StandIn([["one two ", StreamCut()], ["three ", StreamCut()], ["four"]])
    heard = await hear(Failover([(upstream, "m")]))
    assert (heard.text, heard.error) == ("one two three four", None)
    assert [each.number for each in heard.started] == [1, 2, 3]
    assert len({each.attempt for each in heard.started}) == 3
    assert upstream.requests[2].messages[-2].content == "one two three "


async def test_what_nobody_finishes_is_an_exact_prefix_and_an_error() -> None:
    _, two, relay = routes([["one two ", StreamCut()]], [[StreamCut()]])
    heard = await hear(relay)
    assert heard.text == "one two "
    assert isinstance(heard.error, StreamCut)
    assert len(heard.started) == len(heard.ended) == 5
    assert len(two.requests) == 2


async def test_words_that_were_held_back_are_said_when_the_attempt_ends() -> None:
    one, two = StandIn([["I like the Dawn earphones", StreamCut()]]), StandIn([["the Da", StreamCut()]])
    heard = await hear(Failover([(one, "a"), (two, "b")], continuations=1))
    assert heard.text == "I like the Dawn earphonesthe Da"


async def test_a_route_that_refuses_is_not_asked_again() -> None:
    one, two, relay = routes([["one ", StreamCut()], ["two"]], [[RelayRejected()], ["never"]])
    heard = await hear(relay)
    assert heard.text == "one two"
    assert (len(one.requests), len(two.requests)) == (2, 1)


async def test_an_answer_that_is_too_large_is_not_asked_for_again() -> None:
    _, two, relay = routes([["one ", AnswerTooLarge()]], [["never"]])
    assert isinstance((await hear(relay)).error, AnswerTooLarge)
    assert not two.requests


async def test_a_withdrawn_answer_is_begun_afresh() -> None:
    class Withdrawing(StandIn):
        async def stream(self, request):  # type: ignore[no-untyped-def]
            async for event in super().stream(request):
                yield event
                if hasattr(event, "text"):
                    yield TextWithdrawn(attempt=request.attempt, reason="integrity_failed")

    two = StandIn([["honest"]])
    heard = await hear(Failover([(Withdrawing([["forged", IntegrityFailed()]]), "a"), (two, "b")]))
    assert heard.error is None
    assert len(two.requests[0].messages) == 1


async def test_an_open_circuit_costs_no_attempt() -> None:
    closed = Breaker(failures=1)
    down, up = StandIn([[RelayOverloaded()]]), StandIn([["Hello"]])
    relay = Failover([(Breaking(down, closed), "a"), (up, "b")])
    await hear(relay)
    heard = await hear(relay)
    assert (heard.text, len(heard.started), len(down.requests)) == ("Hello", 1, 1)


def resting(*script: list[Piece], times: int = 1) -> tuple[StandIn, Breaking]:
    """A route whose circuit `times` failures have opened, and which goes on with `script`."""
    upstream = StandIn([*[[RelayOverloaded()]] * times, *script])
    return upstream, Breaking(upstream, Breaker(failures=times, random=lambda: 0.0))


async def test_when_all_routes_rest_one_of_them_is_tried_all_the_same() -> None:
    (one, first), (two, second) = resting(["never"]), resting(["Hello"])
    await hear(second)  # opened earlier, so it is nearer to the end of its rest
    await hear(first)
    heard = await hear(Failover([(first, "a"), (second, "b")]))
    assert (heard.text, heard.error, [each.model for each in heard.started]) == ("Hello", None, ["b"])
    assert (len(one.left), len(two.left)) == (1, 2)
    assert not two.requests[0].last_resort
    assert two.requests[-1].last_resort


async def test_when_that_fails_too_the_next_one_is() -> None:
    (one, first), (two, second) = resting(["Hello"]), resting([RelayOverloaded()])
    await hear(second)
    await hear(first)
    heard = await hear(Failover([(first, "a"), (second, "b")]))
    assert (heard.text, [each.model for each in heard.started]) == ("Hello", ["b", "a"])
    assert (len(one.left), len(two.left)) == (2, 2)


async def test_what_broke_off_goes_on_with_a_resting_route_when_no_other_is_left() -> None:
    two, second = resting(["two"])
    await hear(second)
    heard = await hear(Failover([(StandIn([["one ", RelayRejected()]]), "a"), (second, "b")]))
    assert (heard.text, heard.error) == ("one two", None)
    assert two.requests[-1].messages[-2].content == "one "


async def test_the_error_is_that_of_the_last_attempt_made() -> None:
    _, rests = resting()
    await hear(rests)
    heard = await hear(Failover([(StandIn([[RelayRejected()]]), "a"), (rests, "b")]))
    assert isinstance(heard.error, RelayOverloaded)
    assert [each.model for each in heard.started] == ["a", "b"]


def test_an_outage_of_all_routes_is_not_asked_about_by_everyone() -> None:
    upstream = StandIn([[RelayOverloaded()]])
    relay = Failover([(Breaking(upstream, Breaker(clock=virtual.clock)), "a")])

    async def main() -> list[Heard]:
        for _ in range(5):
            await hear(relay)
        return await asyncio.gather(*(hear(relay) for _ in range(50)))

    errors = [heard.error for heard in virtual.run(main())]
    assert sum(isinstance(error, CircuitOpen) for error in errors) >= 40
    assert len(upstream.left) <= 5 + 3 * PLACES


async def test_closing_it_closes_the_route() -> None:
    one, _, relay = routes([["one", "two"]], [["never"]])
    events = relay.stream(ask())
    await anext(events)
    await anext(events)
    await events.aclose()
    assert len(one.closed) == 1
