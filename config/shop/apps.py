"""The Django app of the demo shop."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from config.celery import app as _app  # noqa: F401 - tasks of every process belong to it


class ShopConfig(AppConfig):
    """Pages, pictures and the catalogue."""

    name = "config.shop"
    label = "shop"
    verbose_name = _("Demo shop")
