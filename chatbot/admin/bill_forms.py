"""The forms of a bill's import: the file, and how it is to be read."""

import gzip
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting.reconciliation import FIELDS, WITHIN_S, BillError, Days, Given, examine
from chatbot.models import BillFile

MOST_BYTES: Final = 32 * 2**20
KEPT: Final = timedelta(days=1)
"""How long an uploaded file waits for its import."""
LABELS: Final = {
    "at": _("Time"),
    "request_id": _("Request id"),
    "model": _("Model"),
    "requests": _("Number of requests"),
    "input_tokens": _("Input tokens"),
    "cached_input_tokens": _("Input tokens, cached part"),
    "output_tokens": _("Output tokens"),
    "cost": _("Amount"),
}


class UploadForm(forms.Form):
    """A file of the size that a page may take."""

    file = forms.FileField(label=_("Bill"), widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz"}))

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse what is too large for a page."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(
                gettext("The file has over %(size)s. Import it with: manage.py chatbot_reconcile")
                % {"size": filesizeformat(MOST_BYTES)}
            )
        return file


def keep(file: "UploadedFile[bytes]", *, by: Any, now: datetime) -> BillFile:  # Any: the project's user model
    """Keep the file until it is imported; files that nobody came back for go."""
    BillFile.objects.filter(uploaded_at__lt=now - KEPT).delete()
    content = file.read()
    if not content.startswith(b"\x1f\x8b"):
        content = gzip.compress(content, compresslevel=6)
    return BillFile.objects.create(name=(file.name or "")[:200], content=content, uploaded_at=now, uploaded_by=by)


@contextmanager
def kept(file: BillFile) -> Iterator[BinaryIO]:
    """What was uploaded."""
    with io.BytesIO(bytes(file.content)) as content:
        yield content


class ReadingForm(forms.Form):
    """How to read the file. Filled in with what was found out."""

    endpoint = forms.ChoiceField(label=_("Relay"))
    first = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The days that the bill speaks of. Empty: those of its first to its last line."),
    )
    zone = forms.CharField(
        label=_("Time zone of the bill"), help_text=_("Of times that name none, and in which the relay cuts its days.")
    )
    per = forms.ChoiceField(
        label=_("A line is"), choices=[("request", _("one request")), ("day", _("all requests of a day and model"))]
    )
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    per_usd = forms.DecimalField(
        label=_("Rate"), min_value=Decimal("0.000001"), help_text=_("Units of the currency for one dollar; 1 for USD.")
    )
    unit = forms.ChoiceField(
        label=_("Amounts are counted in"),
        choices=[("dollars", _("whole units, such as dollars")), ("cents", _("cents"))],
    )
    decimal = forms.ChoiceField(
        label=_("Before decimals"), choices=[(".", _("a point: 0.25")), (",", _("a comma: 0,25"))]
    )
    within_s = forms.IntegerField(
        label=_("Seconds apart at most"),
        min_value=0,
        max_value=86_400,
        help_text=_("How far a line may be from the attempt that it is taken for, where there is no request id."),
    )
    skip_bad_lines = forms.BooleanField(label=_("Go on without lines that cannot be read"), required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, header: list[str], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["endpoint"].choices = [(name, name) for name in conf.current().endpoints]  # type: ignore[attr-defined]
        columns = [("", gettext("not on the bill")), *((name, name) for name in header if name)]
        for name in FIELDS:
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=LABELS[name], choices=columns, required=name in ("at", "model")
            )

    @classmethod
    def of(cls, content: BinaryIO, data: Mapping[str, Any] | None) -> "ReadingForm":
        """The form for this file. Raises BillError when it is no bill."""
        examined = examine(content, Given())
        reading = examined.reading
        initial = {
            "zone": reading.zone,
            "per": reading.per,
            "currency": reading.currency,
            "per_usd": reading.per_usd,
            "unit": reading.unit,
            "decimal": reading.decimal,
            "within_s": WITHIN_S,
            **{f"column_{name}": reading.columns.get(name, "") for name in FIELDS},
        }
        return cls(data, header=list(dict.fromkeys(examined.header)), initial=initial)

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields that say which column is what."""
        return [self[f"column_{name}"] for name in FIELDS]

    @property
    def others(self) -> list[forms.BoundField]:
        """All but those, and the last one, which belongs to the button."""
        return [self[name] for name in self.base_fields if name != "skip_bad_lines"]

    def clean(self) -> dict[str, Any] | None:  # Any: Django's own signature
        """Refuse days that end before they begin, and what cannot be a reading."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if bool(first) != bool(last):
            self.add_error("last", gettext("Give both days, or neither."))
        elif first and last and last < first:
            self.add_error("last", gettext("The last day is before the first."))
        if not self.errors:
            try:
                self.given()
            except BillError as err:
                raise ValidationError(str(err)) from err
        return cleaned

    def given(self) -> Given:
        """What was said, or found out. Raises BillError."""
        said = self.cleaned_data if self.is_bound else self.initial
        return Given(
            columns={name: said.get(f"column_{name}", "") for name in FIELDS},
            zone=said["zone"],
            currency=said["currency"].upper(),
            per_usd=said["per_usd"],
            unit=said["unit"],
            per=said["per"],
            decimal=said["decimal"],
        )

    def days(self) -> Days | None:
        """The days that the bill speaks of; None for those of its lines."""
        if not self.cleaned_data["first"]:
            return None
        return Days(start=self.cleaned_data["first"], end=self.cleaned_data["last"] + timedelta(days=1))
