"""What an answer says of several products by counting them: only, all but, the rest, the last, in a row, in a table."""

import pytest

from tests.assistant.test_claims import ground, text_of

TRUE = [
    "Two of our three products are in stock.",
    "Everything but the Summer Speaker can be ordered.",
    "The Summer Speaker is sold out. The rest is available.",
    "Only the Summer Speaker is sold out.",
    "Neither the earphones nor the headphones are sold out.",
    "We sell earphones, headphones and a speaker; the first two are in stock, the last is sold out.",
    "In stock: the Dawn and the Dusk. Sold out: the Summer Speaker.",
    "Not all of them are in stock.",
    "If you like all-day comfort, the Dusk N300 is in stock.",
    "세 상품 중 두 개는 재고가 있어요.",
    "여름 스피커를 제외한 나머지는 모두 구매하실 수 있어요.",
    "여름 스피커만 품절이에요.",
    "이어폰도 헤드폰도 품절이 아니에요.",
    "모든 상품이 재고가 있는 건 아니에요.",
    "| 상품 | 재고 |\n|---|---|\n| 여름 스피커 | 없음 |",
]
FALSE = [
    "Two of our three products are sold out.",
    "Everything but the Dusk N300 can be ordered.",
    "The Dawn Wireless Earphones are light. The rest is sold out.",
    "Only the Dusk Headphones N300 are in stock.",
    "Neither the earphones nor the headphones are in stock.",
    "We sell earphones, headphones and a speaker; the first is in stock, the last two are available.",
    "In stock: the Dawn and the Summer Speaker.",
    "The Summer Speaker and the Dusk N300 are in stock.",
    "Our shop carries four brands: Dawn, Dusk, Summer and Ripple.",
    "세 상품 중 두 개는 품절이에요.",
    "노을 헤드폰을 제외한 나머지는 모두 구매하실 수 있어요.",
    "노을 헤드폰만 재고가 있어요.",
    "스피커도 헤드폰도 품절이 아니에요.",
    "품절된 상품은 하나도 없어요.",
    "저희 매장은 네 가지 상품을 판매하고 있어요.",
    "| 상품 | 재고 |\n|---|---|\n| 여름 스피커 | 소량 남음 |",
]


@pytest.mark.parametrize("said", TRUE)
def test_what_holds_of_all_that_are_counted_is_read(said: str) -> None:
    assert _is_read(said)


@pytest.mark.parametrize("said", FALSE)
def test_what_does_not_hold_of_all_that_are_counted_is_not_read(said: str) -> None:
    assert not _is_read(said)


def _is_read(said: str) -> bool:
    language = "en" if said.isascii() else "ko"
    return all(text_of(ground(language, pieces)[0]) == said for pieces in (list(said), [said]))
