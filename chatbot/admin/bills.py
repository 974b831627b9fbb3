"""Bills of the relay: upload, a look at how the file is read, what the comparison with the ledger found.

`chatbot.view_bill` shows results, `chatbot.add_bill` uploads and compares, `chatbot.delete_bill` takes a bill away.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chatbot import conf
from chatbot.accounting.csv_export import stream_csv
from chatbot.accounting.reconciliation import (
    BillError,
    Imported,
    Line,
    Rejected,
    Rejection,
    comparing,
    delete_bill,
    examine,
    import_bill,
    is_explained,
    reconcile,
    totals,
)
from chatbot.accounting.reconciliation.exporting import table
from chatbot.accounting.reconciliation.reading import first_lines
from chatbot.admin import bill_figures, figures
from chatbot.admin.bill_forms import ReadingForm, UploadForm, keep, kept
from chatbot.admin.figures import Figure
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.admin.streaming import attachment
from chatbot.models import Bill, BillFile, BillMatch

PREVIEWED = 8
"""Lines of the file that the page about its columns shows."""
ROWS = 50
"""Findings on one page."""


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    """Bills, the one imported last first; each with what was found."""

    list_display = ("file", "relay", "days", "lines", "billed", "booked", "difference", "verdict", "imported")
    list_per_page = 50
    ordering = ("-imported_at", "-pk")
    search_fields = ()  # type: ignore[assignment]  # a shop has a bill a month

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css", "chatbot/admin/bills.css"]}

    def get_urls(self) -> list[URLPattern]:
        """The list, the result of a bill, and the pages on the way there."""
        view = self.admin_site.admin_view
        return [
            path("read/<int:file>/", view(self.read_view), name="chatbot_bill_read"),
            path("<int:bill>/compare/", view(require_POST(self.compare_view)), name="chatbot_bill_compare"),
            path("<int:bill>/export/", view(self.export_view), name="chatbot_bill_export"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Who may import bills."""
        return bool(request.user.has_perm("chatbot.add_bill"))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Who may take bills away; the ledger stays as it is."""
        return bool(request.user.has_perm("chatbot.delete_bill"))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The bills alone: Django would fetch and list each of their lines."""
        return [str(bill) for bill in objs], {str(self.opts.verbose_name_plural): len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Bill) -> None:
        """Take one away with its lines."""
        delete_bill(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:  # Any: a queryset of bills
        """Take some away with their lines."""
        for bill in queryset:
            delete_bill(bill)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, under its own name."""
        return super().changelist_view(request, {"title": gettext("Bills of the relay"), **(extra_context or {})})

    @admin.display(description=_("file"), ordering="name")
    def file(self, bill: Bill) -> str:
        """The file's name."""
        return bill.name

    @admin.display(description=_("relay"), ordering="endpoint")
    def relay(self, bill: Bill) -> str:
        """Whose bill it is."""
        return bill.endpoint

    @admin.display(description=_("imported"), ordering="imported_at")
    def imported(self, bill: Bill) -> str:
        """When it was imported, in the shop's time zone."""
        return _moment(bill.imported_at, conf.current().zone)

    @admin.display(description=_("days"))
    def days(self, bill: Bill) -> str:
        """The days that it speaks of."""
        return bill_figures.days(bill)

    @admin.display(description=_("lines"), ordering="billed_lines")
    def lines(self, bill: Bill) -> Figure:
        """Lines that were read."""
        return figures.number(bill.billed_lines)

    @admin.display(description=_("billed"))
    def billed(self, bill: Bill) -> Figure | None:
        """US dollars."""
        return None if bill.billed_usd is None else figures.dollars(bill.billed_usd)

    @admin.display(description=_("ledger"))
    def booked(self, bill: Bill) -> Figure | None:
        """US dollars of the same days."""
        return None if bill.booked_usd is None else figures.dollars(bill.booked_usd)

    @admin.display(description=_("difference"))
    def difference(self, bill: Bill) -> Figure | None:
        """Bill minus ledger."""
        if bill.billed_usd is None or bill.booked_usd is None:
            return None
        return bill_figures.difference(bill.billed_usd - bill.booked_usd)

    @admin.display(description=_("to be looked at"), ordering="unexplained")
    def verdict(self, bill: Bill) -> Figure:
        """Findings that need somebody, and lines that could not be read."""
        return figures.number(bill.unexplained + bill.lines_rejected)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Upload a file. Raises PermissionDenied."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = keep(form.cleaned_data["file"], by=request.user, now=timezone.now())
            return HttpResponseRedirect(self._url("read", file.pk))
        return self._page(request, "bill_upload", gettext("Import a bill"), {"form": form, **(extra_context or {})})

    def read_view(self, request: HttpRequest, file: int) -> HttpResponse:
        """How the uploaded file is read; import it once that was confirmed. Raises PermissionDenied, Http404."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        found = get_object_or_404(BillFile, pk=file, uploaded_by=request.user)
        form, lines, rejected, error = None, [], None, ""
        try:
            with kept(found) as content:
                form = ReadingForm.of(content, request.POST if request.method == "POST" else None)
                if not form.is_bound or form.is_valid():
                    examined = examine(content, form.given())
                    if "import" in request.POST:
                        return self._import(request, found, content, form, examined.reading)
                    lines = first_lines(content, examined.reading, PREVIEWED)
        except Rejected as err:
            rejected, error = err, str(err)
        except Imported as err:
            messages.info(request, str(err))
            return self._to_result(request, err.bill)
        except BillError as err:
            error = str(err)
        context = {
            "file": found,
            "form": form,
            "error": error,
            "rejected": rejected,
            "lines": [_previewed(line) for line in lines],
            "again": self._url("add"),
        }
        return self._page(request, "bill_reading", gettext("How the bill is read"), context)

    def _import(
        self, request: HttpRequest, file: BillFile, content: Any, form: ReadingForm, reading: Any
    ) -> HttpResponse:  # Any: a file, a Reading
        now = timezone.now()
        bill = import_bill(
            content,
            reading,
            name=file.name,
            endpoint=form.cleaned_data["endpoint"],
            now=now,
            days=form.days(),
            skip_bad_lines=form.cleaned_data["skip_bad_lines"],
            user=request.user,
        )
        reconcile(bill, now, within_s=form.cleaned_data["within_s"])
        file.delete()
        self.log_addition(request, bill, gettext("Imported and compared."))
        return self._to_result(request, bill)

    def compare_view(self, request: HttpRequest, bill: int) -> HttpResponse:
        """Compare again with the ledger as it is now. Raises PermissionDenied."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Bill, pk=bill)
        reconcile(found, timezone.now(), within_s=found.reading.get("within_s", comparing.WITHIN_S))
        messages.success(request, gettext("The bill was compared with the ledger as it is now."))
        return self._to_result(request, found)

    def export_view(self, request: HttpRequest, bill: int) -> HttpResponseBase:
        """The findings, or those of `?kind=`, as CSV. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Bill, pk=bill)
        kind = request.GET.get("kind", "")
        kinds = [kind] if kind in BillMatch.Kind.values else []
        name = f"bill-{found.pk}{f'-{kind}' if kinds else ''}.csv"
        return attachment(request, stream_csv(table(found, kinds)), name=name, kind="text/csv; charset=utf-8")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was found, and the findings of the kind in `?kind=`. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        bill = get_object_or_404(Bill.objects.select_related("imported_by"), pk=object_id)
        found = totals(bill)
        kind = request.GET.get("kind", "")
        here = self._url("change", bill.pk)
        context = {
            "bill": bill,
            "facts": _facts(bill),
            "sides": bill_figures.sides(bill),
            "kinds": bill_figures.by_kind(found, here, chosen=kind),
            "whole": bill_figures.whole(bill),
            "explained": is_explained(bill),
            "rejections": bill.rejections,
            "export": self._url("export", bill.pk),
            "compare": self._url("compare", bill.pk) if self.has_add_permission(request) else "",
            "delete": self._url("delete", bill.pk) if self.has_delete_permission(request) else "",
            **(self._findings(request, bill, kind) if kind in BillMatch.Kind.values else {}),
            **(extra_context or {}),
        }
        return self._page(request, "bill", bill.name, context)

    def _to_result(self, request: HttpRequest, bill: Bill) -> HttpResponse:
        """To the result, or to the next upload for those who may import bills and not see them."""
        return HttpResponseRedirect(
            self._url("change", bill.pk) if self.has_view_permission(request) else self._url("add")
        )

    def _findings(self, request: HttpRequest, bill: Bill, kind: str) -> dict[str, Any]:
        rows = bill.matches.filter(kind=kind).select_related("line", "attempt").order_by("at", "pk")
        page = Paginator(rows, ROWS).get_page(request.GET.get("p"))
        attempts = (
            reverse("admin:chatbot_attempt_changelist", current_app=self.admin_site.name)
            if request.user.has_perm("chatbot.view_attempt")
            else ""
        )
        zone = conf.current().zone
        return {
            "kind": kind,
            "kind_label": BillMatch.Kind(kind).label,
            "kind_means": bill_figures.MEANINGS[BillMatch.Kind(kind)],
            "page": page,
            "findings": [bill_figures.finding(match, zone, attempts) for match in page],
            "zone": zone.key,
        }

    def _url(self, page: str, *args: int) -> str:
        return reverse(f"admin:chatbot_bill_{page}", args=args, current_app=self.admin_site.name)

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        request.current_app = self.admin_site.name
        common = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            "list": self._url("changelist") if self.has_view_permission(request) else "",
        }
        return TemplateResponse(request, f"chatbot/admin/{template}.html", {**common, **context})


def _previewed(line: Line | Rejection) -> dict[str, Any]:
    if isinstance(line, Rejection):
        return {"number": line.line, "reason": line.reason}
    return {
        "number": line.number,
        "cells": [
            f"{line.at:%Y-%m-%d %H:%M:%S}",
            line.request_id,
            line.model,
            *("–" if count is None else figures.number(count) for count in (
                line.requests, line.input_tokens, line.cached_input_tokens, line.output_tokens
            )),
            "–" if line.cost_usd is None else figures.dollars(line.cost_usd, places=6),
        ],
    }  # fmt: skip


def _facts(bill: Bill) -> Sequence[tuple[str, str]]:
    """Where the figures come from, in words."""
    zone = conf.current().zone
    reading = bill.reading
    facts = [
        (gettext("Relay"), bill.endpoint),
        (gettext("Days on the bill"), f"{bill_figures.days(bill)} ({reading['zone']})"),
        (gettext("Compared with requests that left"), _span(bill, zone)),
        (gettext("Imported"), _moment(bill.imported_at, zone) + (f", {bill.imported_by}" if bill.imported_by else "")),
    ]
    if reading["currency"] != "USD":
        rate = gettext("%(rate)s %(currency)s for one dollar")
        facts.append((gettext("Converted at"), rate % {"rate": reading["per_usd"], "currency": reading["currency"]}))
    if bill.reconciled_at:
        facts.append((gettext("Compared"), _moment(bill.reconciled_at, zone)))
    return facts


def _span(bill: Bill, zone: ZoneInfo) -> str:
    return f"{_moment(bill.starts_at, zone)} – {_moment(bill.ends_at, zone)} ({zone.key})"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "DATETIME_FORMAT")
