"""Wishes that a shopper takes back: "any brand is fine", "색상은 상관없어요"."""

import re
from typing import Final, Literal

Released = Literal["color", "brand", "size", "price"]

_NAMED: Final[dict[Released, tuple[str, str]]] = {
    "color": (r"colou?rs?|shades?", "색상|색깔|색|컬러"),
    "brand": (r"brands?|makers?|manufacturers?", "브랜드|메이커|제조사"),
    "size": (r"sizes?", "사이즈|크기|치수"),
    "price": (r"prices?|budgets?|costs?", "가격대|가격|예산|금액"),
}
_ENGLISH: Final = "|".join(rf"(?P<{name}>{english})" for name, (english, _) in _NAMED.items())
_KOREAN: Final = "|".join(rf"(?P<{name}>{korean})" for name, (_, korean) in _NAMED.items())
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bany\s+(?:other\s+)?(?:{_ENGLISH})\s+(?:(?:is|are|will|would)\s+)?(?:be\s+)?(?:fine|ok(?:ay)?"
        r"|good|do|works?)\b",
        r"\b(?:never\s+mind|forget(?:\s+about)?|ignore|regardless\s+of|no\s+matter(?:\s+what)?"
        r"|(?:i\s+)?(?:really\s+)?(?:don['’]?t|do\s+not)\s+(?:care|mind)(?:\s+about)?)\s+(?:(?:the|what"
        rf"|which)\s+)*(?:{_ENGLISH})\b",
        rf"\b(?:the\s+)?(?:{_ENGLISH})\s+(?:(?:does|do)(?:n['’]?t|\s+not)\s+(?:really\s+)?matter"
        r"|(?:is|are)(?:n['’]?t|\s+not)\s+important|is\s+(?:irrelevant|no\s+object|not\s+an\s+issue))\b",
        rf"\b(?:no|without\s+(?:a\s+)?)\s*(?:{_ENGLISH})\s+(?:limits?|preferences?|restrictions?)\b",
        rf"(?<![가-힣])(?:{_KOREAN})(?:은|는|이|가|도|야)?\s*(?:상관|관계|제한)\s*(?:이|은)?\s*(?:없|안"
        r"|하지)\S*",
        rf"(?<![가-힣])(?:{_KOREAN})(?:은|는|이|가|도|야)?\s*(?:무관|아무\s*(?:거|것)\S*|뭐든\S*"
        r"|(?:안\s*중요|중요하지\s*않|신경\s*안)\S*)(?:\s*(?:좋|괜찮)\S*)?",
        rf"(?<![가-힣])아무\s*(?:{_KOREAN})(?:이나|나|이든|든|도)?(?:\s*(?:상관|괜찮|좋)\S*)?(?![가-힣])",
    )
)
_MAY_BE: Final = re.compile(
    r"\b(?:any|no|without)\b|never\s+mind|forget|ignore|regardless|matter|important|irrelevant"
    r"|no\s+object|not\s+an\s+issue"
    r"|\b(?:care|mind)\b|상관|관계|제한|무관|아무|중요|신경|뭐든",
    re.IGNORECASE,
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
