"""The Django app of the demo shop."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from config.celery import app as celery_app

__all__ = ["ShopConfig", "celery_app"]  # the import makes it the application that tasks of this process belong to


class ShopConfig(AppConfig):
    """Pages, pictures and the catalogue."""

    name = "config.shop"
    label = "shop"
    verbose_name = _("Demo shop")
