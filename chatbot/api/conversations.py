"""What was said: the visitor's conversations, their messages, and what the shopper thinks of an answer."""

from typing import Any

from django.db.models import Q, QuerySet
from django.middleware.csrf import get_token
from django.utils import timezone
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from chatbot import conf, visitors
from chatbot.api.base import DoorView, LatestFirst, visitor_of
from chatbot.api.serializers import ConversationSerializer, FeedbackSerializer, MessageSerializer
from chatbot.assistant import retention
from chatbot.errors import NotFound
from chatbot.models import Conversation, Message, Turn
from chatbot.models.conversations import ConversationQuerySet
from chatbot.visitors import Visitor

MESSAGES_OF_SESSION = 50


class SessionView(DoorView):
    """What a widget needs to begin: a CSRF token, the latest conversation, and the limits."""

    def get(self, request: Request) -> Response:
        """Changes nothing but the visitor's cookie."""
        conversation = _own(visitor_of(request)).latest_first().first()
        return Response(
            {
                "csrf_token": get_token(request._request),
                "conversation": None if conversation is None else _so_far(conversation),
                "limits": {"question_characters": conf.current().question_characters},
            }
        )


class ConversationsView(DoorView, ListAPIView[Conversation]):
    """The visitor's conversations, the last spoken in first."""

    serializer_class = ConversationSerializer

    def get_queryset(self) -> QuerySet[Conversation]:
        """The visitor's own."""
        return _own(visitor_of(self.request))

    def delete(self, request: Request) -> Response:
        """Forget them all, with what was said in them. Raises TurnRunning."""
        retention.forget_conversations_of(visitor_of(request), timezone.now())
        return Response(status=204)


class ConversationView(DoorView):
    """One conversation."""

    def get(self, request: Request, conversation: str) -> Response:
        """Raises NotFound."""
        return Response(ConversationSerializer(visitors.conversation_of(visitor_of(request), conversation)).data)


class OldestFirst(LatestFirst):
    """Pages of 50, as they were said."""

    ordering = ("created_at", "-role")


class MessagesView(DoorView, ListAPIView[Message]):
    """The messages of a conversation, as they were said."""

    serializer_class = MessageSerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[Message]:
        """Raises NotFound."""
        return _said(visitors.conversation_of(visitor_of(self.request), self.kwargs["conversation"]))


class FeedbackView(DoorView):
    """What the shopper thinks of an answer."""

    serializer_class = FeedbackSerializer

    def post(self, request: Request, message: str) -> Response:
        """Keep it. Raises NotFound, also for a message that is not an answer."""
        found = visitors.message_of(visitor_of(request), message)
        if found.role != Message.Role.ASSISTANT:
            raise NotFound
        given = FeedbackSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found.feedback = given.validated_data["value"] or None
        found.save(update_fields=["feedback"])
        return Response({"id": str(found.pk), "feedback": found.feedback})


def _own(visitor: Visitor) -> ConversationQuerySet:
    return Conversation.objects.owned_by(visitor.key, visitor.user_id)


def _said(conversation: Conversation) -> QuerySet[Message]:
    """The messages of a conversation; an answer that is still being written is not one yet."""
    unfinished = Q(role=Message.Role.ASSISTANT, turn__status=Turn.Status.RUNNING)
    return Message.objects.filter(conversation=conversation).exclude(unfinished).select_related("turn")


def _so_far(conversation: Conversation) -> dict[str, Any]:  # Any: JSON
    running = Turn.objects.running().filter(conversation=conversation).first()
    last = list(_said(conversation).order_by("-created_at", "role")[:MESSAGES_OF_SESSION])
    return {
        "id": str(conversation.pk),
        "running_turn": None if running is None else str(running.pk),
        "messages": MessageSerializer(last[::-1], many=True).data,
    }
