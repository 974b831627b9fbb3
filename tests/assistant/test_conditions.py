"""Conditions: from what amount on delivery is free, until when an offer holds, who may wish for what costs so much."""

import re

import pytest

from tests.assistant.test_claims import ground, text_of


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("노을 헤드폰 N300은 있습니다 [[p2]]. 할인가는 71,200원이고 무료 배송 기준인 5만원도 넘어요.", True),
        ("노을 헤드폰 N300은 있습니다 [[p2]]. 할인가는 61,200원이고 무료 배송 기준인 5만원도 넘어요.", False),
        ("노을 헤드폰 N300은 71,200원이고 무료 배송 기준인 3만원도 넘어요 [[p2]].", False),
        ("노을 헤드폰 N300은 5만원 이상이라 무료 배송이에요 [[p2]].", True),
        ("여름 스피커는 5만원 이상이라 무료 배송이에요 [[p3]].", False),
        ("여름 스피커는 39,000원이고 무료 배송 기준인 5만원도 넘어요 [[p3]].", False),
        ("여름 스피커는 5만원이 넘어서 무료 배송이에요 [[p3]].", False),
        ("여름 스피커는 품절이에요 [[p3]]. 5만원이 넘으면 무료 배송이에요.", True),
        ("The N300 are in stock [[p2]]. The price is $71.20, and delivery is free because it's above $50.", True),
        ("The N300 are in stock [[p2]]. The price is $69.20, and delivery is free because it's above $50.", False),
        ("The Summer Speaker is sold out [[p3]]. The price is $39.00, and delivery is free as it's above $50.", False),
        ("The Summer Speaker ships free since it is over $50 [[p3]].", False),
        ("The Dawn Wireless Earphones are light [[p1]]. The delivery price is $5.", False),
    ],
)
def test_delivery_is_free_for_what_costs_so_much(said: str, is_true: bool) -> None:
    _is_read(said, is_true)


@pytest.mark.parametrize(
    "end",
    [
        "이 가격은 이번 주말까지만 적용되니 서두르시는 게 좋아요!",
        "이 혜택은 일요일에 끝나요.",
        "할인은 곧 종료됩니다.",
        "할인가는 오늘까지예요.",
        "This offer ends on Sunday.",
        "The price goes back up on Monday.",
        "This price is only valid until Sunday.",
        "That deal expires tonight.",
    ],
)
def test_no_offer_has_an_end_that_the_shop_does_not_give(end: str) -> None:
    _is_read(f"The N300 are on sale [[p2]]. {end}" if end.isascii() else f"N300은 할인 중입니다 [[p2]]. {end}", False)


@pytest.mark.parametrize(
    "said",
    [
        "할인이 언제 끝나는지는 안내가 없어요.",
        "할인 상품도 받으신 날부터 14일까지 반품하실 수 있어요.",
        "I do not know when the sale ends.",
        "The price is over $70, but the Dusk Headphones N300 sound good.",
    ],
)
def test_what_says_nothing_of_an_end_is_none(said: str) -> None:
    _is_read(said, True)


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("노을 헤드폰 N300은 할인을 받아도 8만원이 넘지만 [[p2]], 음질이 훌륭합니다.", False),
        ("노을 헤드폰 N300은 7만원이 넘지만 [[p2]], 음질이 훌륭합니다.", True),
        ("노을 헤드폰 N300은 8만원을 넘지 않아요 [[p2]].", True),
        ("노을 헤드폰 N300은 7만원을 넘지 않아요 [[p2]].", False),
        ("새벽 무선 이어폰은 5만원을 넘기지만 [[p1]] 가벼워요.", True),
    ],
)
def test_what_costs_more_does_so_even_where_something_else_follows(said: str, is_true: bool) -> None:
    _is_read(said, is_true)


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("새벽 무선 이어폰이 더 저렴합니다 [[p1]]. 대신 헤드폰은 공간감이 더 넓게 느껴지는 편이에요 [[p2]].", True),
        ("대신 이어폰은 더 가벼운 편이라 추천해요 [[p1]].", True),
        ("대신 달빛 헤드폰을 추천해요.", False),
        ("대신 소니 헤드폰을 추천해요.", False),
    ],
)
def test_only_an_unknown_name_is_offered_instead(said: str, is_true: bool) -> None:
    _is_read(said, is_true)


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("5만 원대 제품을 원하시면 새벽 무선 이어폰, 7만 원대 제품을 원하시면 노을 헤드폰 N300이 있습니다.", True),
        ("5만 원대를 찾으시면 노을 헤드폰 N300, 7만 원대를 찾으시면 새벽 무선 이어폰이 있습니다.", False),
        ("5만 원대를 찾으시면 새벽 무선 이어폰이, 7만 원대라면 노을 헤드폰 N300이 좋습니다.", True),
        ("5만 원대를 찾으시면 새벽 무선 이어폰이, 8만 원대라면 노을 헤드폰 N300이 좋습니다.", False),
        ("If you want something around $60, the Dawn Wireless Earphones fit; if around $70, the N300 do.", True),
        ("노을 헤드폰 N300이 71,200원이면, 새벽 무선 이어폰은 더 저렴해요.", True),
        ("If you want something around $70, the Dawn Wireless Earphones fit.", False),
    ],
)
def test_what_someone_may_wish_for_is_what_the_product_behind_it_costs(said: str, is_true: bool) -> None:
    _is_read(said, is_true)


def _is_read(said: str, is_read: bool) -> None:
    language = "ko" if re.search("[가-힣]", said) else "en"
    for pieces in (list(said), [said]):
        shown = text_of(ground(language, pieces)[0])
        assert (shown == re.sub(r"\[\[p\d\]\]", "", said)) is is_read, shown
