"""Wishes that nothing fulfils together: which are let go, in what order, and what is said of it."""

from decimal import Decimal

import pytest
from django.utils import timezone, translation

from chatbot.assistant import relaxation
from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.question import Context, Question, understand
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def shop() -> None:
    stock(
        product("sony-black", "Studio headphones", brand="Sony", color="Black", price=Decimal(120)),
        product("sony-white", "Studio headphones II", brand="Sony", color="White", price=Decimal(300)),
        product("jbl-red", "Club headphones", brand="JBL", color="Red", price=Decimal(60)),
        product("shoe", "Runner shoe", brand="Nike", color="Red", size="270", price=Decimal(90)),
        product("shoe-small", "Sprinter shoe", brand="Nike", color="Green", size="240", price=Decimal(50)),
    )


def found(question: Question) -> Candidates:
    return candidates(question, limit=8, now=timezone.now())


@pytest.mark.parametrize(
    ("text", "relaxed", "first"),
    [
        ("black Sony headphones under $150", (), "sony-black"),
        ("red Sony headphones", ("color",), "sony-black"),
        ("red Sony headphones under $150", ("color",), "sony-black"),
        ("white Sony headphones under $150", ("color",), "sony-black"),
        ("red headphones under $50", ("price",), "jbl-red"),
        ("Nike headphones under $100", ("brand",), "jbl-red"),
        ("black Nike headphones under $50", ("color", "brand", "size", "price"), ""),
        ("red shoe size 240", ("color",), "shoe-small"),
        ("green shoe size 270 under $60", ("size",), "shoe-small"),
    ],
)
def test_as_little_as_can_be_is_let_go(text: str, relaxed: tuple[str, ...], first: str) -> None:
    question = understand(text)
    chosen = found(question)
    assert len(chosen)
    if first:
        assert (chosen.relaxed, chosen[0].sku) == (relaxed, first)
    else:  # one after the other does not do: together, in the order of what matters least
        assert len(chosen.relaxed) > 1
        assert chosen.relaxed == tuple(name for name in relaxed if name in chosen.relaxed)


def test_a_wish_is_carried_over_the_talk_and_let_go_only_when_it_must_be() -> None:
    first = understand("Sony headphones under $150")
    second = understand("in red?", context=Context(last=first))
    assert (second.brands, second.price_max, second.colors) == (("Sony",), Decimal(150), ("red",))
    chosen = found(second)
    assert (chosen.relaxed, [each.sku for each in chosen]) == (("color",), ["sony-black"])
    third = understand("any brand is fine", context=Context(last=second))
    chosen = found(third)
    assert (chosen.relaxed, [each.sku for each in chosen]) == ((), ["jbl-red"])
    fourth = understand("price doesn't matter, in white", context=Context(last=third))
    assert [each.sku for each in found(fourth)] == ["sony-white"]


def test_shopper_and_model_are_told() -> None:
    question = understand("red Sony headphones")
    chosen = found(question)
    with translation.override("en"):
        assert relaxation.said(question, chosen).endswith("without regard to: colour.")
    with translation.override("ko"):
        said = relaxation.said(question, chosen)
        assert "색" in said
        assert "colour" not in said
    assert "do without: color (red)" in relaxation.facts(question, chosen, {})
    assert relaxation.said(question, Candidates()) == ""


def test_shopper_and_model_are_told_what_no_product_is() -> None:
    question = understand("bose headphones")
    chosen = found(question)
    with translation.override("en"):
        assert relaxation.said(question, chosen) == "I found no “bose headphones” in our shop."
    with translation.override("ko"):
        assert "‘bose headphones’" in relaxation.said(question, chosen)
    assert "found no “bose headphones” in the shop; the products below" in relaxation.facts(question, chosen, {})


def test_of_more_wishes_it_is_said_that_nothing_fits_them_too() -> None:
    """A lantern over the price may be there, so it is not said that there is none."""
    question = understand("studio turntable under $150")
    chosen = found(question)
    with translation.override("en"):
        assert relaxation.said(question, chosen).endswith("“studio turntable” in our shop that fits your other wishes.")
    assert "in the shop that fits the other wishes;" in relaxation.facts(question, chosen, {})


def test_both_are_told_where_both_are_so() -> None:
    question = understand("black bose headphones under $80")
    chosen = found(question)
    assert (chosen.missing, bool(chosen.relaxed)) == ("bose headphones", True)
    with translation.override("en"):
        said = relaxation.said(question, chosen)
    assert said.startswith("I found no “bose headphones”")
    assert "without regard to" in said


def test_what_the_shop_does_not_sell_is_not_found_by_letting_go() -> None:
    chosen = found(understand("red Sony submarine under $50"))
    assert (len(chosen), chosen.relaxed) == (0, ())
