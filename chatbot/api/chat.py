"""The chat over server-sent events, as the AI SDK's `useChat` speaks it: ask, come back, stop.

A refusal before the turn begins is a JSON error; once it has begun everything is a part of the stream. These views need
an ASGI server: under WSGI no event loop is left to make the answer. The widget asks `api/answers/` there.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from functools import wraps
from typing import Annotated, Any, Concatenate, Final, Literal, ParamSpec, cast

import msgspec
from django.core.handlers.asgi import ASGIRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from chatbot import conf, visitors, wire
from chatbot.api.errors import refusal, shape
from chatbot.api.heartbeat import with_heartbeat
from chatbot.api.trust import refuse_forged
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.errors import ChatbotError, MalformedRequest, NotFound, StreamingUnavailable
from chatbot.visitors import Visitor

HEARTBEAT_S: Final = 15.0

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]  # Any: a coroutine's inner types
Door = Callable[Concatenate[HttpRequest, Visitor, P], Awaitable[HttpResponseBase]]


class AnyPart(msgspec.Struct):
    """A part of a message, whatever it is."""

    type: str


class TextPart(msgspec.Struct):
    """A piece of what the shopper wrote."""

    text: str


class UIMessage(msgspec.Struct):
    """A message as chat components send it. Parts that are not text (files, tools) are not read."""

    id: str = ""
    role: Literal["user", "assistant", "system"] = "user"
    parts: list[msgspec.Raw] = []

    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for raw in self.parts if (part := _text_part(raw)) is not None)


class ChatRequest(msgspec.Struct):
    """The body of a question. Of the messages only the shopper's last is read: the history is ours."""

    id: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    message: UIMessage | None = None
    messages: list[UIMessage] = []
    page: dict[str, str] = {}

    def question(self) -> UIMessage:
        """The shopper's last message. Raises MalformedRequest when there is none."""
        said = [self.message] if self.message else self.messages
        for message in reversed(said):
            if message.role == "user":
                return message
        raise MalformedRequest("There is no message of the role user.")


_body = msgspec.json.Decoder(ChatRequest)
_kind = msgspec.json.Decoder(AnyPart)
_text = msgspec.json.Decoder(TextPart)


def door(method: str) -> Callable[[Door[P]], View[P]]:
    """A view that takes only `method`, hands the visitor in, keeps the visitor's cookie, and says errors as JSON."""

    def decorate(view: Door[P]) -> View[P]:
        @wraps(view)
        async def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method != method:
                body = shape("method_not_allowed", _("This address takes %(method)s only.") % {"method": method})
                return JsonResponse(body, status=405, headers={"Allow": method})
            visitor: Visitor | None = None
            response: HttpResponseBase
            try:
                if not isinstance(request, ASGIRequest):
                    raise StreamingUnavailable
                refuse_forged(request)
                user = await request.auser() if hasattr(request, "auser") else None
                visitor = await _identify(visitors.evidence_of(request, user))
                response = await view(request, visitor, *args, **kwargs)
            except ChatbotError as error:
                response = refusal(error)
            if visitor is not None and visitor.is_new:
                visitors.remember(cast(HttpResponse, response), visitor, secure=request.is_secure())
            return response

        return cast(View[P], csrf_exempt(transaction.non_atomic_requests(guarded)))

    return decorate


_identify = in_database(visitors.identify)  # a site's own resolver may well ask its database


@door("POST")
async def chat(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Ask a question; the answer as a stream of parts."""
    asked = read(request)
    question = asked.question()
    started = await turn.start(
        visitor,
        turn.Ask(
            text=question.text(),
            client_message_id=question.id,
            conversation=asked.id or None,
            page=asked.page,
            language=visitors.language_of_page(request, asked.page),
        ),
    )
    response = _stream(visitor, started.turn, after=0)
    response["X-Chatbot-Conversation"] = started.conversation
    response["X-Chatbot-Turn"] = started.turn
    return response


@door("GET")
async def stream(request: HttpRequest, visitor: Visitor, conversation: str) -> HttpResponseBase:
    """Come back to the answer that is being written, after `Last-Event-ID`; 204 when none is."""
    running = await _running(visitor, conversation)
    if running is None:
        return HttpResponse(status=204)
    response = _stream(visitor, running, after=_last_event_id(request))
    response["X-Chatbot-Turn"] = running
    return response


@door("POST")
async def stop(request: HttpRequest, visitor: Visitor, conversation: str) -> HttpResponseBase:
    """Stop the answer that is being written; what was said so far stays."""
    running = await _running(visitor, conversation)
    if running is not None:
        await turn.stop(visitor, running)
    return HttpResponse(status=204)


def read(request: HttpRequest) -> ChatRequest:
    """The body. Raises RequestTooLarge and MalformedRequest."""
    limit = conf.current().frame_bytes
    return wire.read(request.read(limit + 1), _body, at_most=limit)


async def _running(visitor: Visitor, conversation: str) -> str | None:
    try:
        return await turn.running_turn(visitor, conversation)
    except NotFound:
        # A chat that the client named itself exists for us from its first question on; until then nothing runs in it.
        if visitors.is_conversation_id(conversation):
            raise
        return None


def _stream(visitor: Visitor, of: str, *, after: int) -> StreamingHttpResponse:
    response = StreamingHttpResponse(with_heartbeat(_frames(visitor, of, after), HEARTBEAT_S), headers=wire.SSE_HEADERS)
    # Django's GZipMiddleware leaves a response alone that says how it is encoded; it would pack every word by itself.
    response["Content-Encoding"] = "identity"
    return response


async def _frames(visitor: Visitor, of: str, after: int) -> AsyncGenerator[bytes, None]:
    async with aclosing(turn.follow(visitor, of, after=after)) as events:
        async for seq, event in events:
            yield wire.sse_frame(seq, event)
    yield wire.SSE_DONE


def _last_event_id(request: HttpRequest) -> int:
    said = request.headers.get("Last-Event-ID", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _text_part(raw: msgspec.Raw) -> TextPart | None:
    data = bytes(raw)
    kind = wire.read(data, _kind, at_most=len(data)).type
    return wire.read(data, _text, at_most=len(data)) if kind == "text" else None
