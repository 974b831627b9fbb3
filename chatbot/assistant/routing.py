"""Which models a turn tries, in which order and why; and the relay stack that reaches them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.signals import setting_changed

from chatbot import conf
from chatbot.models import Route
from chatbot.relay.base import Endpoint, Relay
from chatbot.relay.client import HttpRelay
from chatbot.relay.limits import Limited, limiter_of
from chatbot.relay.retry_budget import RetryBudget
from chatbot.relay.retrying import Retrying


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A route with the reason for its place in the plan."""

    route: Route
    reason: str


def plan(routes: Sequence[Route]) -> list[Choice]:
    """The routes of a turn in the order to be tried: the staff's order, of those whose endpoint has a key."""
    endpoints = conf.current().endpoints
    return [
        Choice(route=route, reason=f"position {route.position}")
        for route in routes
        if route.endpoint.name in endpoints and endpoints[route.endpoint.name].has_key
    ]


def without_plan(routes: Sequence[Route]) -> str:
    """The error code of a turn whose plan is empty."""
    return "no_key" if routes else "no_route"


_stacks: dict[str, Relay] = {}
_stand_in: ContextVar[Relay | None] = ContextVar("chatbot_relay_stand_in", default=None)


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


setting_changed.connect(_forget, dispatch_uid="chatbot.assistant.routing")
