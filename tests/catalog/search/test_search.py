"""The search, on whichever database the tests run on."""

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings

from chatbot.catalog.search import configured, for_database
from chatbot.errors import ConfigurationError
from chatbot.models import Product
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def found(words: str, **options: object) -> list[str]:
    return [hit.sku for hit in configured().search(words, **options)]  # type: ignore[arg-type]


@pytest.fixture
def korean_shop() -> None:
    stock(
        product("buds", "갤럭시버즈3 프로 무선이어폰", product_type="디지털 > 이어폰"),
        product("case", "무선이어폰 케이스", product_type="디지털 > 액세서리"),
        product("kimchi", "스탠드형 김치냉장고 300L", product_type="가전 > 냉장고"),
        product("fridge", "4도어 냉장고 800L", product_type="가전 > 냉장고"),
        product("vacuum", "무선청소기 V12", product_type="가전 > 청소기"),
        product("food", "강아지 사료 3kg", product_type="반려동물 > 사료"),
    )


@pytest.fixture
def english_shop() -> None:
    stock(
        product("mx", "Logitech MX-500 wireless mouse", product_type="Mice", brand="Logitech"),
        product("pad", "Mouse pad, black", product_type="Mouse pads"),
        product("bank", "Power bank 10000 mAh", product_type="Chargers"),
        product("torch", "Flashlight 1000 lm", product_type="Torches"),
        product("jack", "Audio cable 3.5 mm, 2 m", product_type="Cables"),
        product("phones", "Wireless headphones", product_type="Headphones", description="For phone and computer"),
        product("disk", "Portable drive 1TB", product_type="Storage"),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("무선이어폰", "무선 이어폰"),
        ("김치냉장고", "김치 냉장고"),
        ("무선청소기", "무선 청소기"),
        ("강아지사료", "강아지 사료"),
        ("강아지사료", "강 아 지 사 료"),
    ],
)
@pytest.mark.usefixtures("korean_shop")
def test_korean_finds_the_same_first_however_it_is_spaced(one: str, other: str) -> None:
    assert found(one)[:1] == found(other)[:1] != []


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("냉장고를", "fridge"),
        ("무선이어퐁", "buds"),
        ("청소기 무선", "vacuum"),
        ("김치냉장고는", "kimchi"),
        ("버즈3", "buds"),
    ],
)
@pytest.mark.usefixtures("korean_shop")
def test_particles_typos_and_order_do_not_matter(asked: str, first: str) -> None:
    assert first in found(asked)[:2]


@pytest.mark.usefixtures("korean_shop")
def test_kin_follow_what_was_asked_for() -> None:
    assert found("김치 냉장고") == ["kimchi", "fridge"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("mx500", "mx"),
        ("mx 500", "mx"),
        ("MX-500", "mx"),
        ("powerbank", "bank"),
        ("flash light", "torch"),
        ("3.5mm cable", "jack"),
        ("1 tb drive", "disk"),
        ("headphone", "phones"),
        ("mouse-pad", "pad"),
        ("logitech mice", "mx"),
    ],
)
@pytest.mark.usefixtures("english_shop")
def test_spellings_of_one_thing_find_each_other(asked: str, first: str) -> None:
    assert found(asked)[:1] == [first]


@pytest.mark.parametrize("asked", ["submarine", "우주선", "", "   ", "?!", "submarine mouse helicopter", "\x00", '"'])
@pytest.mark.usefixtures("english_shop")
def test_what_the_shop_does_not_sell_finds_nothing(asked: str) -> None:
    assert found(asked) == []


@pytest.mark.parametrize(
    "asked", ['" OR *', "title:mouse NEAR(pad)", "mouse' & !pad | (", "mouse AND NOT pad", "-mouse"]
)
@pytest.mark.usefixtures("english_shop")
def test_search_syntax_in_a_question_is_just_words(asked: str) -> None:
    found(asked)


@pytest.mark.parametrize("asked", ["sony wireless headphones", "sony headphones"])
@pytest.mark.usefixtures("english_shop")
def test_a_brand_that_the_shop_does_not_have_still_finds_the_kind_of_thing(asked: str) -> None:
    assert found(asked)[:1] == ["phones"]


@pytest.mark.usefixtures("english_shop")
def test_a_word_in_the_title_counts_more_than_one_in_the_description() -> None:
    stock(product("book", "Cookery book", description="Read it with your wireless headphones on"))
    assert found("wireless headphones")[:2] == ["phones", "book"]


def test_sold_out_comes_behind_all_that_hold_as_much_and_not_at_all_when_only_stock_counts() -> None:
    stock(
        product("a", "Desk lamp", availability="out_of_stock"),
        product("b", "Desk lamp"),
        product("c", "Desk with a drawer for the lamp oil and more"),
    )
    assert found("desk lamp") == ["b", "c", "a"]
    assert found("desk lamp", in_stock_only=True) == ["b", "c"]


def test_the_one_that_was_asked_for_by_name_stands_first_though_it_is_sold_out() -> None:
    stock(
        product("a", "Aurora desk lamp", availability="out_of_stock"),
        product("b", "Desk lamp"),
        product("c", "Bedside lamp"),
    )
    assert found("aurora desk lamp") == ["a", "b"]


def test_one_of_a_group_of_variants_stands_for_all_of_them_and_it_is_the_one_that_fits_best() -> None:
    stock(
        product("red", "Desk lamp red", color="Red", item_group_id="lamp"),
        product("blue", "Desk lamp blue", color="Blue", item_group_id="lamp"),
        product("gone", "Desk lamp green", color="Green", item_group_id="lamp", availability="out_of_stock"),
        product("else", "Desk lamp with a clamp"),
    )
    assert found("desk lamp") == ["red", "else"]
    assert found("blue desk lamp")[0] == "blue"
    assert found("green desk lamp")[0] == "gone"
    assert "blue" in found("blue lamp")
    assert "red" not in found("blue lamp")


def test_the_first_hits_do_not_depend_on_how_many_are_asked_for() -> None:
    stock(*(product(f"m{n}", f"Gaming mouse model {n}") for n in range(12)))
    stock(*(product(f"k{n}", f"Mouse pad model {n}") for n in range(40)))
    stock(*(product(f"c{n}", f"Chair model {n}") for n in range(60)))
    whole = configured().search("gaming mouse", limit=50)
    assert found("gaming mouse", limit=10) == [hit.sku for hit in whole[:10]]
    assert [hit.score for hit in whole] == sorted((hit.score for hit in whole), reverse=True)
    assert len(whole) == 50


@pytest.mark.usefixtures("english_shop")
def test_a_change_is_found_and_what_it_was_is_not() -> None:
    lamp = Product.objects.get(sku="pad")
    lamp.title, lamp.product_type = "Desk lamp", "Lamps"
    lamp.save()
    configured().index([lamp])
    assert found("desk lamp") == ["pad"]
    assert "pad" not in found("mouse pad")


@pytest.mark.usefixtures("english_shop")
def test_removed_and_deleted_products_are_not_found() -> None:
    mouse = Product.objects.get(sku="mx")
    configured().remove([mouse.pk, 999_999])
    assert "mx" not in found("mouse")
    Product.objects.filter(sku="pad").delete()
    assert found("mouse") == []


@pytest.mark.usefixtures("english_shop")
def test_a_rebuild_finds_what_a_lost_index_did_not() -> None:
    configured().remove(list(Product.objects.values_list("pk", flat=True)))
    assert found("mouse") == []
    assert configured().rebuild() == 7
    assert set(found("mouse")) == {"mx", "pad"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("english_shop")
def test_a_search_takes_a_fixed_number_of_queries(django_assert_max_num_queries: object) -> None:
    for words in ("mouse", "wireless mouse", "wireless mouse pad with a power bank and a torch", "submarine"):
        configured().search(words)  # what is remembered is read
        with django_assert_max_num_queries(5):  # type: ignore[operator]
            configured().search(words, limit=50)


def test_a_database_without_an_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "vendor", "oracle")
    with pytest.raises(ConfigurationError, match=r"'oracle'.*CHATBOT\['SEARCH'\]"):
        for_database()


def test_a_site_may_bring_its_own_search() -> None:
    with override_settings(CHATBOT={"SEARCH": "tests.catalog.search.test_search.Nothing"}):
        assert isinstance(configured(), Nothing)


class Nothing:
    """A search of the site's own."""
