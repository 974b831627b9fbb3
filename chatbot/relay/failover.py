"""`Failover`: what one model does not finish, the next one does."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from operator import itemgetter
from typing import Final

from chatbot.errors import AnswerTooLarge, CircuitOpen, RelayError
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, TextWithdrawn, Waiting
from chatbot.relay.base import ChatMessage, ChatRequest, Relay, new_attempt_id
from chatbot.relay.joint import Joint

CONTINUE: Final = (
    "Continue your last message. It was cut off in the middle. Write only what comes after its last character: do not "
    "repeat any of it, do not begin again, do not comment on the interruption. Keep its language and format."
)
"""What a model is told that goes on with a text; the text stands before it as the assistant's own message."""


def continued(request: ChatRequest, said: str) -> ChatRequest:
    """`request` for a model that goes on after `said`; as it is when nothing was said."""
    if not said:
        return request
    so_far = (ChatMessage(role="assistant", content=said), ChatMessage(role="user", content=CONTINUE))
    return replace(request, messages=(*request.messages, *so_far))


class Failover:
    """A `Relay` over several routes, each a relay with the model to ask it for, in the order to be tried.

    Before the first word the next route is tried unseen: `Waiting(reason="switching")` comes only when the shopper has
    waited for `notice_s` seconds. After words the next route goes on with the text so far, in turn, each as often
    as it is needed up to `continuations` attempts in all; where there is only one route, that one goes on with its own
    text. No word comes twice and none is lost (see `joint`). A route whose error says that repeating is no use is left
    out of the request from then on.

    Routes whose circuit is open are passed over. When no other is left, they are tried all the same, the one nearest to
    the end of its rest first: as far as their circuits have a place for a `last_resort`, perhaps after some seconds.

    Every attempt has its own id, and the numbers go on counting. Raises the error of the last attempt made when no
    route is left; CircuitOpen only if every route rested and none could be tried. The words so far then are what there
    is: incomplete.
    """

    def __init__(
        self,
        choices: Sequence[tuple[Relay, str]],
        *,
        continuations: int = 4,
        notice_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choices = tuple(choices)
        self._continuations = continuations
        self._notice_s = notice_s
        self._clock = clock

    def __repr__(self) -> str:
        return f"Failover({', '.join(f'{model} by {relay!r}' for relay, model in self._choices)})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of all attempts made, in order."""
        said: list[str] = []
        left = list(self._choices)
        resting: list[tuple[float, tuple[Relay, str]]] = []  # with the moment of their next probe
        continuations = 0
        began_s = self._clock()
        failure: RelayError | None = None
        while left:
            relay, model = choice = left.pop(0)
            joint: Joint | None = None
            number = request.number
            try:
                async with aclosing(relay.stream(replace(continued(request, "".join(said)), model=model))) as events:
                    async for event in events:
                        if isinstance(event, TextAdded):
                            if joint is None:
                                said.append(event.text)
                                yield event
                                continue
                            text, made = joint.feed(event.text)
                            joint = None if made else joint
                            if text:
                                said.append(text)
                                yield replace(event, text=text)
                            continue
                        if isinstance(event, AttemptStarted):
                            number = event.number
                            joint = Joint("".join(said)) if said else None
                        elif isinstance(event, TextWithdrawn):
                            said.clear()
                            joint = None
                        elif isinstance(event, AttemptEnded) and joint is not None:
                            # What is held back is the talker's; one that loses a race has said nothing.
                            text = "" if event.outcome == "hedged" else joint.close()
                            if text:
                                said.append(text)
                                yield TextAdded(text=text)
                        yield event
                return
            except AnswerTooLarge:
                raise
            except CircuitOpen as err:
                failure = failure or err
                resting.append((self._clock() + (err.retry_after_s or 0.0), choice))
            except RelayError as err:
                failure = err
                if said:
                    if err.retryable:
                        left.append(choice)
                    continuations += 1
            if not left and not request.last_resort:
                left = [choice for _, choice in sorted(resting, key=itemgetter(0))]
                request = replace(request, last_resort=True)
            if not left or continuations > self._continuations:
                break
            if said or self._clock() - began_s >= self._notice_s:
                yield Waiting(reason="switching")
            request = replace(request, attempt=new_attempt_id(), number=number + 1)
        assert failure is not None
        raise failure
