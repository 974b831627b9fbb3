"""Prices as shoppers say them, and numbers that are none."""

from decimal import Decimal

import pytest

from chatbot.catalog.budget import Bounds, read_bounds
from chatbot.catalog.numerals import in_digits


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "rest"),
    [
        ("tent under two hundred dollars", None, 200, "USD", "tent"),
        ("tent under a hundred bucks", None, 100, "USD", "tent"),
        ("laptop under twelve hundred and fifty euros", None, 1250, "EUR", "laptop"),
        ("under fifty, please", None, 50, "", ", please"),
        ("between fifty and eighty dollars", 50, 80, "USD", ""),
        ("between five hundred and eight hundred dollars", 500, 800, "USD", ""),
        ("laptop under $1.5k", None, 1500, "USD", "laptop"),
        ("backpack, 50 bucks or so", 40, 60, "USD", "backpack,"),
        ("a mouse, 30ish dollars", 24, 36, "USD", "a mouse,"),
        ("somewhere around $30", 24, 36, "USD", ""),
        ("$20-30 scarf", 20, 30, "USD", "scarf"),
        ("keyboard between 20 and 40", 20, 40, "", "keyboard"),
        ("keyboard, $40 tops", None, 40, "USD", "keyboard,"),
        ("nothing over $60", None, 60, "USD", ""),
        ("that doesn't cost more than $80", None, 80, "USD", "that"),
        ("no less than 200 dollars", 200, None, "USD", ""),
        ("monitor $200+", 200, None, "USD", "monitor"),
        ("raise the budget to $150", None, 150, "USD", ""),
        ("my budget is about $300", 240, 360, "USD", ""),
        ("10만원 이하로만 보여주세요", None, 100_000, "KRW", "보여주세요"),
        ("10만원 이하인 걸로요", None, 100_000, "KRW", ""),
        ("10만원이하로봇청소기", None, 100_000, "KRW", "로봇청소기"),
        ("10만원 안 넘었으면 좋겠어요", None, 100_000, "KRW", "좋겠어요"),
        ("최대 5만원", None, 50_000, "KRW", ""),
        ("최소 3만원", 30_000, None, "KRW", ""),
        ("5만원과 10만원 사이의 이어폰", 50_000, 100_000, "KRW", "이어폰"),
        ("3만원 선에서", 24_000, 36_000, "KRW", ""),
        ("약 3만원", 24_000, 36_000, "KRW", ""),
        ("이만오천원 이하", None, 25_000, "KRW", ""),
        ("1백만원 이하", None, 1_000_000, "KRW", ""),
        ("20만원대 후반", 200_000, 299_999, "KRW", ""),
        ("8만원으로 낮춰줘", None, 80_000, "KRW", "낮춰줘"),
        ("50불 이하", None, 50, "USD", ""),
    ],
)
def test_a_price_is_taken_out_with_all_that_is_said_around_it(
    text: str, low: int | None, high: int | None, currency: str, rest: str
) -> None:
    bounds, left = read_bounds(text)
    wanted = (None if low is None else Decimal(low), None if high is None else Decimal(high))
    assert (bounds.low, bounds.high, bounds.currency, left) == (*wanted, currency, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Two Face figure",
        "one piece swimsuit",
        "two factor security key",
        "backpack with at least two pockets",
        "more than twenty pockets",
        "hundred acre wood puzzle",
        "USB 3.1 card up to 10Gbps",
        "USB -> 4-Port adapter",
        "약 상자",
        "만두",
    ],
)
def test_numbers_in_names_are_no_prices_and_stay(text: str) -> None:
    assert read_bounds(text) == (Bounds(), text)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("a three-person tent", "a 3-person tent"),
        ("thirty two inch monitor", "32 inch monitor"),
        ("세 명이 쓸 텐트", "3명이 쓸 텐트"),
        ("백오십만원", "1500000원"),
        ("이십만 이하", "200000원 이하"),
        ("네 번째", "네 번째"),
    ],
)
def test_numbers_in_words_become_digits_where_they_count(text: str, digits: str) -> None:
    assert in_digits(text) == digits
