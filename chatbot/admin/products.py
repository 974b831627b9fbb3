"""Products, to look up and to correct until the feed is mended."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from chatbot.admin.editing import EditingAdmin
from chatbot.admin.problems import SIDE_BY_SIDE, ProblemFilter
from chatbot.assistant.cards import price_text
from chatbot.catalog.health import Problem
from chatbot.catalog.search import configured
from chatbot.database import atomic
from chatbot.models import Product


@admin.register(Product)
class ProductAdmin(EditingAdmin):
    """Products come from a source: a feed, or the shop's own tables. Nobody adds or deletes them here."""

    list_display = ("sku", "title", "brand", "availability", "price_shown", "sale_price_shown", "source", "updated_at")
    list_filter = (ProblemFilter, "availability", "source", ("removed_at", admin.EmptyFieldListFilter))
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("=sku", "title", "brand")
    search_help_text = _("Id, or words of the title or brand")
    readonly_fields = ("sku", "source", "content_hash", "removed_at", "created_at", "updated_at")
    show_full_result_count = False

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The newest first; products that are alike side by side where the list shows these."""
        return SIDE_BY_SIDE.get(request.GET.get(ProblemFilter.parameter_name, ""), self.ordering)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """With the number that products share where the list shows these."""
        shares_number = request.GET.get(ProblemFilter.parameter_name) == Problem.SAME_GTIN
        return (*self.list_display, "gtin") if shares_number else self.list_display

    @admin.display(description=_("shop price"), ordering="price")
    def price_shown(self, product: Product) -> str:
        """As the product's card says it."""
        return price_text(product.price, product.currency, get_language() or "")

    @admin.display(description=_("sale price"), ordering="sale_price")
    def sale_price_shown(self, product: Product) -> str:
        """Likewise, whether or not the sale runs now."""
        return price_text(product.sale_price, product.currency, get_language() or "")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Product, form: Any, change: bool
    ) -> None:  # Any: Django's own signature
        """Save a correction, and find the product by its new words. The source's next import has the last word."""
        # Without its hash the row differs from every row of a feed, so the next import writes it anew.
        obj.content_hash = ""
        with atomic():
            super().save_model(request, obj, form, change)
            if obj.removed_at is None:
                configured().index([obj])
        messages.info(
            request, gettext("The next import from “%(source)s” replaces what you changed.") % {"source": obj.source}
        )
