"""Counts of tokens that are remembered between questions."""

from collections.abc import Collection, Mapping
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot.catalog.candidates import candidates
from chatbot.catalog.offered import offered
from chatbot.catalog.question import understand
from chatbot.catalog.search import configured, for_database, postgresql, sqlite
from chatbot.catalog.search.engine import Engine
from chatbot.catalog.search.frequencies import forget, frequencies
from chatbot.models import Product
from tests.catalog.conftest import product, stock

pytestmark = pytest.mark.database


class Index:
    """An index that writes down what it was asked for."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.asked: list[str] = []

    def __call__(self, tokens: Collection[str]) -> Mapping[str, int]:
        self.asked += tokens
        return {token: self.counts[token] for token in tokens if token in self.counts}


@pytest.mark.django_db(transaction=True)
def test_what_is_known_is_not_asked_again_and_an_unknown_word_always_is() -> None:
    forget()
    index = Index(lamp=3)
    for _ in range(2):
        found = frequencies(["lamp", "zorbex", "zor"], guessed={"zor"}, read=index)
        assert found == {"lamp": 3, "zorbex": 0, "zor": 0}
    assert index.asked == ["lamp", "zorbex", "zor", "zorbex"]
    index.counts["zorbex"] = 1
    assert frequencies(["zorbex"], guessed=(), read=index) == {"zorbex": 1}
    forget()
    index.asked.clear()
    frequencies(["lamp"], guessed=(), read=index)
    assert index.asked == ["lamp"]


@pytest.mark.django_db
def test_in_a_transaction_nothing_is_remembered() -> None:
    index = Index(lamp=3)
    for _ in range(2):
        frequencies(["lamp"], guessed=(), read=index)
    assert index.asked == ["lamp", "lamp"]


@pytest.mark.django_db(transaction=True)
def test_a_common_question_costs_one_statement_for_the_search_and_one_for_the_products() -> None:
    stock(*(product(f"l{n}", f"Wireless desk lamp {n}") for n in range(9)))
    ask = "wireless desk lamp"
    candidates(understand(ask), limit=8, now=timezone.now())  # what is remembered is read
    with CaptureQueriesContext(connection) as captured:
        assert len(candidates(understand(ask), limit=8, now=timezone.now())) == 8
    assert len(captured) == 2, captured.captured_queries


@pytest.mark.django_db(transaction=True)
def test_a_word_that_is_new_to_the_catalogue_is_found_at_once() -> None:
    stock(product("1", "Desk lamp"))
    assert configured().search("zorbex") == []
    stock(product("2", "Zorbex"))
    assert [hit.sku for hit in configured().search("zorbex")] == ["2"]


@pytest.mark.django_db
def test_products_come_whole_but_for_their_further_columns_and_without_removed_ones() -> None:
    stock(
        product("1", "Desk lamp", price=Decimal("9.50"), attributes={"watts": "8"}),
        product("2", "Gone lamp"),
    )
    kept, gone = Product.objects.get(sku="1"), Product.objects.get(sku="2")
    Product.objects.filter(pk=gone.pk).update(removed_at=timezone.now())
    rows = offered([kept.pk, gone.pk, 999_999])
    assert list(rows) == [kept.pk]
    row = rows[kept.pk]
    assert row.get_deferred_fields() == {"attributes"}
    for field in Product._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(kept, field.attname), field.name
    assert offered([]) == {}


@pytest.mark.django_db
def test_products_are_counted_however_their_ids_run_and_without_those_that_went() -> None:
    engine = for_database()
    assert isinstance(engine, Engine)
    stock(*(product(str(n), f"Desk lamp {n}") for n in range(6)))
    last = Product.objects.latest("pk")
    far = Product.objects.create(pk=last.pk + 5_000_000, sku="far", title="Far lamp", currency="USD")
    configured().index([far])
    assert engine._documents() == 7
    configured().remove(list(Product.objects.filter(sku__in=["1", "2", "3"]).values_list("pk", flat=True)))
    assert engine._documents() == 4


@pytest.mark.django_db(transaction=True)
def test_of_a_great_many_products_the_server_s_own_estimate_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "EXACT_UP_TO", 10)
    configured().rebuild()  # what other tests left in the index goes
    stock(*(product(str(n), f"Desk lamp {n}") for n in range(30)))
    assert _counted_after_analyze() == 30
    configured().remove(list(Product.objects.order_by("pk").values_list("pk", flat=True)[:5]))
    if connection.vendor == "postgresql":
        assert _counted() == 30  # until the next ANALYZE, which the server does by itself
    assert _counted_after_analyze() == 25


def _counted_after_analyze() -> int:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE chatbot_search")
    return _counted()


def _counted() -> int:
    engine = for_database()
    assert isinstance(engine, Engine)
    postgresql._counted.forget()
    sqlite._counted.forget()
    return engine._documents()
