"""What a chat request is answered with: the words, the faults that were asked for, and what the limits say to it."""

import time
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from chatbot.simulator import answers, continuing, tokens
from chatbot.simulator.bill import Line
from chatbot.simulator.calls import ChatCall, Dialect, Rejected, context_exceeded, unknown_model
from chatbot.simulator.exchange import Exchange, Reply
from chatbot.simulator.faults import Planned, Stage, UnknownFault
from chatbot.simulator.models import MODELS, Model
from chatbot.simulator.rate_limits import RateLimits, retry_after
from chatbot.simulator.script import Script
from chatbot.simulator.signing import Signing

# How a first word's delay spreads around the model's mean: the sigma of a log-normal distribution.
_LATENCY_SPREAD: Final = 0.25


class Planner:
    """Makes an exchange, ready to be played, of each call. `faults` says what goes wrong in it.

    It remembers what it answered, to go on where a stream broke, and what was asked, as relays cache prompts.
    """

    def __init__(self, faults: Script, *, latency: float, limits: RateLimits, signing: Signing | None) -> None:
        self._faults = faults
        self._latency = latency
        self._limits = limits
        self._signing = signing
        self._cache = tokens.PromptCache()
        self._answers = continuing.Answers()

    def plan(self, call: ChatCall, dialect: Dialect, line: Line, random: Random, asked_for: str | None) -> Exchange:
        """The exchange for `call`, whose `line` is told the model and the faults; `asked_for` is `X-Simulate`.

        Raises Rejected for an unknown model or fault, and for a prompt that is too long.
        """
        model = MODELS.get(call.model)
        if model is None:
            raise unknown_model(call.model)
        line.model, line.stream = model.id, call.stream
        prompt = tokens.prompt_tokens(call.messages)
        if prompt > model.context_tokens:
            raise context_exceeded(model, prompt)
        try:
            planned = self._faults.draw(call, random, asked_for)
        except UnknownFault as err:
            raise Rejected(400, str(err), param="X-Simulate", code="unknown_fault") from err
        line.faults = " ".join(one.spec for one in planned)
        asked, said = continuing.split(call.messages)
        known = self._answers.find(asked, said) if said else None
        pieces = known or tokens.pieces(answers.answer(asked, random))
        exchange = Exchange(
            id=line.id,
            created=int(time.time()),
            model=model.id,
            random=random,
            dialect=dialect,
            stream=call.stream,
            include_usage=call.include_usage,
            prompt_tokens=prompt,
            cached_tokens=0,
            pieces=pieces,
            asked=tuple(call.messages),
            said=said,
            wait_s=self._first_word_s(model, random),
        )
        _commit(exchange, (one for one in planned if one.fault.stage <= Stage.FACTS))
        if exchange.instead is None:
            if not said:
                self._answers.keep(asked, "".join(exchange.pieces))
            exchange.go_on()
            exchange.shorten(call.max_tokens, call.stop)
            self._hold_to_limits(exchange, dialect, line.key)
        if exchange.instead is None:
            exchange.cached_tokens = self._cache.cached_tokens(f"{line.key}:{model.id}", call.messages)
            self._write(exchange, planned)
        return exchange

    def _write(self, exchange: Exchange, planned: Sequence[Planned]) -> None:
        """Render the answer, and sign it between the faults that spoil what is signed and those that spoil the rest."""
        exchange.render()
        _commit(exchange, (one for one in planned if Stage.FACTS < one.fault.stage < Stage.SIGNED))
        if self._signing:
            self._signing.sign(exchange)
        _commit(exchange, (one for one in planned if one.fault.stage >= Stage.SIGNED))

    def _hold_to_limits(self, exchange: Exchange, dialect: Dialect, key: str) -> None:
        if not self._limits.any:
            return
        wait_s = self._limits.take(key, exchange.prompt_tokens + len(exchange.pieces))
        headers = tuple(self._limits.headers(key).items())
        if not wait_s:
            exchange.headers = (*exchange.headers, *headers)
            return
        refusal = Rejected(429, "Rate limit reached.", kind="requests", code="rate_limit_exceeded")
        headers = (("Retry-After", retry_after(wait_s)), *headers)
        exchange.instead = Reply(429, dialect.error_body(refusal), headers=headers)

    def _first_word_s(self, model: Model, random: Random) -> float:
        # Drawn also when it is multiplied away, so that the factor changes nothing else under a seed.
        spread = random.lognormvariate(-(_LATENCY_SPREAD**2) / 2, _LATENCY_SPREAD)
        return model.latency_ms / 1000 * spread * self._latency


def _commit(exchange: Exchange, faults: Iterable[Planned]) -> None:
    for one in faults:
        one.commit(exchange)
