"""The WebSocket beside the shop's HTTP application.

    application = chatbot_asgi(get_asgi_application())

A shop that routes sockets itself includes `websocket_urlpatterns` below the prefix of `chatbot.urls` instead, inside
its own `AuthMiddlewareStack`.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from channels.auth import AuthMiddlewareStack
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.urls import Resolver404, path, resolve
from django.utils import translation

from chatbot import conf
from chatbot.consumers import SERVER_SEND, ChatConsumer

Scope = MutableMapping[str, Any]  # Any: ASGI messages
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

SOCKET: Final = "ws/"

websocket_urlpatterns = [path(SOCKET, ChatConsumer.as_asgi())]


def chatbot_asgi(
    http_application: Application, *, prefix: str | None = None, websocket: Application | None = None
) -> Application:
    """An ASGI application that serves the assistant's WebSocket and leaves everything else to the shop.

    The socket is at `ws/` below every place where `chatbot.urls` is included, or below `prefix` ("/chat/") if given.
    Other sockets go to `websocket`; without one they are refused. Everything that is no socket goes to
    `http_application`; as Django's own handler takes no lifespan messages, those are answered here for it.

    Raises ConfigurationError where the CHATBOT setting is wrong: a server that is started by itself runs no checks.
    """
    conf.current()
    chat: Application = AuthMiddlewareStack(ChatConsumer.as_asgi())
    other_sockets = websocket or _refuse

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            ours = _is_chat(scope, prefix)
            if ours:
                await chat({**scope, SERVER_SEND: send}, receive, send)
            else:
                await other_sockets(scope, receive, send)
        elif scope["type"] == "lifespan" and isinstance(http_application, ASGIHandler):
            await _lifespan(receive, send)
        else:
            await http_application(scope, receive, send)

    return application


def _is_chat(scope: Scope, prefix: str | None) -> bool:
    where: str = scope["path"].removeprefix(get_script_prefix(scope).rstrip("/"))
    if not where.endswith(SOCKET):
        return False
    below = where.removesuffix(SOCKET)
    if prefix is not None:
        return below == prefix
    # Asking Django's resolver, not `reverse`, finds the app also where it is included more than once or below
    # `i18n_patterns`, whose prefix depends on the language.
    language = translation.get_language_from_path(below)
    try:
        with translation.override(language or translation.get_language()):
            found = resolve(below)
    except Resolver404:
        return False
    return (found.app_names[-1:], found.url_name) == (["chatbot"], "index")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
