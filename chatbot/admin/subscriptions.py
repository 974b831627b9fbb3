"""Who gets which mails about money. Staff see and change what Django's permissions on subscriptions allow them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.accounting.mails import readers
from chatbot.admin.editing import EditingAdmin
from chatbot.models import ReportSubscription


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A subscription of somebody who can get its mails."""

    language = forms.ChoiceField(required=False)

    class Meta:
        model = ReportSubscription
        fields = ("user", "kind", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            self.fields["language"].label = capfirst(gettext("language"))
            self.fields["language"].choices = [("", _("the site's language")), *settings.LANGUAGES]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:  # Any: Django's own signature
        """Refuse somebody without an address, or who may not see what the mails say."""
        cleaned = super().clean() or {}
        user, kind = cleaned.get("user"), cleaned.get("kind")
        if user is not None and kind:
            if not readers.address_of(user):
                self.add_error("user", ValidationError(gettext("This user has no e-mail address.")))
            elif readers.of(ReportSubscription(user=user, kind=kind)) is None:
                self.add_error("user", ValidationError(gettext("This user may not see what these mails say.")))
        return cleaned


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(EditingAdmin):
    """Mails about money, and until when each was sent."""

    form = SubscriptionForm
    list_display = ("user", "kind", "language", "receives", "sent_until")
    list_filter = ("kind",)
    list_select_related = ("user",)
    list_per_page = 50
    readonly_fields = ("sent_until",)
    raw_id_fields = ("user",)

    @admin.display(description=_("gets mails"), boolean=True)
    def receives(self, subscription: ReportSubscription) -> bool:
        """Whether the user has an address and still may see what the mails say."""
        return readers.of(subscription) is not None

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's own signature
        """Whoever adds one usually means themselves."""
        return {"user": request.user.pk, **super().get_changeform_initial_data(request)}
