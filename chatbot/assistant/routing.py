"""Which models a turn tries, in which order and why; and the relay stack that reaches them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.signals import setting_changed

from chatbot import conf, models
from chatbot.models import Route
from chatbot.relay.base import Endpoint, Relay
from chatbot.relay.breaking import Breaker, Breaking
from chatbot.relay.client import HttpRelay
from chatbot.relay.failover import Failover
from chatbot.relay.hedging import Hedging
from chatbot.relay.limits import Limited, limiter_of
from chatbot.relay.retry_budget import RetryBudget
from chatbot.relay.retrying import Retrying
from chatbot.remembered import remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A route with the reason for its place in the plan."""

    route: Route
    reason: str


@remembered(models.Endpoint, Route)
def usable() -> Sequence[Route]:
    """The routes that staff have enabled, in their order."""
    return list(Route.objects.usable())


def plan(routes: Sequence[Route]) -> list[Choice]:
    """The routes of a turn in the order to be tried: the staff's order, of those whose endpoint has a key.

    A route whose circuit is open comes last: it may have recovered by the time that no other is left.
    """
    endpoints = conf.current().endpoints
    choices: list[Choice] = []
    resting: list[Choice] = []
    for route in routes:
        if route.endpoint.name in endpoints and endpoints[route.endpoint.name].has_key:
            if breaker_of(route.endpoint.name, route.model).wait_s > 0:
                resting.append(Choice(route=route, reason=f"position {route.position}, resting after failures"))
            else:
                choices.append(Choice(route=route, reason=f"position {route.position}"))
    return choices + resting


def without_plan(routes: Sequence[Route]) -> str:
    """The error code of a turn whose plan is empty."""
    return "no_key" if routes else "no_route"


_stacks: dict[str, Relay] = {}
_breakers: dict[tuple[str, str], Breaker] = {}
_stand_in: ContextVar[Relay | None] = ContextVar("chatbot_relay_stand_in", default=None)


def relay_of(plan: Sequence[Choice], *, may_race: bool = True) -> Relay:
    """The relay stack of a plan that has a route: failover over its routes, each behind its circuit.

    With HEDGE_AFTER_MS the first two routes race for a first word that is late, if they `may_race`.
    """
    choices: list[tuple[Relay, str]] = []
    for choice in plan:
        endpoint, model = choice.route.endpoint.name, choice.route.model
        choices.append((Breaking(relay_for(endpoint), breaker_of(endpoint, model)), model))
    hedge_after_ms = conf.current().hedge_after_ms
    if hedge_after_ms and may_race and len(choices) > 1:
        first, model = choices[0]
        choices[0] = (Hedging(first, choices[1], after_s=hedge_after_ms / 1000), model)
    return Failover(choices)


def breaker_of(endpoint: str, model: str) -> Breaker:
    """The circuit of a route, one for all turns of the process."""
    return _breakers.setdefault((endpoint, model), Breaker())


def relay_for(endpoint: str) -> Relay:
    """The relay stack of an endpoint, outermost first: retry, wait for a slot, then one attempt over HTTP.

    One stack per endpoint and process, so that what its wrappers learn of the upstream serves every turn.
    """
    if stand_in := _stand_in.get():
        return stand_in
    if endpoint not in _stacks:
        _stacks[endpoint] = _stack(conf.current(), conf.current().endpoints[endpoint])
    return _stacks[endpoint]


def _stack(settings: conf.Settings, endpoint: Endpoint) -> Relay:
    limiter = limiter_of(endpoint, redis_url=settings.redis_url, queue_s=settings.queue_s)
    return Retrying(Limited(HttpRelay(endpoint), limiter), budget=RetryBudget(), paced=True)


@contextmanager
def every_endpoint(relay: Relay) -> Iterator[None]:
    """Let `relay` answer for every endpoint, for turns that are begun inside this block. For tests."""
    token = _stand_in.set(relay)
    try:
        yield
    finally:
        _stand_in.reset(token)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "CHATBOT":
        _stacks.clear()
        _breakers.clear()


setting_changed.connect(_forget, dispatch_uid="chatbot.assistant.routing")
