"""What there is to choose from, and wishes that are taken back."""

import pytest
from django.utils import timezone

from chatbot.assistant import relaxation
from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.choices import read_choice
from chatbot.catalog.question import Context, Question, Shown, understand
from chatbot.catalog.released import read_released
from chatbot.catalog.text import query
from tests.catalog.conftest import product, stock

SHOE = Shown(sku="shoe-red-260", title="Runner shoe")


@pytest.fixture
def shop() -> None:
    """A shoe in three colours, socks, other shoes."""
    for color in ("Red", "Blue", "Green"):
        stock(
            product(
                f"shoe-{color.lower()}-260",
                f"Runner shoe {color}",
                color=color,
                size="260",
                brand="Nike",
                item_group_id="shoe",
                product_type="Shoes > Running",
                availability="out_of_stock" if color == "Green" else "in_stock",
            )
        )
    stock(
        product("trail", "Trail shoe", brand="Adidas", color="Black", product_type="Shoes > Running"),
        product("walk", "Walking shoe", brand="Adidas", color="Black", product_type="Shoes > Walking"),
        product("sock", "Running socks", brand="Falke", color="White", product_type="Clothes > Socks"),
    )


def found(question: Question) -> Candidates:
    return candidates(question, limit=8, now=timezone.now())


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("text", ["what colours does it come in?", "다른 색도 있어요?"])
def test_the_colours_of_the_product_in_view_are_those_of_its_variants(text: str) -> None:
    chosen = found(understand(text, context=Context(viewed=SHOE)))
    assert [each.sku for each in chosen] == ["shoe-red-260", "shoe-blue-260", "shoe-green-260"]
    assert dict(chosen.facet) == {"Red": 1, "Blue": 1, "Green": 1}


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_the_brands_of_what_is_asked_for_are_counted() -> None:
    question = understand("which brands of shoes do you have?")
    assert (question.words, question.asks) == ("shoes", "brand")
    chosen = found(question)
    # One of the shoe's variants stands for all of them.
    assert chosen.facet == (("Adidas", 2), ("Nike", 1))
    said = relaxation.facts(question, chosen, {})
    assert "brand" in said
    assert "Adidas (2), Nike (1)" in said


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_of_the_whole_shop_where_nothing_else_is_said() -> None:
    chosen = found(understand("which brands do you have?"))
    assert len(chosen) == 0
    assert chosen.facet == (("Nike", 3), ("Adidas", 2), ("Falke", 1))


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_no_facet_is_counted_where_none_is_asked() -> None:
    assert found(understand("shoes")).facet == ()


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_what_is_to_go_with_a_product_may_be_named() -> None:
    question = understand("socks that go with this", context=Context(viewed=SHOE))
    assert (question.reference, question.words) == ("with", "socks")
    assert [each.sku for each in found(question)] == ["sock"]


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_what_is_to_be_like_a_product_may_be_something_besides() -> None:
    question = understand("something like this but for walking", context=Context(viewed=SHOE))
    assert question.reference == "like"
    assert "walk" in [each.sku for each in found(question)]
    assert not {each.sku for each in found(question)} & {"shoe-red-260"}


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("what goes with what's in my cart?", "with", ""),
        ("socks that go with the things in my cart", "with", "socks"),
        ("장바구니에 담은 거랑 어울리는 양말", "with", "양말"),
        ("is what's in my cart in stock?", "same", ""),
    ],
)
def test_the_cart_may_be_meant(text: str, kind: str, words: str) -> None:
    question = understand(text, context=Context(cart=("trail", "gone")))
    assert (question.reference, question.about) == (kind, ("trail", "gone"))
    assert query(question.words) == query(words)
    chosen = [each.sku for each in found(question)]
    assert chosen == ["trail"] if kind == "same" else "trail" not in chosen


@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("any brand is fine", {"brand"}, ""),
        ("I don't care about the price", {"price"}, ""),
        ("the colour doesn't matter, size is not important", {"color", "size"}, ","),
        ("브랜드는 상관없어요", {"brand"}, ""),
        ("아무 색이나 괜찮아요", {"color"}, ""),
        ("do you have any brand new tv", set(), "do you have any brand new tv"),
        ("any colour?", set(), "any colour?"),
        ("a color laser printer", set(), "a color laser printer"),
    ],
)
def test_wishes_that_do_not_matter_any_more(text: str, names: set[str], rest: str) -> None:
    released, left = read_released(text)
    assert (released, left.strip()) == (names, rest)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("which brands do you have?", "brand"),
        ("do you have this in other colors?", "color"),
        ("사이즈는 어떻게 되나요?", "size"),
        ("어떤 브랜드 있어요", "brand"),
        ("color laser printer", ""),
        ("a brand new bag", ""),
        ("큰 사이즈 운동화", ""),
        ("size 270 shoes", ""),
    ],
)
def test_what_is_asked_to_choose_from(text: str, choice: str) -> None:
    assert read_choice(text)[0] == choice
