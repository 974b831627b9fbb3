"""What the assistant knows and is told: the shop's entries, and the versions of its instructions."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.admin.editing import EditingAdmin
from chatbot.admin.money import WrittenOnce
from chatbot.assistant.instructions import in_force
from chatbot.models import Instructions, ShopEntry


@admin.register(ShopEntry)
class ShopEntryAdmin(EditingAdmin):
    """Entries by topic. A change holds from the next question on."""

    fields = ("topic", "language", "title", "text", "link", "enabled")
    list_display = ("title", "topic", "language", "enabled", "updated_at")
    list_editable = ("enabled",)
    list_filter = ("topic", "language", "enabled")
    search_fields = ("title", "text")


@admin.register(Instructions)
class InstructionsAdmin(WrittenOnce):
    """Versions, the newest first. To go back to an old one, a new one is made of it."""

    list_display = ("pk", "note", "created_at", "created_by", "holds", "use_again")
    list_select_related = ("created_by",)
    search_fields = ("note", "text")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; of a shop that has written none, with what holds instead."""
        said = {} if in_force().version else {"subtitle": gettext("The built-in instructions hold until you add some.")}
        return super().changelist_view(request, {**said, **(extra_context or {})})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # Any: Django's own signature
        """What is asked of a new version, and what is known of an old one."""
        return ("text", "note", "created_at", "created_by") if obj else ("text", "note")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's own signature
        """A new version begins as the one in force, or as the one that is to be used again."""
        version = request.GET.get("version", "")
        old = Instructions.objects.filter(pk=version).first() if version.isdecimal() else None
        return {"text": old.text if old else in_force().text}

    def save_model(  # Any: Django's own signature
        self, request: HttpRequest, obj: Instructions, form: Any, change: bool
    ) -> None:
        """Write the version, and by whom."""
        obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    @admin.display(description=_("holds"), boolean=True)
    def holds(self, instructions: Instructions) -> bool:
        """Whether the assistant follows this version now."""
        return bool(instructions.pk == in_force().version)

    @admin.display(description="")
    def use_again(self, instructions: Instructions) -> SafeString:
        """A new version made of this one."""
        url = reverse("admin:chatbot_instructions_add", current_app=self.admin_site.name)
        return format_html(
            '<a href="{}?{}">{}</a>', url, urlencode({"version": instructions.pk}), _("Make a new version of it")
        )
