"""The page about the catalogue's health: its figures, and the lists of products that they lead to."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.test import Client

from chatbot.admin import catalogue
from chatbot.catalog.search import in_memory, pgvector
from chatbot.catalog.search.in_memory import numpy
from chatbot.models import Product, ProductVector, SourceStatus
from tests.admin.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

URL = "/admin/chatbot/catalogue/"
PRODUCTS = "/admin/chatbot/product/"
WHOLE = {
    "currency": "KRW",
    "price": 9_000,
    "description": "Fine.",
    "link": "https://shop.example/p",
    "image_link": "https://shop.example/p.jpg",
    "content_hash": "h",
}
FEED = {"feed": {"URL": "https://www.shop.example/products.xml", "EVERY_S": 86_400}}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(catalogue.timezone, "now", lambda: NOW)


@pytest.fixture
def declared(settings):
    settings.CHATBOT = {**settings.CHATBOT, "SOURCES": FEED}


def product(sku: str, **fields) -> Product:
    return Product.objects.create(**{**WHOLE, "sku": sku, "title": f"Thing {sku}", **fields})


def ran(ended: datetime = NOW, **fields) -> SourceStatus:
    given = {"source": "feed", "started_at": ended, "ended_at": ended, "succeeded_at": ended}
    return SourceStatus.objects.create(**{**given, **fields})


@pytest.fixture
def goods(db):
    """Ids say what is wrong with each."""
    product("whole")
    product("sold-out", availability="out_of_stock")
    product("no-picture", image_link="")
    product("no-price", price=None)
    product("no-description", description="")
    product("no-link", link="", source="shop")
    for n in (1, 2):
        product(f"same-gtin-{n}", gtin="4006381333931")
        product(f"same-title-{n}", title="Mug", brand="Haneul", item_group_id="blue" if n == 1 else "")
        product(f"size-{n}", title="Shirt", brand="Haneul", item_group_id="shirt")
    product("other-brand", title="Mug", brand="Onda", gtin="8801234567893")
    # Twins of others in everything, and bare: but nobody sells them any more.
    gone = {"removed_at": NOW, "availability": "out_of_stock", "price": None, "link": "", "image_link": ""}
    product("gone-1", title="Thing whole", **gone)
    product("gone-2", title="Mug", brand="Onda", gtin="8801234567893", **gone)


def listed(client: Client, url: str) -> set[str]:
    """Ids in the list of products at that address."""
    response = client.get(url)
    assert response.status_code == 200, url
    return {row.sku for row in response.context["cl"].result_list}


def shown(client: Client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.mark.usefixtures("goods")
def test_every_count_leads_to_the_products_that_it_counts(staff):
    context = staff.get(URL).context
    expected = {
        "Without picture": {"no-picture"},
        "Without price": {"no-price"},
        "Without description": {"no-description"},
        "Without link": {"no-link"},
        "Same GTIN": {"same-gtin-1", "same-gtin-2"},
        "Same title and brand": {"same-title-1", "same-title-2"},
    }
    assert {str(row["name"]): listed(staff, row["count"].url) for row in context["problems"]} == expected
    assert [row["count"].text for row in context["problems"]] == [str(len(skus)) for skus in expected.values()]
    everything, sold_out = (tile["figure"] for tile in context["tiles"][:2])
    assert listed(staff, sold_out.url) == {"sold-out"}
    offered = listed(staff, everything.url)
    assert everything.text == str(len(offered)) == "13"
    assert not offered & {"gone-1", "gone-2"}
    of_source = {source["name"]: source["products"] for source in context["sources"]}
    assert listed(staff, of_source["shop"].url) == {"no-link"}
    assert (of_source["feed"].text, len(listed(staff, of_source["feed"].url))) == ("12", 12)


@pytest.mark.usefixtures("goods")
def test_a_problem_is_the_same_under_another_filter(staff):
    Product.objects.filter(sku="same-title-1").update(source="shop")
    assert listed(staff, f"{PRODUCTS}?problem=same-title&source=shop") == {"same-title-1"}
    assert listed(staff, f"{PRODUCTS}?problem=same-gtin&q=same-gtin-2") == {"same-gtin-2"}


def test_products_that_are_alike_stand_together_in_the_list(staff):
    for n, (gtin, title) in enumerate([("222", "Cup"), ("111", "Bowl")] * 2):
        product(f"p{n}", gtin=gtin, title=title)
    for problem in ("same-gtin", "same-title"):
        rows = staff.get(f"{PRODUCTS}?problem={problem}").context["cl"].result_list
        assert [row.sku for row in rows] == ["p3", "p1", "p2", "p0"]
    assert "8801" not in staff.get(PRODUCTS).content.decode()
    assert '<td class="field-gtin">222</td>' in staff.get(f"{PRODUCTS}?problem=same-gtin").content.decode()


def test_variants_are_doubles_only_of_products_outside_their_group(staff):
    for sku in ("red", "blue"):
        product(sku, title="Shirt", item_group_id="shirt")
    assert listed(staff, f"{PRODUCTS}?problem=same-title") == set()
    product("alone", title="Shirt")
    assert listed(staff, f"{PRODUCTS}?problem=same-title") == {"red", "blue", "alone"}


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("query", ["problem=none", "problem=no-vector"])
def test_a_problem_that_is_not_looked_for_is_an_error_of_the_list(staff, query):
    assert staff.get(f"{PRODUCTS}?{query}").headers["Location"].endswith("?e=1")


@pytest.mark.skipif(numpy() is None, reason="numpy is not installed")
def test_products_without_a_vector_of_the_model_are_counted_where_one_is_set(staff, settings):
    settings.CHATBOT = {**settings.CHATBOT, "EMBEDDING_MODEL": "small"}
    rows = {sku: product(sku) for sku in ("fresh", "changed", "other-model", "none")}
    for sku, model in (("fresh", "small"), ("changed", "small"), ("other-model", "large")):
        ProductVector.objects.create(product=rows[sku], model=model, text_hash="h", values=b"")
    ProductVector.objects.filter(product=rows["changed"]).update(updated_at=NOW - timedelta(days=900))
    (line,) = [row for row in staff.get(URL).context["problems"] if row["name"] == "Without vector"]
    assert line["count"].text == "3"
    assert listed(staff, line["count"].url) == {"changed", "other-model", "none"}


@pytest.mark.skipif(numpy() is None, reason="numpy is not installed")
def test_how_products_are_found_by_meaning_is_told_where_they_are(staff, settings, monkeypatch):
    assert "Search by meaning" not in shown(staff)
    settings.CHATBOT = {**settings.CHATBOT, "EMBEDDING_MODEL": "small"}
    for sku in ("one", "two", "three"):
        ProductVector.objects.create(product=product(sku), model="small", text_hash="h", values=b"\0\0\x80?")
    assert "Search by meaning numpy Vectors are compared in the memory" in shown(staff)
    monkeypatch.setattr(in_memory, "MOST", 2)
    assert "Search by meaning – Words alone search" in shown(staff)
    pgvector.keep_indexed("small", 1)
    assert ("Search by meaning pgvector" in shown(staff)) == (pgvector.version() >= pgvector.OLDEST)


def test_a_share_is_never_nothing_where_there_is_something(staff):
    Product.objects.bulk_create(Product(**WHOLE, sku=f"p{n}", title=f"Thing {n}") for n in range(2_001))
    Product.objects.filter(sku="p7").update(link="")
    text = shown(staff)
    assert re.search(r"Without link .{0,60} 1 < 0\.1\s%", text)
    assert re.search(r"Without price .{0,100} 0 0\.0\s%", text)


@pytest.mark.usefixtures("declared")
def test_a_run_is_told_with_its_age_counts_and_rejected_lines(staff):
    lines = [{"line": 17, "column": "price", "reason": "'<b>' is no amount", "sku": "A-1", "ends_feed": False}]
    ran(NOW - timedelta(hours=3), added=1_200, changed=30, unchanged=4, removed=5, rejected=312, rejections=lines)
    text = shown(staff)
    assert "feed succeeded Products: 0 Last run ended 3\xa0hours ago".replace("\xa0", " ") in text.replace("\xa0", " ")
    assert "(March 14, 2026, 10:30 p.m.)" in text
    assert "Added 1,200 Changed 30 Unchanged 4 Removed 5 Rejected 312" in text
    assert "The first 1 of 312 rejected lines, and why" in text
    assert "17 A-1 price '<b>' is no amount" in text
    assert "Sources in order 1 / 1" in text


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize(
    ("fields", "said", "is_well"),
    [
        ({}, "feed succeeded", True),
        ({"is_same": True}, "The feed had not changed", True),
        ({"error": "HTTP 503"}, "feed failed Products: 0 HTTP 503", False),
        ({"ended_at": None, "running_until": NOW + timedelta(hours=1)}, "feed running now", True),
        ({"ended_at": None, "running_until": NOW}, "feed broken off", False),
        ({"started_at": NOW - timedelta(hours=24, minutes=59)}, "feed succeeded Products", True),
        ({"started_at": NOW - timedelta(hours=25)}, "feed succeeded overdue", False),
    ],
)
def test_a_source_that_needs_somebody_is_said_first(staff, fields, said, is_well):
    ran(**fields)
    ran(source="alone")
    text = shown(staff)
    assert said in text
    assert ("Sources in order 2 / 2" if is_well else "Sources in order 1 / 2 To be looked at: feed") in text
    names = [source["name"] for source in staff.get(URL).context["sources"]]
    assert names == (["alone", "feed"] if is_well else ["feed", "alone"])


@pytest.mark.usefixtures("declared")
def test_sources_that_never_ran_or_are_not_declared_are_told_apart(staff):
    product("p", source="old")
    ran(source="by-hand")
    text = shown(staff)
    assert "feed never ran Products: 0 It is declared and has not run yet" in text
    assert "old Products: 1 Products come from it, but nothing is known of a run." in text
    assert "It is not in the settings, so nothing runs it by itself." in text.split("by-hand")[1].split("old")[0]


def test_a_source_whose_settings_are_wrong_says_so_and_the_page_is_there(staff, settings):
    wrong = {"MODEL": "nowhere.Good", "FIELDS": {"id": "code", "title": "name"}}
    settings.CHATBOT = {**settings.CHATBOT, "SOURCES": {"shop": wrong}}
    assert "CHATBOT['SOURCES']['shop'] names the model 'nowhere.Good'" in shown(staff)


def test_a_shop_without_products_has_a_page(staff):
    text = shown(staff)
    assert "Products 0 from 0 sources Sold out 0 –" in text
    assert "No source is declared and no product was imported yet." in text


@pytest.mark.usefixtures("goods", "declared")
def test_the_number_of_queries_does_not_grow(staff, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(7) as captured:
            staff.get(URL)
        return len(captured)

    queries()  # fills the caches of content types
    few = queries()
    for n in range(5):
        product(f"more-{n}", source=f"s{n}", gtin="1", title="More")
        ran(source=f"s{n}", rejected=1, rejections=[{"line": 1, "column": "", "reason": "broken", "sku": ""}])
    assert queries() == few


def test_those_who_may_see_or_change_products_see_the_page_in_the_index_and_others_do_not(staff_who_may):
    for permission in ("view_product", "change_product"):
        client = staff_who_may(permission)
        assert client.get(URL).status_code == 200
        assert f'href="{URL}"' in client.get("/admin/").content.decode()
    other = staff_who_may("view_costs", "view_synonym")
    assert other.get(URL).status_code == 403
    assert URL not in other.get("/admin/").content.decode()


@pytest.mark.usefixtures("goods")
def test_the_page_needs_no_script_and_no_inline_style(staff):
    ran(rejected=1, rejections=[{"line": 1, "column": "", "reason": "<script>alert(1)</script>", "sku": ""}])
    main = staff.get(URL).content.decode().split('id="content-main"')[1].split('id="footer"')[0]
    assert "<script" not in main
    assert "style=" not in main
    assert "<style" not in main


@pytest.mark.usefixtures("goods", "declared")
def test_the_page_and_its_filter_speak_korean(staff):
    ran(error="HTTP 503")
    body = staff.get(URL, headers={"Accept-Language": "ko"}).content.decode()
    for words in ("카탈로그 상태", "사진 없음", "확인할 것:", "실패", "마지막 실행은"):
        assert words in body
    for words in ("Without", "Last run", "Sources"):
        assert words not in body
    assert "같은 GTIN" in staff.get(PRODUCTS, headers={"Accept-Language": "ko"}).content.decode()


def test_the_page_is_no_model_of_the_app():
    assert "catalogue" not in apps.all_models["chatbot"]
