"""The shop's app. It has no migrations: its tables are made as they are."""

from django.apps import AppConfig


class GoodsConfig(AppConfig):
    """A small shop."""

    name = "tests.catalog.sources.goods"
    label = "goods"
    default_auto_field = "django.db.models.BigAutoField"
