"""Who said what: conversations, the turns in them, and the messages that turns leave behind."""

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Questions about conversations."""

    def owned_by(self, visitor: str, user_id: object = None) -> "ConversationQuerySet":
        """Those that this person may open: a signed-in user's own, and anonymous ones of the same visitor cookie."""
        own = Q(user__isnull=True, visitor=visitor)
        return self.filter(own | Q(user_id=user_id) if user_id is not None else own)

    def latest_first(self) -> "ConversationQuerySet":
        """The conversation that was spoken in last comes first."""
        return self.order_by("-updated_at")


class Conversation(models.Model):
    """A talk between one visitor and the assistant."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    visitor = models.CharField(
        _("visitor"), max_length=64, help_text=_("Pseudonym of the visitor, from a signed cookie.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    language = models.CharField(_("language"), max_length=16, blank=True)
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last spoken at"), help_text=_("When something was last said."))

    objects: ClassVar[models.Manager["Conversation"]] = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes: ClassVar = [
            models.Index(fields=["visitor", "-updated_at"], name="chatbot_conversation_visitor"),
            models.Index(fields=["user", "-updated_at"], name="chatbot_conversation_user"),
            models.Index(fields=["-updated_at"], name="chatbot_conversation_recent"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.id}"


class TurnQuerySet(models.QuerySet["Turn"]):
    """Questions about turns."""

    def running(self) -> "TurnQuerySet":
        """Turns whose answer is being made."""
        return self.filter(status=Turn.Status.RUNNING)

    def abandoned(self, now: datetime) -> "TurnQuerySet":
        """Running turns whose process has not renewed the lease: it died."""
        return self.running().filter(lease_until__lt=now)


class Turn(models.Model):
    """One question and the making of its answer."""

    class Status(models.TextChoices):
        """Where the turn is. All but `running` are final; see `events.TurnEnded`."""

        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        CATALOGUE = "catalogue", _("answered from the catalogue alone")
        STOPPED = "stopped", _("stopped by the shopper")
        INCOMPLETE = "incomplete", _("incomplete")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation, verbose_name=_("conversation"), on_delete=models.CASCADE, related_name="turns", db_index=False
    )
    client_message_id = models.CharField(_("client message id"), max_length=64)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.RUNNING)
    page = models.JSONField(_("page"), default=dict, blank=True, help_text=_("The shop page that the shopper was on."))
    question = models.JSONField(
        _("question"), default=dict, blank=True, help_text=_("What was understood of the question.")
    )
    plan = models.JSONField(
        _("plan"), default=list, blank=True, help_text=_("Models in the order to be tried, with the reason.")
    )
    candidates = models.JSONField(
        _("candidates"), default=list, blank=True, help_text=_("Ids of the products shown to the model.")
    )
    prompt = models.JSONField(
        _("prompt"),
        default=dict,
        blank=True,
        help_text=_("Version of the instructions, tokens by our estimate, entries shown to the model, what was cut."),
    )
    interventions = models.JSONField(
        _("interventions"),
        default=list,
        blank=True,
        help_text=_("What the server changed in the model's answer, and why."),
    )
    error_code = models.CharField(_("error code"), max_length=32, blank=True)
    first_word_ms = models.PositiveIntegerField(_("first word (ms)"), null=True, blank=True)
    total_ms = models.PositiveIntegerField(_("whole answer (ms)"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects: ClassVar[models.Manager["Turn"]] = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "client_message_id"], name="chatbot_turn_client_message_once"
            ),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status="running"), name="chatbot_turn_one_running"
            ),
            models.CheckConstraint(
                condition=Q(status="running", ended_at__isnull=True) | ~Q(status="running") & Q(ended_at__isnull=False),
                name="chatbot_turn_ended_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lease_until"], condition=Q(status="running"), name="chatbot_turn_leases"),
            models.Index(fields=["conversation", "started_at"], name="chatbot_turn_conversation"),
            models.Index(fields=["-started_at"], name="chatbot_turn_recent"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.id} ({self.get_status_display()})"


class Message(models.Model):
    """What the shopper asked or what the assistant answered in a turn."""

    class Role(models.TextChoices):
        """Who speaks."""

        USER = "user", _("shopper")
        ASSISTANT = "assistant", _("assistant")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="messages", db_index=False)
    role = models.CharField(max_length=9, choices=Role)
    text = models.TextField(blank=True)
    parts = models.JSONField(default=list, blank=True, help_text=_("Blocks of text and product cards, in order."))
    feedback = models.SmallIntegerField(null=True, blank=True, help_text=_("1 helpful, -1 not helpful."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar = ["created_at", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["turn", "role"], name="chatbot_message_one_per_role"),
            models.CheckConstraint(
                condition=Q(feedback__isnull=True) | Q(feedback__in=[1, -1]), name="chatbot_message_feedback_range"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["conversation", "created_at"], name="chatbot_message_conversation")]

    def __str__(self) -> str:
        return f"{self.role} message {self.id}"
