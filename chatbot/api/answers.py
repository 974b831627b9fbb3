"""A question answered in one piece, for clients that cannot or need not stream."""

from uuid import uuid4

import msgspec
from asgiref.sync import async_to_sync
from rest_framework.request import Request
from rest_framework.response import Response

from chatbot.api.base import DoorView, language_of, visitor_of
from chatbot.api.errors import shape
from chatbot.api.serializers import QuestionSerializer
from chatbot.assistant import turn


class AnswersView(DoorView):
    """Ask and wait."""

    serializer_class = QuestionSerializer

    def post(self, request: Request) -> Response:
        """The folded reply, or the error of a turn that found no answer (503).

        Under ASGI the turn is a task of the server's loop, so it ends well even if the client leaves. Under WSGI
        `async_to_sync` makes a loop for this call; the turn is stored before `answer` returns and the loop ends.
        """
        asked = QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        ask = turn.Ask(
            text=given["text"],
            client_message_id=given.get("client_message_id") or str(uuid4()),
            conversation=given["conversation"] or None,
            page=given["page"],
            language=language_of(request, given["page"]),
        )
        reply = async_to_sync(turn.answer)(visitor_of(request), ask)
        if reply.error is not None:
            error = shape(reply.error.code, reply.error.sentence, reply.error.retry_after_s)
            return Response({**error, "turn": reply.turn, "conversation": reply.conversation}, status=503)
        body = msgspec.to_builtins(reply)
        del body["error"]
        return Response(body)
