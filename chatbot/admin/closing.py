"""Closed months, and the button that closes the next one. Who may add a closed month may close."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot import conf
from chatbot.accounting import closing, reports
from chatbot.accounting.periods import Month
from chatbot.admin import figures
from chatbot.admin.figures import Figure
from chatbot.admin.filters import parse_month
from chatbot.admin.reading import ReadOnlyAdmin
from chatbot.models import ClosedMonth


@admin.register(ClosedMonth)
class ClosedMonthAdmin(ReadOnlyAdmin):
    """Months whose figures never change again, the latest first."""

    change_list_template = "chatbot/admin/closed_months.html"
    list_display = ("month", "cost", "attempts", "not_measured", "closed_at", "closed_by", "costs_link")
    list_display_links = None
    list_per_page = 50
    list_select_related = ("closed_by",)
    ordering = ("-first",)
    search_fields = ()  # type: ignore[assignment]  # there is nothing to search for

    class Media:
        css: ClassVar = {"all": ["chatbot/admin/staff.css"]}

    def get_urls(self) -> list[URLPattern]:
        """The list, and the page that closes a month."""
        close = path("close/", self.admin_site.admin_view(self.close_view), name="chatbot_closedmonth_close")
        return [close, *super().get_urls()]

    def may_close(self, request: HttpRequest) -> bool:
        """Whether this person may close months: Django's permission to add one. The list itself offers no form."""
        return bool(request.user.has_perm("chatbot.add_closedmonth"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the month that is next."""
        month = closing.next_month(timezone.now()) if self.may_close(request) else None
        more = {"next_month": date_format(month.first, "YEAR_MONTH_FORMAT") if month else "", "close_url": self._close}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def close_view(self, request: HttpRequest) -> HttpResponse:
        """Ask whether the next month is to be closed; close it when that was confirmed. Raises PermissionDenied."""
        if not self.may_close(request):
            raise PermissionDenied
        back = HttpResponseRedirect(
            reverse("admin:chatbot_closedmonth_changelist", current_app=self.admin_site.name)
            if self.has_view_permission(request)
            else reverse("admin:index", current_app=self.admin_site.name)
        )
        now = timezone.now()
        month = closing.next_month(now)
        if request.method == "POST":
            # The month that was read about on the page, not whichever is next by now.
            self._close_month(request, parse_month(request.POST.get("month", "")))
            return back
        if month is None:
            messages.info(request, gettext("No month can be closed: the next one is not over yet."))
            return back
        total = reports.total(month.first, month.end, conf.current().zone)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Close %(month)s") % {"month": date_format(month.first, "YEAR_MONTH_FORMAT")},
            "opts": self.opts,
            "media": self.media,
            "month": str(month),
            "month_name": date_format(month.first, "YEAR_MONTH_FORMAT"),
            "cost": figures.cost(total, places=2),
            "exact": f"${total.cost_usd:f}",
            "attempts": figures.number(total.attempts),
            "unpriced": figures.number(total.unpriced) if total.unpriced else None,
            "back": back.url,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "chatbot/admin/close_month.html", context)

    def _close_month(self, request: HttpRequest, month: Month | None) -> None:
        if month is None:
            messages.error(request, gettext("The form did not say which month to close."))
            return
        try:
            closed = closing.close_month(month, now=timezone.now(), by=request.user)
        except closing.MonthNotClosable as err:
            messages.error(request, str(err))
            return
        name = date_format(month.first, "YEAR_MONTH_FORMAT")
        self.log_addition(request, closed, gettext("Closed."))
        messages.success(request, gettext("%(month)s is closed. Its figures stay as they are.") % {"month": name})

    @property
    def _close(self) -> str:
        return reverse("admin:chatbot_closedmonth_close", current_app=self.admin_site.name)

    @admin.display(description=_("month"), ordering="first")
    def month(self, closed: ClosedMonth) -> str:
        """The month in words."""
        return date_format(closed.first, "YEAR_MONTH_FORMAT")

    @admin.display(description=_("cost when it was closed"), ordering="cost_usd")
    def cost(self, closed: ClosedMonth) -> Figure:
        """US dollars; not measured when nothing of the month was."""
        if closed.attempts and closed.unpriced >= closed.attempts:
            return Figure(text=gettext("not measured"))
        return figures.dollars(closed.cost_usd)

    @admin.display(description=_("cost not measured"), ordering="unpriced")
    def not_measured(self, closed: ClosedMonth) -> Figure:
        """Attempts whose cost nobody knew."""
        return figures.number(closed.unpriced)

    @admin.display(description=_("costs"))
    def costs_link(self, closed: ClosedMonth) -> Figure:
        """The Costs page of the month."""
        url = reverse("admin:chatbot_costs_changelist", current_app=self.admin_site.name)
        return Figure(text=gettext("Show"), url=f"{url}?month={closed.first:%Y-%m}")
