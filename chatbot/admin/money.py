"""Prices and exchange rates. Both are written once: a figure of last month must mean the same tomorrow."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.admin import figures
from chatbot.admin.editing import EditingAdmin
from chatbot.admin.figures import Figure
from chatbot.models import ExchangeRate, Price

STALE = timedelta(minutes=1)
"""A price that holds from longer ago than this may concern what the ledger has settled already."""


class WrittenOnce(EditingAdmin):
    """Rows are added, never changed or deleted."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A new price, or one that takes the place of a wrong one of the same moment."""

    takes_place = forms.BooleanField(
        required=False,
        label=_("Correct the price of this moment"),
        help_text=_("The wrong price stays in the book; the ledger is put right by corrections."),
    )

    class Meta:
        model = Price
        fields = (
            "model",
            "valid_from",
            "input_per_million_usd",
            "cached_input_per_million_usd",
            "output_per_million_usd",
            "note",
        )

    def clean(self) -> dict[str, Any] | None:  # Any: Django's own signature
        """Find the price that is corrected. Refuse a second price of one moment unless it says that it corrects."""
        cleaned = super().clean() or {}
        model, valid_from = cleaned.get("model"), cleaned.get("valid_from")
        if not model or not valid_from:
            return cleaned
        held = Price.objects.filter(model=model, valid_from=valid_from).order_by("-id").first()
        if held is None and cleaned.get("takes_place"):
            self.add_error("takes_place", ValidationError(gettext("The book has no price of this model and moment.")))
        elif held is not None and not cleaned.get("takes_place"):
            self.add_error("valid_from", ValidationError(gettext("The book has a price of this model and moment.")))
        self.instance.corrects = held
        return cleaned


@admin.register(Price)
class PriceAdmin(WrittenOnce):
    """The price book."""

    list_display = ("model", "valid_from", "input_price", "cached_input_price", "output_price", "note", "holds")
    list_filter = ("model",)
    list_per_page = 50
    list_select_related = ("corrected_by",)
    search_fields = ("model",)

    def get_form(  # Any: Django's own signature
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form of a new price; one of the book is only shown, with the price that it corrects."""
        return super().get_form(request, obj, change, **kwargs if obj else {**kwargs, "form": PriceForm})

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # Any: Django's own signature
        """What is asked of a new price, and what the book says of an old one."""
        asked = PriceForm.Meta.fields
        return (*asked, "corrects", "created_at") if obj else (*asked, "takes_place")

    @admin.display(description=_("1M input tokens"), ordering="input_per_million_usd")
    def input_price(self, price: Price) -> Figure:
        """US dollars."""
        return figures.price(price.input_per_million_usd)

    @admin.display(description=_("1M cached input tokens"), ordering="cached_input_per_million_usd")
    def cached_input_price(self, price: Price) -> Figure:
        """US dollars."""
        return figures.price(price.cached_input_per_million_usd)

    @admin.display(description=_("1M output tokens"), ordering="output_per_million_usd")
    def output_price(self, price: Price) -> Figure:
        """US dollars."""
        return figures.price(price.output_per_million_usd)

    @admin.display(description=_("holds"), boolean=True)
    def holds(self, price: Price) -> bool:
        """Whether no later row corrects it."""
        return not hasattr(price, "corrected_by")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's own signature
        """A new price holds from now on, unless staff say otherwise."""
        return {"valid_from": timezone.now(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Price, form: Any, change: bool) -> None:  # Any: Django's own
        """Say what becomes of attempts that are settled already: a task corrects them."""
        super().save_model(request, obj, form, change)
        if obj.valid_from < timezone.now() - STALE:
            self.message_user(request, gettext("Attempts since then that are settled are corrected within minutes."))


@admin.register(ExchangeRate)
class ExchangeRateAdmin(WrittenOnce):
    """What a dollar is in other currencies, by the first day of each rate."""

    fields = ("currency", "day", "per_usd", "note")
    list_display = ("currency", "day", "rate", "note")
    list_filter = ("currency",)
    list_per_page = 50
    date_hierarchy = "day"

    @admin.display(description=_("for one dollar"), ordering="per_usd")
    def rate(self, rate: ExchangeRate) -> str:
        """Units of the currency."""
        return number_format(figures.plain(rate.per_usd), use_l10n=True, force_grouping=True)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's own signature
        """Today's rate of the currency that costs are shown in."""
        settings = conf.current()
        today = timezone.now().astimezone(settings.zone).date()
        currency = settings.display_currency if settings.display_currency != "USD" else ""
        return {"currency": currency, "day": today, **super().get_changeform_initial_data(request)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExchangeRate]:
        """The latest rates first."""
        rates: QuerySet[ExchangeRate] = super().get_queryset(request)
        return rates.order_by("-day", "currency")
