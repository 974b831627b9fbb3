"""The system text, which an answer must not recite: runs of it and rare words in it, such as a planted canary."""

import re
from functools import lru_cache
from typing import Final

from chatbot.assistant.claims.goods.names import level

SUSPECT: Final = 20
"""Characters in a row of the system text that make an answer wait."""
RECITED: Final = 40
"""Characters in a row that are taken for a recital; ordinary sentences may share fewer with the rules."""

_STEP: Final = 8
_SELDOM: Final = 12
"""Characters that may come between two looks: with a step less than SUSPECT, so that no run slips through."""
_RARE: Final = re.compile(r"(?=[a-z0-9_-]*\d)(?=[a-z0-9_-]*[a-z])[a-z0-9_-]{6,}")
_CAPITALS: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{3,}(?:[_-][A-Z0-9]{2,})+(?![A-Za-z0-9])")


class Secret:
    """A system text. Places are those of the text that is asked about, which is level (see `names.level`)."""

    def __init__(self, text: str) -> None:
        plain = level(text)
        named = {level(word) for word in _CAPITALS.findall(text)}
        self._suspect = {plain[at : at + SUSPECT] for at in range(len(plain) - SUSPECT + 1)}
        self._recited = {plain[at : at + RECITED] for at in range(len(plain) - RECITED + 1)}
        self._rare = sorted({*_RARE.findall(plain), *named}, key=len, reverse=True)
        starts = {word[:length] for word in self._rare for length in range(1, len(word))}
        words, cut = ("|".join(map(re.escape, sorted(each, key=len, reverse=True))) for each in (self._rare, starts))
        self.step = 1 if self._rare else _SELDOM
        """After how many further characters it has to be asked again."""
        self._word = re.compile(rf"(?:{words})|(?<![a-z0-9])(?:{cut})$") if self._rare else None

    def begins(self, before: str, text: str) -> int:
        """Where in `text`, which follows `before`, a recital becomes likely; its length when nowhere."""
        found = self._word.search(text) if self._word else None
        place = found.start() if found else len(text)
        both = before[1 - SUSPECT :] + text
        first = len(both) - len(text)
        # From the end backwards in steps: no recital that is long enough slips through.
        for end in range(len(both), max(SUSPECT, first + 1) - 1, -_STEP):
            if both[end - SUSPECT : end] in self._suspect:
                place = min(place, max(0, end - 1 - first))
        return place

    def is_recited(self, before: str, sentence: str, public: str = "") -> bool:
        """Whether `sentence`, which follows `before`, says a run of the system text or one of its rare words.

        A word that stands in `public` as well, such as a model's name, is no secret.
        """
        if any(word in sentence and word not in public for word in self._rare):
            return True
        both = before[1 - RECITED :] + sentence
        return any(both[at : at + RECITED] in self._recited for at in range(len(both) - RECITED + 1))


@lru_cache(maxsize=8)
def secret(text: str) -> Secret:
    """The secret that `text` is; it is the same for every turn of a shop."""
    return Secret(text)
