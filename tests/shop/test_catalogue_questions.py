"""Plain questions to the demo's catalogue: each language finds what is titled in either."""

import csv
import re

import pytest
from django.utils import timezone

from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.question import understand
from config.shop import departments
from tests.shop.conftest import CATALOGUE

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SHOWN = 8

ENGLISH = [
    ("I am looking for wireless earphones", {"AUD-103", "AUD-101-BK", "AUD-102"}, {"audio"}),
    ("a waterproof bluetooth speaker for the bathroom", {"AUD-107"}, {"audio", "desk"}),
    ("Which mechanical keyboard is quiet enough for the office?", {"KEY-201-RD"}, {"desk"}),
    ("I need a portable monitor for business trips", {"MON-305"}, {"monitors"}),
    ("running shoes under 100,000 won", {"RUN-402", "RUN-405"}, {"running", "books"}),
    ("a tent for two people", {"CMP-501", "CMP-508"}, {"camping"}),
    ("hand drip coffee set as a gift", {"COF-606"}, {"coffee"}),
    ("I want to buy a frying pan", {"KIT-701", "KIT-702-24", "KIT-702-28"}, {"kitchen"}),
    ("sunscreen for my face", {"BTY-803"}, {"beauty"}),
    ("a cookbook for someone who lives alone", {"BOK-901"}, {"books"}),
    ("building blocks for a three year old", {"KID-101", "KID-102"}, {"kids"}),
    ("Do you have a summer duvet?", {"HOM-103"}, {"home"}),
]
KOREAN = [
    ("무선 이어폰 추천해줘", {"AUD-101-BK", "AUD-102", "AUD-103"}, {"audio"}),
    ("비행기에서 쓸 노이즈캔슬링 헤드폰", {"AUD-104"}, {"audio"}),
    ("손목이 아픈데 버티컬 마우스 있어요?", {"KEY-206"}, {"desk"}),
    ("화상회의용 웹캠 찾고 있어요", {"MON-307"}, {"desk"}),
    ("여자 운동화 있어요?", {"RUN-405"}, {"running"}),
    ("캠핑 랜턴 5만원 이하", {"CMP-507"}, {"camping"}),
    ("전동 커피 그라인더", {"COF-605"}, {"coffee"}),
    ("국 끓일 큰 냄비", {"KIT-704"}, {"kitchen"}),
    ("세안제 추천", {"BTY-805"}, {"beauty"}),
    ("추리소설 읽고 싶어요", {"BOK-905"}, {"books"}),
    ("어린이 자전거 10만원 이하", {"KID-105-RD"}, {"kids", "audio"}),
    ("독서등 추천해 주세요", {"HOM-102"}, {"home"}),
]


LACKING = [
    ("Do you have a light backpack?", "CMP-511", ""),
    ("등산용 배낭 추천해 주세요", "CMP-510", ""),
    ("노트북 가방 있어요?", "CMP-511", ""),
    ("rucksack", "CMP-510", ""),
    ("캠핑용 랜턴 추천해 주세요", "CMP-509", ""),
    ("캠핑등 있어요?", "CMP-509", ""),
    ("I need a warm blanket for camping", "HOM-104", ""),
    ("sony headphones", "AUD-104", "sony headphones"),
    ("나이키 운동화", "RUN-401-NV-270", "나이키 운동화"),
    ("electric toothbrush", "COF-605", "electric toothbrush"),
]


def found(text: str) -> Candidates:
    return candidates(understand(text), limit=SHOWN, now=timezone.now())


def shelves(products: Candidates) -> list[str]:
    return [shelf.slug for product in products if (shelf := departments.of(product.product_type))]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("text", "skus", "near"), ENGLISH + KOREAN)
def test_a_plain_question_finds_the_right_product_first(text: str, skus: set[str], near: set[str]) -> None:
    """`near`: departments that may stand among the first three, a book on running behind running shoes for one."""
    products = found(text)
    assert products, "nothing was found"
    assert products[0].sku in skus
    assert set(shelves(products)[:3]) <= near
    assert not products.relaxed


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("text", "skus", "near"), ENGLISH + KOREAN)
def test_what_the_shop_has_is_never_said_to_be_missing(text: str, skus: set[str], near: set[str]) -> None:
    assert found(text).missing == ""


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("text", "first", "missing"), LACKING)
def test_what_nothing_fits_is_said(text: str, first: str, missing: str) -> None:
    products = found(text)
    assert (products[0].sku, products.missing) == (first, missing)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("text", "shelf"), [("a tent for two people", "camping"), ("두 사람이 잘 텐트", "camping")])
def test_a_word_in_passing_brings_nothing_from_other_departments(text: str, shelf: str) -> None:
    """A monitor "replaces two", a grinder "grinds two cups": no reason to stand next to a tent."""
    assert set(shelves(found(text))) == {shelf}


@pytest.mark.usefixtures("shop")
def test_either_language_finds_what_is_titled_in_the_other() -> None:
    """All wireless earphones, by the words of both languages."""
    wireless = {"AUD-101-BK", "AUD-102", "AUD-103"}  # of the two colours of AUD-101 the one that can be bought
    for text in ("wireless earphones", "무선 이어폰"):
        assert {product.sku for product in found(text)[:3]} == wireless


def test_every_product_has_a_title_in_the_other_language() -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            further = (line["title_en"], line["title_ko"])
            if re.search("[가-힣]", line["title"]):
                assert re.fullmatch("[^가-힣]+", further[0]), line["id"]
                assert not further[1], line["id"]
            else:
                assert re.search("[가-힣]{2}", further[1]), line["id"]
                assert not further[0], line["id"]
