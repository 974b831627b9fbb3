"""The shapes of what the REST views take and give."""

from typing import Any

from rest_framework import serializers

from chatbot.models import Conversation, Message, Turn


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """A conversation, without what was said in it."""

    class Meta:
        model = Conversation
        fields = ["id", "language", "created_at", "updated_at"]
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer[Message]):
    """A message as it stands in the transcript. `ending` is how its turn ended, empty while it runs."""

    ending = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ["id", "role", "turn", "parts", "ending", "feedback", "created_at"]
        read_only_fields = fields

    def get_ending(self, message: Message) -> str:
        """See `events.TurnEnded`; also `failed`, at a question that got no answer."""
        return "" if message.turn.status == Turn.Status.RUNNING else message.turn.status


class FeedbackSerializer(serializers.Serializer[Any]):  # Any: stands for no model
    """What a shopper thinks of an answer."""

    value = serializers.ChoiceField(choices=[1, -1, 0], help_text="1 helpful, -1 not helpful, 0 takes it back.")


class QuestionSerializer(serializers.Serializer[Any]):  # Any: stands for no model
    """A question that is answered in one piece."""

    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    conversation = serializers.CharField(required=False, allow_null=True, default=None, max_length=128)
    client_message_id = serializers.CharField(
        required=False, max_length=64, help_text="Repeating it gives the same answer and asks nobody twice."
    )
    page = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
