"""The WebSocket door. Up come three frames: ask, resume, stop; down go the parts of `wire`, numbered.

Whatever comes up, the socket stays open: what cannot be read or is refused is answered by an `error` part with a code.
Each frame is served by a task, so that a stop is read while an answer streams. A reader that does not read holds up
its own tasks only: each awaits its send, and the words wait in the turn's one log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import aclosing
from io import BytesIO
from types import coroutine
from typing import Any, Final

from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.utils import translation

from chatbot import conf, visitors, wire
from chatbot.assistant import turn
from chatbot.assistant.sentences import for_shopper
from chatbot.database import in_database
from chatbot.errors import ChatbotError, OriginRefused, RateLimited
from chatbot.events import TextAdded, TurnEvent

logger = logging.getLogger(__name__)

CLOSE_FOREIGN_PAGE: Final = 4403
"""Before the handshake: servers answer 403. Connecting again from the same page will not help."""
SERVED_AT_ONCE: Final = 16
"""Frames of one socket that are being served, followed turns included."""
SERVER_SEND: Final = "chatbot.send"
"""Where `chatbot_asgi` leaves the server's own `send` in the scope. The session middleware wraps it and looks at the
session for every message, though a socket's messages can carry no cookie: as much work as the frame itself."""

_identify = in_database(visitors.identify)  # a site's own resolver may well ask its database


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is not typed
    """One socket of one visitor."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI
        """Serve the socket. Whichever way it ends, its tasks end with it; the turns run on."""
        self.tasks: set[asyncio.Task[None]] = set()
        self.followers: dict[str, asyncio.Task[None]] = {}
        try:
            await super().__call__(scope, receive, scope.get(SERVER_SEND, send))
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    async def connect(self) -> None:
        """Let the shop's own pages in, whatever validators the site has or has forgotten."""
        self.handshake = _as_request(self.scope)
        try:
            visitors.refuse_foreign_page(self.handshake)
        except OriginRefused as error:
            logger.warning("%s: %s", error.code, error)
            await self.close(code=CLOSE_FOREIGN_PAGE)
            return
        self.visitor = await _identify(visitors.evidence_of(self.handshake, self.scope.get("user")))
        cookies = HttpResponse()
        if self.visitor.is_new:
            visitors.remember(cookies, self.visitor, secure=self.handshake.is_secure())
        await self.accept(headers=[(b"set-cookie", c.OutputString().encode()) for c in cookies.cookies.values()])

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Read a frame and have it served."""
        try:
            frame = wire.read_frame(text_data or bytes_data or b"", at_most=conf.current().frame_bytes)
            if len(self.tasks) >= SERVED_AT_ONCE:
                raise RateLimited(retry_after_s=1)
        except ChatbotError as error:
            await self.refuse(error)
            return
        task = asyncio.create_task(self.serve(frame))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, frame: wire.Frame) -> None:
        """Do what the frame asks for, to the end."""
        try:
            match frame:
                case wire.AskFrame():
                    started = await turn.start(self.visitor, self.asked(frame))
                    await self.follow(started.turn, after=0)
                case wire.ResumeFrame():
                    await self.follow(frame.turn, after=frame.after)
                case wire.StopFrame():
                    await turn.stop(self.visitor, frame.turn)
        except ChatbotError as error:
            await self.refuse(error, frame)
        except Exception:
            logger.exception("a frame could not be served")
            await self.refuse(ChatbotError(), frame)

    def asked(self, frame: wire.AskFrame) -> turn.Ask:
        """The question, with what the handshake tells of the shopper's page."""
        language = visitors.language_of_page(self.handshake, frame.page)
        asked_in = frame.conversation or None
        return turn.Ask(
            text=frame.text, client_message_id=frame.id, conversation=asked_in, page=frame.page, language=language
        )

    async def follow(self, of: str, *, after: int) -> None:
        """Send the parts of a turn to its last. Asked for a second time on this socket, the first one gives way."""
        me = asyncio.current_task()
        assert me is not None
        while earlier := self.followers.get(of):
            earlier.cancel()
            await asyncio.wait({earlier})
        self.followers[of] = me
        express = ExpressSending(self.base_send, of)
        try:
            async with aclosing(turn.follow(self.visitor, of, after=after, express=express.take)) as events:
                async for seq, event in events:
                    if await express.finish():
                        continue
                    # Not `self.send`: two more coroutines a token, to build the same message.
                    await self.base_send({"type": "websocket.send", "text": wire.ws_frame(seq, event, of)})
        except OSError:
            pass  # the shopper has gone; the answer waits on the next page
        finally:
            del self.followers[of]

    async def refuse(self, error: ChatbotError, frame: wire.Frame | None = None) -> None:
        """Say no, and to which client message or turn."""
        with translation.override(visitors.language_of_page(self.handshake, {})):
            part = wire.error_part(error, for_shopper(error))
        try:
            await self.send(text_data=wire.encode({**part, **(frame.about if frame else {})}).decode())
        except OSError:
            pass


class ExpressSending:
    """Sends the words of a turn in the middle of the writer's work, as long as the socket takes them without a wait.

    Waking the reader's task for each word would be a third round of the event loop between the relay and the shopper.
    Where the socket makes us wait, the reader's task is woken and goes on with the sending that has begun.
    """

    def __init__(self, send: Callable[[dict[str, str]], Awaitable[None]], turn: str) -> None:
        self._send = send
        self._turn = turn
        self._begun: Coroutine[Any, Any, None] | None = None  # Any: what event loops pass around

    def take(self, seq: int, event: TurnEvent) -> bool:
        """Send `event` if it is words. False where something else has to be done: see `finish`."""
        if not isinstance(event, TextAdded):
            return False
        sending = self._send({"type": "websocket.send", "text": wire.ws_frame(seq, event, self._turn)}).__await__()
        try:
            waits_for = next(sending)
        except StopIteration:
            return True
        except Exception:  # noqa: BLE001 - the socket has gone: the reader's own sending will say so, not the writer's work
            return False
        self._begun = _rest(sending, waits_for)
        return False

    async def finish(self) -> bool:
        """Bring the sending of the last event that was offered to its end; False when none had begun."""
        begun, self._begun = self._begun, None
        if begun is None:
            return False
        await begun
        return True


@coroutine
def _rest(sending: Generator[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:  # Any: the event loop's
    """What is left of `sending`, which waits for `waits_for` since its first step, to be awaited by a task."""
    try:
        while True:
            try:
                result = yield waits_for
            except BaseException as err:  # noqa: BLE001 - a cancellation is passed on like anything else
                waits_for = sending.throw(err)
            else:
                waits_for = sending.send(result)
    except StopIteration:
        return


def _as_request(scope: Mapping[str, Any]) -> ASGIRequest:  # Any: ASGI
    """The handshake, read as the GET request that it is, so that host, proxies, cookies and language mean the same."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "type": "http", "method": "GET", "scheme": scheme}, BytesIO())
