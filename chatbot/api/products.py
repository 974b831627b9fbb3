"""The shop's products as the assistant sees them."""

from typing import Any

import msgspec
from django.utils import timezone
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from chatbot.api.base import DoorView, language_of
from chatbot.assistant.cards import card
from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.models import Product

FOUND_AT_MOST = 20


class BySku(CursorPagination):
    """Pages of 20, by product id."""

    page_size = 20
    ordering = "sku"


class ProductsView(DoorView):
    """Product cards: those that a question finds (`?q=`), best first, or all that the shop offers, by id."""

    pagination_class = BySku

    def get(self, request: Request) -> Response:
        """`{"next", "previous", "results"}`; what a question finds is one page."""
        words = request.query_params.get("q", "").strip()
        if words:
            found = candidates(understand(words), limit=FOUND_AT_MOST, now=timezone.now())
            return Response({"next": None, "previous": None, "results": _cards(found.products, request)})
        page = self.paginate_queryset(Product.objects.offered())
        return self.get_paginated_response(_cards(page or [], request))


def _cards(products: Any, request: Request) -> list[Any]:  # Any: JSON
    now, language = timezone.now(), language_of(request)
    return [msgspec.to_builtins(card(product, now=now, language=language)) for product in products]
