"""The Django app of the demo shop."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from config.celery import app as celery_app


class ShopConfig(AppConfig):
    """Pages, pictures and the catalogue; and the Celery application, which tasks of every process belong to."""

    name = "config.shop"
    label = "shop"
    verbose_name = _("Demo shop")

    def ready(self) -> None:
        """Take over the assistant's schedule."""
        # Here and not above: tasks import models, which must be loaded before.
        from chatbot.tasks import BEAT_SCHEDULE

        celery_app.conf.beat_schedule = BEAT_SCHEDULE
