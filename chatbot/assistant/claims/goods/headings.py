"""Words in bold alone on their line that offer nothing: a question, or what the lines below are about."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from chatbot.assistant.claims.goods.names import words
from chatbot.assistant.claims.goods.vocabulary import COMMON, KINDS, KOREAN_KINDS, KOREAN_QUALITY, VERSIONS

_BEHIND: Final = re.compile(r"\s*(?:\[\[[^\]]*\]\]\s*)*(?:[\s?!:.]|[^\w\s*|(\[~–—-])*$")
_NUMBER: Final = re.compile(r"^\W*(?:\d{0,2}[.)]?|(?:q|a|faq|질문|답변)\s?\d{0,2}\s?[.:)])\s*", re.IGNORECASE)
_ASKING: Final = re.compile(r"\W*(?:q|질문)\s?\d{0,2}\s?[.:)]")
_LABELS: Final = re.compile(r"\s?(?::|\s[-–—])\s*[*\"“]*$")
_ASKS: Final = frozenset(["who", "what", "which", "why", "how", "when", "where", "whom", "whose"])
_ENGLISH_LINKS: Final = """
to for of in and or the a if is are do does you your we they it them this these with without before after on by vs at
difference differences thing things reason reasons tip tips feature features pros cons comparison summary verdict
"""
_LINKS: Final = frozenset(_ENGLISH_LINKS.split())
"""What English headings are put together with, and names are not."""
_ENGLISH_TOPICS: Final = """
my our i not no versus about as what's info information detail details note notes overview estimate estimated quote
recap faq question questions answer answers policy policies terms conditions hours support contact stock availability
status option options choice choices pick picks top best first second third next final recommendation recommendations
recommended suggestion suggestions alternative alternatives budget quick short long brief list table highlights spec
specs specifications conclusion bottom line steps step key main important good bad news glance value deal deals offer
offers discount discounts sale savings time timeline window period guide help order orders ordering checkout cart
payment price prices pricing cost costs total totals subtotal sum breakdown bundle math maths shipping delivery
return returns refund refunds exchange exchanges how why reasons cheapest favourite favorite winner runner-up
runner up compared side worth knowing fine print small
"""
_TOPICS_IN_ENGLISH: Final = frozenset(_ENGLISH_TOPICS.split()) | _LINKS
"""What headings in a shop are about."""
_KOREAN_HEADS: Final = """
이유 방법 법 기준 팁 점 특징 장점 단점 차이 차이점 비교 정리 요약 결론 참고 추천 질문 가이드 순서 사항 경우 분 분들 상황
용도 것 무엇 누구 안내 정보 내역 금액 합계 총액 견적 내용 현황 상태 정책 조건 기간 일정 시간 방식 비용 혜택
목록 리스트 표 답변 문의 유의사항 주의사항 포인트 스펙 사양 요점 핵심 계산 옵션 픽 순위 후보 대안 의견 총평 결과
마무리 예산 가격 재고 배송 반품 교환 환불 결제 주문 상품 제품 모델
"""
_HEADS: Final = frozenset(_KOREAN_HEADS.split())
"""What Korean headings end with, without particles."""
_KOREAN_TOPICS: Final = """
음질 착용감 배터리 디자인 성능 기능 무게 휴대성 소리 가격 부분 누가 뭐가 어떤 이런 그런 저런 어느 선택 제품 상품 한눈
왜 더 잘 꼭 함께 같이 특히 가장 자주 많이 오래 주로 처음 어떻게 이렇게 때 언제 얼마 몇 예상 최종 전체 전 총
간단 한줄 자세한 주요 참고 구매 구입 쇼핑 할인 세일 배송비 및
와 과 vs 그럼 그리고 또 나의 저의 제 오늘의 베스트 best pick tip q a faq
"""
_TOPICS: Final = _HEADS | frozenset(_KOREAN_TOPICS.split())
_PARTICLE: Final = re.compile(r"(?:에게|에게는|께서|께는|께|에서|으로|이나|까지|[은는이가을를에의로도와과])$")
_VERB: Final = re.compile(r"[가-힣]+(?:다면|니까|면|한|할|된|될|던|운)$")
_DESCRIBES: Final = re.compile(
    r"(?:^|\s)(?P<verb>[가-힣]+[는은을를])\s(?=(?:방법|법|기준|이유|팁|점|특징|분|분들|경우|상황|때|것|부분|질문|내용|사항|정보)"
    r"(?:[께은는이가을를]|$|\s))"
)
"""A verb that says of the word behind it how it is: 고르는 방법."""
_SAID: Final = re.compile(r"[가-힣]*(?:[가-힣]요|니다|까|다면|는지|하기|보기|고르기)$")
"""With what a Korean sentence ends."""
_OFFERED: Final = re.compile(r"[가-힣][을를]\s(?:추천|권|소개|보여|만나|골라|준비)")


def is_heading(
    said: str, written: str, behind: str, kinds: Collection[str], knows: Callable[[Sequence[str]], bool]
) -> bool:
    """Whether words in bold head what follows and offer nothing.

    `said` are they in lower case, without the names of products in them, `written` as the model wrote them, `behind`
    what follows on their line; `kinds` are the kinds of goods that the shop's products are; `knows` says whether words
    stand in what the shop says.
    """
    is_of_a_product = "  " in said or _ASKING.match(said) is not None
    said, written = _NUMBER.sub("", said), _NUMBER.sub("", written)
    named = [word.strip(".") for word in words(said)]
    if not _BEHIND.match(behind) or len(named) < (1 if is_of_a_product else 2):
        return False
    if any(any(map(str.isdigit, word)) for word in named):
        return False
    if all(word.isascii() for word in named):
        return all(
            word in COMMON or word in _TOPICS_IN_ENGLISH or word in kinds or knows([word]) for word in named
        ) or _is_english(named, written, {*kinds, *KINDS.split()})
    return _is_korean(said, {*kinds, *KOREAN_KINDS}, knows)


def is_label(before: str) -> bool:
    """Whether words in bold before a name say what is said of it, and are no part of the name: My pick: Dusk."""
    label = _LABELS.search(before)
    if label is None:
        return False
    said = words(before[: label.start()])
    return not any(word in KINDS.split() or word in KOREAN_KINDS or word in VERSIONS for word in said)


def _is_english(named: Sequence[str], written: str, kinds: Collection[str]) -> bool:
    """A question, or words that are joined as those of no name; none but the first has a capital."""
    asks = named[0] in _ASKS
    later = re.findall(r"[A-Za-z][\w'-]*", written)[1:]
    if any(word[0].isupper() and not (asks and word.lower() in COMMON | _LINKS) for word in later):
        return False
    return asks or (
        any(word in _LINKS for word in named) and not any(word in kinds or word in VERSIONS for word in named)
    )


def _is_korean(said: str, kinds: Collection[str], knows: Callable[[Sequence[str]], bool]) -> bool:
    """A sentence or a topic, in which whatever has a particle is no name."""
    describing = {match["verb"] for match in _DESCRIBES.finditer(said)}
    *before, last = words(said)
    if _OFFERED.search(said):
        return False
    are_topics = all(is_topic(word) or knows([_bare(word)]) for word in (*before, last))
    if not (_SAID.match(last) or _bare(last) in _HEADS or are_topics):
        return False
    return all(word in describing or _is_plain(word, kinds) or knows([_bare(word)]) for word in before)


def is_topic(word: str) -> bool:
    """Whether headings in a shop are made of such a word, and names of goods are not."""
    return word in _TOPICS_IN_ENGLISH or word in _TOPICS or _bare(word) in _TOPICS


def _is_plain(word: str, kinds: Collection[str]) -> bool:
    """Whether a Korean word is none of a name's: a topic, a kind of goods, a quality, or a verb."""
    bare = _bare(word)
    if any(each in known for each in (bare, word) for known in (_TOPICS, kinds)):
        return True
    return KOREAN_QUALITY.fullmatch(bare) is not None or (bare == word and _VERB.match(word) is not None)


def _bare(word: str) -> str:
    """A Korean word without its particle."""
    return _PARTICLE.sub("", word)
