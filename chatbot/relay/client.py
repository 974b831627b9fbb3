"""`HttpRelay`: one attempt at one endpoint over HTTP. The conversation with the socket stands in `exchange`."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

import httpx

from chatbot.errors import ConfigurationError, IntegrityFailed, RelayError, RelayUnauthorized, StreamCut
from chatbot.events import AttemptEnded, AttemptStarted, RelayEvent, TextAdded, TextWithdrawn, Usage
from chatbot.relay import dialects
from chatbot.relay.auth import credentials
from chatbot.relay.base import ChatRequest, Endpoint
from chatbot.relay.exchange import Exchange

logger = logging.getLogger(__name__)
security = logging.getLogger("chatbot.security")

_HEADERS: Final = (
    ("Content-Type", "application/json"),
    ("Accept", "text/event-stream, application/json"),
    # A packed stream comes in lumps, and a small one may unpack to gigabytes.
    ("Accept-Encoding", "identity"),
    ("User-Agent", "django-shopkeeper"),
)
_UNANSWERED: Final = Usage(input_tokens=0, cached_input_tokens=0, output_tokens=0, source="estimated")
"""What a connection cost that broke before the head of a response: the relay had not begun to answer."""


class HttpRelay:
    """A `Relay` that makes one attempt over HTTP: `AttemptStarted`, `TextAdded` per network read, `AttemptEnded`.

    The request leaves when the event after `AttemptStarted` is asked for. A read that brings several chunks gives one
    event with all their words, so a consumer that falls behind gets fewer and longer pieces, never a growing queue.
    When there is no whole answer the `RelayError` follows `AttemptEnded`, whose outcome is `incomplete` when words
    came and `failed` when none did. Closing the generator closes the connection at once and yields nothing more. So
    does cancelling its consumer, but for an `AttemptEnded` that says what is known by then: a stopped attempt has a
    name at its upstream, too, and perhaps a count of its tokens.

    A request whose key is refused with a 401 is sent once more, in the same attempt, if there is another key by then: a
    refusal is not billed, and no word has come before it. An answer that is not what its relay signed, or one whose
    signature is required and never came, is withdrawn before `AttemptEnded`, and `chatbot.security` logs it.

    The message of an error names the endpoint, the model and the status. It never holds the key or anything that the
    upstream wrote. Making one raises `ConfigurationError` for an endpoint that cannot work.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._base = _base_url(endpoint)
        self._dialect = dialects.of(endpoint.dialect)
        self._headers = (*_HEADERS, *self._dialect.headers().items())
        self._credentials = credentials(endpoint, self._dialect.authorization)
        self._urls: dict[str, httpx.URL] = {}

    def __repr__(self) -> str:
        return f"HttpRelay({self._endpoint.name!r})"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[RelayEvent, None]:
        """Events of one attempt; see the class."""
        yield AttemptStarted(
            attempt=request.attempt, endpoint=self._endpoint.name, model=request.model, number=request.number
        )
        exchange = Exchange(self._endpoint, request)
        failure: RelayError | None = None
        try:
            try:
                if not await self._sent(exchange, request):
                    await exchange.close()
                    exchange = Exchange(self._endpoint, request)
                    await self._sent(exchange, request, again=True)
                while (text := await exchange.words()) is not None:
                    yield TextAdded(text=text)
            except asyncio.CancelledError:
                late = exchange.catch_up()
                await exchange.close()
                yield replace(_ended(self._endpoint.name, exchange, request, None), outcome="stopped", unheard=late)
                raise
            except RelayError as err:
                failure = err
            spoke = exchange.first_word_ms is not None
            if isinstance(failure, IntegrityFailed) or (failure and spoke and self._endpoint.integrity == "required"):
                security.warning("attempt %s is not believed: %s", request.attempt, failure)
                if spoke:
                    yield TextWithdrawn(attempt=request.attempt, reason=failure.code)
            yield _ended(self._endpoint.name, exchange, request, failure)
            if failure is not None:
                # The frames below hold what the upstream wrote; error trackers record the locals of every frame.
                raise failure.with_traceback(None)
            await exchange.drain()
        finally:
            await exchange.close()

    async def _sent(self, exchange: Exchange, request: ChatRequest, *, again: bool = False) -> bool:
        """Send; False when the key was refused and there is another one. Raises `RelayError`."""
        url = self._url(request)
        body = self._credentials.signable(self._dialect.body(request))
        presented = await self._credentials.present(url.raw_path.decode("ascii"), body)
        refusal: RelayUnauthorized | None = None
        try:
            await exchange.send(url, httpx.Headers([*self._headers, *presented.headers.items()]), body)
        except RelayUnauthorized as err:
            refusal = err
        if refusal is None:
            self._credentials.accepted(presented.token)
            return True
        if exchange.status == 401 and again:
            self._credentials.alarm(presented.token)
        # Nothing is awaited inside the except clause: what is raised here would drag the request along, key and all.
        elif exchange.status == 401 and await self._credentials.refused(presented.token):
            return False
        raise refusal

    def _url(self, request: ChatRequest) -> httpx.URL:
        path = self._dialect.path(request)
        if path not in self._urls:
            self._urls[path] = _below(self._base, path)  # one for each model of the endpoint's routes, at most
        return self._urls[path]


def _ended(endpoint: str, exchange: Exchange, request: ChatRequest, failure: RelayError | None) -> AttemptEnded:
    reader = exchange.reader
    spoke = exchange.first_word_ms is not None
    usage = _UNANSWERED if isinstance(failure, StreamCut) and not exchange.status else reader.usage()
    if usage.doubtful:
        logger.warning("attempt %s: %r of %r reports counts that cannot be", request.attempt, request.model, endpoint)
    return AttemptEnded(
        attempt=request.attempt,
        outcome="answered" if failure is None else "incomplete" if spoke else "failed",
        usage=usage,
        served_model=reader.served_model,
        upstream_id=reader.upstream_id,
        finish_reason=reader.finish_reason,
        error_code="" if failure is None else failure.code,
        first_word_ms=exchange.first_word_ms,
        total_ms=exchange.elapsed_ms(),
    )


def _base_url(endpoint: Endpoint) -> httpx.URL:
    try:
        url = httpx.URL(endpoint.url)
    except httpx.InvalidURL as err:
        raise ConfigurationError(f"endpoint {endpoint.name!r}: the URL cannot be read: {err}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError(f"endpoint {endpoint.name!r}: the URL must begin with https:// or http://")
    if url.userinfo:
        raise ConfigurationError(f"endpoint {endpoint.name!r}: the URL must hold no user or password; use the key")
    return url


def _below(base: httpx.URL, path: str) -> httpx.URL:
    """The address `path` below `base`; a query of `base` stays."""
    path, _, query = path.partition("?")
    queries = [each for each in (base.query, query.encode("ascii")) if each]
    raw = base.raw_path.partition(b"?")[0].rstrip(b"/") + path.encode("ascii")
    return base.copy_with(raw_path=b"?".join([raw, b"&".join(queries)] if queries else [raw]))
