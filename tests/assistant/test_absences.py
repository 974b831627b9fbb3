"""What an answer says is not there within a bound on its price, where one of the shop's products is, or none."""

import pytest

from tests.assistant.test_claims import ground, text_of


@pytest.mark.parametrize(
    "said",
    [
        "아쉽게도 저희 쇼핑몰에는 10만원 이하 헤드폰이 없습니다.",
        "10만 원 이하의 무선 이어폰은 현재 판매하고 있지 않습니다.",
        "헤드폰은 10만원 이하 제품이 없어요.",
        "10만원 이하로는 헤드폰을 찾지 못했어요.",
        "5만원 이상 헤드폰은 없어요.",
        "I'm afraid we have no headphones under $100 right now.",
        "We don't have any headphones under $100.",
        "None of our headphones are under $100.",
        "There are no wireless earphones below $100.",
        "There is nothing under $100 in our shop.",
        "We have no headphones over $50.",
    ],
)
def test_what_is_there_is_not_said_to_be_missing(said: str) -> None:
    assert not _is_read(said)


@pytest.mark.parametrize(
    "said",
    [
        "6만원 이하 헤드폰은 없습니다.",
        "4만원 이하 제품은 없어요.",
        "4만원 이하 스피커는 지금 없어요.",
        "10만원 이하 노이즈 캔슬링 헤드폰은 없습니다.",
        "10만원 이하 헤드폰이 없나요?",
        "10만원 이하에 부담 없는 이어폰은 새벽 무선 이어폰이에요.",
        "We have no headphones under $60 right now.",
        "We have nothing under $50.",
        "We have no noise-cancelling headphones under $100.",
        "There are no other headphones under $100.",
        "We have no headphones under $100 with noise cancelling.",
        "We have no headphones over $100.",
    ],
)
def test_what_is_missing_or_more_than_a_kind_may_be_said_to_be(said: str) -> None:
    assert _is_read(said)


def _is_read(said: str) -> bool:
    language = "en" if said.isascii() else "ko"
    return all(text_of(ground(language, pieces)[0]) == said for pieces in (list(said), [said]))
