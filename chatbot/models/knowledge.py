"""What the assistant knows beside the products: entries on the shop's terms, and the instructions that it follows."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

INSTRUCTIONS_CHARACTERS = 6_000


class ShopEntry(models.Model):
    """What staff wrote about the shop: delivery, returns, opening hours. The assistant answers from it and cites it."""

    class Topic(models.TextChoices):
        """What it is about."""

        DELIVERY = "delivery", _("delivery")
        RETURNS = "returns", _("returns and exchanges")
        PAYMENT = "payment", _("payment")
        HOURS = "hours", _("opening hours and contact")
        WARRANTY = "warranty", _("warranty and repairs")
        OTHER = "other", _("other")

    topic = models.CharField(_("topic"), max_length=12, choices=Topic, default=Topic.OTHER)
    language = models.CharField(
        _("language"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", _("A language code, such as “ko” or “en”."))],
        help_text=_("Such as “ko” or “en”; empty is for shoppers of every language."),
    )
    title = models.CharField(
        _("title"), max_length=120, help_text=_("Shoppers read it where the assistant cites the entry.")
    )
    text = models.TextField(
        _("text"), help_text=_("Whole sentences with all amounts and periods. The assistant promises nothing else.")
    )
    link = models.CharField(
        _("link"),
        max_length=500,
        blank=True,
        validators=[
            RegexValidator(r"^(/(?!/)|https?://)[^\s<>\"]*$", _("An address that begins with “/” or “https://”."))
        ],
        help_text=_("A page of the shop that says more."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("shop entry")
        verbose_name_plural = _("shop entries")
        ordering: ClassVar = ["topic", "language", "title"]

    def __str__(self) -> str:
        return self.title


class Instructions(models.Model):
    """A version of what the assistant is told to be and to do. Written once; the newest one holds.

    Each turn says by which version it was answered.
    """

    text = models.TextField(
        _("text"),
        max_length=INSTRUCTIONS_CHARACTERS,
        help_text=_(
            "{shop} stands for the shop's name, {contact} for where people are reached. How products are cited is "
            "added by itself."
        ),
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("What is new, and why."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("instructions")
        verbose_name_plural = _("instructions")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        """Insert the row. Raises ValueError on a second save: turns say that this is what they were answered by."""
        if not self._state.adding:
            raise ValueError("Instructions are written once. Add a new version.")
        super().save(*args, **kwargs)
