"""What of a question no product is, in words that can be said to the shopper: "backpack" of "a light backpack".

A search knows which words no product holds. Most of them are not worth a sentence: that no lamp calls itself "cosy", or
that nothing speaks of "my garden", does not make a lamp another thing. What the thing is called does: the noun at the
end of "a light backpack" or of "등산용 배낭", the name before it in "sony headphones". So only the words that name the
thing count, and they are told together; where in doubt, nothing is said.
"""

from collections.abc import Collection, Sequence
from typing import Final

from chatbot.catalog.describing import describes, is_korean, is_unit
from chatbot.catalog.text import fold, noun_of, query

_MOST_WORDS: Final = 5
_MOST_CHARACTERS: Final = 40
"""Longer ones are a story, and not the name of a thing."""
_PUNCTUATION: Final = " \t\n.,!?~…·;:'\"()[]“”‘’。？！"
_JOINS: Final = frozenset(("and", "or", "plus", "vs", "versus"))
_NARROWING_WORDS = (
    "for with without in on at that which who whose where when while to from under over above below between "
    "around like by as of into during before after about because so if but not no than less more works work fits "
    "fit is are has have can should would will using"
)
_NARROWING: Final = frozenset(_NARROWING_WORDS.split())
"""What stands behind these narrows the thing and is not its name."""


def missing(words: str, lacked: Collection[str]) -> str:
    """What of `words` is the thing, where one of its words is `lacked`; empty where that is not worth a sentence.

    `lacked` are words that no product holds, as in `Hit.lacks`. Of several things ("a tent and a backpack") it is the
    first that lacks something.
    """
    lacked = {part for word in lacked for part in (word, *word.split())}
    for name in _names(words):
        said = " ".join((*name[:-1], _without_particle(name[-1])))
        if len(name) > _MOST_WORDS or len(said) > _MOST_CHARACTERS:
            continue
        if any(_tells(name, at) and _is_in(lacked, word) for at, word in enumerate(name)):
            return said
    return ""


def lacks_thing(words: str, lacked: Collection[str]) -> bool:
    """Whether the noun of the first thing that is named is `lacked`: the blanket of "a warm blanket for camping"."""
    names = _names(words)
    return bool(names) and _is_in({part for word in lacked for part in (word, *word.split())}, names[0][-1])


def _names(words: str) -> list[list[str]]:
    """The things that the words name, each without what describes it and what stands around it."""
    names: list[list[str]] = [[]]
    is_narrowed = False
    for spaced in words.split():
        word = spaced.strip(_PUNCTUATION)
        folded = fold(word)
        if folded in _JOINS:
            names.append([])
            is_narrowed = False
        elif folded in _NARROWING:
            is_narrowed = True
        elif word and not is_narrowed:
            names[-1].append(word)
        if spaced.endswith((",", ";")):
            names.append([])
            is_narrowed = False
    return [thing for name in names if (thing := _thing(name))]


def _thing(name: Sequence[str]) -> list[str]:
    """The words of a name up to its noun, without those before it that only describe it."""
    kept = list(name)
    while kept and describes(kept[-1], is_last=True):
        kept.pop()
    start = 0
    for at, word in enumerate(kept[:-1]):
        # What a Korean clause begins with is no part of the name: "비 올 때 신는 장화".
        if describes(word, is_last=False) and (at == start or is_korean(word)):
            start = at + 1
    return kept[start:]


def _tells(name: Sequence[str], at: int) -> bool:
    """Whether a word of a name tells which thing is meant; a number does inside of one: "iphone 13 case"."""
    if name[at].isdecimal():
        return 0 < at < len(name) - 1 and name[at + 1].isalpha() and not is_unit(name[at + 1])
    return not describes(name[at], is_last=at == len(name) - 1)


def _is_in(lacked: Collection[str], word: str) -> bool:
    return fold(word) in lacked or any(found.written in lacked for found in query(word).words)


def _without_particle(word: str) -> str:
    """The noun that ends a name: "배낭" of "배낭을"."""
    return noun_of(word) if is_korean(word) else word
