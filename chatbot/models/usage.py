"""What it cost: the price book, the ledger, its rollups, and budgets.

Amounts are US dollars as Decimal with 12 places; tokens are integers; an amount that is None was not measured.
"""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chatbot.models.amounts import DollarsField
from chatbot.models.conversations import Turn
from chatbot.models.routes import Route


class Price(models.Model):
    """What a model's tokens cost from a moment on, until the model's next row. Written once, never changed."""

    model = models.CharField(max_length=100)
    valid_from = models.DateTimeField()
    input_per_million_usd = models.DecimalField(max_digits=14, decimal_places=6)
    cached_input_per_million_usd = models.DecimalField(max_digits=14, decimal_places=6)
    output_per_million_usd = models.DecimalField(max_digits=14, decimal_places=6)
    note = models.CharField(max_length=200, blank=True, help_text=_("Where the price comes from."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering: ClassVar = ["model", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "valid_from"], name="chatbot_price_once"),
            models.CheckConstraint(
                condition=Q(
                    input_per_million_usd__gte=0, cached_input_per_million_usd__gte=0, output_per_million_usd__gte=0
                ),
                name="chatbot_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} from {self.valid_from:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        """Insert the row. Raises ValueError on a second save: figures already refer to it."""
        if not self._state.adding:
            raise ValueError("A price is written once; add a new one with a later valid_from.")
        super().save(*args, **kwargs)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Questions about the ledger."""

    def open(self) -> "AttemptQuerySet":
        """Attempts whose outcome is not known yet."""
        return self.filter(settled_at__isnull=True)

    def not_rolled_up(self) -> "AttemptQuerySet":
        """Settled attempts that no rollup has counted."""
        return self.filter(settled_at__isnull=False, rolled_up_at__isnull=True)


class Attempt(models.Model):
    """A row of the ledger: one request to a relay, written before it leaves and settled once.

    `input_tokens` includes `cached_input_tokens`, `output_tokens` includes `reasoning_tokens`; None is not measured.
    The row outlives its conversation: retention of words does not touch money.
    """

    class Outcome(models.TextChoices):
        """How the attempt ended; empty while it is open. See `events.Outcome`."""

        ANSWERED = "answered", _("answered")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped by the shopper")
        INCOMPLETE = "incomplete", _("incomplete")
        ABANDONED = "abandoned", _("abandoned by a process that died")
        HEDGED = "hedged", _("another model was faster")
        CACHED = "cached", _("answered from the cache")

    FAILURES: ClassVar = (Outcome.FAILED, Outcome.INCOMPLETE, Outcome.ABANDONED)
    """Outcomes that brought no whole answer. What a shopper stopped is no failure."""

    class Source(models.TextChoices):
        """Where the tokens come from."""

        REPORTED = "reported", _("reported by the relay")
        ESTIMATED = "estimated", _("estimated")
        UNKNOWN = "unknown", _("unknown")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    turn = models.ForeignKey(Turn, null=True, blank=True, on_delete=models.SET_NULL, related_name="attempts")
    conversation_id = models.UUIDField(null=True, blank=True, help_text=_("Kept when the conversation is deleted."))
    route = models.ForeignKey(Route, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    endpoint = models.CharField(max_length=64)
    requested_model = models.CharField(max_length=100)
    served_model = models.CharField(max_length=100, blank=True)
    number = models.PositiveSmallIntegerField(default=1, help_text=_("1 for the first attempt of its turn."))
    upstream_id = models.CharField(max_length=200, blank=True, help_text=_("The relay's id of the answer."))
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=9, choices=Source, default=Source.UNKNOWN)
    estimated_input_tokens = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Our own count of the prompt, written when the request leaves.")
    )
    estimated_output_tokens = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Our own count of the words that came.")
    )
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    cached_input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    reasoning_tokens = models.PositiveIntegerField(null=True, blank=True)
    price = models.ForeignKey(Price, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cost_usd = DollarsField(null=True, blank=True, help_text=_("Empty when not measured."))
    first_word_ms = models.PositiveIntegerField(null=True, blank=True)
    total_ms = models.PositiveIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField(help_text=_("When the request left; the attempt counts at this moment."))
    settled_at = models.DateTimeField(null=True, blank=True)
    rolled_up_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Attempt"]] = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="") | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="chatbot_attempt_settled_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(cached_input_tokens__isnull=True) | Q(cached_input_tokens__lte=F("input_tokens")),
                name="chatbot_attempt_cached_inside_input",
            ),
            models.CheckConstraint(
                condition=Q(cost_usd__isnull=True) | Q(cost_usd__gte=0), name="chatbot_attempt_cost_not_negative"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], name="chatbot_attempt_opened"),
            models.Index(
                fields=["opened_at"],
                condition=Q(settled_at__isnull=False, rolled_up_at__isnull=True),
                name="chatbot_attempt_to_roll_up",
            ),
            models.Index(fields=["opened_at"], condition=Q(settled_at__isnull=True), name="chatbot_attempt_open"),
            models.Index(fields=["conversation_id"], name="chatbot_attempt_conversation"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.id} ({self.outcome or 'open'})"


class UsageBucket(models.Model):
    """The ledger of a quarter of an hour, by endpoint, model, source and price, added up. Always computed anew.

    A quarter of an hour because every time zone of today is off UTC by a multiple of it: the days of any shop are then
    whole buckets (hours would do for Seoul and not for Delhi), and a late row costs the recount of a smaller heap.
    """

    starts_at = models.DateTimeField(help_text=_("Start of the 15 minutes; the end is not in it."))
    endpoint = models.CharField(max_length=64)
    model = models.CharField(max_length=100, help_text=_("The model that was requested."))
    source = models.CharField(max_length=9, choices=Attempt.Source)
    price = models.ForeignKey(Price, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    attempts = models.PositiveIntegerField()
    failed = models.PositiveIntegerField(help_text=_("Attempts that brought no whole answer and were not stopped."))
    unpriced = models.PositiveIntegerField(help_text=_("Attempts without a known cost; they are not 0."))
    input_tokens = models.PositiveBigIntegerField()
    cached_input_tokens = models.PositiveBigIntegerField()
    output_tokens = models.PositiveBigIntegerField()
    reasoning_tokens = models.PositiveBigIntegerField()
    cost_usd = DollarsField()
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("usage bucket")
        verbose_name_plural = _("usage buckets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["starts_at", "endpoint", "model", "source", "price"], name="chatbot_usage_bucket_once"
            ),
            models.UniqueConstraint(
                fields=["starts_at", "endpoint", "model", "source"],
                condition=Q(price__isnull=True),
                name="chatbot_usage_bucket_unpriced_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["computed_at"], name="chatbot_usage_computed")]

    def __str__(self) -> str:
        return f"{self.model} {self.starts_at:%Y-%m-%d %H:%M}"


class Costs(UsageBucket):
    """The admin's Costs page hangs on this name; it has no rows of its own."""

    class Meta:
        proxy = True
        verbose_name = _("costs")
        verbose_name_plural = _("costs")
        default_permissions = ("view",)


class Budget(models.Model):
    """How much may be spent in a period, and what happens when it is."""

    class Scope(models.TextChoices):
        """Whose money."""

        SHOP = "shop", _("the whole shop")
        MODEL = "model", _("one model")
        VISITOR = "visitor", _("each visitor")
        CONVERSATION = "conversation", _("each conversation")

    class Period(models.TextChoices):
        """Cut in the shop's time zone."""

        HOUR = "hour", _("hour")
        DAY = "day", _("day")
        MONTH = "month", _("month")

    class Action(models.TextChoices):
        """What a turn does that does not fit."""

        WARN = "warn", _("go on and warn")
        CATALOGUE = "catalogue", _("answer from the catalogue alone")

    scope = models.CharField(max_length=12, choices=Scope, default=Scope.SHOP)
    subject = models.CharField(max_length=100, blank=True, help_text=_("The model, when the scope is one model."))
    period = models.CharField(max_length=5, choices=Period, default=Period.MONTH)
    limit_usd = DollarsField()
    action = models.CharField(max_length=9, choices=Action, default=Action.CATALOGUE)
    enabled = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "subject", "period"], name="chatbot_budget_once"),
            models.CheckConstraint(condition=Q(limit_usd__gte=0), name="chatbot_budget_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.limit_usd.normalize():f} USD per {self.period} ({self.scope})"


class Reservation(models.Model):
    """Money of a budget set aside for a running turn: the most that it can cost, until the real cost is known."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="reservations", db_index=False)
    turn = models.ForeignKey(Turn, null=True, on_delete=models.SET_NULL, related_name="reservations")
    subject = models.CharField(max_length=100, blank=True, help_text=_("Visitor or conversation, by the scope."))
    period_start = models.DateTimeField()
    reserved_usd = DollarsField()
    settled_usd = DollarsField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text=_("When a task looks whether the turn still lives."))

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget", "turn"], name="chatbot_reservation_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["budget", "period_start", "subject"], name="chatbot_reservation_period"),
            models.Index(
                fields=["expires_at"], condition=Q(settled_usd__isnull=True), name="chatbot_reservation_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"reservation {self.pk}"
