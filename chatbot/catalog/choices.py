"""Questions for what there is to choose from: "which brands do you have?", "다른 색도 있어요?"."""

import re
from typing import Final, Literal

from chatbot.catalog.phrasing import any_of, one_of

Choice = Literal["", "brand", "color", "size"]

_NAMED: Final[tuple[tuple[Choice, str, str], ...]] = (
    ("color", r"colou?rs?", "색상|색깔|색|컬러"),
    ("brand", r"brands?|makers?", "브랜드|메이커|제조사"),
    ("size", r"sizes?", "사이즈|크기|치수"),
)
_MAY_BE: Final = any_of(
    r"\b(?:colou?r|brand|maker|size)",
    "색|컬러|브랜드|메이커|제조사|사이즈|크기|치수",
)
_YOU: Final = r"(?:you|i|we|it|this|that|they|these|there)\b(?:\s+(?:one|shoe|product|item))?"
_HAVE: Final = r"(?:\s+(?:have|sell|carry|stock|offer|come|available|get|choose))*(?:\s+(?:in|for|from))?"
_BEHIND: Final = one_of(
    r"of\s+(?=\S)",
    rf"(?:do|does|are|is|can|could)\s+{_YOU}{_HAVE}(?=\W|\s|$)",
    r"(?:are\s+)?available",
)
_TAIL: Final = rf"(?:\s+{_BEHIND})?"
_WHICH: Final = one_of(
    r"(?:in\s+)?(?:what|which)(?:\s+(?:other|different))?",
    r"(?:any|in|in\s+any)\s+(?:other|different|more)",
    "other|different",
)
_KOREAN_WHICH: Final = r"(?:무슨|어떤|어느|다른|또\s*다른|몇\s*가지|몇|뭔)"
_ENDS: Final = "(?:이|은|는|도|을|를|으로|로|의|이나|만)?(?:요|야|이야|예요|이에요|인가요?|인지|이죠|죠)?"
_THING: Final = r"(?:\s*(?:거|것|걸|제품|종류))?(?:은|는|이|도)?(?:요)?"
_SUBJECT: Final = "(?:은|는|이|가|도|종류는?|종류가)?"
_KOREAN_WHAT: Final = one_of(
    "뭐가|뭐뭐|뭐|뭔",
    "무엇이|무엇",
    r"어떤\s*(?:게|것이|거|것들이)",
    "어떻게",
    r"몇\s*가지|몇",
    "종류(?:가|는)?",
    "다양|선택|고를",
)


def _patterns(english: str, korean: str) -> re.Pattern[str]:
    return any_of(
        rf"\b{_WHICH}\s+(?:{english})\b{_TAIL}",
        rf"\b(?:{english})\s+(?:options?|choices?)\b",
        rf"\b(?:list|available|all)\s+(?:the\s+|of\s+the\s+)?(?:available\s+)?(?:{english})\b",
        rf"^\W*(?:any\s+)?(?:{english})\s*\?\s*$",
        rf"(?<![가-힣]){_KOREAN_WHICH}\s*(?:{korean})(?:들)?{_ENDS}{_THING}(?![가-힣])",
        rf"(?<![가-힣])(?:{korean})(?:들)?{_SUBJECT}\s*{_KOREAN_WHAT}\S*",
    )


_PATTERNS: Final = tuple((name, _patterns(english, korean)) for name, english, korean in _NAMED)


def read_choice(text: str) -> tuple[Choice, str]:
    """What is asked to choose from, and the text that is left."""
    if _MAY_BE.search(text):
        for name, pattern in _PATTERNS:
            if match := pattern.search(text):
                return name, f"{text[: match.start()]} {text[match.end() :]}"
    return "", text
