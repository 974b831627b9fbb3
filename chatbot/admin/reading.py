"""Pages to read: what a turn or the ledger wrote is not edited by hand."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows can be looked at by those who may view them, and by nobody added, changed or deleted."""

    search_fields = ("=pk",)  # shows the box; `get_search_results` does the work
    search_ids: ClassVar[tuple[str, ...]] = ("pk",)
    """Fields that a search looks an id up in; each has an index."""
    show_full_result_count = False  # a second count over the whole table for a number that nobody needs
    show_facets = admin.ShowFacets.NEVER  # one count over the whole table for each choice of each filter

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows with the id that was typed. What is no id finds nothing: no search through the words of shoppers."""
        if not (text := search_term.strip()):
            return queryset, False
        try:
            wanted = UUID(text)
        except ValueError:
            return queryset.none(), False
        matches = Q()
        for name in self.search_ids:
            matches |= Q(**{name: wanted})
        return queryset.filter(matches), any("__" in name for name in self.search_ids)
