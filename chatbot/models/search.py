"""What helps the search: words that staff declare to be one, and the products' places in a model's space of meaning."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from chatbot.models.floats import FloatsField
from chatbot.models.products import Product


class Synonym(models.Model):
    """Words that mean the same to this shop's shoppers."""

    terms = models.CharField(
        _("terms"),
        max_length=500,
        help_text=_("Words or phrases with commas between them, as in “laptop, notebook, 노트북”."),
    )
    one_way = models.BooleanField(
        _("one way"),
        default=False,
        help_text=_("Only who asks for the first one also finds the others, not the other way round."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering: ClassVar = ["terms"]

    def __str__(self) -> str:
        return self.terms

    def terms_in_order(self) -> list[str]:
        """The terms, without empty ones."""
        return [term for part in self.terms.split(",") if (term := part.strip())]


class ProductVector(models.Model):
    """Where an embedding model puts a product. Written anew when the text that it was made of changes."""

    # No constraint in the database: tables of the search keep TRUNCATE (Django's flush) and imports free. A vector
    # whose product is gone is never looked at.
    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    model = models.CharField(max_length=100)
    text_hash = models.CharField(max_length=64, help_text=_("Of the text that was embedded."))
    values = FloatsField(help_text=_("32-bit floats, little endian, of length 1 together."))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("product vector")
        verbose_name_plural = _("product vectors")
        indexes: ClassVar = [models.Index(fields=["model", "updated_at"], name="chatbot_vector_updated")]

    def __str__(self) -> str:
        return f"vector of product {self.product_id}"
