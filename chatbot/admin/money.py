"""Prices and budgets. A price is written once: a figure of last month must mean the same tomorrow."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.accounting import budgets
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.models import Budget, Price


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """The price book: rows are added, never changed or deleted."""

    list_display = (
        "model",
        "valid_from",
        "input_per_million_usd",
        "cached_input_per_million_usd",
        "output_per_million_usd",
        "note",
    )
    list_filter = ("model",)
    list_per_page = 50
    search_fields = ("model",)

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Nobody."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's own signature
        """A new price holds from now on, unless staff say otherwise. Settled attempts keep the price that they had."""
        return {"valid_from": timezone.now(), **super().get_changeform_initial_data(request)}


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
    """A page of budgets with what is spent of each."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the rows and, in one query for all, what is spent."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        spent = budgets.spent_usd(self.result_list, timezone.now())
        for budget in self.result_list:
            budget.spent_usd = spent.get(budget.pk)


@admin.register(Budget)
class BudgetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Budgets, and how far the current period's are spent."""

    form = BudgetForm
    list_display = ("scope", "subject", "period", "limit", "spent", "action", "enabled")
    list_filter = ("enabled",)
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        """The page with what is spent."""
        return BudgetPage

    @admin.display(description=_("limit"), ordering="limit_usd")
    def limit(self, budget: Budget) -> Figure:
        """US dollars."""
        return figures.dollars(budget.limit_usd, places=2)

    @admin.display(description=_("spent and reserved in this period"))
    def spent(self, budget: Any) -> Figure | None:  # Any: a row with what the page has added
        """US dollars; empty for budgets that have one amount for each visitor or conversation."""
        spent: Decimal | None = budget.spent_usd
        return None if spent is None else figures.dollars(spent)
