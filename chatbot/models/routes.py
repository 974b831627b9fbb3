"""Which models may answer, and through which relay. Addresses and keys are never rows: settings hold them by name."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Endpoint(models.Model):
    """A relay by the name that it has in CHATBOT['ENDPOINTS']; its address and key live there."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class RouteQuerySet(models.QuerySet["Route"]):
    """Questions about routes."""

    def usable(self) -> "RouteQuerySet":
        """Enabled routes of enabled endpoints, the preferred one first."""
        return self.filter(enabled=True, endpoint__enabled=True).select_related("endpoint").order_by("position", "id")


class Route(models.Model):
    """One model at one endpoint."""

    class AbandonedPolicy(models.TextChoices):
        """What the upstream does with a stream that we close, and so what we book."""

        CANCEL_AND_ESTIMATE = "cancel_and_estimate", _("close it and estimate the tokens")
        DRAIN = "drain", _("read it to its end unseen")
        UNBILLED = "unbilled", _("close it; the relay does not bill it")

    endpoint = models.ForeignKey(Endpoint, verbose_name=_("endpoint"), on_delete=models.PROTECT, related_name="routes")
    model = models.CharField(_("model"), max_length=100)
    label = models.CharField(_("label"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Lower is tried first."))
    enabled = models.BooleanField(_("enabled"), default=True)
    good_for = models.CharField(_("good for"), max_length=200, blank=True)
    abandoned_policy = models.CharField(
        _("when a shopper leaves"), max_length=20, choices=AbandonedPolicy, default=AbandonedPolicy.CANCEL_AND_ESTIMATE
    )
    canary_share = models.DecimalField(
        _("canary share"),
        max_digits=4,
        decimal_places=3,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Share of turns, 0 to 1, that try this route first."),
    )

    objects: ClassVar[models.Manager["Route"]] = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "model"], name="chatbot_route_once"),
            models.CheckConstraint(
                condition=Q(canary_share__gte=0, canary_share__lte=1), name="chatbot_route_canary_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.endpoint.name})" if self.endpoint_id else self.model
