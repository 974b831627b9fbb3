"""The shop's pages, as a browser asks for them."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chatbot.models import Product, ShopEntry
from config.csp import POLICY
from config.shop import departments, pictures

pytestmark = pytest.mark.usefixtures("shop")

PAGES = ("/", "/?page=2", "/c/audio/", "/c/coffee/?order=cheap", "/p/AUD-101-BK/", "/search/?q=텐트", "/contact/")


def text(client: Client, path: str, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_carries_the_assistant_under_a_strict_policy(client: Client, path: str) -> None:
    response = client.get(path)
    page = response.content.decode()
    assert page.count("<chatbot-widget ") == 1
    assert response["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page)
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)


def test_the_product_page_tells_the_assistant_which_product_it_shows(client: Client) -> None:
    assert 'sku="COF-602"' in text(client, "/p/COF-602/")
    assert "sku=" not in text(client, "/")


def test_the_shop_restyles_the_widget_by_its_own_template(client: Client) -> None:
    assert re.search(r'<chatbot-widget [^>]*accent="light-dark\(#1f5f49, #8fd0b5\)"', text(client, "/"))


@pytest.mark.parametrize(("language", "promise"), [("ko", "5만원 이상"), ("en", "50,000 won or more")])
def test_the_pages_promise_what_the_assistant_promises(client: Client, language: str, promise: str) -> None:
    assert promise in text(client, "/p/COF-602/", language)
    assert promise in text(client, "/contact/", language)
    ShopEntry.objects.filter(topic="delivery").update(text="It comes when it comes.")
    assert promise not in text(client, "/p/COF-602/", language)


@pytest.mark.parametrize("path", ["/", "/c/audio/", "/p/AUD-101-BK/", "/search/?q=이어폰"])
def test_more_products_cost_no_more_queries(client: Client, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(path)
        return len(captured)

    few = queries()
    for number, product in enumerate(list(Product.objects.filter(product_type__contains="음향기기"))):
        product.pk, product.sku, product.link = None, f"MORE-{number}", f"/p/MORE-{number}/"
        product.save(force_insert=True)
    assert queries() == few <= 6


def test_both_languages_are_whole(client: Client) -> None:
    english, korean = text(client, "/", "en-US"), text(client, "/", "ko-KR")
    assert '<html lang="en">' in english
    assert '<html lang="ko">' in korean
    assert "On sale now" in english
    assert "지금 할인 중" in korean
    assert "On sale now" not in korean
    assert "홈리빙" in korean


def test_the_language_switch_is_remembered(client: Client) -> None:
    assert '<html lang="en">' in text(client, "/contact/")
    response = client.post("/i18n/setlang/", {"language": "ko", "next": "/contact/"})
    assert (response.status_code, response["Location"]) == (302, "/contact/")
    assert '<html lang="ko">' in text(client, "/contact/")


def test_prices_are_written_for_the_reader(client: Client) -> None:
    assert "₩99,000" in text(client, "/p/AUD-101-BK/", "en")
    assert "99,000원" in text(client, "/p/AUD-101-BK/", "ko")


def test_a_product_text_says_its_own_language(client: Client) -> None:
    page = text(client, "/c/audio/", "en")
    assert re.search(r'class="card-title" lang="ko">소리담', page)
    assert re.search(r'class="card-title" lang="en">Noctave', page)


def test_a_department_shows_its_products_and_no_others(client: Client) -> None:
    shown = set(re.findall(r'href="/p/([^"/]+)/"', text(client, "/c/coffee/")))
    expected = Product.objects.filter(departments.BY_SLUG["coffee"].filter()).values_list("sku", flat=True)
    assert shown == set(expected)
    assert len(shown) >= 8


def test_a_department_is_ordered_by_what_a_shopper_pays(client: Client) -> None:
    skus = re.findall(r'href="/p/([^"/]+)/"', text(client, "/c/kids/?order=cheap"))
    paid = {p.sku: p.sale_price or p.price for p in Product.objects.all()}
    assert [paid[sku] for sku in skus] == sorted(paid[sku] for sku in skus)


def test_a_department_is_narrowed_to_a_kind(client: Client) -> None:
    assert set(re.findall(r'href="/p/([^"/]+)/"', text(client, "/c/kids/?type=퍼즐"))) == {"KID-106"}


def test_an_unknown_order_or_kind_changes_nothing(client: Client) -> None:
    assert 'href="/p/KID-106/"' in text(client, "/c/kids/?type=%00&order=zzz")


def test_search_finds_in_both_languages(client: Client) -> None:
    assert 'href="/p/CMP-501/"' in text(client, "/search/?q=백패킹 텐트")
    assert 'href="/p/AUD-104/"' in text(client, "/search/?q=over-ear headphones")


def test_search_writes_the_words_as_text(client: Client) -> None:
    page = text(client, "/search/?q=<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("query", ["", "   ", "zzzqqq", "a" * 5000, '"', "%", "NOT (", "*"])
def test_search_survives_what_people_type(client: Client, query: str) -> None:
    assert client.get("/search/", {"q": query}).status_code == 200


def test_a_sold_out_product_says_so(client: Client) -> None:
    assert "stock-out_of_stock" in text(client, "/p/KIT-708/")


def test_a_removed_product_is_gone(client: Client) -> None:
    Product.objects.filter(sku="KIT-708").update(removed_at="2026-01-01T00:00:00Z")
    assert client.get("/p/KIT-708/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/p/nothing/", "/c/nothing/", "/pictures/nothing-navy.svg", "/pictures/tent-nothing.svg"]
)
def test_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_who_is_lost_finds_the_shelves_the_search_and_the_assistant(client: Client) -> None:
    page = client.get("/nothing/at/all/").content.decode()
    assert all(
        found in page for found in ("There is nothing on this shelf", "/c/audio/", 'role="search"', "<chatbot-widget")
    )


@pytest.mark.parametrize("tint", sorted(pictures.TINTS))
def test_a_picture_is_well_formed_in_every_tint(tint: str) -> None:
    drawing = ElementTree.fromstring(pictures.draw("tent", tint))
    assert drawing.get("viewBox") == "0 0 400 400"


def test_pictures_of_departments_exist(client: Client) -> None:
    for department in departments.DEPARTMENTS:
        ElementTree.fromstring(pictures.draw(department.kind, department.tint))
