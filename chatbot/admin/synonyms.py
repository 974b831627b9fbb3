"""Words that mean the same to the shop's shoppers. A change holds from the next question on."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from chatbot.admin.editing import EditingAdmin, ListedForm
from chatbot.catalog.text import phrase
from chatbot.models import Synonym


class SynonymForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Terms that can be searched for."""

    class Meta:
        model = Synonym
        fields = ("terms", "one_way", "enabled")

    def clean_terms(self) -> str:
        """Two different terms at least, each with a letter or a digit in it."""
        terms = [term for part in self.cleaned_data["terms"].split(",") if (term := " ".join(part.split()))]
        if len({phrase(term) for term in terms} - {()}) < 2:
            raise forms.ValidationError(_("Write at least two different words, with a comma between them."))
        return ", ".join(dict.fromkeys(terms))


@admin.register(Synonym)
class SynonymAdmin(EditingAdmin):
    """Synonyms by their terms."""

    form = SynonymForm
    list_display = ("terms", "one_way", "enabled", "updated_at")
    list_editable = ("enabled",)
    list_filter = ("enabled", "one_way")
    search_fields = ("terms",)

    def get_changelist_form(self, request: Any, **kwargs: Any) -> Any:  # Any: Django's own signature
        """The list changes `enabled` alone, and asks nothing of the terms."""
        return forms.modelform_factory(Synonym, form=ListedForm, fields=("enabled",))
