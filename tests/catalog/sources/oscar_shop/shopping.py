"""What staff do in Oscar's dashboard is on the assistant's next card. Run by test_oscar.py in a process of its own."""

import base64
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.core.loading import get_model

from chatbot.catalog import running
from chatbot.catalog.sources.configured import source_named
from chatbot.database import close_pool
from chatbot.models import Endpoint, Route
from chatbot.models import Product as Ours
from chatbot.testing import ScriptedRelay, answered_by

pytestmark = pytest.mark.django_db(transaction=True)
Product, ProductClass, Category = (get_model("catalogue", name) for name in ("Product", "ProductClass", "Category"))
ProductAttribute, ProductImage = (get_model("catalogue", name) for name in ("ProductAttribute", "ProductImage"))
Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")
FORMS = ("form", "stockrecord_formset", "category_formset", "image_formset", "recommended_formset")
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@pytest.fixture
def kettle() -> Any:
    """A kettle in a category, with an attribute, a picture, a price and stock."""
    kind = ProductClass.objects.create(name="Kitchenware")
    colour = ProductAttribute.objects.create(product_class=kind, name="Colour", code="color", type="text")
    shelf = Category.add_root(name="Kitchen").add_child(name="Kettles")
    made = Product.objects.create(
        title="Copper kettle", upc="8801234567893", description="<p>Boils fast.</p>", product_class=kind
    )
    made.categories.add(shelf)
    colour.save_value(made, "copper")
    ProductImage.objects.create(product=made, original=ContentFile(PIXEL, "kettle.gif"))
    partner = Partner.objects.create(name="Dawn wholesale")
    StockRecord.objects.create(
        product=made, partner=partner, partner_sku="K-1", price=Decimal("49.90"), price_currency="GBP", num_in_stock=4
    )
    return made


@pytest.fixture(autouse=True)
def _route() -> Iterator[None]:
    endpoint, _ = Endpoint.objects.get_or_create(name="default")
    Route.objects.get_or_create(endpoint=endpoint, model="gemini-2.5-flash")
    yield
    close_pool()


@pytest.fixture
def staff() -> Client:
    """A member of staff who is logged in."""
    user = get_user_model().objects.create_superuser("dana", "dana@shop.example", "secret")
    client = Client()
    client.force_login(user)
    return client


def card(words: str = "copper kettle") -> dict[str, Any]:
    """The first card that a shopper's words find."""
    (found, *_) = Client().get("/chat/api/products/", {"q": words}).json()["results"]
    return found


def answered(question: str = "A copper kettle?") -> dict[str, Any]:
    """The card of a whole turn: the model cites, and never learns to say a price."""
    with answered_by(ScriptedRelay(["How about this one: ", "[[p1]]", "?"])):
        answer = Client().post("/chat/api/answers/", {"text": question}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    (found,) = answer.json()["products"]
    return found


def saved_in_dashboard(staff: Client, product: Any, **changes: str) -> None:
    """The product's page of the dashboard, sent as a browser sends it."""
    stock = product.stockrecords.get()
    image = product.images.get()
    form = {
        "title": product.title,
        "upc": product.upc,
        "description": product.description,
        "structure": product.structure,
        "slug": product.slug,
        "is_public": "on",
        "is_discountable": "on",
        "attr_color": "copper",
        "action": "save",
        "stockrecords-TOTAL_FORMS": "1",
        "stockrecords-INITIAL_FORMS": "1",
        "stockrecords-0-id": stock.pk,
        "stockrecords-0-product": product.pk,
        "stockrecords-0-partner": stock.partner_id,
        "stockrecords-0-partner_sku": stock.partner_sku,
        "stockrecords-0-price_currency": stock.price_currency,
        "stockrecords-0-price": stock.price,
        "stockrecords-0-num_in_stock": stock.num_in_stock,
        "productcategory_set-TOTAL_FORMS": "1",
        "productcategory_set-INITIAL_FORMS": "1",
        "productcategory_set-0-id": product.productcategory_set.get().pk,
        "productcategory_set-0-product": product.pk,
        "productcategory_set-0-category": product.categories.get().pk,
        "images-TOTAL_FORMS": "1",
        "images-INITIAL_FORMS": "1",
        "images-0-id": image.pk,
        "images-0-product": product.pk,
        "images-0-display_order": "0",
        "primary_recommendations-TOTAL_FORMS": "0",
        "primary_recommendations-INITIAL_FORMS": "0",
        **changes,
    }
    if changes.get("is_public") == "":
        del form["is_public"]
    answer = staff.post(reverse("dashboard:catalogue-product", kwargs={"pk": product.pk}), form)
    refused = {name: answer.context[name].errors for name in FORMS} if answer.status_code == 200 else {}
    assert answer.status_code == 302, refused


def test_one_line_of_settings_is_enough(kettle: Any) -> None:
    call_command("check")
    found = card()
    assert (found["title"], found["price"], found["currency"]) == ("Copper kettle", "49.9000", "GBP")
    assert (found["availability"], found["link"]) == ("in_stock", kettle.get_absolute_url())
    assert found["image_link"].startswith("/media/images/products/")
    row = Ours.objects.get()
    assert (row.sku, row.product_type, row.color) == (str(kettle.pk), "Kitchen > Kettles", "copper")
    assert (row.gtin, row.description, row.source) == ("8801234567893", "Boils fast.", "oscar")


def test_a_price_saved_in_the_dashboard_is_on_the_next_card(kettle: Any, staff: Client) -> None:
    assert answered()["price"] == "49.9000"
    saved_in_dashboard(staff, kettle, **{"stockrecords-0-price": "39.50"})
    assert card()["price"] == "39.5000"
    assert answered()["price"] == "39.5000"


def test_stock_saved_in_the_dashboard_is_on_the_next_card(kettle: Any, staff: Client) -> None:
    saved_in_dashboard(staff, kettle, **{"stockrecords-0-num_in_stock": "0"})
    assert card()["availability"] == "out_of_stock"
    assert answered()["availability"] == "out_of_stock"
    saved_in_dashboard(staff, kettle, **{"stockrecords-0-num_in_stock": "7"})
    assert card()["availability"] == "in_stock"


def test_a_product_taken_out_of_the_shop_in_the_dashboard_is_on_no_card(kettle: Any, staff: Client) -> None:
    saved_in_dashboard(staff, kettle, is_public="")
    assert not Ours.objects.offered().exists()
    saved_in_dashboard(staff, kettle)
    assert card()["title"] == "Copper kettle"
    staff.post(reverse("dashboard:catalogue-product-delete", kwargs={"pk": kettle.pk}))
    assert not Ours.objects.offered().exists()


def test_a_category_that_is_renamed_renames_the_shelf(kettle: Any) -> None:
    root = Category.objects.get(name="Kitchen")
    root.name = "Cooking"
    root.save()
    assert Ours.objects.get().product_type == "Cooking > Kettles"


def test_the_last_one_that_an_order_takes_is_sold_out(kettle: Any) -> None:
    kettle.stockrecords.get().allocate(4)
    assert card()["availability"] == "out_of_stock"


def test_variants_are_products_of_one_group(kettle: Any) -> None:
    kettle.structure = "parent"
    kettle.stockrecords.all().delete()
    kettle.save()
    partner = Partner.objects.get()
    for size, price in (("1 litre", "20"), ("2 litres", "30")):
        child = Product.objects.create(structure="child", parent=kettle, title=size)
        StockRecord.objects.create(
            product=child, partner=partner, partner_sku=size, price=Decimal(price), price_currency="GBP", num_in_stock=1
        )
    rows = Ours.objects.offered().order_by("price")
    assert [row.title for row in rows] == ["Copper kettle 1 litre", "Copper kettle 2 litres"]
    assert {row.item_group_id for row in rows} == {str(kettle.pk)}
    assert {row.product_type for row in rows} == {"Kitchen > Kettles"}
    assert all(row.image_link for row in rows)
    kettle.title = "Iron kettle"
    kettle.save()
    assert Ours.objects.offered().filter(title__startswith="Iron kettle").count() == 2
    kettle.is_public = False
    kettle.save()
    assert not Ours.objects.offered().exists()


def test_the_nightly_run_finds_what_was_written_past_the_signals(kettle: Any) -> None:
    StockRecord.objects.update(price=Decimal(5))
    assert card()["price"] == "49.9000"
    assert running.run(source_named("oscar")).changed == 1
    assert card()["price"] == "5.0000"
    assert running.run(source_named("oscar")).unchanged == 1


def test_a_product_without_stock_record_has_no_price_and_cannot_be_bought(kettle: Any) -> None:
    StockRecord.objects.all().delete()
    row = Ours.objects.get()
    assert (row.price, row.availability) == (None, "out_of_stock")


def test_a_class_that_no_longer_counts_its_stock_is_always_there(kettle: Any) -> None:
    kettle.stockrecords.update(num_in_stock=0)
    kettle.product_class.track_stock = False
    kettle.product_class.save()
    assert card()["availability"] == "in_stock"


def test_an_attribute_called_like_a_field_changes_no_price(kettle: Any) -> None:
    attribute = ProductAttribute.objects.create(
        product_class=kettle.product_class, name="sale_price", code="on_sale", type="text"
    )
    attribute.save_value(kettle, "ask us")
    assert running.run(source_named("oscar")).rejected == 0
    assert answered()["sale_price"] is None


def test_the_queries_of_a_full_run_grow_with_the_strategy_alone(kettle: Any) -> None:
    """Oscar's own strategy asks for the stock record of each product; all else is asked for once a page."""
    shelf, partner, counts = kettle.categories.get(), Partner.objects.get(), []
    for number in range(8):
        made = Product.objects.create(title=f"Kettle {number}", product_class=kettle.product_class)
        made.categories.add(shelf)
        StockRecord.objects.create(product=made, partner=partner, partner_sku=f"N-{number}", price=Decimal(9))
        if number in (3, 7):
            with CaptureQueriesContext(connection) as captured:
                assert len(list(source_named("oscar").rows())) == number + 2
            counts.append(len(captured))
    assert counts[1] - counts[0] == 4
