"""The relay's bills, to be held against the ledger."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chatbot.models.amounts import DollarsField
from chatbot.models.usage import Attempt


class BillFile(models.Model):
    """A file that staff have uploaded and not imported yet: between the upload and the word that its columns are right.

    `content` is gzipped. Files that nobody came back for are removed after a day.
    """

    name = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("uploaded bill")
        verbose_name_plural = _("uploaded bills")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Bill(models.Model):
    """A bill as it was imported and, once it is reconciled, what both sides come to.

    The bill speaks of the days from `covers_from` to before `covers_until`, cut in the relay's time zone. It is held
    against the attempts whose request left from `starts_at` to before `ends_at`: the same days of the shop's time zone
    or, where nobody said which days those are, the very same time.
    """

    endpoint = models.CharField(max_length=64)
    name = models.CharField(max_length=200, help_text=_("The file's name."))
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the file: it is imported once."))
    reading = models.JSONField(help_text=_("How the file was read: columns, time zone, currency and so on."))
    covers_from = models.DateTimeField()
    covers_until = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lines_rejected = models.PositiveIntegerField(default=0)
    rejections = models.JSONField(default=list, help_text=_("The first lines that could not be read, and why."))
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reconciled_at = models.DateTimeField(null=True, blank=True)
    unexplained = models.PositiveIntegerField(default=0, help_text=_("Findings that somebody has to look at."))
    billed_lines = models.PositiveIntegerField(default=0)
    billed_input_tokens = models.BigIntegerField(null=True, blank=True)
    billed_output_tokens = models.BigIntegerField(null=True, blank=True)
    billed_usd = DollarsField(null=True, blank=True)
    booked_attempts = models.PositiveIntegerField(null=True, blank=True)
    booked_input_tokens = models.BigIntegerField(null=True, blank=True)
    booked_output_tokens = models.BigIntegerField(null=True, blank=True)
    booked_usd = DollarsField(null=True, blank=True, help_text=_("With all corrections."))

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        ordering: ClassVar = ["-imported_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(covers_from__lt=F("covers_until")) & Q(starts_at__lt=F("ends_at")),
                name="chatbot_bill_covers_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BillLine(models.Model):
    """One request, or one group of requests, as the relay bills it. Empty is what the bill has no column for."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveIntegerField(help_text=_("The line of the file."))
    request_id = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=100)
    at = models.DateTimeField()
    requests = models.PositiveBigIntegerField(null=True, blank=True)
    input_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    cached_input_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    output_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    cost_usd = DollarsField(null=True, blank=True)

    class Meta:
        verbose_name = _("line of a bill")
        verbose_name_plural = _("lines of a bill")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bill", "number"], name="chatbot_bill_line_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.number}"


class BillMatch(models.Model):
    """What is to be said of a line of a bill and the attempts that it bills, or of one of them alone.

    Differences are the bill's figure minus the ledger's; those of a bill add up to its whole difference. A line that
    differs for two reasons has two rows. A row about a group of attempts names no single one.
    """

    class Kind(models.TextChoices):
        """What was found."""

        EQUAL = "equal", _("equal")
        MISSING_HERE = "missing_here", _("on the bill, not in the ledger")
        MISSING_THERE = "missing_there", _("in the ledger, not on the bill")
        TWICE = "twice", _("billed twice")
        TOKENS = "tokens", _("other tokens than the relay had reported")
        PRICE = "price", _("other price")
        ESTIMATED = "estimated", _("estimated here, billed otherwise")
        UNMEASURED = "unmeasured", _("not measured here")
        ROUNDED = "rounded", _("rounded on the bill")
        TIME_ZONE = "time_zone", _("in another period because of the time zone")

    EXPLAINED: ClassVar = (Kind.EQUAL, Kind.ESTIMATED, Kind.UNMEASURED, Kind.ROUNDED, Kind.TIME_ZONE)
    """Kinds that need nobody: what differs was known to be uncertain here, is rounded, or is on the next bill."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="matches", db_index=False)
    kind = models.CharField(max_length=13, choices=Kind)
    line = models.ForeignKey(BillLine, null=True, blank=True, on_delete=models.CASCADE, related_name="matches")
    attempt = models.ForeignKey(Attempt, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    model = models.CharField(max_length=100)
    at = models.DateTimeField()
    attempts = models.PositiveIntegerField(help_text=_("Rows of the ledger behind it."))
    input_tokens = models.BigIntegerField(null=True, blank=True)
    output_tokens = models.BigIntegerField(null=True, blank=True)
    cost_usd = DollarsField(null=True, blank=True)
    booked_usd = DollarsField(
        null=True, blank=True, help_text=_("Cost in the ledger when it was compared. Empty when not measured.")
    )

    class Meta:
        verbose_name = _("match of a bill")
        verbose_name_plural = _("matches of a bill")
        indexes: ClassVar = [models.Index(fields=["bill", "kind", "at"], name="chatbot_bill_match_kind")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(line__isnull=False)
                | Q(kind__in=("missing_there", "estimated", "unmeasured", "time_zone"), attempts__gt=0),
                name="chatbot_bill_match_has_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of bill {self.bill_id}"
