"""The way through a catalogue that is too large to rank every match (PostgreSQL alone takes it): the same products."""

from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.question import understand
from chatbot.catalog.search import configured, postgresql
from chatbot.catalog.search.base import Filters, Trait
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every catalogue counts as large, and no more than two products are held against the filters at first."""
    monkeypatch.setattr(postgresql, "EXACT_UP_TO", 0)
    monkeypatch.setattr(postgresql, "LOOK", 2)
    stock(
        *(
            product(f"c{n}", f"Phone charger {n}", brand="Common", color="Black", price=Decimal(50 + n))
            for n in range(40)
        ),
        product("rare", "Phone charger slim", brand="Rarebrand", color="Turquoise", price=Decimal(30)),
        product("cheap", "Phone charger small", brand="Common", price=Decimal(3), color="Black"),
        product("gone", "Phone charger large", brand="Common", price=Decimal(2), availability="out_of_stock"),
        product("text", "Wall plug", brand="Common", product_type="Phone chargers", price=Decimal(4)),
        product("red", "Red phone charger", brand="Common", price=Decimal(60)),
    )


def found(text: str) -> Candidates:
    return candidates(understand(text), limit=8, now=timezone.now())


def skus(text: str) -> set[str]:
    return {each.sku for each in found(text)}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("Rarebrand phone charger", {"rare"}),
        ("turquoise phone charger", {"rare"}),
        ("red phone charger", {"red"}),
        ("phone charger under $5", {"cheap", "gone", "text"}),
        ("phone charger between $25 and $35", {"rare"}),
    ],
)
def test_what_few_products_fulfil_is_found_among_many_and_nothing_is_let_go(asked: str, wanted: set[str]) -> None:
    assert skus(asked) == wanted
    assert found(asked).relaxed == ()


def test_what_must_not_be_is_left_out() -> None:
    assert "rare" not in skus("phone charger not turquoise")
    assert skus("phone charger without black") == {"rare", "gone", "text", "red"}


def test_only_what_can_be_bought_by_several_wishes_at_once() -> None:
    filters = Filters(
        now=timezone.now(),
        currency="USD",
        price_max=Decimal(10),
        wanted=(Trait(column="brand", values=("Common",), words=("Common",)),),
    )
    hits = configured().search("phone charger", limit=8, in_stock_only=True, filters=filters)
    assert {hit.sku for hit in hits} == {"cheap", "text"}


def test_a_price_in_a_currency_that_no_product_has_is_let_go_and_said() -> None:
    chosen = found("phone charger under €20")
    assert len(chosen) == 8
    assert chosen.relaxed == ("price",)
