"""How much may be spent, what is set aside of it, and who was told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.models.amounts import DollarsField
from chatbot.models.conversations import Turn


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
        CHEAPER = "cheaper", _("ask cheaper models")
        CATALOGUE = "catalogue", _("answer from the cache and the catalogue alone")

    scope = models.CharField(_("scope"), max_length=12, choices=Scope, default=Scope.SHOP)
    subject = models.CharField(
        _("subject"), max_length=100, blank=True, help_text=_("The model, when the scope is one model.")
    )
    period = models.CharField(_("period"), max_length=5, choices=Period, default=Period.MONTH)
    limit_usd = DollarsField(_("limit (USD)"))
    action = models.CharField(_("action"), max_length=9, choices=Action, default=Action.CATALOGUE)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "subject", "period"], name="chatbot_budget_once"),
            models.CheckConstraint(condition=Q(limit_usd__gte=0), name="chatbot_budget_not_negative"),
        ]

    def __str__(self) -> str:
        said = {"limit": f"{self.limit_usd.normalize():f}", "period": self.get_period_display()}
        return gettext("%(limit)s USD per %(period)s (%(whose)s)") % {**said, "whose": self.get_scope_display()}


class Spending(models.Model):
    """What a budget's period has cost and holds in reserve: one row that a turn locks while it reserves."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="spendings", db_index=False)
    subject = models.CharField(max_length=100, blank=True, help_text=_("Visitor or conversation, by the scope."))
    period_start = models.DateTimeField()
    spent_usd = DollarsField()
    reserved_usd = DollarsField()

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget", "period_start", "subject"], name="chatbot_spending_once"),
            models.CheckConstraint(condition=Q(reserved_usd__gte=0), name="chatbot_spending_reserved_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.spent_usd} USD since {self.period_start:%Y-%m-%d %H:%M}"


class BudgetAlert(models.Model):
    """A share of a budget that was reached, told once for its period."""

    budget = models.ForeignKey(
        Budget, verbose_name=_("budget"), on_delete=models.CASCADE, related_name="alerts", db_index=False
    )
    subject = models.CharField(_("subject"), max_length=100, blank=True)
    period_start = models.DateTimeField(_("start of the period"))
    percent = models.PositiveSmallIntegerField(_("percent"))
    spent_usd = DollarsField(_("spent (USD)"))
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, help_text=_("When the mail about it left."))
    claimed_until = models.DateTimeField(
        _("claimed until"),
        null=True,
        blank=True,
        help_text=_("While a worker sends; one that died is taken over after this."),
    )

    class Meta:
        verbose_name = _("budget alert")
        verbose_name_plural = _("budget alerts")
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(sent_at__isnull=True), name="chatbot_budget_alert_unsent"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["budget", "period_start", "subject", "percent"], name="chatbot_budget_alert_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.budget_id}"


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
