"""A question comes to the same words however its Korean compounds are spaced."""

import pytest
from django.db import connection

from chatbot.catalog.search import configured
from chatbot.catalog.search.compounds import settled
from chatbot.catalog.search.synonyms import expanded
from chatbot.models import Synonym
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def shop() -> None:
    stock(
        product("gaming", "게이밍노트북 RTX4060", product_type="컴퓨터 > 노트북"),
        product("headset", "게이밍 헤드셋 7.1채널"),
        product("stand", "노트북 거치대 알루미늄"),
        product("car", "차량용 휴대폰 거치대"),
        product("cat", "고양이 모래 7L"),
        product("bed", "매트리스 퀸 독립스프링"),
        product("chair", "캠핑 의자 접이식 경량"),
        product("fan", "서큘레이터", product_type="가전 > 선풍기 > 휴대용선풍기"),
    )


def words(text: str) -> list[str]:
    return [word.written for word in settled(expanded(text), connection).words]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("게이밍노트북", ["게이밍노트북"]),
        ("게이밍 노트북", ["게이밍노트북"]),
        ("노트북거치대", ["노트북", "거치대"]),
        ("노트북 거치대", ["노트북", "거치대"]),
        ("고양이모래", ["고양", "모래"]),  # "이" may be a particle, here as there
        ("우주선거치대", ["우주선거치대"]),  # half of it is nothing that is known
        ("휴대폰거치대 빨간 게이밍 헤드셋", ["휴대폰", "거치대", "빨간", "게이밍", "헤드셋"]),
        ("wireless 게이밍 노트북 rtx4060", ["게이밍노트북", "wireless", "rtx4060"]),
        ("경량캠핑의자", ["경량", "캠핑", "의자"]),
        ("퀸매트리스", ["퀸", "매트리스"]),
        ("캠핑퀸의자", ["캠핑", "퀸", "의자"]),
        ("퀸킹매트리스", ["퀸킹매트리스"]),  # two of one syllable are too many to be sure of
        ("휴대용 선풍기", ["휴대용선풍기"]),
        ("모래", ["모래"]),
        ("", []),
    ],
)
def test_what_the_catalogue_writes_decides(text: str, wanted: list[str]) -> None:
    assert sorted(words(text)) == sorted(wanted)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("게이밍노트북", "게이밍 노트북"),
        ("노트북거치대", "노트북 거치대"),
        ("고양이모래", "고양이 모래"),
        ("경량캠핑의자", "경량 캠핑 의자"),
        ("퀸매트리스", "퀸 매트리스"),
        ("휴대용선풍기", "휴대용 선풍기"),
    ],
)
def test_both_spacings_find_the_same_with_the_same_scores(one: str, other: str) -> None:
    first, second = (configured().search(text) for text in (one, other))
    assert first == second != []


def test_what_staff_declare_to_mean_the_same_stays_as_it_is() -> None:
    Synonym.objects.create(terms="노트북거치대, 랩탑 스탠드")
    assert settled(expanded("노트북거치대"), connection) == expanded("노트북거치대")
