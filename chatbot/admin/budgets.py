"""Budgets: how much may be spent, how far each is spent, and what was told about it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.accounting import budgets
from chatbot.accounting.budgets import Standing
from chatbot.admin import figures, meters
from chatbot.admin.editing import EditingAdmin
from chatbot.admin.figures import Figure
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.models import Budget, BudgetAlert


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A budget whose subject fits its scope."""

    class Meta:
        model = Budget
        fields = ("scope", "subject", "period", "limit_usd", "action", "enabled")

    def clean(self) -> dict[str, Any] | None:  # Any: Django's own signature
        """Refuse a budget of one model that names none, and a subject that nothing would compare with."""
        cleaned = super().clean() or {}
        of_model, subject = cleaned.get("scope") == Budget.Scope.MODEL, cleaned.get("subject")
        if of_model and not subject:
            self.add_error("subject", ValidationError(gettext("Say which model, as its routes name it.")))
        if not of_model and subject:
            self.add_error("subject", ValidationError(gettext("Leave this empty unless the scope is one model.")))
        return cleaned


class BudgetPage(ChangeList):
    """A page of budgets with what is spent and told of each."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the rows and, in one query each for all of them, what is spent and the last alerts."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        now = timezone.now()
        standings = budgets.standings(self.result_list, now)
        told = meters.told(standings)
        for budget in self.result_list:
            budget.standing, budget.told = standings.get(budget.pk), told.get(budget.pk)


@admin.register(Budget)
class BudgetAdmin(EditingAdmin):
    """Budgets, and how far the current period's are spent."""

    form = BudgetForm
    list_display = ("name", "limit", "spent", "reserved", "meter", "alerts", "action", "enabled")
    list_per_page = 50
    ordering = ("scope", "subject", "period")

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        """The page with what is spent."""
        return BudgetPage

    @admin.display(description=_("budget"), ordering="scope")
    def name(self, budget: Budget) -> str:
        """Whose, and for how long."""
        return meters.name(budget)

    @admin.display(description=_("limit"), ordering="limit_usd")
    def limit(self, budget: Budget) -> Figure:
        """US dollars."""
        return figures.dollars(budget.limit_usd, places=2)

    @admin.display(description=_("spent in this period"))
    def spent(self, budget: Any) -> Figure | None:  # Any: a row with what the page has added
        """US dollars; empty for budgets that have one amount for each visitor or conversation."""
        standing: Standing | None = budget.standing
        return None if standing is None else figures.dollars(standing.spent_usd)

    @admin.display(description=_("reserved for running answers"))
    def reserved(self, budget: Any) -> Figure | None:  # Any: likewise
        """US dollars."""
        standing: Standing | None = budget.standing
        return None if standing is None else figures.dollars(standing.reserved_usd)

    @admin.display(description=_("share"))
    def meter(self, budget: Any) -> SafeString | None:  # Any: likewise
        """How much of the limit is spent and reserved, drawn and in words."""
        return None if budget.standing is None else meters.meter(budget, budget.standing, None).drawn()

    @admin.display(description=_("last alert of this period"))
    def alerts(self, budget: Any) -> str | None:  # Any: likewise
        """The highest percentage that was told, and when."""
        alert: BudgetAlert | None = budget.told
        return None if alert is None else meters.sentence(alert)


@admin.register(BudgetAlert)
class BudgetAlertAdmin(ReadOnlyAdmin):
    """What was told about budgets, the latest first."""

    list_display = ("created_at", "budget_name", "subject", "percent_reached", "spent", "period_start", "sent_at")
    list_filter = ("percent",)
    list_per_page = 50
    list_select_related = ("budget",)
    ordering = ("-created_at",)
    search_fields = ()  # type: ignore[assignment]  # there is nothing to search for

    @admin.display(description=_("budget"), ordering="budget")
    def budget_name(self, alert: BudgetAlert) -> str:
        """Whose, and for how long."""
        return meters.name(alert.budget)

    @admin.display(description=_("reached"), ordering="percent")
    def percent_reached(self, alert: BudgetAlert) -> str:
        """The share of the limit."""
        return f"{alert.percent}\N{NO-BREAK SPACE}%"

    @admin.display(description=_("spent by then"), ordering="spent_usd")
    def spent(self, alert: BudgetAlert) -> Figure:
        """US dollars."""
        return figures.dollars(alert.spent_usd)
