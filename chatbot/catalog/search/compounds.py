"""Korean compounds, spaced as people please: a question comes to the same words however it is spaced.

What decides are the catalogue's own words (see `spelling`): two words become one where titles, categories or brands
write them as one, and one that nothing in the catalogue is called becomes two where both are known.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from chatbot.catalog.search import spelling
from chatbot.catalog.text import Query, Word, korean_word, noun_of

_HANGUL: Final = re.compile("[\uac00-\ud7a3]{2,12}")
_SHORTEST_CUT: Final = 2
"""Syllables that a compound has more than."""
_WAYS: Final = 64
"""Beginnings of a cut that are followed up at once: more than there are in a question that somebody means."""


def settled(wanted: Query, connection: BaseDatabaseWrapper) -> Query:
    """The query with its compounds as the catalogue writes them."""
    words = list(wanted.words)
    pairs = [whole for one, two in pairwise(words) if _is_plain(one, two) for whole in _joined(one, two)]
    compounds = {word.written for word in words if _is_plain(word) and len(word.written) > _SHORTEST_CUT}
    if not pairs and not compounds:
        return wanted
    known = spelling.known(connection, {*pairs, *(part for written in compounds for part in _parts(written))})
    joined: list[Word] = []
    for word in words:
        wholes = _joined(joined[-1], word) if joined and _is_plain(joined[-1], word) else ()
        if whole := next((whole for whole in wholes if whole in known), ""):
            joined[-1] = korean_word(whole)
        else:
            joined.append(word)
    settled: list[Word] = []
    speaking: list[str] = []  # pairs that are not required any more
    for word in joined:
        cut = _cut(word.written, known) if word.written in compounds else ()
        if len(cut) <= 1:
            settled.append(word)
        else:
            settled += [korean_word(noun_of(part)) for part in cut]
            speaking += [token for part in word.parts for phrase in part for token in phrase]
    return replace(
        wanted, words=tuple(dict.fromkeys(settled)), extras=tuple(dict.fromkeys((*wanted.extras, *speaking)))
    )


def _is_plain(*words: Word) -> bool:
    """Whether these are Korean words as they were asked for, not terms that staff declared to mean something else."""
    return all(_HANGUL.fullmatch(word.written) and word == korean_word(word.written) for word in words)


def _joined(one: Word, two: Word) -> tuple[str, str]:
    """How they may be written as one. "휴대용" has come here without "용", which may be a particle."""
    return one.written + two.written, f"{one.written}용{two.written}"


def _parts(written: str) -> Collection[str]:
    """What it may be made of."""
    size = len(written)
    return {written[at:end] for at in range(size) for end in range(at + 1, size + 1)}


def _cut(written: str, known: Collection[str]) -> tuple[str, ...]:
    """The known words that it is made of, few before many, the longest first; empty where it is not made of them.

    Words of one syllable are too many to be sure of: at most one, and only where it cannot be cut without.
    """
    for fewest in (2, 1):
        ways: list[tuple[str, ...]] = [()]
        while ways:
            longer = []
            for way in ways:
                at = sum(map(len, way))
                if at == len(written):
                    return way
                singles = sum(len(part) == 1 for part in way)
                longer += [
                    (*way, written[at:end])
                    for end in range(len(written), at + fewest - 1, -1)
                    if written[at:end] in known and (end - at > 1 or not singles)
                ]
            ways = longer[:_WAYS]
    return ()
