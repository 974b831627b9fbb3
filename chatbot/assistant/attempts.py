"""The attempts of one turn: each is in the ledger before its request leaves, and gets one settlement."""

import asyncio
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Final

from chatbot.accounting import estimator
from chatbot.assistant import booking, opening
from chatbot.assistant.booking import Most
from chatbot.assistant.closing import Settlement
from chatbot.assistant.opening import Opened
from chatbot.events import AttemptEnded, AttemptStarted, Outcome, Usage
from chatbot.models import Route
from chatbot.relay.base import ChatRequest
from chatbot.relay.failover import continued

CLOSED_BY_US: Final = frozenset({"stopped", "hedged"})
"""Outcomes of attempts whose stream we closed; the route's policy says what the relay then bills."""


@dataclass(slots=True)
class _Open:
    """An attempt whose end is not known. `left` tells whether its request did."""

    policy: str = Route.AbandonedPolicy.CANCEL_AND_ESTIMATE
    input_tokens: int = 0
    left: bool = False
    queued_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class Attempts:
    """What the ledger is told of a turn. `heard` is what the attempt that runs has said, as the model sent it."""

    opened: Opened
    heard: list[str] = field(default_factory=list)
    _settlements: list[Settlement] = field(default_factory=list)
    _request: ChatRequest | None = None
    _said: str = ""
    _void: bool = False
    _open: dict[str, _Open] = field(default_factory=dict)
    _most: dict[str, Most] = field(default_factory=dict)
    _waits_since_s: float = 0.0

    def __post_init__(self) -> None:
        self._waits_since_s = self.opened.began_s
        if self.opened.plan:  # the first is in the ledger since the turn was opened
            self._open[self.opened.attempt] = _Open()

    @property
    def drained(self) -> bool:
        """Whether an attempt is under way whose route bills a stream to its end, whoever closes it."""
        return any(each.left and each.policy == Route.AbandonedPolicy.DRAIN for each in self._open.values())

    @property
    def spoke(self) -> bool:
        """Whether anything was said that holds."""
        return bool(self._said) or (not self._void and any(self.heard))

    @property
    def text(self) -> str:
        """All that holds of what was said, as the models sent it."""
        return self._said + ("" if self._void else "".join(self.heard))

    def heard_tokens(self) -> int:
        """About how many tokens the attempt that runs has said."""
        return estimator.estimate_tokens("".join(self.heard))

    def asked(self, request: ChatRequest) -> None:
        """The turn's request, whose `estimated_tokens` are those of its prompt and its answer."""
        self._request = request

    async def started(self, event: AttemptStarted) -> None:
        """Book the attempt. Its request leaves after this. Raises BudgetSpent: then it must not."""
        assert self._request is not None
        if not self._void:
            self._said += "".join(self.heard)
        self._void = False
        self.heard.clear()
        request = self._request
        tokens = request.estimated_tokens - (request.max_tokens or 0)
        messages = continued(request, self._said).messages
        if self._said:
            tokens += estimator.estimate_request(messages[len(request.messages) :]) - estimator.REPLY_OVERHEAD
        if self.opened.affording:
            usd = self.opened.affording.most_usd(event.model, messages)
            self._most[event.attempt] = Most(model=event.model, usd=usd)
        if event.attempt not in self._open:
            await self._book(event, tokens)
        route = opening.route_of(self.opened.plan, event.endpoint, event.model)
        queued_ms = max(0, round((perf_counter() - self._waits_since_s) * 1000))
        self._open[event.attempt] = _Open(
            policy=route.abandoned_policy, input_tokens=tokens, left=True, queued_ms=queued_ms
        )

    async def _book(self, event: AttemptStarted, tokens: int) -> None:
        # To its end even when the turn is stopped meanwhile: the row would be there, and nobody would settle it.
        self._open[event.attempt] = _Open(input_tokens=tokens)
        booked = asyncio.ensure_future(
            booking.book_attempt(self.opened, event, tokens, tuple(self._settlements), dict(self._most))
        )
        try:
            await asyncio.shield(booked)
        except asyncio.CancelledError:
            await asyncio.wait([booked])
            raise
        finally:
            if booked.exception():
                del self._open[event.attempt]
                self._most.pop(event.attempt, None)

    def ended(self, event: AttemptEnded) -> None:
        """Make the settlement of an attempt."""
        attempt = self._open.pop(event.attempt)
        estimate = estimator.estimate_usage(event, input_tokens=attempt.input_tokens, heard="".join(self.heard))
        is_unbilled = attempt.policy == Route.AbandonedPolicy.UNBILLED and event.outcome in CLOSED_BY_US
        if is_unbilled and event.usage.source != "reported":  # else the whole answer was there before we closed
            event, estimate = replace(event, usage=Usage()), estimator.NOTHING
        self._settlements.append(Settlement(ended=event, estimate=estimate, queued_ms=attempt.queued_ms))
        self._waits_since_s = perf_counter()

    def withdrawn(self) -> None:
        """What was said so far is void: whoever goes on begins afresh. It is billed all the same."""
        self._said = ""
        self._void = True

    def give_up(self, outcome: Outcome, total_ms: int, *, drained: bool = False) -> None:
        """End what never ended; with `drained=False` also what is still read on unseen."""
        for attempt, each in list(self._open.items()):
            if drained and each.left and each.policy == Route.AbandonedPolicy.DRAIN:
                continue
            code = "" if each.left else "not_sent"
            ms = total_ms if each.left else 0
            self.ended(AttemptEnded(attempt=attempt, outcome=outcome, usage=Usage(), error_code=code, total_ms=ms))

    def take(self) -> list[Settlement]:
        """The settlements made since they were taken last."""
        taken, self._settlements = self._settlements, []
        return taken
