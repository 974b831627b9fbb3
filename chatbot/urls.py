"""Everything that the app serves over HTTP, below one prefix of the shop's choosing. The WebSocket is in `routing`."""

from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse

from chatbot.api import chat
from chatbot.api.answers import AnswersView
from chatbot.api.conversations import (
    ConversationsView,
    ConversationView,
    FeedbackView,
    MessagesView,
    SessionView,
)
from chatbot.api.products import ProductsView

app_name = "chatbot"


def index(request: HttpRequest) -> JsonResponse:
    """Where to find what."""
    namespace = request.resolver_match.namespace if request.resolver_match else app_name
    links = {
        name: reverse(f"{namespace}:{name}") for name in ("session", "chat", "conversations", "products", "answers")
    }
    return JsonResponse({**links, "socket": f"{reverse(f'{namespace}:index')}ws/"})


# The chat's addresses have no slash at their end: clients of the AI SDK add "/<id>/stream" to the address that they
# were given. One with a slash is taken as well, since Django sites are used to it and a POST cannot be redirected.
urlpatterns = [
    path("", index, name="index"),
    path("api/session", SessionView.as_view(), name="session"),
    path("api/session/", SessionView.as_view()),
    path("api/chat", chat.chat, name="chat"),
    path("api/chat/", chat.chat),
    path("api/chat/<str:conversation>/stream", chat.stream, name="chat-stream"),
    path("api/chat/<str:conversation>/stream/", chat.stream),
    path("api/chat/<str:conversation>/stop", chat.stop, name="chat-stop"),
    path("api/chat/<str:conversation>/stop/", chat.stop),
    path("api/conversations/", ConversationsView.as_view(), name="conversations"),
    path("api/conversations/<str:conversation>/", ConversationView.as_view(), name="conversation"),
    path("api/conversations/<str:conversation>/messages/", MessagesView.as_view(), name="messages"),
    path("api/messages/<str:message>/feedback/", FeedbackView.as_view(), name="message-feedback"),
    path("api/products/", ProductsView.as_view(), name="products"),
    path("api/answers/", AnswersView.as_view(), name="answers"),
]
