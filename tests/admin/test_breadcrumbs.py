"""The way to a page of ours, in the markup of the admin's own pages, whichever version of Django draws them."""

import re
from datetime import UTC, datetime

import pytest

from chatbot.models import Attempt
from chatbot.templatetags import chatbot_admin
from tests.accounting.rows import settled

pytestmark = pytest.mark.django_db

OURS = ["costs/", "catalogue/", "bill/add/", "closedmonth/close/"]


def crumbs(page: str) -> tuple[str, list[str]]:
    """The element's name and the addresses in it."""
    found = re.search(r'<(\w+) class="breadcrumbs">(.*?)</\1>', page, re.DOTALL)
    assert found, page[:3000]
    return found[1], re.findall(r'href="([^"]+)"', found[2])


@pytest.mark.parametrize("page", OURS)
def test_ours_are_as_djangos(staff, page):
    Attempt.objects.bulk_create([settled(datetime(2026, 2, 20, 3, tzinfo=UTC), "1")])  # a month that can be closed
    kind, _ = crumbs(staff.get("/admin/chatbot/route/add/").content.decode())
    ours, addresses = crumbs(staff.get(f"/admin/chatbot/{page}").content.decode())
    assert ours == kind
    assert addresses[:2] == ["/admin/", "/admin/chatbot/"]


@pytest.mark.parametrize(("version", "kind"), [((5, 2, 19), "div"), ((6, 0, 1), "div"), ((6, 1), "ol"), ((7, 0), "ol")])
def test_each_version_has_its_own(staff, monkeypatch, version, kind):
    monkeypatch.setattr(chatbot_admin.django, "VERSION", version)
    assert crumbs(staff.get("/admin/chatbot/bill/add/").content.decode()) == (
        kind,
        ["/admin/", "/admin/chatbot/", "/admin/chatbot/bill/"],
    )
