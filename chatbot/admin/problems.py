"""What can be wrong with a product, in words, and the filter of the product list that shows the products behind it."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.catalog import health
from chatbot.catalog.health import Problem
from chatbot.models import Product

NAMES: Final[Mapping[Problem, Promise]] = {
    Problem.NO_PICTURE: _("Without picture"),
    Problem.NO_PRICE: _("Without price"),
    Problem.NO_DESCRIPTION: _("Without description"),
    Problem.NO_LINK: _("Without link"),
    Problem.SAME_GTIN: _("Same GTIN"),
    Problem.SAME_TITLE: _("Same title and brand"),
    Problem.NO_VECTOR: _("Without vector"),
}
MEANINGS: Final[Mapping[Problem, Promise]] = {
    Problem.NO_PICTURE: _("Their cards are shown without a picture."),
    Problem.NO_PRICE: _("Unless a sale runs, their cards say no price, and no search with a price limit finds them."),
    Problem.NO_DESCRIPTION: _("They are found by title, brand and category alone, and little can be said about them."),
    Problem.NO_LINK: _("Shoppers cannot get from the card to the product."),
    Problem.SAME_GTIN: _("Another product has the same number: perhaps one product that is listed twice."),
    Problem.SAME_TITLE: _(
        "Another product is called just the same and is no variant of it: shoppers cannot tell them apart."
    ),
    Problem.NO_VECTOR: _(
        "New or changed: they are found by words, and not by meaning until the task fill_vectors ran."
    ),
}
"""What each problem does to shoppers."""
SIDE_BY_SIDE: Final[Mapping[str, tuple[str, ...]]] = {
    Problem.SAME_GTIN: ("gtin", "-pk"),
    Problem.SAME_TITLE: ("title", "brand", "-pk"),
}
"""Orders of the list in which products that are alike stand together."""


class ProblemFilter(admin.SimpleListFilter):
    """Products that the shop offers and that have one problem, as the page of the catalogue's health counts them."""

    title = _("problem")
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # Any: of no interest; lazy
        """Every problem that is looked for."""
        return [(problem.value, NAMES[problem]) for problem in health.looked_for()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        """The products that have it."""
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in health.looked_for():
            raise IncorrectLookupParameters
        return queryset.filter(pk__in=health.having(Problem(chosen)).order_by().values("pk"))
