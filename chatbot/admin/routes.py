"""Which models may answer, in which order, and through which relay. Addresses and keys are in the settings."""

from urllib.parse import urlsplit

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.admin.editing import EditingAdmin
from chatbot.models import Endpoint, Route


@admin.register(Endpoint)
class EndpointAdmin(EditingAdmin):
    """Relays by name."""

    list_display = ("name", "enabled", "address")
    readonly_fields = ("address",)

    @admin.display(description=_("address"))
    def address(self, endpoint: Endpoint) -> str:
        """The host that the settings give to the name; neither path nor key are shown."""
        configured = conf.current().endpoints.get(endpoint.name)
        return urlsplit(configured.url).netloc.rpartition("@")[2] if configured else gettext("not in the settings")


@admin.register(Route)
class RouteAdmin(EditingAdmin):
    """Routes in the order in which they are tried."""

    list_display = ("model", "label", "position", "enabled", "endpoint", "good_for", "abandoned_policy", "canary_share")
    list_editable = ("position", "enabled")
    list_filter = ("enabled", "endpoint")
    list_select_related = ("endpoint",)
    ordering = ("position", "id")
