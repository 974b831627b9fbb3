"""How products are to be chosen, besides what they are: the cheapest, the newest, a present for somebody."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Sort = Literal["", "cheapest", "dearest", "newest"]

_FLAGS: Final = re.IGNORECASE
_SORTS: Final[tuple[tuple[Sort, re.Pattern[str]], ...]] = (
    (
        "cheapest",
        re.compile(
            r"\b(?:sort(?:ed)?\s+by\s+price\b,?\s*)?(?:the\s+)?(?:cheapest|lowest[\s-]*pric(?:e|ed|es)|least\s+expensive"
            r"|lowest\s+first|low\s+to\s+high|most\s+affordable)(?:\s+(?:one|ones|option|options))?(?:\s+first)?\b:?"
            r"|(?:가장|제일|젤)\s*(?:싸(?:요|죠|지|지요|나요|니)|저렴(?:해요?|하죠|한가요|합니까|하나요)|싼가요)(?![가-힣])"
            r"|(?:가장|제일|젤)\s*(?:싼|저렴한|싸고|저렴하게|싸게|싼\s*가격의)(?:\s*(?:걸로|거로|순으로|순|거|것|걸|게|건))?(?:은|는|이|요)?"
            r"|최저가(?:로|순으로|순|의)?|(?:낮은\s*가격|가격\s*낮은|저렴한|싼)\s*순(?:서)?(?:으로|대로)?",
            _FLAGS,
        ),
    ),
    (
        "dearest",
        re.compile(
            r"\b(?:the\s+)?(?:most\s+expensive|highest[\s-]*pric(?:e|ed|es)|priciest|high\s+to\s+low)(?:\s+(?:one|ones))?\b"
            r"|(?:가장|제일|젤)\s*비(?:싸(?:요|죠|지|지요|나요|니)|싼가요)(?![가-힣])|(?:가장|제일|젤)\s*(?:비싼|고급)(?:\s*(?:걸로|거로|거|것|걸|게|건))?(?:은|는|이|요)?|최고가(?:의)?|(?:높은\s*가격|가격\s*높은|비싼)\s*순(?:으로)?",
            _FLAGS,
        ),
    ),
    (
        "newest",
        re.compile(
            r"\bwhat(?:['’]s|\s+is)\s+new\b|\b(?:the\s+)?(?:newest|latest|most\s+recent|just\s+released|new\s+arrivals?)(?:\s+(?:one|ones))?\b"
            r"|(?:가장\s*|제일\s*)?(?:최신형|최신|신상품|신상|신제품)(?:순으로|인|의)?|새로\s*나온",
            _FLAGS,
        ),
    ),
    (
        "cheapest",
        re.compile(
            r"\b(?:cheap|inexpensive|affordable|budget[\s-]friendly|low[\s-]cost)\b"
            r"|(?<![가-힣])(?:저렴한|저렴하고|값싼|싼)(?:\s*(?:걸로|거로|거|것))?(?![가-힣])",
            _FLAGS,
        ),
    ),
)
_GIFT: Final = re.compile(
    r"\b(?:a\s+)?(?:(?:nice|good|small|little)\s+)?(?:birthday\s+|christmas\s+|wedding\s+|anniversary\s+)?(?:gifts?|presents?)(?:\s+ideas?)?\b"
    r"|(?:생일|생신|결혼|집들이|기념일|크리스마스|어버이날|명절|감사|줄|드릴)?\s*선물(?:용|세트용)?(?:로|을|으로|이|은|인데|이에요|할|하려고|하기|줄|드릴|해|하고)*(?![가-힣])",
    _FLAGS,
)
_OCCASION: Final = re.compile(
    r"(?P<who>\bfor\s+(?:my|our|a|his|her|their)\s+\w+)['’]s\s+(?:\d+(?:st|nd|rd|th)\s+)?"
    r"(?:birthday|anniversary|wedding|graduation|housewarming)\b"
    r"|(?:생일|생신|결혼식|기념일|집들이|졸업식|돌잔치)(?:인데요?|이에요|예요|이야|이라서?|라서?|입니다|이거든요?)(?![가-힣])",
    _FLAGS,
)
"""An occasion for a present, where a thing of that name ("생일 케이크") is not meant."""
_PEOPLE: Final = (
    ("girlfriend", "girlfriend 여자친구 여친"),
    ("boyfriend", "boyfriend 남자친구 남친"),
    ("grandmother", "grandmother|grandma 할머니"),
    ("grandfather", "grandfather|grandpa 할아버지"),
    ("parents", "parents 부모님 시부모님"),
    ("mother", "mother|mom|mum|mommy 엄마 어머니 어머님 장모님 시어머니"),
    ("father", "father|dad|daddy 아빠 아버지 아버님 장인어른 시아버지"),
    ("wife", "wife 아내 와이프"),
    ("husband", "husband 남편"),
    ("daughter", "daughter 딸"),
    ("son", "son 아들"),
    ("child", "children|child|kids?|toddlers? 아이 아이들 어린이 조카 유아"),
    ("baby", "baby|babies|newborn 아기 신생아"),
    ("friend", "friends? 친구"),
    ("colleague", "colleagues?|coworkers?|co-workers? 동료 직장동료"),
    ("boss", "boss 상사 부장님 사장님"),
    ("teacher", "teachers? 선생님 교수님"),
    ("sister", "sister 언니 누나 여동생"),
    ("brother", "brother 오빠 형 남동생"),
)
_GIVEN: Final = r"(?:한테|에게|께|이|가|의|을|를|용|도|랑|들)?\s*(?:줄|드릴|사줄|사드릴)?(?:\s*거)?(?![가-힣])"


def _who(words: str) -> re.Pattern[str]:
    english, *korean = words.split(" ")
    return re.compile(
        rf"\bfor\s+(?:(?:my|our|a|an|the|his|her|their|your|\d+\s+year\s+old)\s+)*(?P<english>{english})\b"
        rf"|(?<![가-힣])(?:직장\s*)?(?P<korean>{'|'.join(sorted(korean, key=len, reverse=True))}){_GIVEN}",
        _FLAGS,
    )


_RECIPIENTS: Final = tuple((name, _who(words)) for name, words in _PEOPLE)
_KINDS_OF_GOODS: Final = frozenset({"child", "baby"})
"""Things are made for these: "children" stays among the words."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was understood, and the text that is left."""

    rest: str
    sort: Sort = ""
    gift: str = ""
    """The word for a present that was said; empty when none was."""
    recipient: str = ""


def read_wishes(text: str) -> Wishes:
    """The order that is asked for, and whom it is for."""
    sort: Sort = ""
    for name, pattern in _SORTS:
        if match := pattern.search(text):
            sort, text = name, _without(text, match)
            break
    gift = ""
    if match := _GIFT.search(text):
        gift = "선물" if "선물" in match[0] else "gift"
        text = _without(text, match)
    elif match := _OCCASION.search(text):
        gift = "gift" if match["who"] else "선물"
        text = f"{text[: match.start()]} {match['who'] or ''} {text[match.end() :]}"
    recipient, text = _recipient(text, _RECIPIENTS, is_gift=bool(gift))
    return Wishes(" ".join(text.split()), sort, gift, recipient)


def _recipient(text: str, people: Sequence[tuple[str, re.Pattern[str]]], *, is_gift: bool) -> tuple[str, str]:
    for name, pattern in people:
        if match := pattern.search(text):
            if name in _KINDS_OF_GOODS and not is_gift:
                return name, text
            # "형광펜", "이어폰": a short word that opens another one is no brother.
            return name, _without(text, match)
    return "", text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"
