"""Words that staff declare to be one, on either database."""

import pytest
from django.urls import reverse

from chatbot.catalog.search import configured
from chatbot.models import Synonym
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def shop() -> None:
    stock(
        product("note", "Aurora notebook computer 15", product_type="Computers"),
        product("lap", "Breeze laptop 14", product_type="Computers"),
        product("ko", "그램 노트북 16", product_type="컴퓨터"),
        product("cup", "Steel tumbler", product_type="Drinks"),
        product("mug", "China cup", product_type="Drinks"),
        product("hose", "Garden hose", product_type="Garden"),
    )


def found(words: str) -> set[str]:
    return {hit.sku for hit in configured().search(words)}


def test_a_question_with_one_of_the_words_finds_products_with_any() -> None:
    assert found("laptop") == {"lap"}
    Synonym.objects.create(terms="laptop, notebook computer, 노트북")
    for asked in ("laptop", "notebook computer", "노트북", "노트북을", "laptops"):
        assert found(asked) == {"note", "lap", "ko"}, asked
    assert found("breeze laptop") >= {"lap"}
    assert found("hose") == {"hose"}


def test_function_words_beside_a_term_are_not_looked_for() -> None:
    Synonym.objects.create(terms="garden hose, hosepipe")
    (hit,) = configured().search("a hosepipe in")
    assert (hit.sku, hit.lacks) == ("hose", ())


def test_one_way_is_one_way() -> None:
    Synonym.objects.create(terms="cup, tumbler", one_way=True)
    assert found("cup") == {"cup", "mug"}
    assert found("tumbler") == {"cup"}


def test_what_is_switched_off_or_deleted_means_nothing_at_once() -> None:
    synonym = Synonym.objects.create(terms="beaker, cup")
    assert found("beaker") == {"mug"}
    synonym.enabled = False
    synonym.save()
    assert found("beaker") == set()
    synonym.enabled = True
    synonym.save()
    assert found("beaker") == {"mug"}
    synonym.delete()
    assert found("beaker") == set()


@pytest.mark.parametrize("terms", ["laptop", "laptop,", "laptop, Laptops", ", ,", "…, !"])
def test_staff_cannot_save_one_word_alone(admin_client, terms: str) -> None:  # type: ignore[no-untyped-def]
    response = admin_client.post(reverse("admin:chatbot_synonym_add"), {"terms": terms, "enabled": "on"})
    assert response.status_code == 200
    assert "terms" in response.context["adminform"].form.errors
    assert not Synonym.objects.exists()


def test_staff_save_words_that_are_one(admin_client) -> None:  # type: ignore[no-untyped-def]
    response = admin_client.post(
        reverse("admin:chatbot_synonym_add"), {"terms": " laptop ,  notebook   computer,laptop", "enabled": "on"}
    )
    assert response.status_code == 302
    assert Synonym.objects.get().terms == "laptop, notebook computer"
    assert found("laptop") == {"note", "lap"}


@pytest.mark.parametrize(
    ("asked", "sku"),
    [
        ("notebok computer", "note"),
        ("labtop", "lap"),
        ("brezee laptop", "lap"),
        ("tumbeler", "cup"),
        ("gardne hose", "hose"),
        ("노트북크", "ko"),
        ("노투북", "ko"),
    ],
)
def test_a_word_with_a_letter_wrong_finds_what_was_meant(asked: str, sku: str) -> None:
    """Letters of Hangul are jamo: "노투북" has one wrong of eight, not one syllable of three."""
    assert sku in found(asked)


@pytest.mark.parametrize("asked", ["zebra", "lap", "hosen't", "잠수함", "노란북극"])
def test_what_is_not_alike_is_not_put_right(asked: str) -> None:
    assert found(asked) == set()
