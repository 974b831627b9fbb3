"""Conversations as they were held, and their turns. Only ids, times and counts are in lists; words are on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chatbot.accounting.ledger import with_cost
from chatbot.accounting.sums import Sums
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.models import Attempt, Conversation, Correction, Message, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One turn of a transcript."""

    turn: Turn
    question: Message | None
    answer: Message | None
    attempts: Figure
    cost: Figure

    @property
    def parts(self) -> Iterator[dict[str, Any]]:  # Any: JSON
        """Parts of the answer: each a text, or the card of a product."""
        for part in self.answer.parts if self.answer else ():
            if part.get("type") == "text":
                yield {"text": part.get("text", "")}
            elif part.get("type") == "data-product":
                card = part.get("data", {})
                price = card.get("sale_price_text") or card.get("price_text", "")
                yield {"card": {**card, "price": price}} if card else {}


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    """Conversations, the one that was spoken in last first; each with its transcript."""

    change_form_template = "chatbot/admin/transcript.html"
    list_display = ("short_id", "language", "turn_count", "cost", "created_at", "updated_at")
    list_filter = ("updated_at",)
    list_per_page = 50
    ordering = ("-updated_at",)
    search_ids = ("pk", "turns__pk")
    search_help_text = _("Id of a conversation or a turn")
    fields = ("id", "visitor", "user", "language", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:  # Any: rows with annotations
        """With the number of turns and the cost, computed for the rows of the page alone."""
        turns = Turn.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
        attempts = Attempt.objects.filter(conversation_id=OuterRef("pk")).order_by().values("conversation_id")
        corrections = Correction.objects.filter(attempt__conversation_id=OuterRef("pk")).order_by()
        corrected = corrections.values("attempt__conversation_id").annotate(usd=Sum("delta_usd")).values("usd")
        annotated: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                turn_count=Subquery(turns.annotate(count=Count("pk")).values("count")),
                cost_usd=Subquery(attempts.annotate(cost=Sum("cost_usd")).values("cost")),
                corrected_usd=Subquery(corrected),
            )
        )
        return annotated

    @admin.display(description=_("conversation"), ordering="pk")
    def short_id(self, conversation: Conversation) -> Figure:
        """The beginning of the id, the whole of it on hover."""
        return _short(conversation.pk)

    @admin.display(description=_("turns"))
    def turn_count(self, conversation: Any) -> int:  # Any: a row with annotations
        """Questions that were asked."""
        return conversation.turn_count or 0

    @admin.display(description=_("cost"))
    def cost(self, conversation: Any) -> Figure | None:  # Any: a row with annotations
        """US dollars, as far as they are known, with corrections."""
        known = [amount for amount in (conversation.cost_usd, conversation.corrected_usd) if amount is not None]
        return figures.dollars(sum(known, Decimal(0)), places=6) if known else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The transcript."""
        exchanges = _transcript(object_id, ledger=figures.LedgerLinks.of(request, self.admin_site.name))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "exchanges": exchanges})


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    """Turns, the latest first."""

    list_display = (
        "short_id",
        "status",
        "error_code",
        "first_model",
        "first_word_ms",
        "total_ms",
        "started_at",
        "conversation_link",
    )
    list_filter = ("status", "started_at")
    list_per_page = 50
    ordering = ("-started_at",)
    search_ids = ("pk", "conversation_id")
    search_help_text = _("Id of a turn or a conversation")
    readonly_fields = ("conversation_link",)
    exclude = ("conversation",)

    @admin.display(description=_("turn"), ordering="pk")
    def short_id(self, turn: Turn) -> Figure:
        """The beginning of the id, the whole of it on hover."""
        return _short(turn.pk)

    @admin.display(description=_("first model"))
    def first_model(self, turn: Turn) -> str:
        """The model that was to be tried first."""
        return str(turn.plan[0].get("model", "")) if turn.plan else ""

    @admin.display(description=_("conversation"), ordering="conversation")
    def conversation_link(self, turn: Turn) -> Figure:
        """The transcript."""
        url = reverse(
            "admin:chatbot_conversation_change", args=[turn.conversation_id], current_app=self.admin_site.name
        )
        return _short(turn.conversation_id, url=url)


def _short(key: UUID, *, url: str = "") -> Figure:
    return Figure(text=str(key)[:8], exact=str(key), url=url)


def _transcript(conversation: str, *, ledger: figures.LedgerLinks) -> Sequence[Exchange]:
    try:
        key = UUID(conversation)
    except ValueError:
        return ()  # Django's own page says that there is no such conversation
    turns = list(Turn.objects.filter(conversation=key).order_by("started_at"))
    said = {(message.turn_id, message.role): message for message in Message.objects.filter(conversation=key)}
    spent: dict[UUID | None, Sums] = {}
    rows = with_cost(Attempt.objects.filter(turn__in=turns, settled_at__isnull=False).order_by())
    for row in rows.only("turn_id"):
        usd = row.known_cost_usd  # type: ignore[attr-defined]  # an annotation
        cost = Sums(attempts=1, unpriced=usd is None, cost_usd=usd or Decimal(0))
        spent[row.turn_id] = spent.get(row.turn_id, Sums()) + cost
    return [
        Exchange(
            turn=turn,
            question=said.get((turn.pk, Message.Role.USER)),
            answer=said.get((turn.pk, Message.Role.ASSISTANT)),
            attempts=figures.number(spent.get(turn.pk, Sums()).attempts, url=ledger.to(q=str(turn.pk))),
            cost=figures.cost(spent.get(turn.pk, Sums()), places=6),
        )
        for turn in turns
    ]
