"""A small shop whose bot says what a test wants: the whole contract of the doors, without Django, database or model.

A turn is a list of `parts`; `HOLD` in it waits until the test calls `go()`, so a test looks at a half-written answer
for as long as it likes and nothing sleeps. What the browser asked for is in `seen`.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from aiohttp import WSMsgType, web

from tests.widget.pages import CSS, POLICY, drawing
from tests.widget.parts import Part, Script, failed, finish, said
from tests.widget.scripted_turn import Turn

STATIC = Path(__file__).resolve().parent.parent.parent / "chatbot" / "static"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeShop:
    """The server. Start it with `serving`; then set how it behaves, and look at what it saw."""

    def __init__(self, page: Callable[[str], str]) -> None:
        self.page = page
        self.script: Script = lambda question: [*said(f"You asked: {question}"), finish()]
        self.sockets_work = True
        self.streams_work = True
        self.reachable = True
        self.refusal: Part | None = None
        self.conversation: str | None = None
        self.seen: list[tuple[str, Any]] = []  # Any: a path, or the JSON of a frame or body
        self.url = ""
        self.token = "token"
        self._news = threading.Condition(threading.RLock())
        self._turns: dict[str, Turn] = {}
        self._asked: dict[str, Turn] = {}
        self._open: list[web.Request] = []  # of open sockets
        self._going = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.loop: asyncio.AbstractEventLoop

    def go(self) -> None:
        """Let the turn that waits at a HOLD go on to its next one."""
        self.loop.call_soon_threadsafe(self._going.set)

    def cut(self) -> None:
        """Drop every open socket without a word."""

        self.loop.call_soon_threadsafe(self._drop)

    def _drop(self) -> None:
        for request in self._open:
            if request.transport is not None:
                request.transport.abort()

    def _see(self, where: str, what: Any) -> None:  # Any: see seen
        with self._news:
            self.seen.append((where, what))
            self._news.notify_all()

    def wait_for(self, where: str) -> None:
        """Wait until something came in at `where`; fails after ten seconds."""
        with self._news:
            assert self._news.wait_for(lambda: self.requests(where), timeout=10), f"nothing came in at {where}"

    def requests(self, path: str) -> list[Any]:  # Any: see seen
        """What came in at `path`."""
        return [what for where, what in self.seen if where == path]

    def routes(self) -> list[web.AbstractRouteDef]:
        """All addresses."""
        return [
            web.get("/chat/api/session", self.session),
            web.get("/chat/ws/", self.socket),
            web.post("/chat/api/chat", self.chat),
            web.get("/chat/api/chat/{conversation}/stream", self.stream),
            web.post("/chat/api/chat/{conversation}/stop", self.stop),
            web.post("/chat/api/answers/", self.answers),
            web.delete("/chat/api/conversations/", self.delete),
            web.post("/chat/api/messages/{message}/feedback/", self.feedback),
            web.get("/style.css", self.style),
            web.get("/pictures/{name}", self.picture),
            web.static("/static", STATIC),
            web.get("/{path:.*}", self.html),
        ]

    async def html(self, request: web.Request) -> web.Response:
        """A page of the shop."""
        headers = {"Content-Security-Policy": POLICY}
        return web.Response(text=self.page(request.path), content_type="text/html", headers=headers)

    async def style(self, request: web.Request) -> web.Response:
        """The shop's own style sheet."""
        return web.Response(text=CSS, content_type="text/css")

    async def picture(self, request: web.Request) -> web.Response:
        """A drawing."""
        self._see("picture", request.path)
        return web.Response(text=drawing(request.path), content_type="image/svg+xml")

    async def session(self, request: web.Request) -> web.Response:
        """What was said so far."""
        self._see("session", None)
        turns = list(self._turns.values())
        running = next((turn.id for turn in turns if not turn.over), None)
        messages = [message for turn in turns for message in turn.stored()]
        so_far = {"id": self.conversation, "running_turn": running, "messages": messages}
        body = {
            "csrf_token": self.token,
            "conversation": so_far if self.conversation else None,
            "limits": {"question_characters": 200},
        }
        response = web.json_response(body)
        response.set_cookie("chatbot_visitor", "somebody", httponly=True, samesite="Lax")
        return response

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket door."""
        if not self.sockets_work:
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(request)
        self._see("open", None)
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            self._see(frame["type"], frame)
            self._spawn(self._frame(socket, frame))
        self._open.remove(request)
        self._see("close", None)
        return socket

    async def _frame(self, socket: web.WebSocketResponse, frame: Part) -> None:
        match frame["type"]:
            case "ask":
                if self.refusal:
                    await socket.send_json({**self.refusal, "id": frame["id"]})
                    return
                if frame["conversation"] not in (None, self.conversation):
                    await socket.send_json({**failed("not_found", "Gone."), "id": frame["id"]})
                    return
                if frame["conversation"] is None:  # a new one: this shop remembers the last
                    self._turns.clear()
                    self.conversation = None
                await self._tell(socket, self.ask(frame["id"], frame["text"]), 0)
            case "resume":
                await self._tell(socket, self._turns[frame["turn"]], frame["after"])
            case "stop":
                self._turns[frame["turn"]].stopped.set()
                self._going.set()

    async def _tell(self, socket: web.WebSocketResponse, turn: Turn, after: int) -> None:
        async for seq, part in turn.follow(after):
            await socket.send_json({**part, "seq": seq, "turn": turn.id})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """The door of server-sent events."""
        body = await request.json()
        self._see("chat", {**body, "token": request.headers.get("X-CSRFToken")})
        if not self.streams_work:
            raise web.HTTPNotFound
        if self.refusal:
            shape = {"code": self.refusal["code"], "detail": self.refusal["errorText"], "retry_after": None}
            return web.json_response(shape, status=429)
        message = body["message"]
        return await self._events(request, self.ask(message["id"], message["parts"][0]["text"]), 0)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Follow what runs."""
        after = int(request.headers.get("Last-Event-ID", 0))
        self._see("stream", after)
        running = [turn for turn in self._turns.values() if not turn.over]
        if not running:
            return web.Response(status=204)
        return await self._events(request, running[-1], after)

    async def _events(self, request: web.Request, turn: Turn, after: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        async for seq, part in turn.follow(after):
            await response.write(f"id: {seq}\ndata: {json.dumps(part, ensure_ascii=False)}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    async def stop(self, request: web.Request) -> web.Response:
        """Stop what runs."""
        self._see("stop", request.headers.get("X-CSRFToken"))
        for turn in self._turns.values():
            turn.stopped.set()
        self._going.set()
        return web.Response(status=204)

    async def answers(self, request: web.Request) -> web.Response:
        """The whole answer at once."""
        body = await request.json()
        self._see("answers", body)
        turn = self.ask(body["client_message_id"], body["text"])
        async for _ in turn.follow(0):
            pass
        stored = turn.stored()[-1]
        reply = {"turn": turn.id, "conversation": self.conversation, "message": turn.message, "ending": "complete"}
        return web.json_response({**reply, "parts": stored["parts"]})

    async def delete(self, request: web.Request) -> web.Response:
        """Forget all."""
        self._see("delete", request.headers.get("X-CSRFToken"))
        if self.refusal:
            shape = {"code": self.refusal["code"], "detail": self.refusal["errorText"], "retry_after": None}
            return web.json_response(shape, status=409)
        self._turns.clear()
        self.conversation = None
        return web.Response(status=204)

    async def feedback(self, request: web.Request) -> web.Response:
        """Keep what the shopper thinks."""
        if request.headers.get("X-CSRFToken") != self.token:
            return web.Response(status=403, text="<h1>CSRF verification failed.</h1>", content_type="text/html")
        self._see("feedback", await request.json())
        return web.json_response({})

    def ask(self, client_id: str, question: str) -> Turn:
        """The turn of this client message, begun if it is new."""
        if client_id in self._asked:
            return self._asked[client_id]
        self.conversation = self.conversation or str(uuid4())
        turn = self._asked[client_id] = Turn(question)
        self._turns[turn.id] = turn
        self._going.clear()
        self._spawn(self._run(turn))
        return turn

    async def _run(self, turn: Turn) -> None:
        metadata = {"turn": turn.id, "conversation": self.conversation}
        await turn.say({"type": "start", "messageId": turn.message, "messageMetadata": metadata})
        for step in self.script(turn.question):
            if isinstance(step, dict):
                await turn.say(step)
            else:
                await self._going.wait()
                self._going.clear()
            if turn.stopped.is_set():
                await turn.say({"type": "abort", "reason": "stopped"})
                return

    def _spawn(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except ConnectionError:
                pass  # the browser left

        task = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


SHOP: Final = web.AppKey("shop", FakeShop)


@web.middleware
async def _reach(request: web.Request, handler: Handler) -> web.StreamResponse:
    shop = request.app[SHOP]
    if not shop.reachable and request.path.startswith("/chat/"):
        assert request.transport is not None
        request.transport.abort()
    return await handler(request)


@contextmanager
def serving(page: Callable[[str], str]) -> Iterator[FakeShop]:
    """A running shop on a free port of this machine, in a thread of its own."""
    ready = threading.Event()
    shops: list[FakeShop] = []
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        shop = FakeShop(page)
        shop.loop = loop
        app = web.Application(middlewares=[_reach])
        app[SHOP] = shop
        app.add_routes(shop.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        shop.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        shops.append(shop)
        ready.set()
        await ended.wait()
        shop._drop()
        for task in list(shop._tasks):
            task.cancel()
        await asyncio.gather(*shop._tasks, return_exceptions=True)
        await runner.cleanup()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(serve())
        finally:
            loop.close()
            ready.set()  # a shop that could not start is missed below, not waited for

    thread = threading.Thread(target=run, name="fake shop", daemon=True)
    thread.start()
    ready.wait()
    yield shops[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join()
