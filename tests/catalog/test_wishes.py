"""The order that is asked for, and whom a thing is for."""

import pytest

from chatbot.catalog.wishes import read_wishes


@pytest.mark.parametrize(
    ("text", "sort", "rest"),
    [
        ("모니터 비싼 순으로", "dearest", "모니터"),
        ("모니터 싼 순으로", "cheapest", "모니터"),
        ("모니터 비싼 것부터", "dearest", "모니터"),
        ("모니터 높은 가격순", "dearest", "모니터"),
        ("모니터 가격순으로", "cheapest", "모니터"),
        ("뭐가 제일 싸?", "cheapest", "뭐가 ?"),
        ("뭐가 제일 비싸", "dearest", "뭐가"),
        ("monitors from cheapest to most expensive", "cheapest", "monitors"),
        ("monitors from most expensive to cheapest", "dearest", "monitors"),
        ("rank monitors by price, high to low", "dearest", "monitors"),
        ("newest laptops first", "newest", "laptops"),
        ("노트북 최신순", "newest", "노트북"),
        ("신발 비싸지 않은 걸로", "cheapest", "신발"),
    ],
)
def test_an_order_is_understood_either_way_round(text: str, sort: str, rest: str) -> None:
    wishes = read_wishes(text)
    assert (wishes.sort, wishes.rest) == (sort, rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("이어폰 할인하는 거 있어요?", "이어폰 있어요?"),
        ("할인 중인 텐트", "텐트"),
        ("세일 상품", ""),
        ("earphones on sale", "earphones"),
        ("tents that are on sale this week", "tents"),
        ("discounted tents", "tents"),
        ("any deals today?", "?"),
    ],
)
def test_what_must_be_on_sale_is_told_from_what_is_called_so(text: str, rest: str) -> None:
    wishes = read_wishes(text)
    assert (wishes.on_sale, wishes.rest) == (True, rest)


@pytest.mark.parametrize(
    "text", ["세일러문 인형", "할인 쿠폰", "a sailing boat for sale", "할인점 카트", "reduced fat milk"]
)
def test_a_word_that_only_looks_like_a_sale_is_none(text: str) -> None:
    assert not read_wishes(text).on_sale


@pytest.mark.parametrize(
    ("text", "gift", "recipient", "rest"),
    [
        ("wooden toys for my son, it's a gift", "gift", "son", "wooden toys ,"),
        ("gift for my little sister", "gift", "sister", ""),
        ("gift for my parents' anniversary", "gift", "parents", ""),
        ("a mother's day gift", "gift", "mother", "a"),
        ("present for my kid's teacher", "gift", "teacher", ""),
        ("scarf for my daughter's birthday", "gift", "daughter", "scarf"),
        ("my sister needs a backpack", "", "sister", "a backpack"),
        ("what about my brother?", "", "brother", "what about ?"),
        ("kids' backpack", "", "child", "kids' backpack"),
        ("그럼 언니 선물은?", "선물", "sister", "그럼 ?"),
        ("아빠한테는", "", "father", ""),
        ("부모님 결혼기념일 선물", "선물", "parents", ""),
        ("회사 동료 선물", "선물", "colleague", ""),
        ("27형 모니터", "", "", "27형 모니터"),
        ("인형 옷", "", "", "인형 옷"),
    ],
)
def test_whom_a_thing_is_for(text: str, gift: str, recipient: str, rest: str) -> None:
    wishes = read_wishes(text)
    assert (wishes.gift, wishes.recipient, wishes.rest) == (gift, recipient, rest)
