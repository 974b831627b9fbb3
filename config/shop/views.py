"""The shop's pages. Each asks the database a fixed number of questions, however many products it shows."""

from typing import Final

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chatbot.catalog.search import configured
from chatbot.models import Product, ShopEntry
from config.shop import departments, pictures

PAGE_SIZE: Final = 24
QUERY_CHARACTERS: Final = 100
ORDERS: Final = {
    "shelf": (_("As on the shelf"), ("id",)),
    "cheap": (_("Lowest price first"), (Coalesce("sale_price", "price").asc(), "id")),
    "dear": (_("Highest price first"), (Coalesce("sale_price", "price").desc(), "id")),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page: departments, what is on sale, then everything, page by page."""
    offered = Product.objects.offered()
    page = Paginator(offered.order_by("id"), PAGE_SIZE).get_page(request.GET.get("page"))
    sale = offered.filter(sale_price__lt=F("price"), availability=Product.Availability.IN_STOCK).order_by("-price")[:8]
    return _page(request, "shop/home.html", {"page": page, "sale": sale if page.number == 1 else ()})


@require_safe
def department(request: HttpRequest, slug: str) -> HttpResponse:
    """All products of one department, narrowed by `type` and ordered by `order`."""
    if slug not in departments.BY_SLUG:
        raise Http404
    shelf = departments.BY_SLUG[slug]
    products = Product.objects.offered().filter(shelf.filter())
    types = sorted({path.rpartition(" > ")[2] for path in products.values_list("product_type", flat=True)})
    chosen = request.GET.get("type", "")
    if chosen in types:
        products = products.filter(Q(product_type=chosen) | Q(product_type__endswith=f" > {chosen}"))
    order = request.GET.get("order", "")
    order = order if order in ORDERS else "shelf"
    context = {
        "department": shelf,
        "products": list(products.order_by(*ORDERS[order][1])),
        "types": types,
        "chosen": chosen if chosen in types else "",
        "orders": [(key, label) for key, (label, _fields) in ORDERS.items()],
        "order": order,
    }
    return _page(request, "shop/department.html", context)


@require_safe
def product(request: HttpRequest, sku: str) -> HttpResponse:
    """One product, its variants and its neighbours on the shelf."""
    shown = get_object_or_404(Product.objects.offered(), sku=sku)
    shelf = departments.of(shown.product_type)
    others = Product.objects.offered().exclude(pk=shown.pk)
    variants: QuerySet[Product] = others.none()
    if shown.item_group_id:
        variants = others.filter(item_group_id=shown.item_group_id).order_by("id")
        others = others.exclude(item_group_id=shown.item_group_id)
    neighbours = others.filter(shelf.filter()) if shelf else others.filter(product_type=shown.product_type)
    context = {
        "product": shown,
        "department": shelf,
        "variants": list(variants),
        "neighbours": list(neighbours.order_by("id")[:4]),
        "terms": _terms(ShopEntry.Topic.DELIVERY, ShopEntry.Topic.RETURNS),
    }
    return _page(request, "shop/product.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The best products for the words, by the same search that the assistant uses."""
    query = request.GET.get("q", "").strip()[:QUERY_CHARACTERS]
    hits = configured().search(query, limit=PAGE_SIZE) if query else []
    found = Product.objects.offered().in_bulk([hit.product_id for hit in hits])
    products = [found[hit.product_id] for hit in hits if hit.product_id in found]
    return _page(request, "shop/search.html", {"query": query, "products": products})


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Where a shopper reaches people; also where the assistant's element points without JavaScript."""
    return _page(request, "shop/contact.html", {"terms": _terms(*ShopEntry.Topic.values)})


@require_safe
def picture(request: HttpRequest, kind: str, tint: str) -> HttpResponse:
    """A product picture. It depends on its address alone, so a browser may keep it for a day."""
    try:
        drawing = pictures.draw(kind, tint)
    except KeyError:
        raise Http404 from None
    return HttpResponse(drawing, content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Any address that leads nowhere: with the shelves, the search and the assistant, so that nobody is stuck."""
    return _page(request, "404.html", {}, status=404)


def _terms(*topics: str) -> QuerySet[ShopEntry]:
    """What the shop promises, in the page's language: the very entries that the assistant answers from."""
    own = ShopEntry.objects.filter(enabled=True, language__in=("", get_language() or ""))
    return own.filter(topic__in=topics)


def _page(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    return render(request, template, {"departments": departments.DEPARTMENTS, **context}, status=status)
