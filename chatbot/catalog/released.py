"""Wishes that a shopper takes back: "any brand is fine", "색상은 상관없어요"."""

import re
from typing import Final, Literal

from chatbot.catalog.phrasing import any_of, one_of

Released = Literal["color", "brand", "size", "price"]

_NAMED: Final[dict[Released, tuple[str, str]]] = {
    "color": (r"colou?rs?|shades?", "색상|색깔|색|컬러"),
    "brand": (r"brands?|makers?|manufacturers?", "브랜드|메이커|제조사"),
    "size": (r"sizes?", "사이즈|크기|치수"),
    "price": (r"prices?|budgets?|costs?", "가격대|가격|예산|금액"),
}
_ENGLISH: Final = "|".join(rf"(?P<{name}>{english})" for name, (english, _) in _NAMED.items())
_KOREAN: Final = "|".join(rf"(?P<{name}>{korean})" for name, (_, korean) in _NAMED.items())
_IS_FINE: Final = r"(?:(?:is|are|will|would)\s+)?(?:be\s+)?(?:fine|ok(?:ay)?|good|do|works?)"
_NEVER_MIND: Final = one_of(
    r"never\s+mind",
    r"forget(?:\s+about)?",
    "ignore",
    r"regardless\s+of",
    r"no\s+matter(?:\s+what)?",
    r"(?:i\s+)?(?:really\s+)?(?:don['’]?t|do\s+not)\s+(?:care|mind)(?:\s+about)?",
)
_DOES_NOT_MATTER: Final = one_of(
    r"(?:does|do)(?:n['’]?t|\s+not)\s+(?:really\s+)?matter",
    r"(?:is|are)(?:n['’]?t|\s+not)\s+important",
    r"is\s+(?:irrelevant|no\s+object|not\s+an\s+issue)",
)
_PARTICLE: Final = "(?:은|는|이|가|도|야)?"
_KOREAN_ANY: Final = one_of(
    "무관",
    r"아무\s*(?:거|것)\S*",
    r"뭐든\S*",
    r"(?:안\s*중요|중요하지\s*않|신경\s*안)\S*",
)
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bany\s+(?:other\s+)?(?:{_ENGLISH})\s+{_IS_FINE}\b",
        rf"\b{_NEVER_MIND}\s+(?:(?:the|what|which)\s+)*(?:{_ENGLISH})\b",
        rf"\b(?:the\s+)?(?:{_ENGLISH})\s+{_DOES_NOT_MATTER}\b",
        rf"\b(?:no|without\s+(?:a\s+)?)\s*(?:{_ENGLISH})\s+(?:limits?|preferences?|restrictions?)\b",
        rf"(?<![가-힣])(?:{_KOREAN}){_PARTICLE}\s*(?:상관|관계|제한)\s*(?:이|은)?\s*(?:없|안|하지)\S*",
        rf"(?<![가-힣])(?:{_KOREAN}){_PARTICLE}\s*{_KOREAN_ANY}(?:\s*(?:좋|괜찮)\S*)?",
        rf"(?<![가-힣])아무\s*(?:{_KOREAN})(?:이나|나|이든|든|도)?(?:\s*(?:상관|괜찮|좋)\S*)?(?![가-힣])",
    )
)
_MAY_BE: Final = any_of(
    r"\b(?:any|no|without)\b",
    r"never\s+mind",
    "forget|ignore|regardless|matter|important|irrelevant",
    r"no\s+object",
    r"not\s+an\s+issue",
    r"\b(?:care|mind)\b",
    "상관|관계|제한|무관|아무|중요|신경|뭐든",
)


def read_released(text: str) -> tuple[frozenset[Released], str]:
    """What no longer matters, and the text that is left."""
    if not _MAY_BE.search(text):
        return frozenset(), text
    names: set[Released] = set()
    for pattern in _PATTERNS:
        while match := pattern.search(text):
            names.update(name for name in _NAMED if match[name])
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return frozenset(names), text
