"""Which entries of the shop a question is about."""

import pytest

from chatbot.catalog.knowledge import Entry, Shelf, is_only_about_terms, topics_of

WRITTEN = (
    ("delivery", "ko", "배송 안내", "결제 후 2~3일 안에 받아 보실 수 있어요. 배송비는 3,000원이에요."),
    ("delivery", "en", "Delivery", "Orders arrive within 2 to 3 days. Shipping costs 3,000 won."),
    ("returns", "ko", "교환과 반품", "상품을 받으신 날부터 14일 이내에 반품하실 수 있어요."),
    ("returns", "en", "Returns and exchanges", "You can return goods within 14 days."),
    ("other", "ko", "선물 포장", "선물 포장은 2,000원이며 장바구니에서 고르실 수 있어요."),
    ("other", "en", "Gift wrapping", "We wrap presents for 2,000 won. Choose it in the cart."),
    ("hours", "en", "Opening hours", "Our people answer from 10 am to 6 pm on weekdays."),
)
SHELF = Shelf(
    tuple(
        Entry(pk=number, topic=topic, language=language, title=title, text=text)
        for number, (topic, language, title, text) in enumerate(WRITTEN, 1)
    )
)


def titles(question: str, language: str, limit: int = 3) -> list[str]:
    return [entry.title for entry in SHELF.find(question, language=language, limit=limit)]


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("배송비 얼마예요?", "ko", ["배송 안내"]),
        ("언제 도착해요?", "ko", ["배송 안내"]),
        ("택배로 오나요?", "ko", ["배송 안내"]),
        ("how long does shipping take?", "en", ["Delivery"]),
        ("When will it arrive?", "en", ["Delivery"]),
        ("마음에 안 들면 환불되나요?", "ko", ["교환과 반품"]),
        ("can I send it back, for a refund?", "en", ["Returns and exchanges"]),
        ("선물 포장 되나요?", "ko", ["선물 포장"]),
        ("do you offer gift wrapping?", "en", ["Gift wrapping"]),
        ("무선 이어폰 추천해 주세요", "ko", []),
        ("wireless earphones under $50", "en", []),
        ("카드 지갑 있어요?", "ko", []),
    ],
)
def test_a_question_finds_the_entry_that_it_is_about(question: str, language: str, expected: list[str]) -> None:
    assert titles(question, language) == expected


def test_an_entry_of_another_language_is_better_than_none() -> None:
    assert titles("고객센터 몇 시까지 해요?", "ko") == ["Opening hours"]
    assert titles("배송은요?", "ko") == ["배송 안내"]


def test_two_topics_find_both_and_no_more_than_are_wanted() -> None:
    assert set(titles("delivery time and returns?", "en")) == {"Delivery", "Returns and exchanges"}
    assert len(titles("delivery time and returns?", "en", limit=1)) == 1


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("배송은 얼마나 걸려요?", True),
        ("반품 가능한가요?", True),
        ("교환하려면 어떻게 해요?", True),
        ("Is there a warranty?", True),
        ("what are your opening hours?", True),
        ("Can I return it if I don't like it?", True),
        ("이 이어폰 내일 도착하나요?", False),
        ("open ear headphones", False),
        ("delivery bag", False),
        ("교환 렌즈 있어요?", False),
        ("카드 지갑", False),
        ("anything cheaper?", False),
        ("고마워요", False),
    ],
)
def test_a_question_about_terms_alone_looks_for_no_goods(question: str, expected: bool) -> None:
    assert is_only_about_terms(question) is expected


def test_topics_are_named_in_words_that_no_entry_uses() -> None:
    assert topics_of("Do you take PayPal, and when are you open?") == ("hours", "payment")


def test_an_empty_shelf_finds_nothing() -> None:
    assert Shelf().find("배송비", language="ko", limit=3) == []
    assert Shelf().terms == ""
