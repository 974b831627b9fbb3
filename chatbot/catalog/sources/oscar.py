"""django-oscar as a source, with one line of settings:

    CHATBOT = {"SOURCES": {"oscar": "chatbot.catalog.sources.oscar.OscarSource"}}

Price and stock are what Oscar's own strategy says to a shopper who is not logged in (`partner.strategy.Selector`): the
stock record that it selects, tax included where it knows the tax. Categories are the path of the first public one,
pictures the primary image, attributes Oscar's product attributes. Variants are products of their own and share the
parent as their `item_group_id`; a parent alone cannot be bought and is none. A product's id is Oscar's primary key.
Offers and vouchers hold for a basket, not for a product, so a card shows the price before them.

Forked apps of Oscar work: models and classes are asked for by Oscar's own loading. The keys CURRENCY and EVERY_S of
`sources.model` may be given beside CLASS.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from chatbot.catalog.sources.model import ModelSource
from chatbot.catalog.sources.values import Getter, text_of
from chatbot.errors import ConfigurationError

_GTIN_DIGITS = (8, 12, 13, 14)


class OscarSource(ModelSource):
    """Oscar's products that can be seen in the shop and bought."""

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        """Raises ConfigurationError where django-oscar is not among the apps."""
        if not apps.is_installed("oscar"):
            raise ConfigurationError(
                f"CHATBOT['SOURCES'][{name!r}] needs django-oscar, and its apps in INSTALLED_APPS; see Oscar's guide."
            )
        from oscar.core.loading import get_class, get_model

        self._selector = get_class("partner.strategy", "Selector")
        super().__init__(name, {**settings, "MODEL": "catalogue.Product", "FIELDS": {"id": "pk", "title": "get_title"}})
        self._products = get_model("catalogue", "Product")._base_manager
        self._watched: dict[Any, Getter] = {
            get_model("partner", "StockRecord"): "product",
            get_model("partner", "Partner"): _products_of_partner,
            get_model("catalogue", "ProductClass"): self._products_of_class,
            get_model("catalogue", "ProductAttribute"): _products_of_attribute,
            get_model("catalogue", "ProductImage"): "product",
            get_model("catalogue", "ProductAttributeValue"): "product",
            get_model("catalogue", "ProductCategory"): "product",
            get_model("catalogue", "Category"): _products_of_category,
        }

    def queryset(self) -> "QuerySet[Any]":
        """Public products that are no parents; a variant also needs a public parent."""
        public = self.model._default_manager.filter(is_public=True).exclude(structure="parent")
        return (
            public.filter(Q(parent__isnull=True) | Q(parent__is_public=True))
            .select_related("parent", "product_class", "parent__product_class")
            .prefetch_related(
                "stockrecords", "images", "parent__images", "categories", "parent__categories",
                "attribute_values__attribute", "parent__attribute_values__attribute",
                "attribute_values__value_option", "parent__attribute_values__value_option",
            )
        )  # fmt: skip

    def cells(self, instance: Any) -> dict[str, str]:
        """One product of Oscar as the columns of a feed."""
        info = self._selector().strategy().fetch_for_product(instance)
        parent = instance.parent if instance.parent_id else None
        upc = text_of(instance.upc)
        is_gtin = upc.isascii() and upc.isdigit() and len(upc) in _GTIN_DIGITS
        found = self._attributes_of(instance)
        found |= {
            "id": self.sku(instance),
            "title": _variant_title(instance, parent),
            "description": text_of(instance.description or (parent.description if parent else "")),
            "link": text_of(instance.get_absolute_url()),
            "image_link": _image_of(instance) or (_image_of(parent) if parent else ""),
            "availability": _availability(info),
            "price": _price(info.price),
            "sale_price": "",  # not an attribute that happens to be called so
            "product_type": _category_of(parent or instance),
            "gtin": upc if is_gtin else "",
            "mpn": "" if is_gtin else upc,
            "item_group_id": text_of(instance.parent_id),
        }
        return found

    def watched(self) -> dict[Any, Getter]:
        """Stock, prices, pictures, attributes and categories."""
        return self._watched

    def keys_beside(self, keys: Iterable[Any]) -> set[Any]:
        """Variants show what their parent says."""
        return set(self._products.filter(parent__in=list(keys)).values_list("pk", flat=True))

    def _products_of_class(self, kind: Any) -> Iterable[Any]:
        """Whether stock is counted is said of a class; its variants are found beside their parents."""
        keys: Iterable[Any] = self._products.filter(product_class=kind).values_list("pk", flat=True)
        return keys

    def _attributes_of(self, instance: Any) -> dict[str, str]:
        """Attributes by their code where that is a field of ours ("brand", "color"), else by their name."""
        found: dict[str, str] = {}
        for owner in filter(None, (instance.parent if instance.parent_id else None, instance)):
            for value in owner.attribute_values.all():
                code = value.attribute.code
                name = code if code in _CODES else str(value.attribute.name)
                found[name] = str(value.value_as_text)
        return found


_CODES = frozenset({"brand", "color", "size", "material"})


def _variant_title(instance: Any, parent: Any) -> str:
    """The parent's title and the variant's: one that is called "XL" alone would be found by nobody."""
    title = text_of(instance.title)
    if parent is None or not title:
        return title or text_of(instance.get_title())
    whole = text_of(parent.title)
    return title if whole.casefold() in title.casefold() else f"{whole} {title}"


def _price(price: Any) -> str:
    """What a shopper pays; nothing where the strategy knows no price."""
    if not price.exists:
        return ""
    amount = price.incl_tax if price.is_tax_known else price.excl_tax
    return f"{text_of(amount)} {price.currency or ''}".strip() if amount is not None else ""


def _availability(info: Any) -> str:
    return "in_stock" if info.availability.is_available_to_buy else "out_of_stock"


def _image_of(instance: Any) -> str:
    images = sorted(instance.images.all(), key=lambda image: image.display_order)
    return text_of(images[0].original) if images else ""


def _category_of(instance: Any) -> str:
    """The path of the first category that is in the shop's menu, "Books > Poetry"."""
    public = [each for each in instance.categories.all() if each.is_public and each.ancestors_are_public]
    first = min(public, key=lambda each: each.path, default=None)
    return str(first.full_name) if first else ""


def _products_of_partner(partner: Any) -> Iterable[Any]:
    keys: Iterable[Any] = partner.stockrecords.values_list("product", flat=True)
    return keys


def _products_of_attribute(attribute: Any) -> Iterable[Any]:
    keys: Iterable[Any] = attribute.productattributevalue_set.values_list("product", flat=True)
    return keys


def _products_of_category(category: Any) -> Iterable[Any]:
    """Those of the category and of all below it: their path names it."""
    below = type(category)._base_manager.filter(path__startswith=category.path)
    products = category.product_set.model._base_manager
    keys: Iterable[Any] = products.filter(categories__in=below).values_list("pk", flat=True)
    return keys
