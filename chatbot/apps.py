"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatbotConfig(AppConfig):
    """Registers the system checks, and follows the models that are sources of products."""

    name = "chatbot"
    verbose_name = _("Shopping assistant")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks and the signals."""
        from chatbot import checks  # noqa: F401 - models must be loaded before
        from chatbot.catalog.sources import watching

        watching.connect()
