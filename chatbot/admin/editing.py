"""Pages to edit: fields that say what they are also where Django draws them without a label."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext

from chatbot.admin import figures


class AmountField(forms.DecimalField):
    """A number as it was typed, without the zeros of the column's other places."""

    def prepare_value(self, value: Any) -> Any:  # Any: Django's own signature
        """What stands in the field."""
        return figures.plain(value) if isinstance(value, Decimal) else value


class ListedForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A row of a list whose fields can be changed in place: each says of which row it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return  # an empty list asks for an empty form, to see what it needs
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{capfirst(field.label)}: {self.instance}"


class EditingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that staff add and change."""

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css"]}

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:  # Any: Django's own signature
        """The row's form, for `list_editable`."""
        return super().get_changelist_form(request, **{"form": ListedForm, **kwargs})

    def formfield_for_dbfield(  # Any: Django's own signature
        self, db_field: Any, request: Any, **kwargs: Any
    ) -> Any:
        """The field; of a moment, the day and the time each with a name."""
        if isinstance(db_field, models.DecimalField):
            kwargs.setdefault("form_class", AmountField)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        parts = getattr(getattr(field, "widget", None), "widgets", ())
        for part, name in zip(parts, (gettext("date"), gettext("time")), strict=False):
            part.attrs["aria-label"] = f"{capfirst(db_field.verbose_name)}: {name}"
        return field
