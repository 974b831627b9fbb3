"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatbotConfig(AppConfig):
    """Registers the system checks and nothing else."""

    name = "chatbot"
    verbose_name = _("Shopping assistant")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks."""
        from chatbot import checks  # noqa: F401 - models must be loaded before
