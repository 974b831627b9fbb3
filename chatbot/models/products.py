"""What the shop sells. Fields are named as in the merchant product data specification: every shop exports it."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ProductQuerySet(models.QuerySet["Product"]):
    """Questions about products."""

    def offered(self) -> "ProductQuerySet":
        """Products that the shop shows, sold-out ones included."""
        return self.filter(removed_at__isnull=True)


class Product(models.Model):
    """One product as the shop's feed or database describes it now. Amounts are in `currency`'s major unit."""

    class Availability(models.TextChoices):
        """Whether it can be bought now."""

        IN_STOCK = "in_stock", _("in stock")
        OUT_OF_STOCK = "out_of_stock", _("sold out")
        PREORDER = "preorder", _("pre-order")
        BACKORDER = "backorder", _("back-order")

    sku = models.CharField(_("SKU"), max_length=100, unique=True, help_text=_("The feed's `id`."))
    source = models.CharField(_("source"), max_length=64, default="feed", help_text=_("Where the row comes from."))
    title = models.CharField(_("title"), max_length=500)
    description = models.TextField(_("description"), blank=True)
    link = models.CharField(_("link"), max_length=2000, blank=True)
    image_link = models.CharField(_("picture"), max_length=2000, blank=True)
    availability = models.CharField(
        _("availability"), max_length=12, choices=Availability, default=Availability.IN_STOCK
    )
    currency = models.CharField(_("currency"), max_length=3, help_text=_("ISO 4217."))
    price = models.DecimalField(_("shop price"), max_digits=16, decimal_places=4, null=True, blank=True)
    sale_price = models.DecimalField(_("sale price"), max_digits=16, decimal_places=4, null=True, blank=True)
    sale_starts_at = models.DateTimeField(_("sale starts at"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(
        _("sale ends at"), null=True, blank=True, help_text=_("The sale ends before this moment.")
    )
    brand = models.CharField(_("brand"), max_length=200, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=50, blank=True)
    mpn = models.CharField(_("MPN"), max_length=255, blank=True)
    product_type = models.CharField(
        _("category"), max_length=750, blank=True, help_text=_("Category path, as in 'Audio > Earphones'.")
    )
    item_group_id = models.CharField(
        _("group of variants"), max_length=100, blank=True, help_text=_("Variants of one product share it.")
    )
    color = models.CharField(_("colour"), max_length=200, blank=True)
    size = models.CharField(_("size"), max_length=100, blank=True)
    material = models.CharField(_("material"), max_length=200, blank=True)
    attributes = models.JSONField(
        _("attributes"), default=dict, blank=True, help_text=_("Any further columns: name to text.")
    )
    content_hash = models.CharField(
        _("content hash"), max_length=64, help_text=_("Of all fields above: an unchanged row is not written.")
    )
    removed_at = models.DateTimeField(
        _("removed at"), null=True, blank=True, help_text=_("When the source stopped offering it.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects: ClassVar[models.Manager["Product"]] = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="chatbot_product_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(sale_price__isnull=True) | Q(sale_price__gte=0), name="chatbot_product_sale_not_negative"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["product_type"], name="chatbot_product_type"),
            models.Index(fields=["source"], name="chatbot_product_source"),
            models.Index(fields=["brand"], name="chatbot_product_brand"),
            models.Index(fields=["item_group_id"], condition=~Q(item_group_id=""), name="chatbot_product_group"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.sku})"

    def sale_price_at(self, now: datetime) -> Decimal | None:
        """The sale price if a sale runs at `now` and lowers the price, else None. Start is in, end is not."""
        if self.sale_price is None or (self.price is not None and self.sale_price >= self.price):
            return None
        started = self.sale_starts_at is None or self.sale_starts_at <= now
        over = self.sale_ends_at is not None and self.sale_ends_at <= now
        return self.sale_price if started and not over else None

    def price_at(self, now: datetime) -> Decimal | None:
        """What a shopper pays at `now`; None when the shop gives no price."""
        sale = self.sale_price_at(now)
        return self.price if sale is None else sale
