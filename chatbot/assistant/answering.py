"""The making of one answer, from the first event to the last.

Words are shown as they come, as far as the catalogue bears them out. Whatever ends the making (the model, the shopper,
a fault, the end of the process), the words so far are stored, every attempt is settled, and only then does the log say
that it is over.
"""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Final

from django.utils import timezone

from chatbot import conf
from chatbot.assistant import answer_cache, closing, leases, routing
from chatbot.assistant.answer_cache import Cached
from chatbot.assistant.attempts import Attempts
from chatbot.assistant.cancelling import cancel, to_the_end
from chatbot.assistant.closing import Result
from chatbot.assistant.grounding import Grounding
from chatbot.assistant.opening import Opened
from chatbot.assistant.sentences import for_shopper, from_catalogue, nothing_in_catalogue, spoken
from chatbot.errors import BudgetSpent, ChatbotError, RelayError
from chatbot.events import (
    AttemptEnded,
    AttemptStarted,
    FinishReason,
    TextAdded,
    TextWithdrawn,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
    Waiting,
)
from chatbot.models import Product, Turn
from chatbot.streams.memory import TurnLog
from chatbot.wire import fold

logger = logging.getLogger(__name__)

CARDS_FROM_CATALOGUE: Final = 3
"""Cards shown when no model can answer."""
AT_ONCE: Final = 16
"""Words of a cached answer that are told before others have their turn."""


@dataclass(slots=True, kw_only=True)
class Answering:
    """An answer on its way. `run` makes it, `stop` ends it early."""

    opened: Opened
    log: TurnLog
    _task: asyncio.Task[None] | None = None
    _reading: asyncio.Task[TurnEnded | TurnFailed] | None = None
    _stopped: bool = False
    _over: bool = False
    _drains: bool = False
    _grounding: Grounding = field(init=False)
    _first_word_ms: int | None = None
    _finish_reason: FinishReason | None = None
    _model: str = ""
    _replayed: Cached | None = None
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self._attempts = Attempts(opened=self.opened)
        brief = self.opened.brief
        self._grounding = Grounding(
            cards=brief.cards,
            language=self.opened.language,
            entries=brief.prompt.entries,
            said=brief.said,
            terms=brief.terms,
            catalogue=brief.catalogue,
            links=brief.links,
            titles=brief.titles,
            rules=brief.prompt.rules,
        )

    async def run(self) -> None:
        """Make the answer, store it, and close the log."""
        self._task = asyncio.current_task()
        self.log.append(
            TurnStarted(turn=self.opened.turn, conversation=self.opened.conversation, message=self.opened.message)
        )
        lease = asyncio.create_task(self._keep_lease())
        self._reading = asyncio.create_task(self._answer(), name=f"the answer of turn {self.opened.turn}")
        end: TurnEnded | TurnFailed
        try:
            end = await asyncio.shield(self._reading)
        except asyncio.CancelledError:
            end = TurnEnded(ending="stopped") if self._stopped else TurnEnded(ending="incomplete", code="shutdown")
            if not self._drains:
                await cancel(self._reading)
        except Exception:
            logger.exception("turn %s failed", self.opened.turn)
            end = self._failure(ChatbotError())
        finally:
            self._over = True
            lease.cancel()
        try:
            await to_the_end(self._close(end))
            if self._drains:
                await asyncio.wait([self._reading], timeout=conf.current().drain_s)
        finally:
            if self._drains:
                await to_the_end(self._close_drained(self._reading))

    def stop(self) -> None:
        """End the turn; what was said so far stays. Too late or twice is no harm.

        The upstream is closed at once, unless its route bills a stream to its end all the same: then it is read on
        unseen, for DRAIN_S seconds or ANSWER_TOKENS tokens at the most, to learn what it cost.
        """
        if self._task is not None and not self._over and not self._stopped:
            self._stopped = True
            self._drains = self._attempts.drained
            self._task.cancel()

    async def _answer(self) -> TurnEnded | TurnFailed:
        if self.opened.cached:
            return await self._replay(self.opened.cached)
        if not self.opened.plan:
            return self._without_model(self.opened.without_plan)
        request = self.opened.request()
        self._attempts.asked(request)
        try:
            relay = routing.relay_of(self.opened.plan, may_race=self.opened.may_race)
            async with aclosing(relay.stream(request)) as events:
                async for event in events:
                    match event:
                        case TextAdded():
                            self._hear(event)
                        case TextWithdrawn():
                            self._attempts.withdrawn()
                            self._withdraw(event.reason)
                        case AttemptStarted():
                            if self._over:
                                break  # nobody waits for the answer any more
                            await self._attempts.started(event)
                            self._model = event.model
                        case AttemptEnded():
                            self._finish_reason = event.finish_reason
                            self._attempts.ended(self._as_booked(event))
                        case Waiting() if not self._over:
                            self.log.append(event)
        except BudgetSpent as error:
            logger.info("turn %s: no further attempt: %s", self.opened.turn, error)
            return await self._within_budget()
        except RelayError as error:
            logger.warning("turn %s: %s (%s)", self.opened.turn, error, error.code)
            if self._over:
                return TurnEnded(ending="stopped")
            self._let_go()
            if self._first_word_ms is None:
                return self._without_model(error.code)
            return TurnEnded(ending="incomplete", code=error.code)
        if self._over:
            return TurnEnded(ending="stopped")
        if not self._attempts.spoke:
            return self._without_model("empty_answer")
        if self._finish_reason == "length":
            return TurnEnded(ending="incomplete", code="length")
        return TurnEnded(ending="complete")

    def _as_booked(self, ended: AttemptEnded) -> AttemptEnded:
        """How an attempt ended, in the ledger's words: who closed it was the shopper, or the end of this process."""
        if self._over:
            return replace(ended, outcome="stopped")
        return ended if ended.outcome != "stopped" or self._stopped else replace(ended, outcome="incomplete")

    async def _within_budget(self) -> TurnEnded | TurnFailed:
        """What there is when a further attempt would cost too much."""
        self._let_go()
        if self._first_word_ms is not None:
            return TurnEnded(ending="incomplete", code=BudgetSpent.code)
        is_trial = self.opened.ask.trial is not None
        if not is_trial and (cached := await answer_cache.look_at_hand(self.opened.brief.prompt, timezone.now())):
            return await self._replay(cached)
        return self._without_model(BudgetSpent.code)

    async def _replay(self, cached: Cached) -> TurnEnded:
        """Tell an answer again, as it would come from the model, in words and without waiting."""
        self._replayed = cached
        for number, piece in enumerate(cached.pieces(), 1):
            for event in self._grounding.feed(piece):
                self._show(event)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return TurnEnded(ending="complete")

    def _hear(self, said: TextAdded) -> None:
        self._attempts.heard.append(said.text)
        if self._over:
            if self._attempts.heard_tokens() > conf.current().answer_tokens and self._reading:
                self._reading.cancel()
            return
        # Until the first card nearly all words pass as they are. Making an equal event, lists around it and calls
        # would be a tenth of all that is done for a token. A block is open, so the first word's time is known.
        if self._grounding.passes(said):
            self.log.append(said)
            return
        for event in self._grounding.feed(said.text):
            self._show(event)

    def _show(self, event: TurnEvent) -> None:
        if self._first_word_ms is None:
            self._first_word_ms = self._elapsed_ms()
        self.log.append(event)

    def _let_go(self) -> None:
        """Show the words that the grounding held back: the model says no more, and what else is said comes behind."""
        for event in self._grounding.let_go():
            self._show(event)

    def _withdraw(self, reason: str) -> None:
        """Take back what was said: from here on it is as if no word had come."""
        for event in self._grounding.withdraw(reason):
            self.log.append(event)
        self._first_word_ms = None

    def _without_model(self, code: str) -> TurnEnded | TurnFailed:
        """The shop's own search answers, or its entries; without a product to buy and an entry there is no answer."""
        buyable = [card for card in self.opened.brief.cards if card.availability != Product.Availability.OUT_OF_STOCK]
        shown = buyable[:CARDS_FROM_CATALOGUE]
        if not shown and self.opened.brief.prompt.entries:
            for event in self._grounding.entry_answer(0):
                self._show(event)
            return TurnEnded(ending="catalogue", code=code)
        # A spent budget is nobody's fault: the shopper may search on, and never reads of an error.
        if not shown and code != BudgetSpent.code:
            return self._failure(ChatbotError(), code)
        with spoken(self.opened.language):
            nearest = self.opened.brief.nearest
            sentence = from_catalogue(len(shown), nearest=nearest) if shown else nothing_in_catalogue()
        for event in self._grounding.catalogue_answer(sentence, shown):
            self._show(event)
        return TurnEnded(ending="catalogue", code=code)

    def _failure(self, error: ChatbotError, code: str = "") -> TurnFailed:
        with spoken(self.opened.language):
            return TurnFailed(code=code or error.code, sentence=for_shopper(error), retryable=True)

    async def _close(self, end: TurnEnded | TurnFailed) -> None:
        for event in self._grounding.close():
            self._show(event)
        self._attempts.give_up("stopped" if self._stopped else "incomplete", self._elapsed_ms(), drained=self._drains)
        result = Result(
            status=end.ending if isinstance(end, TurnEnded) else Turn.Status.FAILED,
            code=end.code,
            reply=fold(self.log.events),
            settlements=self._attempts.take(),
            interventions=self._grounding.interventions,
            first_word_ms=self._first_word_ms,
            total_ms=self._elapsed_ms(),
            drains=self._drains,
            replayed=self._replayed,
            keep=self._to_keep(end),
        )
        try:
            await closing.close_turn(self.opened, result)
        except Exception:
            # The row keeps its lease and runs out of it; the ledger is settled then (see `turn.recover`).
            logger.exception("turn %s could not be stored", self.opened.turn)
        self.log.append(end)

    def _to_keep(self, end: TurnEnded | TurnFailed) -> Cached | None:
        """The answer, if it may be given again: a whole one of a model that claimed nothing wrong."""
        is_whole = end == TurnEnded(ending="complete") and self._finish_reason == "stop" and not self._replayed
        is_trial = self.opened.ask.trial is not None
        if not is_whole or is_trial or self._grounding.has_changed_words or not self._model:
            return None
        budgeted = self.opened.affording
        if not answer_cache.keeps(may_refuse=budgeted is not None and budgeted.may_refuse):
            return None
        return Cached(text=self._attempts.text, model=self._model)

    async def _close_drained(self, reading: asyncio.Task[TurnEnded | TurnFailed]) -> None:
        """Settle what was read on unseen, whole or not."""
        await cancel(reading)
        self._attempts.give_up("stopped", self._elapsed_ms())
        try:
            await closing.close_drained(self.opened, self._attempts.take())
        except Exception:
            logger.exception("turn %s: what was read on could not be settled", self.opened.turn)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(conf.current().turn_lease_s / 3)
            await leases.renew_lease(self.opened.turn)

    def _elapsed_ms(self) -> int:
        return round((perf_counter() - self.opened.began_s) * 1000)
