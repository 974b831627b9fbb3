"""What a model's tokens cost, and what a dollar is in the shop's currency."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Price(models.Model):
    """What a model's tokens cost from a moment on, until the model's next row. Written once, never changed.

    A row that was wrong is corrected by a further one for the same moment, which says so in `corrects`; the last of
    such a chain holds. What the ledger booked meanwhile is put right by a `Correction`.
    """

    model = models.CharField(_("model"), max_length=100)
    valid_from = models.DateTimeField(_("valid from"))
    input_per_million_usd = models.DecimalField(_("input, USD per million tokens"), max_digits=14, decimal_places=6)
    cached_input_per_million_usd = models.DecimalField(
        _("cached input, USD per million tokens"), max_digits=14, decimal_places=6
    )
    output_per_million_usd = models.DecimalField(_("output, USD per million tokens"), max_digits=14, decimal_places=6)
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("corrects"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
        help_text=_("The price of the same moment that was wrong."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("Where the price comes from."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    rated_at = models.DateTimeField(
        _("ledger gone through at"),
        null=True,
        editable=False,
        help_text=_("When the ledger was gone through for it; empty while that is to be done."),
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering: ClassVar = ["model", "-valid_from", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model", "valid_from"], condition=Q(corrects__isnull=True), name="chatbot_price_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    input_per_million_usd__gte=0, cached_input_per_million_usd__gte=0, output_per_million_usd__gte=0
                ),
                name="chatbot_price_not_negative",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["model", "-valid_from"], name="chatbot_price_at")]

    def __str__(self) -> str:
        since = timezone.localtime(self.valid_from)
        return gettext("%(name)s from %(day)s") % {"name": self.model, "day": f"{since:%Y-%m-%d}"}

    def save(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        """Insert the row. Raises ValueError on a second save: figures already refer to it. Also for a correction that
        is of another model or moment than the price it corrects."""
        if not self._state.adding:
            raise ValueError("A price is written once; add a new one with a later valid_from.")
        wrong = self.corrects
        if wrong is not None and (wrong.model, wrong.valid_from) != (self.model, self.valid_from):
            raise ValueError("A correction is of the same model and moment as the price that it corrects.")
        super().save(*args, **kwargs)


class ExchangeRate(models.Model):
    """How much of a currency one dollar is from a day on, until the currency's next row. Written once."""

    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator("^[A-Z]{3}\\Z", _("Three capital letters, such as KRW."))],
        help_text=_("ISO 4217, such as KRW."),
    )
    day = models.DateField(
        _("first day"), help_text=_("The first day, in the shop's time zone, on which the rate holds.")
    )
    per_usd = models.DecimalField(
        _("for one dollar"), max_digits=18, decimal_places=8, help_text=_("Units of the currency for one dollar.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("Where the rate comes from."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering: ClassVar = ["currency", "-day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "day"], name="chatbot_exchange_rate_once"),
            models.CheckConstraint(condition=Q(per_usd__gt=0), name="chatbot_exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return gettext("%(name)s from %(day)s") % {"name": self.currency, "day": f"{self.day:%Y-%m-%d}"}

    def save(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        """Insert the row. Raises ValueError on a second save: figures already refer to it."""
        if not self._state.adding:
            raise ValueError("An exchange rate is written once; add a new one with a later day.")
        super().save(*args, **kwargs)
