"""How an endpoint knows us: the key that is good now, and the signature of a request.

One `Credentials` serves every attempt at its endpoint in this process, from whatever thread and event loop: what one of
them learns of the key, all of them know.
"""

import asyncio
import hmac
import inspect
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final
from weakref import WeakValueDictionary

import msgspec

from chatbot.errors import ConfigurationError, KeyUnavailable
from chatbot.relay.base import Endpoint, TokenProvider

logger = logging.getLogger(__name__)

PROVIDER_S: Final = 10.0
"""Seconds that a provider may take."""

RETRY_S: Final = 60.0
"""Seconds until a provider is asked again that gave a key which was never accepted."""

FAILED_S: Final = 5.0
"""Seconds until a provider is asked again that failed."""

MOST_AHEAD_S: Final = 120
"""How far a signature may be dated ahead, in seconds; an upstream that follows the rule takes 300."""

_ISSUED_KEPT: Final = 10_000

_canonical = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Presented:
    """A key as it is shown to the upstream. Neither it nor the headers that carry it show in a repr."""

    token: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)


class Credentials:
    """Keeps the key of one endpoint and signs its requests. `authorization` puts a key into its dialect's headers.

    The provider is asked when there is no key yet, when the key is `refresh_s` old, and when the upstream refused it
    with a 401; once for all who wait, and within `PROVIDER_S` seconds. A provider that fails is asked again after
    `FAILED_S` seconds, and does no harm while the key at hand is still accepted. A key that was refused and never
    accepted is an alarm: it is logged at error level, once, and the provider is asked again after `RETRY_S` seconds at
    the earliest, so that no storm of refusals becomes a storm of refreshes.

    Making one raises `ConfigurationError` for a key that no header may hold.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        authorization: Callable[[str], dict[str, str]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not _presentable(endpoint.key):
            raise ConfigurationError(f"endpoint {endpoint.name!r}: the key holds a character that no header may hold")
        self._name = endpoint.name
        self._provider = endpoint.token
        self._refresh_s = endpoint.refresh_s
        self._secret = endpoint.signing_secret.encode()
        self._authorization = authorization
        self._monotonic = monotonic
        self._clock = clock
        self._lock = threading.Lock()
        self._token = endpoint.key
        self._due_at = monotonic() + endpoint.refresh_s if endpoint.key else monotonic()
        self._not_before = 0.0
        self._asking: Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarmed = False
        self._issued: OrderedDict[bytes, int] = OrderedDict()

    def __repr__(self) -> str:
        return f"Credentials({self._name!r})"

    async def present(self, path: str, body: bytes) -> Presented:
        """The key that is good now and the headers of a request: the key's and, with a signing secret, the signature's.

        `path` is the request's target as it is sent, query included; `body` the very bytes that are sent, JSON with
        sorted keys (see `signable`). Raises `KeyUnavailable` when there is no key at all.
        """
        if self._provider is not None and self._monotonic() >= max(self._due_at, self._not_before):
            await self._refresh(self._token, after_refusal=False)
        token = self._token
        if not token and self._provider is not None:
            raise KeyUnavailable(f"endpoint {self._name!r}: the provider of its key gave none")
        headers = self._authorization(token) if token else {}
        if self._secret:
            headers |= self._signature(path, body)
        return Presented(token, headers)

    def signable(self, body: bytes) -> bytes:
        """`body`, JSON, as it is to be sent: with its keys sorted if requests are signed, else as it is."""
        return _canonical.encode(msgspec.json.decode(body)) if self._secret else body

    async def refused(self, used_token: str) -> bool:
        """A 401 came for a request with `used_token`: whether there is another key by now, so that a repeat may help.

        Asks the provider if nobody has since, once for all who wait.
        """
        if self._token != used_token:
            return True
        if self._provider is not None and self._monotonic() >= self._not_before:
            await self._refresh(used_token, after_refusal=True)
        if self._token != used_token:
            return True
        self.alarm(used_token)
        return False

    def alarm(self, used_token: str) -> None:
        """A key was refused for good. Says so at error level, once until a key is accepted again."""
        with self._lock:
            if self._alarmed or self._token != used_token:
                return
            self._alarmed = True
        logger.error("endpoint %r refuses its key (401): no model can be asked there until it is right", self._name)

    def accepted(self, used_token: str) -> None:
        """The upstream took `used_token`."""
        if (self._alarmed or self._not_before) and self._token == used_token:
            with self._lock:
                self._alarmed = False
                self._not_before = 0.0

    async def _refresh(self, used_token: str, *, after_refusal: bool) -> None:
        """Return when the provider has been asked, by us or by somebody else; whether it helped, `_token` tells."""
        with self._lock:
            if self._token != used_token:
                return
            asking = self._asking
            if asking is None:
                asking = self._asking = Future()
                # A waiter that is cancelled (the shopper stops) must not cancel the refresh for all the others.
                asking.set_running_or_notify_cancel()
                task = asyncio.get_running_loop().create_task(self._ask(asking, after_refusal=after_refusal))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        await asyncio.wrap_future(asking)

    async def _ask(self, asking: Future[None], *, after_refusal: bool) -> None:
        # A task of its own: whoever needs the key first may leave before it comes.
        token = trouble = ""
        try:
            token, trouble = await self._from_provider()
        finally:
            # The end of this loop cancels the task; those who wait on other loops must not wait for ever.
            now = self._monotonic()
            with self._lock:
                if token:
                    self._token = token
                    self._due_at = now + self._refresh_s
                    self._not_before = now + RETRY_S if after_refusal else 0.0
                elif trouble:
                    self._not_before = now + FAILED_S
                self._asking = None
            asking.set_result(None)
        if trouble:
            # Without the exception: its words and its frames may hold the key.
            logger.warning("endpoint %r: the provider of its key %s", self._name, trouble)

    async def _from_provider(self) -> tuple[str, str]:
        """The key, or what went wrong."""
        assert self._provider is not None
        try:
            async with asyncio.timeout(PROVIDER_S):
                token = await _called(self._provider)
        except TimeoutError:
            return "", f"took longer than {PROVIDER_S:g} s"
        except Exception as err:  # noqa: BLE001  an integrator's code
            return "", f"failed with {type(err).__name__}"
        if not isinstance(token, str) or not token:
            return "", "gave none"
        if not _presentable(token):
            return "", "gave one with a character that no header may hold"
        return token, ""

    def _signature(self, path: str, body: bytes) -> dict[str, str]:
        """`X-Timestamp` in unix seconds and `X-Signature`, hex HMAC-SHA256 of `path:timestamp:body`."""
        now = int(self._clock())
        request = blake2b(b"%b:%b" % (path.encode(), body), digest_size=16).digest()
        with self._lock:
            # The same request twice in a second has the same signature, and the second would pass for a replay: it is
            # dated a second ahead. Not without end: upstreams refuse a date that is too far from theirs.
            timestamp = min(max(now, self._issued.pop(request, 0) + 1), now + MOST_AHEAD_S)
            self._issued[request] = timestamp
            if len(self._issued) > _ISSUED_KEPT:
                self._issued.popitem(last=False)
        signature = hmac.digest(self._secret, b"%b:%d:%b" % (path.encode(), timestamp, body), "sha256").hex()
        return {"X-Timestamp": str(timestamp), "X-Signature": signature}


async def _called(provider: TokenProvider) -> str:
    # An instance is async when its __call__ is, a functools.partial when what it wraps is.
    # An instance is async when its __call__ is.
    is_async = inspect.iscoroutinefunction(provider) or inspect.iscoroutinefunction(type(provider).__call__)
    given = provider() if is_async else await asyncio.to_thread(provider)
    return await given if inspect.isawaitable(given) else given


_shared: Final[WeakValueDictionary[tuple[object, ...], Credentials]] = WeakValueDictionary()
_shared_lock: Final = threading.Lock()


def credentials(endpoint: Endpoint, authorization: Callable[[str], dict[str, str]]) -> Credentials:
    """The credentials of `endpoint`: the same for everyone in this process who has the same endpoint.

    Raises `ConfigurationError` for a key that no header may hold.
    """
    secrets = (endpoint.key, id(endpoint.token), endpoint.signing_secret)
    key = (endpoint.name, endpoint.url, endpoint.dialect, endpoint.refresh_s, *secrets)
    with _shared_lock:
        # The dictionary keeps nothing alive; whoever asks with the endpoint in hand keeps its provider, and so its id.
        found = _shared.get(key)
        if found is None:
            found = _shared[key] = Credentials(endpoint, authorization)
        return found


def _presentable(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token
