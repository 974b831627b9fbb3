"""Mails that staff have asked for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportSubscription(models.Model):
    """A staff member's wish for mails about money: reports of costs, or the alerts of budgets."""

    class Kind(models.TextChoices):
        """What is told and how often. A report covers the whole day, week or month before."""

        DAILY = "daily", _("costs of each day")
        WEEKLY = "weekly", _("costs of each week")
        MONTHLY = "monthly", _("costs of each month")
        ALERTS = "alerts", _("budget alerts as they come")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.MONTHLY)
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty is the site's language."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_until = models.DateField(
        _("sent until"), null=True, blank=True, help_text=_("End of the last period that was reported.")
    )
    claimed_until = models.DateTimeField(
        _("claimed until"),
        null=True,
        blank=True,
        help_text=_("While a worker sends; one that died is taken over after this."),
    )

    class Meta:
        verbose_name = _("mail subscription")
        verbose_name_plural = _("mail subscriptions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="chatbot_report_subscription_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user}" if self.user_id else self.get_kind_display()
