"""Where the WebSocket is mounted, and that everything else is left to the shop."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.test import override_settings
from django.urls import include, path

from chatbot.errors import ConfigurationError
from chatbot.routing import chatbot_asgi

Scope = MutableMapping[str, Any]


def shop(name: str) -> Any:
    """An application that says its name."""

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": name})

    return application


async def _served_by(application: Any, kind: str, where: str, **scope: Any) -> str:
    communicator = ApplicationCommunicator(
        application, {"type": kind, "path": where, "headers": [], "query_string": b"", **scope}
    )
    await communicator.send_input({"type": f"{kind}.connect"})
    message = await communicator.receive_output(5)
    await communicator.send_input({"type": f"{kind}.disconnect", "code": 1006})
    await communicator.wait(5)
    return str(message["type"])


# Ours refuses a handshake without an Origin by closing it.
OURS = "websocket.close"


@pytest.mark.parametrize(
    ("where", "served_by"),
    [
        ("/chat/ws/", OURS),
        ("/chat/ws", "sockets"),
        ("/chat/ws/more", "sockets"),
        ("/ws/", "sockets"),
        ("/chat/api/ws/", "sockets"),
        ("/admin/ws/", "sockets"),
        ("/live/prices", "sockets"),
    ],
)
async def test_only_the_apps_own_socket_is_taken(where: str, served_by: str) -> None:
    application = chatbot_asgi(shop("pages"), websocket=shop("sockets"))

    assert await _served_by(application, "websocket", where) == served_by
    assert await _served_by(application, "http", where) == "pages"


urlpatterns = [
    path("help/", include("chatbot.urls")),
    path("b2b/chat/", include("chatbot.urls", namespace="b2b")),
]


@override_settings(ROOT_URLCONF="tests.doors.test_routing")
@pytest.mark.filterwarnings("ignore:.*isn't unique")
async def test_the_socket_is_wherever_the_app_is_included() -> None:
    application = chatbot_asgi(shop("pages"), websocket=shop("sockets"))

    assert await _served_by(application, "websocket", "/help/ws/") == OURS
    assert await _served_by(application, "websocket", "/b2b/chat/ws/") == OURS
    assert await _served_by(application, "websocket", "/chat/ws/") == "sockets"


async def test_a_prefix_can_be_given() -> None:
    application = chatbot_asgi(shop("pages"), prefix="/assistant/", websocket=shop("sockets"))

    assert await _served_by(application, "websocket", "/assistant/ws/") == OURS
    assert await _served_by(application, "websocket", "/chat/ws/") == "sockets"


async def test_below_a_script_name_the_socket_is_found() -> None:
    application = chatbot_asgi(shop("pages"), websocket=shop("sockets"))

    assert await _served_by(application, "websocket", "/shop/chat/ws/", root_path="/shop") == OURS


async def test_without_sockets_of_the_shops_own_an_unknown_one_is_refused() -> None:
    assert await _served_by(chatbot_asgi(shop("pages")), "websocket", "/elsewhere/") == "websocket.close"


async def test_lifespan_is_answered_for_django_and_passed_on_to_others() -> None:
    communicator = ApplicationCommunicator(chatbot_asgi(ASGIHandler()), {"type": "lifespan"})
    for phase in ("startup", "shutdown"):
        await communicator.send_input({"type": f"lifespan.{phase}"})
        assert await communicator.receive_output(5) == {"type": f"lifespan.{phase}.complete"}
    await communicator.wait(5)

    assert await _served_by(chatbot_asgi(shop("pages")), "lifespan", "") == "pages"


def test_a_server_without_checks_does_not_start_with_a_wrong_setting() -> None:
    with (
        override_settings(CHATBOT={"QUESTION_CHARACTER": 3}),
        pytest.raises(ConfigurationError, match="Did you mean 'QUESTION_CHARACTERS'"),
    ):
        chatbot_asgi(shop("pages"))
