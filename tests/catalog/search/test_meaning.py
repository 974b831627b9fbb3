"""Search by meaning: vectors from an endpoint's `/embeddings`, filled behind the shop, fused with the words."""

import time
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from chatbot import tasks
from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.catalog.search import HybridSearch, configured, embedding, in_memory, vectors
from chatbot.errors import RelayError
from chatbot.models import Product, ProductVector
from tests.catalog.conftest import product, stock
from tests.catalog.search.conftest import MODEL, Relay, found

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.usefixtures("shop")
def test_what_is_meant_is_found_though_no_word_says_it(relay: Relay) -> None:
    assert isinstance(configured(), HybridSearch)
    assert found("music to listen to")[0] == "buds"
    assert relay.authorizations == {"Bearer toy-key"}
    with override_settings(CHATBOT={}):
        assert found("music to listen to") == []


@pytest.mark.usefixtures("shop")
def test_words_and_meaning_are_fused() -> None:
    """The lamp is named and meant; the others only lie somewhere in the space."""
    assert found("bright desk lamp")[0] == "lamp"


@pytest.mark.usefixtures("shop")
def test_what_is_near_to_nothing_finds_nothing() -> None:
    """Its vector lies nearest to none of the three: every cosine stays below what counts."""
    assert embedding.asked("submarine").result() == [[0, 0, 0, 0.1]]
    assert found("submarine") == []


@pytest.mark.usefixtures("shop")
def test_what_is_meant_by_another_name_is_not_missing() -> None:
    """Of a bright turntable there is the lamp by one word, and nothing by meaning; of bright headphones the earbuds."""

    def missing(text: str) -> str:
        return candidates(understand(text), limit=8, now=timezone.now()).missing

    assert missing("desk turntable") == "desk turntable"
    assert missing("desk headphones") == ""
    with override_settings(CHATBOT={}):
        assert missing("desk headphones") == "desk headphones"


@pytest.mark.usefixtures("shop")
def test_wishes_hold_for_what_is_found_by_meaning_too() -> None:
    assert found("hot tea under $35") == ["kettle"]
    Product.objects.filter(sku="kettle").update(availability=Product.Availability.OUT_OF_STOCK)
    hits = configured().search("hot tea", in_stock_only=True)
    assert "kettle" not in [hit.sku for hit in hits]


@pytest.mark.usefixtures("shop")
def test_a_question_that_comes_again_is_not_embedded_again(relay: Relay) -> None:
    found("hot tea")
    found("hot tea")
    assert relay.texts == ["hot tea"]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("fault", ["late", "error", "nonsense", "short"])
def test_words_alone_answer_when_the_relay_is_late_or_fails(relay: Relay, fault: str) -> None:
    relay.delay_s = 1.0 if fault == "late" else 0.0
    relay.status = 500 if fault == "error" else 200
    relay.body = {"nonsense": b"<html>", "short": b'{"data": []}'}.get(fault)
    wait_ms = 60 if fault == "late" else 2_000
    with override_settings(CHATBOT={**settings.CHATBOT, "EMBEDDING_WAIT_MS": wait_ms}):
        began = time.perf_counter()
        assert found("desk lamp") == ["lamp"]
        assert found("music to listen to") == []
        assert time.perf_counter() - began < 0.8


def test_only_what_is_new_or_says_something_else_is_embedded(relay: Relay) -> None:
    rows = [product(str(n), f"Desk lamp {n}", price=Decimal(10)) for n in range(70)]  # more than a batch
    stock(*rows)
    tasks.fill_vectors()
    assert len(relay.texts) == 70
    assert ProductVector.objects.count() == 70
    relay.texts.clear()
    tasks.fill_vectors()
    assert relay.texts == []
    stock(product("3", "Desk lamp 3", price=Decimal(12)), product("4", "Tall lamp 4", price=Decimal(10)))
    tasks.fill_vectors()
    assert relay.texts == ["Tall lamp 4"]
    Product.objects.filter(sku="5").update(removed_at=timezone.now())
    tasks.fill_vectors()
    assert ProductVector.objects.count() == 69


def test_a_relay_that_fails_keeps_what_was_embedded_and_is_asked_again(relay: Relay) -> None:
    stock(product("1", "Desk lamp"))
    relay.status = 500
    with pytest.raises(RelayError) as caught:
        vectors.fill()
    assert "toy-key" not in str(caught.value)
    assert ProductVector.objects.count() == 0
    relay.status = 200
    assert vectors.fill() == 1


def test_another_model_embeds_everything_anew(relay: Relay) -> None:
    stock(product("1", "Desk lamp"))
    vectors.fill()
    ProductVector.objects.update(model="older")
    in_memory.matrix.forget()
    assert len(in_memory.matrix().ids) == 0
    assert vectors.fill() == 1
    assert ProductVector.objects.get().model == MODEL


def test_without_a_model_nothing_is_embedded() -> None:
    stock(product("1", "Desk lamp"))
    assert vectors.fill() == 0
