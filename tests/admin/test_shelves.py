"""The staff's pages for products, routes, prices and budgets."""

from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.accounting import budgets
from chatbot.catalog.search import configured
from chatbot.models import Budget, ExchangeRate, Price, Product, Route
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PRICE = {
    "model": "alpha",
    "valid_from_0": "2026-03-01",
    "valid_from_1": "00:00:00",
    "input_per_million_usd": "2.5",
    "cached_input_per_million_usd": "0.625",
    "output_per_million_usd": "10",
    "note": "list of March",
}


def product(**fields) -> Product:
    given = {"sku": "E1", "title": "Haneul earphones", "currency": "KRW", "price": 259_000, "content_hash": "h"}
    return Product.objects.create(**given | fields)


def test_a_price_is_added(staff):
    assert staff.post("/admin/chatbot/price/add/", PRICE).status_code == 302
    price = Price.objects.get(model="alpha")
    assert (price.cached_input_per_million_usd, price.valid_from.hour) == (Decimal("0.625"), 15)


@pytest.mark.parametrize("wrong", [{"output_per_million_usd": "-1"}, {"model": ""}, {"input_per_million_usd": "x"}])
def test_a_price_that_cannot_be_is_told_so(staff, wrong):
    assert staff.post("/admin/chatbot/price/add/", PRICE | wrong).status_code == 200
    assert not Price.objects.filter(model="alpha").exists()


def test_a_price_is_neither_changed_nor_deleted(staff):
    price = rows.price()
    url = f"/admin/chatbot/price/{price.pk}"
    assert staff.get(f"{url}/change/").status_code == 200
    assert staff.post(f"{url}/change/", PRICE).status_code == 403
    assert staff.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert Price.objects.get(pk=price.pk).note == "test"


def test_the_same_price_twice_is_told_so(staff):
    assert staff.post("/admin/chatbot/price/add/", PRICE).status_code == 302
    assert staff.post("/admin/chatbot/price/add/", PRICE).status_code == 200


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({"scope": "shop", "subject": ""}, True),
        ({"scope": "model", "subject": "alpha"}, True),
        ({"scope": "model", "subject": ""}, False),
        ({"scope": "visitor", "subject": "alpha"}, False),
        ({"scope": "shop", "limit_usd": "-1"}, False),
    ],
)
def test_a_budget_has_a_subject_when_it_is_of_one_model(staff, fields, taken):
    given = {"scope": "shop", "subject": "", "period": "day", "limit_usd": "5", "action": "catalogue", "enabled": "on"}
    assert staff.post("/admin/chatbot/budget/add/", given | fields).status_code == (302 if taken else 200)
    assert Budget.objects.exists() == taken


def test_staff_see_how_far_a_budget_is_spent(staff, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(12) as captured:
            assert "$0.0300" in staff.get("/admin/chatbot/budget/").content.decode()
        return len(captured)

    Budget.objects.create(limit_usd=Decimal(5))
    budgets.reserve(rows.turn(), visitor="v", amount_usd=Decimal("0.03"), now=timezone.now())
    queries()  # fills the caches of content types
    few = queries()
    for period in ("hour", "day"):
        Budget.objects.create(limit_usd=Decimal(5), period=period)
    assert queries() == few


def test_staff_put_routes_in_order(staff):
    Route.objects.all().delete()
    alpha, beta = rows.route("alpha"), rows.route("beta")
    form = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "_save": "Save"}
    for n, (route, position) in enumerate([(alpha, "2"), (beta, "1")]):
        form |= {f"form-{n}-id": str(route.pk), f"form-{n}-position": position, f"form-{n}-enabled": "on"}
    assert staff.post("/admin/chatbot/route/", form).status_code == 302
    assert [route.model for route in Route.objects.usable()] == ["beta", "alpha"]


def test_an_endpoint_shows_its_host_and_never_its_key(staff, settings):
    settings.CHATBOT = {"ENDPOINTS": {"default": {"URL": "https://relay.example/secret/v1", "KEY": "sk-canary"}}}
    endpoint = rows.route().endpoint
    for url in ("/admin/chatbot/endpoint/", f"/admin/chatbot/endpoint/{endpoint.pk}/change/"):
        body = staff.get(url).content.decode()
        assert "relay.example" in body
        assert "sk-canary" not in body
        assert "/secret" not in body
    endpoint.name = "elsewhere"
    endpoint.save()
    assert "not in the settings" in staff.get("/admin/chatbot/endpoint/").content.decode()


def test_a_corrected_product_is_found_by_its_new_words_until_the_next_import(staff):
    row = product()
    form = {
        "title": "Zephyr earphones",
        "currency": "KRW",
        "price": "199000",
        "availability": "in_stock",
        "attributes": "{}",
        "sku": "changed",
        "content_hash": "changed",
    }
    assert staff.post(f"/admin/chatbot/product/{row.pk}/change/", form).status_code == 302
    row.refresh_from_db()
    assert (row.sku, row.title, row.content_hash) == ("E1", "Zephyr earphones", "")
    assert [hit.sku for hit in configured().search("zephyr")] == ["E1"]


def test_products_are_found_by_words_and_id_and_come_from_a_source_alone(staff):
    row = product()
    product(sku="K2", title="Keyboard")
    for words in ("haneul", "E1"):
        found = staff.get("/admin/chatbot/product/", {"q": words}).context["cl"].result_list
        assert [found_row.sku for found_row in found] == ["E1"]
    assert staff.get("/admin/chatbot/product/add/").status_code == 403
    assert staff.post(f"/admin/chatbot/product/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", ["product", "route", "price", "endpoint"])
def test_the_number_of_queries_of_a_list_does_not_grow(staff, django_assert_max_num_queries, name):
    def queries() -> int:
        with django_assert_max_num_queries(20) as captured:
            assert staff.get(f"/admin/chatbot/{name}/").status_code == 200
        return len(captured)

    def more(n: int) -> None:
        product(sku=f"s{n}")
        rows.route(f"m{n}")
        rows.price(f"m{n}")

    more(0)
    queries()  # fills the caches of content types
    few = queries()
    for n in range(1, 5):
        more(n)
    assert queries() == few


def test_amounts_are_shown_with_their_currency_and_without_empty_places(staff):
    product(sale_price=229_000)
    rows.price(per_million="2.50", cached="0.075")
    ExchangeRate.objects.create(currency="KRW", day="2026-03-01", per_usd=Decimal("1391.2"))
    budget = Budget.objects.create(limit_usd=Decimal(40))
    for page, texts in {
        "product/": ["₩259,000", "₩229,000"],
        "price/": ["$2.50", "$0.075", "$10.00"],
        "exchangerate/": ["1,391.2"],
        f"budget/{budget.pk}/change/": ['value="40"'],
    }.items():
        body = staff.get(f"/admin/chatbot/{page}").content.decode()
        assert [text for text in texts if text not in body] == []


def test_fields_say_what_they_are_in_the_readers_language(staff):
    rows.route("alpha")
    body = staff.get("/admin/chatbot/budget/add/", headers={"Accept-Language": "ko"}).content.decode()
    assert ">한도(USD):</label>" in body
    body = staff.get("/admin/chatbot/route/").content.decode()
    assert 'aria-label="Position: alpha (default)"' in body
    assert 'aria-label="Valid from: time"' in staff.get("/admin/chatbot/price/add/").content.decode()
