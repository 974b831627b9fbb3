"""Who may open what: every page, export and action of the staff against every kind of staff."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from chatbot.admin.exports import FORMS
from chatbot.models import Attempt, Budget, ClosedMonth, Price
from tests.accounting import rows
from tests.accounting.rows import settled
from tests.admin.pages import COSTS, PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FORMS_OF = ("budget", "price", "exchangerate", "bill")
"""Whose page with an empty form is of the matrix."""
READ_ONLY = ("attempt", "correction", "closedmonth", "budgetalert", "conversation", "turn")


@pytest.fixture
def something(db) -> None:
    price = rows.price()
    settled(timezone.now(), "1", book=price).save(force_insert=True)
    Budget.objects.create(limit_usd=5)


@pytest.mark.usefixtures("something")
@pytest.mark.parametrize(("url", "permission"), PAGES.items())
def test_a_page_opens_to_its_own_permission_and_to_no_other(staff_who_may, url, permission):
    others = {name for name in PAGES.values() if name != permission}
    if permission.startswith("view_"):  # Django: who may change rows may see them
        others -= {permission.replace("view_", "change_")}
    opened = staff_who_may(permission).get(url, follow=True)
    assert opened.status_code == 200
    for close in opened._resource_closers:  # the file of a workbook; `close()` would close the database too
        close()
    assert staff_who_may(*sorted(others)).get(url).status_code == 403
    assert staff_who_may().get(url).status_code == 403


@pytest.mark.usefixtures("something")
@pytest.mark.parametrize("url", PAGES)
def test_shoppers_and_strangers_are_sent_to_the_login(client, url):
    assert client.get(url).headers["Location"].startswith("/admin/login/")
    shopper = Client()
    shopper.force_login(User.objects.create_user("shopper"))
    assert shopper.get(url).headers["Location"].startswith("/admin/login/")


@pytest.mark.usefixtures("something")
def test_who_may_only_see_changes_nothing(staff_who_may):
    client = staff_who_may(*{name for name in PAGES.values() if name.startswith("view_")})
    budget, price = Budget.objects.get(), Price.objects.filter(model="alpha").get()
    for url in (f"/admin/chatbot/budget/{budget.pk}/", f"/admin/chatbot/price/{price.pk}/"):
        assert client.get(f"{url}change/").status_code == 200
        assert client.post(f"{url}change/", {"limit_usd": "9"}).status_code == 403
        assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    for name in ("budget", "price"):
        assert client.post(f"/admin/chatbot/{name}/add/", {"limit_usd": "9"}).status_code == 403
    assert client.post("/admin/chatbot/closedmonth/close/", {"month": "2026-01"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [str(budget.pk)], "post": "yes"}
    client.post("/admin/chatbot/budget/", selected)
    assert Budget.objects.get().limit_usd == 5
    assert not ClosedMonth.objects.exists()


@pytest.mark.usefixtures("something")
@pytest.mark.parametrize("name", READ_ONLY)
def test_what_was_written_is_changed_by_nobody(staff, name):
    assert staff.get(f"/admin/chatbot/{name}/add/").status_code == 403
    key = str(Attempt.objects.get().pk)
    selected = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
    staff.post(f"/admin/chatbot/{name}/", selected)
    assert Attempt.objects.filter(pk=key).exists()


@pytest.mark.usefixtures("something")
def test_budgets_are_managed_with_the_permissions_on_budgets_alone(staff_who_may):
    client = staff_who_may("view_budget", "change_budget", "add_budget", "delete_budget")
    budget = Budget.objects.get()
    form = {"scope": "shop", "subject": "", "period": "month", "limit_usd": "7", "action": "warn", "enabled": "on"}
    assert client.post(f"/admin/chatbot/budget/{budget.pk}/change/", form).status_code == 302
    assert Budget.objects.get().limit_usd == 7
    for url in (COSTS, "/admin/chatbot/price/", "/admin/chatbot/attempt/"):
        assert client.get(url).status_code == 403


@pytest.mark.usefixtures("something")
def test_a_page_has_no_links_to_what_its_reader_may_not_open(staff_who_may):
    reader = staff_who_may("view_costs")
    plain = reader.get(COSTS).content.decode()
    for name in ("attempt", "correction", "budget", "conversation", "closedmonth", "price"):
        assert f"/admin/chatbot/{name}/" not in plain, name
    both = staff_who_may("view_costs", "view_budget", "view_attempt").get(COSTS).content.decode()
    assert "/admin/chatbot/budget/" in both
    assert "/admin/chatbot/budget/add/" not in both
    live = reader.get(f"{COSTS}live/").json()
    assert {figure["url"] for figure in live["figures"].values()} == {""}


def test_the_matrix_knows_every_page_of_the_app():
    (site,) = [each for each in get_resolver("tests.urls").url_patterns if str(each.pattern) == "admin/"]
    pages = {
        f"/admin/{group.pattern}{page.pattern}"
        for group in site.url_patterns
        if str(group.pattern).startswith("chatbot/")
        for page in group.url_patterns
    }
    forms = {url for url in pages if url.endswith("/add/") and url.split("/")[3] not in FORMS_OF}
    of_a_row = {url for url in pages if "<" in url}
    exports = {f"{COSTS}export/{form}/" for form in FORMS}
    assert pages - forms - of_a_row | exports == set(PAGES)
    assert f"{COSTS}export/<slug:form>/" in pages
