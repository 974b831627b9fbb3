"""The simulator as a server: `Simulator` listens, checks who asks, plays what was planned and keeps the bill.

    POST   /v1/chat/completions    stream or plain, with a bearer key; `X-Simulate: fault,...` for faults
    POST   /v1/messages            the same answers in Anthropic's dialect
    POST   /v1beta/models/<id>:streamGenerateContent (alt=sse), :generateContent    and in Gemini's
    GET    /v1/models              and /v1/models/<id>
    POST   /token                  a token that runs out, for the key in the Authorization header
    GET    /bill                   the bill as JSON (?lines=N), /bill.csv its lines; DELETE /bill starts a new one
    GET    /control                every fault with its sentence; POST /control plans faults (see `script`)
    GET    /requests               the last requests as they came, without the key; DELETE /requests forgets them

Everything but `/v1/` is open to whoever can connect: listen on the loopback address.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from hmac import compare_digest
from random import Random
from typing import Final, Self
from uuid import UUID

import msgspec
from aiohttp import web

from chatbot.simulator import openai
from chatbot.simulator.bill import LINES_KEPT, Bill, Line, fingerprint
from chatbot.simulator.calls import Dialect, Rejected, unauthorized, unknown_model
from chatbot.simulator.dialects import DIALECTS
from chatbot.simulator.exchange import Exchange, Hangup
from chatbot.simulator.models import MODELS
from chatbot.simulator.planning import Planner
from chatbot.simulator.player import hang_up, play
from chatbot.simulator.rate_limits import RateLimits
from chatbot.simulator.script import Script
from chatbot.simulator.seen import Seen
from chatbot.simulator.signing import Signing, Tokens

DEFAULT_KEY: Final = "simulator-key"

_BODY_LIMIT: Final = 32 * 1024 * 1024
# How the other dialects send their key; Gemini's may stand in the query too.
_KEY_HEADERS: Final = ("x-api-key", "x-goog-api-key")

_OPENAI: Final = DIALECTS["openai"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Simulator:
    """A relay on a port of its own. Start and stop it, or use it as an async context manager.

    `seed` makes answers, ids, delays and random faults a function of the order of requests. `tokens_per_second` None is
    each model's own speed, 0 no pacing at all. Of `spread` streams that follow each other no two speak at one moment; 0
    leaves that to chance. `latency` multiplies the models' delay of the first word, 0 is none.
    `limits` are held to for each key: what is over them is refused with 429 and `Retry-After`, and bills nothing.
    `keys` are accepted beside DEFAULT_KEY. `port` 0 takes a free one. With a `signing_secret` only signed requests are
    answered, and answers are signed (see `signing`). Tokens got at `/token` live for `token_lifetime_s`.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        tokens_per_second: float | None = None,
        latency: float = 1.0,
        spread: int = 0,
        keys: Iterable[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        signing_secret: str = "",
        token_lifetime_s: float = 3600.0,
        limits: RateLimits | None = None,
    ) -> None:
        self.bill = Bill()
        self.faults = Script()
        self.requests = Seen()
        self.tokens = Tokens(token_lifetime_s)
        self.url = ""
        self._seed = seed if seed is not None else Random().randrange(2**32)  # noqa: S311  not a secret
        self._tokens_per_second = tokens_per_second
        self._spread = spread
        self._keys = tuple(key.encode() for key in (DEFAULT_KEY, *keys))
        self._signing = Signing(signing_secret) if signing_secret else None
        self._planner = Planner(self.faults, latency=latency, limits=limits or RateLimits(), signing=self._signing)
        self._host = host
        self._port = port
        self._number = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen, and return the base URL, which ends in `/v1`. Raises OSError when the port is taken."""
        runner = web.AppRunner(
            self._app(), handler_cancellation=True, access_log=None, shutdown_timeout=0.05, keepalive_timeout=75
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        host, port = runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"
        return self.url

    async def stop(self) -> None:
        """Close all connections; answers under way count as aborted."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=_BODY_LIMIT, middlewares=[_errors_as_json])
        app.add_routes(
            [
                web.get("/", self._get_index),
                web.post("/v1/chat/completions", self._post_chat),
                web.post("/v1/messages", self._post_messages),
                web.post("/{version:v1|v1beta}/models/{model:[^/:]+}:{method}", self._post_generate),
                web.get("/v1/models", self._get_models),
                web.get("/v1/models/{id}", self._get_model),
                web.post("/token", self._post_token),
                web.get("/bill", self._get_bill),
                web.get("/bill.csv", self._get_bill_csv),
                web.delete("/bill", self._delete_bill),
                web.get("/control", self._get_control),
                web.post("/control", self._post_control),
                web.get("/requests", self._get_requests),
                web.delete("/requests", self._delete_requests),
            ]
        )
        return app

    async def _post_chat(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, _OPENAI)

    async def _post_messages(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, DIALECTS["anthropic"])

    async def _post_generate(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, DIALECTS["gemini"])

    async def _answer(self, request: web.Request, dialect: Dialect) -> web.StreamResponse:
        self._number += 1
        random = Random(f"{self._seed}:{self._number}")  # noqa: S311  repeatable on purpose
        key = self._key(request)
        line = self.bill.start(
            number=self._number,
            upstream_id=f"{dialect.id_prefix}{UUID(int=random.getrandbits(128), version=4)}",
            key=fingerprint(key) if key is not None else "unknown",
            model="unknown",
        )
        try:
            body = await request.read()
            self.requests.add(line, request.path_qs, request.headers, body)
            exchange = self._plan(request, dialect, body, line, random)
            if isinstance(exchange.instead, Hangup):
                hang_up(request, exchange.instead)
                self.bill.settle(line, "refused")
                return web.Response()
            if exchange.instead is not None:
                reply = exchange.instead
                line.status = reply.status
                self.bill.settle(line, "refused")
                headers = {"Content-Type": reply.content_type, "x-request-id": line.id, **dict(reply.headers)}
                return web.Response(status=reply.status, body=reply.body, headers=headers)
            speed = self._tokens_per_second
            if speed is None:
                speed = MODELS[line.model].tokens_per_second
            phase = line.number % self._spread / self._spread if self._spread else None
            return await play(request, exchange, line, self.bill, tokens_per_second=speed, phase=phase)
        except Rejected as err:
            line.status = err.status
            self.bill.settle(line, "refused")
            return _json_response(dialect.error_body(err), status=err.status)
        except web.HTTPException as err:
            line.status = err.status
            self.bill.settle(line, "refused")
            raise
        except (asyncio.CancelledError, ConnectionError):
            self.bill.settle(line, "aborted")
            raise
        finally:
            # A line left open by a defect of our own would keep the bill from ever settling.
            self.bill.settle(line, "broken")

    def _plan(self, request: web.Request, dialect: Dialect, body: bytes, line: Line, random: Random) -> Exchange:
        if line.key == "unknown":
            raise unauthorized()
        if self._signing and (code := self._signing.complaint(request.headers, request.raw_path, body)):
            raise Rejected(401, "The request is not signed as it should be.", code=code)
        call = dialect.read_call(body, {**request.query, **request.match_info})
        return self._planner.plan(call, dialect, line, random, request.headers.get("X-Simulate"))

    def _key(self, request: web.Request) -> str | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if not key:
            scheme = "bearer"
            key = next((request.headers[name] for name in _KEY_HEADERS if name in request.headers), "")
            key = key or request.query.get("key", "")
        given = key.strip().encode(errors="surrogateescape")
        known = scheme.lower() == "bearer" and any(compare_digest(given, one) for one in self._keys)
        return given.decode() if known else self.tokens.owner(given.decode(errors="replace"))

    async def _get_index(self, request: web.Request) -> web.Response:
        return web.Response(text=__doc__ or "")

    async def _get_models(self, request: web.Request) -> web.Response:
        self._require_key(request)
        return _json_response({"object": "list", "data": [openai.model_object(model) for model in MODELS.values()]})

    async def _get_model(self, request: web.Request) -> web.Response:
        self._require_key(request)
        model = MODELS.get(request.match_info["id"])
        if model is None:
            raise unknown_model(request.match_info["id"])
        return _json_response(openai.model_object(model))

    def _require_key(self, request: web.Request) -> None:
        if self._key(request) is None:
            raise unauthorized()

    async def _post_token(self, request: web.Request) -> web.Response:
        key = self._key(request)
        if key is None:
            raise unauthorized()
        return _json_response({"token": self.tokens.issue(key), "expires_in": self.tokens.lifetime_s})

    async def _get_bill(self, request: web.Request) -> web.Response:
        lines = request.query.get("lines", str(LINES_KEPT))
        if not lines.isdecimal():
            raise Rejected(400, "'lines' is a number of lines.", param="lines")
        return _json_response(self.bill.as_json(int(lines)))

    async def _get_bill_csv(self, request: web.Request) -> web.Response:
        return web.Response(text=self.bill.as_csv(), content_type="text/csv")

    async def _delete_bill(self, request: web.Request) -> web.Response:
        self.bill.reset()
        return web.Response(status=204)

    async def _get_control(self, request: web.Request) -> web.Response:
        return _json_response(self.faults.as_json())

    async def _post_control(self, request: web.Request) -> web.Response:
        try:
            self.faults.command(await request.read())
        except ValueError as err:
            raise Rejected(400, str(err)) from err
        return web.Response(status=204)

    async def _get_requests(self, request: web.Request) -> web.Response:
        return _json_response({"requests": self.requests.as_json()})

    async def _delete_requests(self, request: web.Request) -> web.Response:
        self.requests.forget()
        return web.Response(status=204)


@web.middleware
async def _errors_as_json(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Rejected as err:
        return _json_response(_OPENAI.error_body(err), status=err.status)
    except web.HTTPClientError as err:
        error = Rejected(err.status, f"{err.reason}: {request.method} {request.path}")
        return _json_response(_OPENAI.error_body(error), status=err.status)
    except ConnectionResetError:  # the client has left; nobody reads this, and the log is spared a traceback
        return web.Response(status=499)


def _json_response(value: object, *, status: int = 200) -> web.Response:
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return web.Response(body=body, status=status, content_type="application/json")
