"""The ledger added up, so that a page of a year reads thousands of rows and not millions."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chatbot.models.amounts import DollarsField
from chatbot.models.prices import Price
from chatbot.models.usage import Attempt


class Usage(models.Model):
    """Attempts and their corrections, added up by endpoint, model, source, price and the closed month they adjust."""

    endpoint = models.CharField(max_length=64)
    model = models.CharField(max_length=100, help_text=_("The model that was requested."))
    source = models.CharField(max_length=9, choices=Attempt.Source)
    price = models.ForeignKey(Price, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    adjusts = models.CharField(
        max_length=7, blank=True, help_text=_("The closed month that these rows came too late for.")
    )
    attempts = models.PositiveIntegerField()
    questions = models.PositiveIntegerField(help_text=_("First attempts: questions that a model was asked."))
    answered = models.PositiveIntegerField(
        help_text=_("Attempts that ended a whole answer, from the cache or by a model.")
    )
    cached = models.PositiveIntegerField(help_text=_("Answers from the cache."))
    retries = models.PositiveIntegerField(help_text=_("Attempts after the first of their question."))
    failed = models.PositiveIntegerField(help_text=_("Attempts that brought no whole answer and were not stopped."))
    unpriced = models.PositiveIntegerField(
        help_text=_("Attempts whose cost was not known when they settled; it is not 0.")
    )
    priced_late = models.PositiveIntegerField(help_text=_("How many of such attempts have a price by now."))
    input_tokens = models.PositiveBigIntegerField()
    cached_input_tokens = models.PositiveBigIntegerField()
    output_tokens = models.PositiveBigIntegerField()
    reasoning_tokens = models.PositiveBigIntegerField()
    cost_usd = DollarsField(help_text=_("With corrections."))
    corrections = models.PositiveIntegerField()
    corrected_usd = DollarsField(help_text=_("The part of the cost that corrections brought; may be negative."))
    computed_at = models.DateTimeField()

    class Meta:
        abstract = True


class UsageBucket(Usage):
    """The ledger of a quarter of an hour. Always computed anew.

    A quarter of an hour because every time zone of today is off UTC by a multiple of it: the days of any shop are then
    whole buckets (hours would do for Seoul and not for Delhi), and a late row costs the recount of a smaller heap.
    """

    starts_at = models.DateTimeField(help_text=_("Start of the 15 minutes; the end is not in it."))

    class Meta:
        verbose_name = _("usage bucket")
        verbose_name_plural = _("usage buckets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["starts_at", "endpoint", "model", "source", "price", "adjusts"],
                name="chatbot_usage_bucket_once",
            ),
            models.UniqueConstraint(
                fields=["starts_at", "endpoint", "model", "source", "adjusts"],
                condition=Q(price__isnull=True),
                name="chatbot_usage_bucket_unpriced_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["computed_at"], name="chatbot_usage_computed")]

    def __str__(self) -> str:
        return f"{self.model} {self.starts_at:%Y-%m-%d %H:%M}"


class UsageDay(Usage):
    """The buckets of a day of the shop, added up: a month is some hundred rows and not fifty thousand."""

    starts_at = models.DateTimeField(help_text=_("When the day began in the shop's time zone."))

    class Meta:
        verbose_name = _("usage of a day")
        verbose_name_plural = _("usage of days")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["starts_at", "endpoint", "model", "source", "price", "adjusts"],
                name="chatbot_usage_day_once",
            ),
            models.UniqueConstraint(
                fields=["starts_at", "endpoint", "model", "source", "adjusts"],
                condition=Q(price__isnull=True),
                name="chatbot_usage_day_unpriced_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.starts_at:%Y-%m-%d}"


class LatencyBucket(models.Model):
    """How many attempts of a day of the shop took how long: a histogram, from which any percentile can be read.

    Bin n holds times of 1.05**n to below 1.05**(n + 1) milliseconds, so a percentile is right to 2.5 %. Days and not
    quarters of an hour: a busy quarter has nearly as many bins as attempts.
    """

    class Kind(models.TextChoices):
        """Which time."""

        QUEUE = "queue", _("until the request left")
        FIRST_WORD = "first_word", _("until the first word")
        TOTAL = "total", _("until the end")

    starts_at = models.DateTimeField(help_text=_("When the day began in the shop's time zone."))
    model = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    bin = models.PositiveSmallIntegerField()
    attempts = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("latency bucket")
        verbose_name_plural = _("latency buckets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["starts_at", "model", "kind", "bin"], name="chatbot_latency_bucket_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.kind} {self.starts_at:%Y-%m-%d}"


class DayTotal(models.Model):
    """A day of the shop by something that there are too many of for a quarter of an hour: pages, conversations."""

    class Subject(models.TextChoices):
        """What the totals are of. The key of an outcome is `outcome:error_code`, or `outcome` without an error."""

        PAGE = "page", _("page")
        CONVERSATION = "conversation", _("conversation")
        OUTCOME = "outcome", _("outcome")

    starts_at = models.DateTimeField(help_text=_("When the day began in the shop's time zone."))
    subject = models.CharField(max_length=12, choices=Subject)
    key = models.CharField(max_length=200, blank=True, help_text=_("Empty when not known."))
    attempts = models.PositiveIntegerField()
    questions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    unpriced = models.PositiveIntegerField()
    priced_late = models.PositiveIntegerField()
    cost_usd = DollarsField(help_text=_("With corrections; may be negative where these adjust closed months."))

    class Meta:
        verbose_name = _("total of a day")
        verbose_name_plural = _("totals of days")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "key", "starts_at"], name="chatbot_day_total_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "starts_at", "-cost_usd"], name="chatbot_day_total_dearest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.key} {self.starts_at:%Y-%m-%d}"


class ClosedMonth(models.Model):
    """A month whose books are closed: what comes later counts in the month in which it comes, as an adjustment."""

    first = models.DateField(_("month"), unique=True, help_text=_("The month's first day, in the shop's time zone."))
    ends_at = models.DateTimeField(_("ends at"), help_text=_("The first moment after the month."))
    attempts = models.PositiveBigIntegerField(_("attempts"))
    unpriced = models.PositiveBigIntegerField(
        _("cost not measured"), help_text=_("Attempts without a known cost; they are not 0.")
    )
    cost_usd = DollarsField(
        _("cost (USD)"), help_text=_("What the month cost when it was closed, adjustments of earlier months included.")
    )
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering: ClassVar = ["-first"]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


class Costs(UsageBucket):
    """The admin's Costs page hangs on this name; it has no rows of its own."""

    class Meta:
        proxy = True
        verbose_name = _("costs")
        verbose_name_plural = _("costs")
        default_permissions = ("view",)
