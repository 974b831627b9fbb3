"""What the shopper wants, in Korean and English."""

from decimal import Decimal
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.catalog import question as questions
from chatbot.catalog.question import recalled
from chatbot.catalog.vocabulary import Vocabulary, vocabulary_of

understand = partial(questions.understand, known=Vocabulary())


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "words"),
    [
        ("5만원 이하 무선 이어폰", None, 50_000, "KRW", "무선 이어폰"),
        ("5만 5천원 이하 이어폰", None, 55_000, "KRW", "이어폰"),
        ("50,000원 미만의 이어폰", None, 50_000, "KRW", "이어폰"),
        ("3만원대 키보드", 30_000, 39_999, "KRW", "키보드"),
        ("10만원대 키보드", 100_000, 199_999, "KRW", "키보드"),
        ("15만원대 키보드", 150_000, 159_999, "KRW", "키보드"),
        ("3~5만원 키보드", 30_000, 50_000, "KRW", "키보드"),
        ("3만원에서 5만원 사이 키보드", 30_000, 50_000, "KRW", "키보드"),
        ("100만원 이상 노트북", 1_000_000, None, "KRW", "노트북"),
        ("5만원 정도 스피커", 40_000, 60_000, "KRW", "스피커"),
        ("50달러 이하 스피커", None, 50, "USD", "스피커"),
        ("headphones under $50", None, 50, "USD", "headphones"),
        ("headphones under 50", None, 50, "", "headphones"),
        ("headphones for less than 50 dollars", None, 50, "USD", "headphones for"),
        ("under 50 headphones", None, 50, "", "headphones"),
        ("laptop over $1,000", 1_000, None, "USD", "laptop"),
        ("desk between $100 and $200", 100, 200, "USD", "desk"),
        ("desk between 100 and 200 euros", 100, 200, "EUR", "desk"),
        ("desk $100-$200", 100, 200, "USD", "desk"),
        ("speaker $50 or less", None, 50, "USD", "speaker"),
        ("speaker around $50", 40, 60, "USD", "speaker"),
        ("이어폰 ₩50,000 이하", None, 50_000, "KRW", "이어폰"),
    ],
)
def test_price_bounds_are_understood_and_not_searched_for(
    text: str, low: int | None, high: int | None, currency: str, words: str
) -> None:
    question = understand(text)
    assert (question.price_min, question.price_max, question.currency) == (low, high, currency)
    assert question.words == words


@pytest.mark.parametrize("text", ["monitor under 50 inch", "windows 10", "iphone 8", "갤럭시 S24", "desk under 50cm"])
def test_a_size_or_a_version_is_no_price(text: str) -> None:
    assert not understand(text).bounded


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("무선청소기로 뭐가 좋아요?", "무선청소기로"),
        ("스마트 워치를 사고 싶어요", "스마트 워치를"),
        ("선크림을 찾고 있어요", "선크림을"),
        ("캠핑에서 쓸 스피커 추천해줘", "캠핑에서 스피커"),
        ("혹시 김치냉장고 있나요?", "김치냉장고"),
        ("노트북 가방 좀 보여주세요", "노트북 가방"),
        ("I am looking for a phone case", "a phone case"),
        ("Can you recommend me some wireless headphones, please?", "wireless headphones"),
        ("Do you have a gaming mouse?", "a gaming mouse"),
        ("hello, what's the best sd card", "sd card"),
        ("헤드폰 꼼꼼하게 비교해줘", "헤드폰"),
        ("이어폰 간단히 추천", "이어폰"),
        ("compare tents in detail please", "tents"),
        ("two tents side by side, briefly", "two tents"),
    ],
)
def test_what_is_said_around_the_thing_goes(sentence: str, words: str) -> None:
    assert understand(sentence).words == words


def test_politeness_alone_names_nothing() -> None:
    assert understand("안녕하세요! 추천 좀 해주세요").words == ""
    assert understand("Hi there, can you recommend something please?").words == ""


def test_the_thing_named_before_still_holds() -> None:
    question = understand("5만원 이하는 없나요?", history=["안녕하세요", "무선 이어폰 추천해줘", "고마워요"])
    assert (question.words, question.price_max) == ("무선 이어폰", Decimal(50_000))


def test_the_open_page_stands_in_when_nobody_named_anything() -> None:
    assert understand("이거 얼마예요?", page="QCY T13").words != ""
    assert understand("추천해줘", page="QCY T13").words == "QCY T13"
    assert understand("키보드 추천해줘", page="QCY T13").words == "키보드"


def test_the_record_of_a_question_is_plain_json_and_can_be_recalled() -> None:
    asked = understand("키보드 3만원대")
    stored = msgspec.to_builtins(asked)
    assert (stored["price_min"], stored["price_max"], stored["currency"]) == ("30000", "39999", "KRW")
    assert recalled(stored) == asked
    assert recalled({}) is None
    assert recalled({"words": 7}) is None


@given(st.text(max_size=300))
def test_any_text_is_understood_somehow(text: str) -> None:
    question = understand(text, history=[text])
    if question.price_min is not None and question.price_max is not None:
        assert question.price_min <= question.price_max


def test_a_hundred_thousand_characters_are_read_in_bounded_time() -> None:
    assert len(understand("1,111," * 20_000).words) <= 2_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("김치냉장고를찾고있어요", "김치냉장고를"),
        ("무선이어폰추천해주세요", "무선이어폰"),
        ("노트북사고싶어요", "노트북"),
        ("로봇청소기있나요?", "로봇청소기"),
        ("무선청소기로뭐가좋아요?", "무선청소기로"),
        ("키보드보여줘", "키보드"),
        ("스마트워치얼마예요", "스마트워치"),
        ("사고 싶은데 추천해줘", ""),
    ],
)
def test_what_is_said_around_a_thing_goes_though_it_is_written_without_spaces(text: str, words: str) -> None:
    assert understand(text).words == words


def test_a_brand_and_a_kind_of_thing_may_be_written_as_one_word() -> None:
    known = vocabulary_of(
        brands=["삼성전자", "LG전자", "다이슨", "사과"],
        colors=[],
        sizes_=[],
        categories=["가전 > 냉장고 > 양문형냉장고", "가전 > 청소기", "식품 > 사과주스", "식품 > 주스"],
    )
    for text, brands, words in (
        ("삼성냉장고", ("삼성전자",), "냉장고"),
        ("삼성전자냉장고를 찾아요", ("삼성전자",), "냉장고를"),
        ("LG그램노트북", ("LG전자",), "그램노트북"),
        ("다이슨청소기는", ("다이슨",), "청소기는"),
        ("다이슨드라이기", ("다이슨",), "드라이기"),  # no kind, but so long a name stands there by no chance
        ("삼성드라이기", (), "삼성드라이기"),
        ("사과주스", (), "사과주스"),  # a kind of thing itself
        ("냉장고", (), "냉장고"),
    ):
        asked = questions.understand(text, known=known)
        assert (asked.brands, asked.words) == (brands, words)
