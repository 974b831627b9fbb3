"""Brands, colours and sizes, and what must not be."""

import pytest

from chatbot.catalog.shorthand import written_out
from chatbot.catalog.sizes import read_sizes
from chatbot.catalog.traits import read_traits
from chatbot.catalog.vocabulary import vocabulary_of
from chatbot.catalog.wording import unwrapped
from tests.catalog.questions import KNOWN


@pytest.mark.parametrize(
    ("text", "without", "rest"),
    [
        ("headphones without Sony and Apple", ["Sony", "Apple"], "headphones"),
        ("소니랑 애플 빼고 헤드폰", ["소니", "애플"], "헤드폰"),
        ("소니만 아니면 돼요 헤드폰", ["소니"], "헤드폰"),
        ("소니 헤드폰 말고 헤드폰", ["소니"], "헤드폰 헤드폰"),
        ("지퍼 안 달린 후드티", ["지퍼"], "후드티"),
        ("손잡이 없는 컵", ["손잡이"], "컵"),
        ("hoodie that doesn't have a zipper", ["zipper"], "hoodie"),
        ("a laptop that is not too heavy", [], "a laptop that is not too heavy"),
    ],
)
def test_what_must_not_be(text: str, without: list[str], rest: str) -> None:
    traits = read_traits(text, KNOWN)
    assert (sorted(traits.without), traits.rest) == (sorted(without), rest)


@pytest.mark.parametrize(
    ("text", "brands", "colors", "rest"),
    [
        ("black-colored backpack", [], ["black"], "backpack"),
        ("backpack in the color red", [], ["red"], "backpack in the"),
        ("핑크 컬러 립스틱", [], ["pink"], "립스틱"),
        ("컬러 프린터", [], [], "컬러 프린터"),
        ("네이비색 후드티", [], ["navy"], "후드티"),
        ("나이키 브랜드 운동화", ["나이키"], [], "운동화"),
        ("로지텍컨트롤러", ["로지텍"], [], "컨트롤러"),  # so long a name stands there by no chance
        ("애플워치", [], [], "애플워치"),  # no kind of the catalogue ends so
        ("애플터", [], [], "애플터"),
        ("애플화", [], [], "애플화"),
        ("삼성 또는 애플 노트북", ["삼성", "애플"], [], "노트북"),
        ("검정나이키운동화", ["나이키"], ["black"], "운동화"),
        ("흰색이어폰", [], ["white"], "이어폰"),
        ("블랙박스", [], [], "블랙박스"),
    ],
)
def test_what_is_said_beside_a_colour_or_a_brand_goes_along(
    text: str, brands: list[str], colors: list[str], rest: str
) -> None:
    traits = read_traits(text, KNOWN)
    assert (traits.brands, traits.colors, traits.rest) == (brands, colors, rest)


@pytest.mark.parametrize(
    ("text", "size", "words"),
    [
        ("32인치는요?", "32 inch", "32인치는요"),
        ("27인치짜리로", "27 inch", "27인치짜리로"),
        ("27형 모니터", "27 inch", "27형"),
        ("27in monitor", "27 inch", "27in"),
        ("L 사이즈로요", "l", "L 사이즈로요"),
        ("사이즈는 270이요", "270", "사이즈는 270이요"),
        ("size: 260", "260", "size: 260"),
        ("hoodie in size large", "l", "in size large"),
        ("후드티 라지", "l", "라지"),
        ("후드티 M으로", "m", "M으로"),
        ("3명이서 쓸 텐트", "3 people", "3명이서 쓸"),
    ],
)
def test_a_size_goes_with_its_endings(text: str, size: str, words: str) -> None:
    assert read_sizes(text) == [(size, words)]


def test_a_letter_that_is_a_size_is_not_taken_out_of_another_word() -> None:
    traits = read_traits("Men's hoodie in M", KNOWN)
    assert (traits.sizes, traits.rest) == (["m"], "Men's hoodie in")


@pytest.mark.parametrize("text", ["large backpack", "갤럭시 S24", "모델 S 자동차", "27인치모니터암"])
def test_other_letters_and_words_are_no_sizes(text: str) -> None:
    assert not [size for size, _ in read_sizes(text) if size in ("l", "s")]


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("whats ur cheapest", "what's your cheapest"),
        ("do u have it", "do you have it"),
        ("id like id cards", "i'd like id cards"),
        ("thank u", "thank you"),
        ("hoodie w/o zipper", "hoodie without zipper"),
        ("Printer w/o PS", "Printer w/o PS"),
        ("운동화270", "운동화 270"),
        ("모니터27인치", "모니터 27인치"),
        ("갤럭시버즈3", "갤럭시버즈3"),
        ("size u lock", "size u lock"),
    ],
)
def test_what_was_left_out_in_typing_is_put_back(text: str, full: str) -> None:
    assert written_out(text) == full


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what about laptops", "laptops"),
        ("I was wondering if you have any tents", "tents"),
        ("show me gloves that work with touchscreens", "gloves that work with touchscreens"),
        ("one piece swimsuit", "one piece swimsuit"),
        ("방수되는 자켓 있어?", "방수 자켓"),
        ("가벼우면서 방수되는 배낭", "가벼운 방수 배낭"),
        ("이어폰 좀 볼 수 있을까요?", "이어폰"),
        ("올리브 오일", "올리브 오일"),
        ("높이조절 책상", "높이조절 책상"),
        ("샤워 타월", "샤워 타월"),
        ("파파야 비누", "파파야 비누"),
    ],
)
def test_words_around_a_thing_go_and_words_of_it_stay(text: str, words: str) -> None:
    assert unwrapped(text) == words


def test_a_brand_before_what_a_kind_of_the_catalogue_is_in_the_end_stands_apart() -> None:
    known = vocabulary_of(brands=["애플"], colors=[], sizes_=[], categories=["디지털 > 스마트워치"])
    assert known.heads >= {"워치"}
    assert (read_traits("애플워치", known).brands, read_traits("애플워치", known).rest) == (["애플"], "워치")
    assert read_traits("애플파이", known).brands == []
