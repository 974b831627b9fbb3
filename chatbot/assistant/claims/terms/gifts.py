"""What the shop is said to give, add or pay on top: gifts and extras of any kind.

In Korean nearly everything is "given": an answer, a comparison, a hand. Such acts are none.
"""

import re
from collections.abc import Iterator
from typing import Final

_HANGUL: Final = re.compile("[가-힣]")
_SAID_OR_DONE: Final = """
추천 안내 설명 답 답변 대답 말씀 도움 정보 조언 팁 의견 제안 인사 감사 축하 사과 힌트 예시 비교 소개 확인 연락 자료
링크 기회
즐거움 만족 만족감 편안함 소리 음질 경험 느낌 기쁨 가치 신뢰 믿음 여유 해답 기준 선택지 선택 옵션 대안 이유 결론 요약
순위
부탁 양해 약속 문의 목록 리스트 표 제품 상품 모델 것 걸 쪽 둘 하나 가지 내용 조건 방법 설정 주의 참고 상담 응대 가격
차이
재미 감동 몰입감 안정감 휴식 시간 힘 변화 효과 장점 활력 도움말 견적 주문 접수 처리 반품 환불 교환 배송 발송 결제 취소
문자 메일
물건 택배 새것 알림 송장 영수증 이어폰 헤드폰 스피커 무엇 뭐 어떤 점 부분 말 이야기 얘기 궁금증 고민 걱정 장바구니 예산
용도 취향 기능 특징 사양 스펙
후보 두 세 분위기 위안 위로 자신감 확신 대응 관심 신경 질문 실망 불편 사진 이미지 동영상
"""
_ACTS: Final = frozenset(_SAID_OR_DONE.split())
_IS_AN_ACT: Final = re.compile(r"(?:[아어여해려워와봐져켜내]|서|고)\s*$")
_GIVES: Final = r"드(?:려|리(?!지|고\s?싶|기\s)|립|릴|렸|림)"
_KOREAN: Final = re.compile(
    rf"(?<![가-힣])(?:(?:챙겨|얹어|끼워|넣어|동봉해|더해|증정해|선물해|추가해|껴|붙여|담아|보내)\s?)?{_GIVES}"
)
_OBJECT: Final = re.compile(r"([가-힣a-z]+?)(?:을|를|도|까지)")
_WORDS_BETWEEN: Final = 4
_ADDS: Final = re.compile(r"챙겨|얹어|끼워|동봉|더해|증정|선물|추가|껴|붙여|보내")
_PUTS: Final = re.compile(r"넣어|담아")
_TOGETHER: Final = re.compile(
    r"(?P<what>[가-힣a-z]+?)(?:을|를|도)\s(?:\S+\s)?(?:함께|같이|덤으로|추가로|하나\s더|선물로|서비스로)\s(?:\S+\s)?"
    r"(?:보내|넣어|담아|챙겨|얹어|동봉해)\s?드"
)
_FOR_NOTHING: Final = re.compile(
    r"(?:무료|공짜|서비스|무상|덤|선물)(?:로|으로)\s(?:\S+\s)?(?:해|달아|새겨|넣어|챙겨|교체해|제공해|붙여|얹어"
    r"|끼워)\s?드|(?:무료|공짜|무상)로\s(?:제공|증정|지급)"
)
_NOT_OURS: Final = (
    r"(?!(?:hand|call|moment|look|list|link|email|message|confirmation|tracking|refund|notification|reply|answer|idea"
    r"|overview|summary|note|heads-up|quick|better|clear|minute|warning|lot|sense|chance|choice|bit|fair|full|reminder"
    r"|receipt|invoice|parcel|package|table|comparison|suggestion|recommendation|hint|tip|few|couple|word|question"
    r"|shipping"
    r"|delivery|postage|rough|detailed|short|range|third|second|different|similar|wireless|pair of|great|good|nice"
    r"|lower"
    r"|cheaper|total|price|fee|feel|brief)\b)"
)
_ENGLISH: Final = re.compile(
    r"\b(?:complimentary|gratis)\s(?!shipping|delivery|postage|returns?|exchanges?)[a-z]+"
    r"|\b(?:comes?|with|get|gets|getting|includ(?:e|es|ing)|add|adds|receive|throw|plus"
    r"|and)\s(?:\w+\s){0,2}?(?:bonus|freebie)\b(?:\s[a-z]+)?"
    r"|\bthrow(?:n|s|ing)?\s(?:in\b(?!\s(?:a|the|your|any|water|my)\b)|(?:an?|some|one|two)\s(?:\w+\s){1,4}in\b)"
    r"|(?<!rely )(?<!count )(?<!depend )(?<!based )(?<!focus )(?<!call )(?<!leave it )\bon us\b|\bon the house\b"
    r"|\bas (?:a|our|your) (?:\w+[\s-]){0,2}?(?:gift|thank[\s-]you|treat|present|bonus|freebie)\b(?!\s(?:for|to)\b)"
    r"|\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b"
    r"|\b(?:gets?|receives?|enjoys?)\s(?:an?|one|two|some)\s(?:[\w-]+\s){1,5}?with (?:their|your|every|each|any"
    r"|the) (?:\w+\s)?(?:order|purchase)"
    r"|\b(?:gets?|receives?)\s(?:an?|one|two|some)\s(?:[\w-]+\s){1,5}from us\b"
    r"|\bwe(?:'ll| will|'d)?(?:\s(?:also|always|usually|even|happily|gladly|currently|do))*\s"
    r"(?:include|add|pop|slip|tuck|pack|gift|give|enclose|toss|chuck|send)\s(?:(?:you|in|your|every \w+|each \w+"
    r"|everyone|customers)\s){0,2}"
    rf"(?:an?|some|one|two|extra|free|spare)\s{_NOT_OURS}[a-z]"
)
_MAY_BE_OF_DELIVERY: Final = re.compile(r"on us|on the house|at no|of charge")
_OF_DELIVERY: Final = re.compile(r"\bship|deliver|postage|\bsent?d?\b")


def gifts(said: str) -> Iterator[tuple[int, int]]:
    """Where in a sentence (see `unmarked`) something is given."""
    if not _HANGUL.search(said):
        for match in _ENGLISH.finditer(said):
            near = said[max(0, match.start() - 40) : match.end() + 10]
            if not (_MAY_BE_OF_DELIVERY.search(match[0]) and _OF_DELIVERY.search(near)):
                yield match.span()
        return
    for pattern in (_TOGETHER, _FOR_NOTHING):
        for match in pattern.finditer(said):
            yield match.span()
    for match in _KOREAN.finditer(said):
        what = _given(said[: match.start()])
        if what is None or what in _ACTS or _PUTS.search(match[0]):
            continue
        # To give is to hand over where the verb says no other act: 보여 드려요 is none, 기프티콘을 드려요 is one.
        is_bare = match[0].startswith("드") and not _IS_AN_ACT.search(said, 0, match.start())
        if _ADDS.search(match[0]) or is_bare:
            yield match.span()


def _given(before: str) -> str | None:
    """What a verb is about that stands right behind `before`: the nearest word that is an object."""
    for word in reversed(re.split(r"[\s,.!?]+", before.rstrip())[-_WORDS_BETWEEN:]):
        if found := _OBJECT.fullmatch(word):
            return found[1]
    return None
