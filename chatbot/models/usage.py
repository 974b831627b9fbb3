"""The ledger: what each request to a relay used and cost, and what was put right later.

Amounts are US dollars as Decimal with 12 places; tokens are integers; an amount that is None was not measured.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models, router, transaction
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.models.amounts import DollarsField
from chatbot.models.conversations import Turn
from chatbot.models.prices import Price
from chatbot.models.routes import Route


def _waits(start: datetime | None, end: datetime | None) -> Q:
    """The moment is asked of what waits and not of the ledger: few rows, each then found by its key."""
    waits = Q(uncounted__isnull=False)
    if start is not None:
        waits &= Q(uncounted__counts_at__gte=start)
    if end is not None:
        waits &= Q(uncounted__counts_at__lt=end)
    return waits


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Questions about the ledger."""

    def open(self) -> "AttemptQuerySet":
        """Attempts whose outcome is not known yet."""
        return self.filter(settled_at__isnull=True)

    def not_rolled_up(self, start: datetime | None = None, end: datetime | None = None) -> "AttemptQuerySet":
        """Settled attempts that no rollup has counted; with two moments, those that count from one to the other."""
        return self.filter(_waits(start, end))

    def bulk_create(self, objs: Iterable["Attempt"], *args: Any, **options: Any) -> list["Attempt"]:
        """As Django's; rows that are settled already wait for the next rollup, and cannot ignore conflicts."""
        rows = list(objs)
        settled = [row for row in rows if row.settled_at is not None]
        if not settled:
            return super().bulk_create(rows, *args, **options)
        if options.get("ignore_conflicts"):
            raise ValueError("of settled attempts it must be known which ones were written")
        with transaction.atomic(using=self.db):
            made = super().bulk_create(rows, *args, **options)
            waiting = (Uncounted(attempt=row, counts_at=row.counts_at) for row in settled)
            Uncounted.objects.using(self.db).bulk_create(waiting)
        return made


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
    turn = models.ForeignKey(
        Turn, verbose_name=_("turn"), null=True, blank=True, on_delete=models.SET_NULL, related_name="attempts"
    )
    conversation_id = models.UUIDField(
        _("conversation id"), null=True, blank=True, help_text=_("Kept when the conversation is deleted.")
    )
    visitor = models.CharField(
        _("visitor"), max_length=64, blank=True, help_text=_("The visitor's pseudonym, as the relay knows it.")
    )
    page = models.CharField(
        _("page"), max_length=200, blank=True, help_text=_("Path of the shop page where the question came up.")
    )
    # No index on the route and the price: a few values in millions of rows, and each row would be put into them twice
    # (open, settle). Only deleting a route or a price looks there.
    route = models.ForeignKey(
        Route,
        verbose_name=_("route"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    endpoint = models.CharField(_("endpoint"), max_length=64)
    requested_model = models.CharField(_("requested model"), max_length=100)
    served_model = models.CharField(_("served model"), max_length=100, blank=True)
    number = models.PositiveSmallIntegerField(
        _("number in its turn"), default=1, help_text=_("1 for the first attempt of its turn.")
    )
    upstream_id = models.CharField(
        _("upstream id"), max_length=200, blank=True, help_text=_("The relay's id of the answer.")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    error_code = models.CharField(_("error code"), max_length=32, blank=True)
    source = models.CharField(_("tokens from"), max_length=9, choices=Source, default=Source.UNKNOWN)
    estimated_input_tokens = models.PositiveIntegerField(
        _("estimated input tokens"),
        null=True,
        blank=True,
        help_text=_("Our own count of the prompt, written when the request leaves."),
    )
    estimated_output_tokens = models.PositiveIntegerField(
        _("estimated output tokens"), null=True, blank=True, help_text=_("Our own count of the words that came.")
    )
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True, blank=True)
    cached_input_tokens = models.PositiveIntegerField(_("cached input tokens"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True, blank=True)
    reasoning_tokens = models.PositiveIntegerField(_("reasoning tokens"), null=True, blank=True)
    price = models.ForeignKey(
        Price,
        verbose_name=_("price"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    cost_usd = DollarsField(_("cost (USD)"), null=True, blank=True, help_text=_("Empty when not measured."))
    queued_ms = models.PositiveIntegerField(
        _("queued (ms)"),
        null=True,
        blank=True,
        help_text=_("From the question, or the attempt before, until the request left."),
    )
    first_word_ms = models.PositiveIntegerField(_("first word (ms)"), null=True, blank=True)
    total_ms = models.PositiveIntegerField(_("whole answer (ms)"), null=True, blank=True)
    opened_at = models.DateTimeField(_("request left"), help_text=_("When the request left."))
    counts_at = models.DateTimeField(
        _("counts at"),
        help_text=_(
            "When it counts in reports: when the request left; if that month was closed by then, when it settled."
        ),
    )
    adjusts = models.CharField(
        _("adjusts the closed month"),
        max_length=7,
        blank=True,
        help_text=_("The closed month (2026-03) that it came too late for."),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

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
            models.Index(fields=["counts_at"], name="chatbot_attempt_counts"),
            models.Index(fields=["opened_at"], condition=Q(settled_at__isnull=True), name="chatbot_attempt_open"),
            models.Index(fields=["conversation_id"], name="chatbot_attempt_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.id} ({self.get_outcome_display() or gettext('open')})"

    def save(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        """As Django's; a new row that is settled already waits for the next rollup."""
        is_new = self._state.adding
        with transaction.atomic(using=options.get("using") or router.db_for_write(Attempt, instance=self)):
            super().save(*args, **options)
            if is_new and self.settled_at is not None:
                Uncounted.objects.using(self._state.db).create(attempt=self, counts_at=self.counts_at)


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Questions about corrections."""

    def not_rolled_up(self, start: datetime | None = None, end: datetime | None = None) -> "CorrectionQuerySet":
        """Corrections that no rollup has counted; with two moments, those that count from one to the other."""
        return self.filter(_waits(start, end))


class Correction(models.Model):
    """What is to be added to the cost of a settled attempt because its price was wrong or came late.

    The attempt's own row is never changed. `cost_usd` is what the attempt costs with all corrections up to this one.
    """

    attempt = models.ForeignKey(
        Attempt, verbose_name=_("attempt"), on_delete=models.CASCADE, related_name="corrections", db_index=False
    )
    price = models.ForeignKey(
        Price, verbose_name=_("price"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    delta_usd = DollarsField(_("correction (USD)"), help_text=_("May be negative."))
    cost_usd = DollarsField(_("cost with it (USD)"))
    first_price = models.BooleanField(_("first price"), default=False, help_text=_("The attempt had no cost before."))
    counts_at = models.DateTimeField(_("counts at"))
    adjusts = models.CharField(_("adjusts the closed month"), max_length=7, blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects: ClassVar[models.Manager["Correction"]] = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "price"], name="chatbot_correction_once"),
            models.CheckConstraint(condition=Q(cost_usd__gte=0), name="chatbot_correction_cost_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["counts_at"], name="chatbot_correction_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.delta_usd} USD for attempt {self.attempt_id}"

    def save(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        """As Django's; a new correction waits for the next rollup."""
        is_new = self._state.adding
        with transaction.atomic(using=options.get("using") or router.db_for_write(Correction, instance=self)):
            super().save(*args, **options)
            if is_new:
                Uncounted.objects.using(self._state.db).create(correction=self, counts_at=self.counts_at)


class Uncounted(models.Model):
    """A settled attempt, or a correction, that no rollup has counted yet: the ledger's outbox.

    Written in the transaction that settles or corrects, deleted in the one that counts. A table of its own and no mark
    on the ledger: PostgreSQL would write each marked row anew, and into all indexes of a table that has millions. So
    there are none here either but the one that finds what waits.
    """

    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.CASCADE, related_name="uncounted", db_index=False)
    correction = models.ForeignKey(
        Correction, null=True, on_delete=models.CASCADE, related_name="uncounted", db_index=False
    )
    counts_at = models.DateTimeField(help_text=_("As in the ledger."))

    class Meta:
        verbose_name = _("row to be rolled up")
        verbose_name_plural = _("rows to be rolled up")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(attempt__isnull=False, correction__isnull=True)
                | Q(attempt__isnull=True, correction__isnull=False),
                name="chatbot_uncounted_is_one",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["counts_at"], name="chatbot_uncounted_counts")]

    def __str__(self) -> str:
        return f"{'attempt' if self.attempt_id else 'correction'} {self.attempt_id or self.correction_id}"
