"""Products for a question, with price and stock of the moment."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import timezone

from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import Question, understand
from chatbot.models import Product
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]
KRW = override_settings(CHATBOT={"CURRENCY": "KRW"})


@pytest.fixture(autouse=True)
def shop() -> None:
    now = timezone.now()
    stock(
        product("cheap", "무선 이어폰 T13", price=Decimal(19_900), currency="KRW"),
        product("dear", "무선 이어폰 프로", price=Decimal(259_000), currency="KRW"),
        product(
            "sale",
            "무선 이어폰 세일",
            price=Decimal(90_000),
            sale_price=Decimal(45_000),
            sale_starts_at=now - timedelta(days=1),
            sale_ends_at=now + timedelta(days=1),
            currency="KRW",
        ),
        product("asked", "무선 이어폰 가격문의", currency="KRW"),
    )


def skus(text: str, **options: object) -> list[str]:
    return [p.sku for p in candidates(understand(text), limit=8, now=timezone.now(), **options)]  # type: ignore[arg-type]


def test_only_what_fits_the_price_is_left_sale_prices_counted() -> None:
    assert set(skus("5만원 이하 무선 이어폰")) == {"cheap", "sale"}
    assert skus("10만원 이상 무선 이어폰") == ["dear"]


def test_a_sale_that_is_over_no_longer_fits() -> None:
    later = timezone.now() + timedelta(days=2)
    found = candidates(understand("5만원 이하 무선 이어폰"), limit=8, now=later)
    assert [p.sku for p in found] == ["cheap"]


@pytest.mark.parametrize("text", ["오늘 할인하는 상품이 있나요?", "What is on sale today?"])
def test_what_is_on_sale_is_what_costs_less_than_usual_now(text: str) -> None:
    third = {"price": Decimal(90_000), "sale_price": Decimal(30_000), "currency": "KRW", "item_group_id": "K"}
    stock(
        product("third", "주전자", **third),
        product("third-red", "주전자", **third),
        product("no-less", "무선 이어폰 정가", price=Decimal(9_000), sale_price=Decimal(9_000), currency="KRW"),
    )
    assert skus(text) == ["third-red", "sale"]
    assert skus("세일 중인 무선 이어폰") == ["sale"]
    later = candidates(understand(text), limit=8, now=timezone.now() + timedelta(days=2))
    assert [p.sku for p in later] == ["third-red"]


def test_where_nothing_is_on_sale_it_is_let_go_only_for_something_named() -> None:
    Product.objects.update(sale_price=None)
    assert skus("What is on sale today?") == []
    named = candidates(understand("할인 중인 무선 이어폰"), limit=8, now=timezone.now())
    assert (named.relaxed, len(named)) == (("sale",), 4)


def test_what_is_new_is_the_latest_one_of_each_group() -> None:
    stock(
        product("new-1", "주전자", price=Decimal(90_000), currency="KRW", item_group_id="K"),
        product("new-2", "주전자", price=Decimal(90_000), currency="KRW", item_group_id="K"),
    )
    assert skus("What is new?")[:2] == ["new-2", "asked"]
    assert skus("새로 나온 상품이 있나요?")[:2] == ["new-2", "asked"]


def test_where_nothing_fits_the_price_it_is_let_go_and_said_so() -> None:
    found = candidates(understand("1만원 이하 무선 이어폰"), limit=8, now=timezone.now())
    assert found.relaxed
    assert len(found) == 4


def test_a_bound_in_another_currency_is_never_held_against_a_price() -> None:
    found = candidates(understand("wireless 무선 이어폰 under $50"), limit=8, now=timezone.now())
    assert found.relaxed


def test_a_bound_without_a_currency_is_in_the_shops() -> None:
    question = Question(words="무선 이어폰", price_max=Decimal(20_000))
    with KRW:
        assert [p.sku for p in candidates(question, limit=8, now=timezone.now())] == ["cheap"]


def test_whole_sentences_find_what_key_words_find() -> None:
    assert skus("무선 이어폰을 사고 싶은데 추천해 주세요") == skus("무선이어폰")


@pytest.mark.django_db(transaction=True)
def test_rows_are_live_and_the_number_of_queries_is_fixed(django_assert_max_num_queries: object) -> None:
    skus("무선 이어폰 T13")  # what is remembered is read
    Product.objects.filter(sku="cheap").update(price=Decimal(1_000), availability="out_of_stock")
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        found = candidates(understand("무선 이어폰 T13"), limit=8, now=timezone.now())
    assert (found[0].sku, found[0].price, found[0].availability) == ("cheap", Decimal(1_000), "out_of_stock")
    Product.objects.filter(sku="cheap").update(removed_at=timezone.now())
    assert "cheap" not in skus("무선 이어폰 T13")


def test_no_words_or_no_match_is_nothing_and_not_relaxed() -> None:
    for text in ("추천해줘", "잠수함"):
        found = candidates(understand(text), limit=8, now=timezone.now())
        assert (len(found), found.relaxed) == (0, ())
