"""A text without what a reader does not read as words: citations and signs of emphasis."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.assistant.claims.goods.names import BRACKETED

_MARKS: Final = re.compile(rf"\s?{BRACKETED.pattern}|\*+|~~|(?<![a-z0-9])_+|_+(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Unmarked:
    """`text` without its marks, and at which place of the whole one each of its characters stands."""

    text: str
    places: Sequence[int]

    def start(self, at: int) -> int:
        """Where in the whole text that begins which begins at `at` here."""
        return self.places[at]

    def end(self, at: int) -> int:
        """Where in the whole text that is over which is over at `at` here."""
        return self.places[at - 1] + 1 if at else self.places[0]


def unmarked(text: str) -> Unmarked:
    """`text` (see `names.level`) without citations and signs of emphasis."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for mark in _MARKS.finditer(text):
        pieces.append(text[at : mark.start()])
        places += range(at, mark.start())
        at = mark.end()
    places += range(at, len(text) + 1)
    return Unmarked("".join((*pieces, text[at:])), places)
