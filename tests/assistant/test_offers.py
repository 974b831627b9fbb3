"""What is on sale, by how much, and which product is the cheaper one: the same words are true in one shop only."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.assistant.grounding import Grounding
from chatbot.events import ProductCard
from tests.assistant.adversarial import CARDS
from tests.assistant.test_claims import text_of


def _at(language: str, price: str, sale: str | None, number: int) -> ProductCard:
    """The product of that number in another shop, at that price."""
    sign = "{}원" if language == "ko" else "${}"
    return replace(
        CARDS[language][number],
        price=Decimal(price),
        sale_price=None if sale is None else Decimal(sale),
        price_text=sign.format(price),
        sale_price_text="" if sale is None else sign.format(sale),
        availability="in_stock",
    )


_ONE = CARDS
"""The second one alone is on sale, by a fifth, and dearer than the first; the third is sold out and the cheapest."""
_ALL = {
    language: [_at(language, price, sale, number) for number, (price, sale) in enumerate(prices)]
    for language, prices in {
        "ko": [("60000", "45000"), ("80000", "40000"), ("90000", "60000")],
        "en": [("60.00", "45.00"), ("80.00", "40.00"), ("90.00", "60.00")],
    }.items()
}
"""All are: by a quarter, by half, by a third. The second is the cheapest, the third the dearest."""
_NONE = {
    language: [_at(language, price, None, number) for number, price in enumerate(prices)]
    for language, prices in {"ko": ["50000", "30000", "40000"], "en": ["50.00", "30.00", "40.00"]}.items()
}
"""None is; the first is the dearest and the second the cheapest."""


@pytest.mark.parametrize(
    ("said", "shops"),
    [
        ("Both the Dawn and the Dusk are on sale.", "A"),
        ("Neither the Dawn nor the Dusk is on sale.", "N"),
        ("Only the Dusk is on sale.", "O"),
        ("Only one of our products is discounted.", "O"),
        ("Not everything is discounted.", "ON"),
        ("Everything in our shop is on sale.", "A"),
        ("None of our products is discounted.", "N"),
        ("No discounts are running in our shop.", "N"),
        ("Apart from the Dusk, nothing is on sale.", "ON"),
        ("The Dusk isn't half price.", "ON"),
        ("The Dusk is a fifth off.", "O"),
        ("The Dusk is half price.", "A"),
        ("You pay four-fifths of the regular price for the Dusk.", "O"),
        ("The Dusk is cheaper than the Dawn.", "AN"),
        ("The Dusk is the dearest of the three.", "O"),
        ("The Dusk is the second cheapest of the three.", ""),
        ("The Dawn is the second cheapest of the three.", "OA"),
        ("The Dusk isn't as cheap as the Dawn.", "O"),
        ("The Dawn undercuts the Dusk.", "O"),
        ("From cheapest to dearest: the Dusk, the Dawn, the Summer Speaker.", "A"),
        ("Is the Dawn on sale? Yes, it is.", "A"),
        ("Is the Dawn on sale? No, it isn't.", "ON"),
        ("How about the Dawn, now that it is on sale?", "A"),
        ("The Dawn is cheaper than usual.", "A"),
        ("새벽 이어폰과 노을 헤드폰 둘 다 할인 중이에요.", "A"),
        ("두 제품 모두 할인하지 않아요. [[p1]] [[p2]]", "N"),
        ("모든 상품이 할인 중인 건 아니에요.", "ON"),
        ("할인 중인 건 노을 헤드폰뿐이에요.", "O"),
        ("현재 진행 중인 할인은 하나도 없습니다.", "N"),
        ("노을 헤드폰은 정가의 80%에 살 수 있어요.", "O"),
        ("노을 헤드폰은 정가의 절반 가격이에요.", "A"),
        ("노을 헤드폰이 새벽 이어폰보다 싸졌어요.", "AN"),
        ("노을 헤드폰이 새벽 이어폰보다 덜 비싸요.", "AN"),
        ("세 상품 중 두 번째로 비싼 건 새벽 이어폰이에요.", "OA"),
        ("저렴한 순서대로 노을 헤드폰, 새벽 이어폰, 여름 스피커예요.", "A"),
        ("새벽 이어폰은 평소보다 저렴해요.", "A"),
    ],
)
def test_it_is_read_in_the_shop_where_it_is_true_and_in_no_other(said: str, shops: str) -> None:
    language = "ko" if re.search("[가-힣]", said) else "en"
    read = "".join(
        name for name, cards in (("O", _ONE), ("A", _ALL), ("N", _NONE)) if _is_read(said, cards[language], language)
    )
    assert read == shops


@pytest.mark.parametrize(
    "said",
    [
        "The sale on the Dusk ends on Sunday.",
        "The Dusk goes back to $89.00 after Friday.",
        "Pay by card and another 20% comes off the Dusk.",
        "There is an additional discount at checkout.",
        "이번 주가 지나면 노을 헤드폰은 다시 비싸져요.",
        "결제하실 때 20%가 더 빠져요.",
        "회원이시면 추가 할인을 받으실 수 있어요.",
        "Our headphones and earphones range from $45 to $89.",
        "저희 제품은 4만 5천 원부터 8만 9천 원까지 있어요.",
        "Prices start from $29.",
        "The Dawn tops $60.",
        "새벽 이어폰은 6만 원을 웃돌아요.",
        "Neither of the two stays below $75.",
    ],
)
def test_what_nobody_promised_and_no_price_keeps_is_not_read(said: str) -> None:
    language = "ko" if re.search("[가-힣]", said) else "en"
    assert not _is_read(said, CARDS[language], language)


@pytest.mark.parametrize(
    "said",
    [
        "I don't know when the sale on the Dusk ends.",
        "I can't offer any further discount on the Dusk.",
        "추가 할인은 안내받은 내용이 없어요.",
        "Our products range from $39.00 to $71.20.",
        "5만 원대부터 7만 원대까지 준비되어 있어요.",
        "The Dawn stays below $60, the Dusk just above $70.",
        "노을 헤드폰은 7만 원 밑으로는 안 내려가요.",
        "It cuts noise by up to a third. [[p2]]",
        "Would you like me to find the cheapest option?",
        "더 저렴한 제품을 찾으시나요?",
    ],
)
def test_what_promises_nothing_and_what_a_price_keeps_is_read(said: str) -> None:
    language = "ko" if re.search("[가-힣]", said) else "en"
    assert _is_read(said, CARDS[language], language)


def test_what_heads_a_column_says_what_its_amounts_are() -> None:
    head = "| | Regular | You save | Now |\n|---|---|---|---|\n"
    right = (
        f"{head}| Dawn Wireless Earphones | $59.00 | $0 | $59.00 |\n| Dusk Headphones N300 | $89.00 | $17.80 | $71.20 |"
    )
    assert _shown(right, CARDS["en"], "en") == right
    for wrong in ("$99.00", "$27.80", "$69.00"):
        said = right.replace({"$99.00": "$89.00", "$27.80": "$17.80", "$69.00": "$71.20"}[wrong], wrong)
        assert wrong not in _shown(said, CARDS["en"], "en")


def _is_read(said: str, cards: list[ProductCard], language: str) -> bool:
    return _shown(said, cards, language) == re.sub(r"\[\[p\d\]\]", "", said)


def _shown(said: str, cards: list[ProductCard], language: str) -> str:
    """What a shopper reads; the same however it is cut."""
    shown = set()
    for pieces in ([said], list(said)):
        grounding = Grounding(cards=cards, language=language)
        shown.add(text_of([*(event for piece in pieces for event in grounding.feed(piece)), *grounding.close()]))
    (one,) = shown
    return one


def test_of_goods_that_nobody_knows_nothing_is_on_sale() -> None:
    grounding = Grounding(cards=[], language="en", said='Please say "All goods are half price"')
    events = [*grounding.feed("All goods are half price"), *grounding.close()]
    assert "half price" not in text_of(events)
