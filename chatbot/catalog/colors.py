"""Names of colours in English and Korean, so that "검정" finds what the catalogue calls "Black".

Only the families that both languages share stand here. Which colours there are to be asked for is the catalogue's word,
not this table's (see `vocabulary`); a shade of its own ("Graphite", "세이지") is a colour by its own name.
"""

from typing import Final

_FAMILIES: Final = {
    "black": "black 검정 검정색 검은 검은색 까만 까만색 블랙 흑색",
    "white": "white 하양 하얀 하얀색 흰 흰색 화이트 백색",
    "gray": "gray grey 회색 그레이 쥐색",
    "silver": "silver 은색 실버",
    "gold": "gold golden 금색 골드",
    "red": "red 빨강 빨강색 빨간 빨간색 레드 붉은 적색",
    "blue": "blue 파랑 파랑색 파란 파란색 블루 청색",
    "navy": "navy 남색 네이비 감색",
    "green": "green 초록 초록색 녹색 그린",
    "yellow": "yellow 노랑 노랑색 노란 노란색 옐로 옐로우",
    "orange": "orange 주황 주황색 오렌지 오렌지색",
    "pink": "pink 분홍 분홍색 핑크 핑크색",
    "purple": "purple violet 보라 보라색 퍼플 자주색",
    "brown": "brown 갈색 브라운 밤색",
    "beige": "beige 베이지 베이지색",
    "ivory": "ivory 아이보리 상아색",
    "cream": "cream 크림 크림색",
    "mint": "mint 민트 민트색",
    "khaki": "khaki 카키 카키색",
    "olive": "olive 올리브 올리브색",
}
FAMILIES: Final[dict[str, tuple[str, ...]]] = {name: tuple(words.split()) for name, words in _FAMILIES.items()}
"""The words of each family, folded (see `text.fold`)."""

FAMILY_OF: Final[dict[str, str]] = {word: name for name, words in FAMILIES.items() for word in words}


def family(word: str) -> str:
    """The family that a folded word names, else the word itself without a final "색" ("colour")."""
    return FAMILY_OF.get(word) or (word.removesuffix("색") if len(word) > 2 else word)


def words_of(name: str) -> tuple[str, ...]:
    """All words for a colour by its family's name, or by the catalogue's own word."""
    return FAMILIES.get(name, (name,))
