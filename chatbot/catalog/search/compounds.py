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


def settled(wanted: Query, connection: BaseDatabaseWrapper) -> Query:
    """The query with its compounds as the catalogue writes them."""
    words = list(wanted.words)
    pairs = [one.written + two.written for one, two in pairwise(words) if _is_plain(one, two)]
    cuts = {word.written: _cuts(word.written) for word in words if _is_plain(word)}
    asked = {*pairs, *cuts, *(half for found in cuts.values() for cut in found for half in cut)}
    if not pairs and not any(cuts.values()):
        return wanted
    known = spelling.known(connection, asked)
    joined: list[Word] = []
    for word in words:
        if joined and _is_plain(joined[-1], word) and joined[-1].written + word.written in known:
            joined[-1] = korean_word(joined[-1].written + word.written)
        else:
            joined.append(word)
    settled: list[Word] = []
    speaking: list[str] = []  # pairs that are not required any more
    for word in joined:
        cut = next((cut for cut in cuts.get(word.written, ()) if known.issuperset(cut)), None)
        if cut is None or word.written in known:
            settled.append(word)
        else:
            settled += [korean_word(noun_of(half)) for half in cut]
            speaking += [token for part in word.parts for phrase in part for token in phrase]
    return replace(
        wanted, words=tuple(dict.fromkeys(settled)), extras=tuple(dict.fromkeys((*wanted.extras, *speaking)))
    )


def _is_plain(*words: Word) -> bool:
    """Whether these are Korean words as they were asked for, not terms that staff declared to mean something else."""
    return all(_HANGUL.fullmatch(word.written) and word == korean_word(word.written) for word in words)


def _cuts(written: str) -> Collection[tuple[str, str]]:
    """Where it may be two words of two syllables or more; the longest first half first."""
    return [(written[:at], written[at:]) for at in range(len(written) - 2, 1, -1)]
