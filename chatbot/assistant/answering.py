"""The making of one answer, from the first event to the last.

Words are shown as they come, as far as the catalogue bears them out. Whatever ends the making (the model, the shopper,
a fault, the end of the process), the words so far are stored, every attempt is settled, and only then does the log say
that it is over.
"""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from chatbot import conf
from chatbot.accounting import estimator
from chatbot.assistant import brief, closing, leases, opening, prompt, routing
from chatbot.assistant.brief import Brief
from chatbot.assistant.closing import Result, Settlement
from chatbot.assistant.grounding import Grounding
from chatbot.assistant.opening import Opened
from chatbot.assistant.sentences import for_shopper, from_catalogue, spoken
from chatbot.errors import ChatbotError, RelayError
from chatbot.events import (
    AttemptEnded,
    AttemptStarted,
    FinishReason,
    Outcome,
    TextAdded,
    TextWithdrawn,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
    Usage,
    Waiting,
)
from chatbot.models import Product, Turn
from chatbot.relay.base import ChatMessage, ChatRequest
from chatbot.streams.memory import TurnLog
from chatbot.wire import fold

logger = logging.getLogger(__name__)

CARDS_FROM_CATALOGUE: Final = 3
"""Cards shown when no model can answer."""

NOT_SERVED: Final = frozenset(
    {
        "relay_unreachable",
        "relay_rate_limited",
        "relay_unauthorized",
        "key_unavailable",
        "relay_rejected",
        "relay_overloaded",
        "not_sent",
    }
)
"""Codes of attempts that the relay did not serve, and so does not bill."""


@dataclass(slots=True, kw_only=True)
class Answering:
    """An answer on its way. `run` makes it, `stop` ends it early."""

    opened: Opened
    log: TurnLog
    _began_s: float = field(default_factory=perf_counter)
    _task: asyncio.Task[None] | None = None
    _stopped: bool = False
    _over: bool = False
    _brief: Brief | None = None
    _grounding: Grounding | None = None
    _messages: tuple[ChatMessage, ...] = ()
    _first_word_ms: int | None = None
    _finish_reason: FinishReason | None = None
    _heard: list[str] = field(default_factory=list)
    """What the attempt that runs has said, as the model sent it: an estimate counts this."""
    _unsettled: dict[str, bool] = field(default_factory=dict)
    """Attempts in the ledger that have not ended, and whether their request left."""
    _settlements: list[Settlement] = field(default_factory=list)

    async def run(self) -> None:
        """Make the answer, store it, and close the log."""
        self._task = asyncio.current_task()
        if self.opened.plan:
            self._unsettled[self.opened.attempt] = False
        self.log.append(
            TurnStarted(turn=self.opened.turn, conversation=self.opened.conversation, message=self.opened.message)
        )
        lease = asyncio.create_task(self._keep_lease())
        end: TurnEnded | TurnFailed
        try:
            end = await self._answer()
        except asyncio.CancelledError:
            end = TurnEnded(ending="stopped") if self._stopped else TurnEnded(ending="incomplete", code="shutdown")
        except Exception:
            logger.exception("turn %s failed", self.opened.turn)
            end = self._failure(ChatbotError())
        finally:
            self._over = True
            lease.cancel()
        await _to_the_end(self._close(end))

    def stop(self) -> None:
        """Close the upstream; what was said so far stays. Too late or twice is no harm."""
        if self._task is not None and not self._over and not self._stopped:
            self._stopped = True
            self._task.cancel()

    async def _answer(self) -> TurnEnded | TurnFailed:
        self._brief = found = await brief.prepare(self.opened)
        self._grounding = Grounding(cards=[card for _, card in found.found], language=self.opened.language)
        if not self.opened.plan:
            return self._without_model(self.opened.without_plan)
        route = self.opened.plan[0].route
        try:
            async with aclosing(routing.relay_for(route.endpoint.name).stream(self._request(found))) as events:
                async for event in events:
                    match event:
                        case TextAdded():
                            self._hear(event.text)
                        case TextWithdrawn():
                            self._withdraw(event.reason)
                        case AttemptStarted():
                            await self._attempt_started(event)
                        case AttemptEnded():
                            self._attempt_ended(event)
                        case Waiting():
                            self.log.append(event)
        except RelayError as error:
            logger.warning("turn %s: %s (%s)", self.opened.turn, error, error.code)
            if self._first_word_ms is None:
                return self._without_model(error.code)
            return TurnEnded(ending="incomplete", code=error.code)
        if not any(self._heard):
            return self._without_model("empty_answer")
        if self._finish_reason == "length":
            return TurnEnded(ending="incomplete", code="length")
        return TurnEnded(ending="complete")

    def _request(self, found: Brief) -> ChatRequest:
        settings = conf.current()
        self._messages = prompt.messages(
            question=self.opened.ask.text,
            products=found.found,
            history=found.history,
            shop=settings.shop_name,
            page=found.page,
            budget_tokens=settings.prompt_tokens,
        )
        return ChatRequest(
            messages=self._messages,
            model=self.opened.plan[0].route.model,
            max_tokens=settings.answer_tokens,
            temperature=settings.temperature,
            user=self.opened.user,
            attempt=self.opened.attempt,
        )

    def _hear(self, text: str) -> None:
        assert self._grounding is not None
        self._heard.append(text)
        for event in self._grounding.feed(text):
            self._show(event)

    def _show(self, event: TurnEvent) -> None:
        if self._first_word_ms is None:
            self._first_word_ms = self._elapsed_ms()
        self.log.append(event)

    def _withdraw(self, reason: str) -> None:
        """Take back what was said: from here on it is as if no word had come."""
        assert self._grounding is not None
        for event in self._grounding.withdraw(reason):
            self.log.append(event)
        self._first_word_ms = None

    async def _attempt_started(self, started: AttemptStarted) -> None:
        if started.attempt not in self._unsettled:  # the first is in the ledger since the turn was opened
            await opening.book_attempt(self.opened, started)
        self._unsettled[started.attempt] = True
        self._heard.clear()

    def _attempt_ended(self, ended: AttemptEnded) -> None:
        del self._unsettled[ended.attempt]
        self._finish_reason = ended.finish_reason
        estimate = None if ended.usage.source == "reported" else self._estimate(ended.error_code)
        self._settlements.append(Settlement(ended=ended, estimate=estimate))

    def _estimate(self, error_code: str) -> Usage:
        """What an attempt cost if the relay does not say: nothing if refused, else what went over the line."""
        if error_code in NOT_SERVED:
            return Usage(input_tokens=0, cached_input_tokens=0, output_tokens=0, source="estimated")
        return Usage(
            input_tokens=estimator.estimate_request(self._messages),
            output_tokens=estimator.estimate_tokens("".join(self._heard)),
            source="estimated",
        )

    def _without_model(self, code: str) -> TurnEnded | TurnFailed:
        """The shop's own search answers; without a product that can be bought there is no answer."""
        assert self._brief is not None
        assert self._grounding is not None
        buyable = [card for _, card in self._brief.found if card.availability != Product.Availability.OUT_OF_STOCK]
        shown = buyable[:CARDS_FROM_CATALOGUE]
        if not shown:
            return self._failure(ChatbotError(), code)
        with spoken(self.opened.language):
            sentence = from_catalogue(len(shown))
        for event in self._grounding.catalogue(sentence, shown):
            self._show(event)
        return TurnEnded(ending="catalogue", code=code)

    def _failure(self, error: ChatbotError, code: str = "") -> TurnFailed:
        with spoken(self.opened.language):
            return TurnFailed(code=code or error.code, sentence=for_shopper(error), retryable=True)

    async def _close(self, end: TurnEnded | TurnFailed) -> None:
        if self._grounding is not None:
            for event in self._grounding.close():
                self._show(event)
        outcome: Outcome = "stopped" if self._stopped else "incomplete"
        for attempt, left in list(self._unsettled.items()):
            total_ms = self._elapsed_ms() if left else 0
            code = "" if left else "not_sent"
            self._attempt_ended(
                AttemptEnded(attempt=attempt, outcome=outcome, usage=Usage(), error_code=code, total_ms=total_ms)
            )
        result = Result(
            status=end.ending if isinstance(end, TurnEnded) else Turn.Status.FAILED,
            code=end.code,
            reply=fold(self.log.events),
            settlements=self._settlements,
            question=self._brief.question if self._brief else {},
            candidates=[card.sku for _, card in self._brief.found] if self._brief else [],
            interventions=self._grounding.interventions if self._grounding else [],
            first_word_ms=self._first_word_ms,
            total_ms=self._elapsed_ms(),
        )
        try:
            await closing.close_turn(self.opened, result)
        except Exception:
            # The row keeps its lease and runs out of it; the ledger is settled then (see `turn.recover`).
            logger.exception("turn %s could not be stored", self.opened.turn)
        self.log.append(end)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(conf.current().turn_lease_s / 3)
            await leases.renew_lease(self.opened.turn)

    def _elapsed_ms(self) -> int:
        return round((perf_counter() - self._began_s) * 1000)


async def _to_the_end(work: Awaitable[None]) -> None:
    """Await `work` to its end even when this task is cancelled meanwhile, as at the end of the process."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
