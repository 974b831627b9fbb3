"""Whether a word of a question says how a thing is, and not what it is called: "cosy", "가벼운", "for", "27"."""

import re
from typing import Final

from chatbot.catalog.text import CJK, FUNCTION_WORDS, fold, noun_of

_QUALITIES = (
    "good great nice lovely beautiful pretty cute cool fancy perfect ideal decent proper fun funny new old modern "
    "classic vintage retro simple basic plain elegant stylish cosy cozy comfy warm hot cold fresh soft hard firm "
    "gentle mild strong sturdy durable tough robust solid light lightweight heavy thin thick slim wide narrow "
    "long short tall big bigger biggest small smaller smallest large larger largest huge tiny mini compact little "
    "medium full high low deep flat round square quiet quieter silent loud fast faster quick slow easy safe "
    "secure bright dark clear clean dry wet cheap cheaper cheapest inexpensive affordable expensive premium "
    "luxury quality popular favourite favorite top recommended different similar other another same special "
    "unique personalised personalized universal original genuine real fake healthy natural organic eco friendly "
    "green professional pro extra super ultra best better men mens man women womens woman kid kids boy boys girl "
    "girls child children adult adults baby unisex ladies lady beginner beginners travel outdoor indoor daily "
    "everyday home office school gift gifts present presents idea ideas something anything thing things stuff "
    "kind kinds type types sort sorts brand brands model models option options set sets pack packs piece pieces "
    "pair pairs use used using need needs want wants please help advice right next first second available "
    "delivery today tomorrow usually often always sometimes never too also else most least suitable wear buy keep "
    "read cook eat sleep play start"
)
_QUALITY: Final = FUNCTION_WORDS.union(_QUALITIES.split())
_ENDS_AS_QUALITY: Final = re.compile(
    r"\w{3,}(?:able|ible|ful|less|ous|ish|ive|proof|resistant|free|ing|ed|ly|est|ier|friendly)|\w+['’]s?"
)
"""Endings of words that describe; at the end of a name they may be the thing: "bedding", "a turntable"."""
_KOREAN_IDLE = (
    "추천 선물 상품 제품 물건 종류 브랜드 모델 세트 최고 최신 신상 인기 좋은 예쁜 멋진 귀여운 고급 저가 가성비 "
    "품질 국산 정품 남자 여자 남성 여성 아이 아기 어린이 유아 어른 성인 학생 초보 초보자 입문 입문자 부모님 엄마 "
    "아빠 어머니 아버지 할머니 할아버지 친구 남편 아내 조카 생일 생신 집들이 사무실 회사 학교 집 방 거실 침실 "
    "주방 부엌 욕실 화장실 베란다 원룸 자취방 신혼집 초등학생 중학생 고등학생 대학생 직장인 여행 야외 실내 가정 "
    "매일 오늘 내일 요즘 겨울 여름 봄 가을 겸용 전용 대용량 소형 대형 중형 미니 경량 초경량 휴대 무료 배송 할인 "
    "세일 가격 이상 이하 미만 정도 사이즈 크기 색상 색깔 무게 디자인 스타일 느낌 관련 종류별 비슷 다른 제일 가장"
)
_IDLE: Final = frozenset(_KOREAN_IDLE.split())
_KOREAN_QUALITY: Final = re.compile(
    r".*(?:[한운은는던된할될쓸을큰긴싼센]|같은|만한|적인|스런|로운|[끓먹줄높붙보]일|데|니까|지만|면서|거나|든지|도록|라서"
    r"|[아어여해려가]서|[으려하이다]면|(?<![레창금망디])고|게|[니습]다|싶다"
    r"|[에예아어해나까네죠세려와줘가게래돼데고]요|용|년생|살|세|개월)"
)
"""Forms of verbs and adjectives, purposes and ages; nouns that end like one are passed over with them."""
_KOREAN_AROUND: Final = re.compile(
    r".기|.{2,}(?:에서|에게|한테|까지|부터|처럼|보다|으로|로|에|을|를|가|은|는|도|랑|하고|의)"
)
"""Words beside the thing: a place, a means, whom it is for, what is done with it ("빨기")."""
_AMOUNT: Final = re.compile(r"[\W\d]*\d.*|.*인치|.*개월?")
"""A number, with its unit or without: products write sizes and amounts in too many ways to say that none has it."""
_UNIT_WORDS = (
    "inch inches cm mm m meter meters kg g gram grams lb lbs oz l liter liters litre litres ml w watt watts gb tb "
    "person people man men pack packs piece pieces pcs day days month months year years hour hours 인용 "
    "인치 개월 개 명 세 살 장 권 병 팩 리터 미터 센치 그램 킬로"
)
_UNITS: Final = frozenset(_UNIT_WORDS.split())
_IS_CJK: Final = re.compile(f"[{CJK}]")


def describes(word: str, *, is_last: bool) -> bool:
    """Whether a word only describes. What may be a thing at the end of a name (`is_last`) describes before it."""
    folded = fold(word)
    if len(folded) < 2 or _AMOUNT.fullmatch(folded):
        return True
    if not is_korean(folded):
        return folded in _QUALITY or is_unit(folded) or (not is_last and bool(_ENDS_AS_QUALITY.fullmatch(folded)))
    noun = noun_of(folded)
    if folded in _IDLE or noun in _IDLE or _KOREAN_QUALITY.fullmatch(noun if is_last else folded):
        return True
    return not is_last and bool(_KOREAN_AROUND.fullmatch(folded))


def is_unit(word: str) -> bool:
    """Whether a number before the word is an amount: "2 person", "27 inch"."""
    return fold(word) in _UNITS


def is_korean(word: str) -> bool:
    """Whether there is Hangul, a kana or a Chinese character in it."""
    return _IS_CJK.search(word) is not None
