"""Endings of a word that do not belong to it: "소니 걸로만", "검은색이요", "방수되나요", "가벼워요", "Sony's"."""

import re
from collections.abc import Iterator
from typing import Final

from chatbot.catalog.text import PARTICLES

_MORE: Final = (
    "걸로만 것만 거만 걸로 것으로 거로 으로만 로만 거는요 건요 거는 거요 걸 거 건 것 만 은요 는요 이요 요 이나 "
    "나 하고 꺼 꺼로 도요 꺼는 꺼요 걸로요 거보다 것보다 꺼보다 거랑 거하고 것만요 만요 으로요 로요 이라도 이면 면 "
    "야 이야 예요 이에요 인데 인데요 에서 에서만 으로도 로도 이랑 거도 것도 이고 고요 인가요 짜리 께 께서"
)
_ENDING: Final = re.compile("|".join(sorted({*PARTICLES, *_MORE.split()}, key=len, reverse=True)))
_LONGEST: Final = 4


_PREDICATE: Final = re.compile(
    r"(?<=[가-힣]{2})(?:되나요?|되는(?:지|데|거|건|가요)?|되는지|돼요?|돼|됩니까|될까요?|되어\S*"
    r"|인가요?|이에요|예요|입니까|가능한가요?|하나요|인데요?)$"
)
_ASKS: Final = re.compile(r"되나요?|돼요?|됩니까|될까요?|인가요?")
_ASKED: Final = re.compile(rf"{_PREDICATE.pattern}|(?<=[가-힣]{{2}})이?야$")
"""What makes a question of a Korean word: "방수되나요", "방수인가요"."""
_ADJECTIVE: Final = re.compile(
    r"(?P<stem>가벼|무거|두꺼|뜨거|차가|부드러|시끄러|귀여|어두|어려|미끄러)(?:워요?|워서|운가요?"
    r"|우면서|운지|울까요?|웁니까|우며|우면|운데요?)"
    r"|(?P<root>넓|좁|얇|짧|높|낮|작|밝|많)(?:어요?|아요?|은가요?|나요)|(?P<done>따뜻|튼튼|편"
    r"|조용|시원|편안|푹신|간편|깨끗|촉촉)(?:해요?|한가요?|하면서|한지|할까요?|합니까|하며|한데요?)"
)
"""Forms of adjectives that a sentence ends or goes on with; products say "가벼운"."""
_ATTRIBUTIVE: Final = {"stem": "운", "root": "은", "done": "한"}
_GLUED_THING: Final = re.compile(r"(?<=[가-힣][운한은는된린])(?:거|것|걸|건|꺼)(?:으로|로|는|은|만|요|도){0,4}$")


def spellings(word: str) -> Iterator[str]:
    """The word, and what is left of it without its endings."""
    yield word
    for length in range(1, _LONGEST + 1):
        if len(word) - length >= 1 and _ENDING.fullmatch(word[-length:]):
            yield word[:-length]
    if word.endswith(("'s", "’s")):
        yield word[:-2]


def unglued(word: str) -> str:
    """A Korean word without the "thing" that is written onto it: "가벼운" of "가벼운걸로"."""
    return _GLUED_THING.sub("", word)


def plain(word: str, *, asks: bool) -> str:
    """A Korean word as products have it: without what makes a question of it."""
    if match := _ADJECTIVE.fullmatch(word):
        return next(f"{match[name]}{end}" for name, end in _ATTRIBUTIVE.items() if match[name])
    return (_ASKED if asks else _PREDICATE).sub("", word)


def asks_whether(text: str) -> bool:
    """Whether a Korean sentence ends by asking how something is: "방수 되나요?", "가벼워요?"."""
    last = text.split()[-1].strip("?!. ") if text.split() else ""
    return bool(_ASKS.fullmatch(last) or _PREDICATE.search(last) or _ADJECTIVE.fullmatch(last))
