"""Words that the catalogue does not know, put right by words of its titles, categories and brands that are much alike.

A word is found by what is left of it when one letter is taken out (the "symmetric delete" of spelling correction): each
known word stands in a table under all of these, so that a look-up is a few equal keys, however many words there are.
Letters of Hangul are jamo, three to a syllable: "이어퐁" and "이어폰" differ in one.

Only a word that no product holds is put right, and what it finds counts less than what was asked for.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from chatbot.catalog.text import Phrase, Query, Word, fold, noun_of, phrase, tokens
from chatbot.models import Product

TABLE: Final = "chatbot_search_spellings"
CERTAINTY: Final = 0.7
"""What a word that was put right counts, against one that was asked for."""
LETTERS: Final = 5
"""Letters that a word has at least to be put right: among shorter ones everything is alike."""
SYLLABLES: Final = 3
"""The same for Hangul."""
TWO_FROM: Final = 8
"""Letters from which on two may be wrong."""
_LONGEST: Final = 24
_ALTERNATIVES: Final = 3
_AT_ONCE: Final = 5_000
_HANGUL: Final = re.compile("[\uac00-\ud7a3]{2,8}")
_SYLLABLE: Final = re.compile(r"(?<!\w)[\uac00-\ud7a3](?!\w)")
"""A word of one syllable, which is too short to be put right, but may be half of a compound (see `compounds`)."""
_LATIN: Final = re.compile("[a-z]{4,24}")


def learn(connection: BaseDatabaseWrapper, products: Iterable[Product]) -> None:
    """Take the words of these products in. Words are never forgotten one by one: what no product holds helps nobody."""
    words = {word for product in products for word in _words_of(product)}
    if not words:
        return
    new = words - known(connection, words)
    with connection.cursor() as cursor:
        rows = [(spelling, word) for word in sorted(new) for spelling in sorted(_spellings(word))]
        if rows:
            cursor.executemany(f"INSERT INTO {TABLE} (spelling, word) VALUES (%s, %s) ON CONFLICT DO NOTHING", rows)  # noqa: S608


def known(connection: BaseDatabaseWrapper, words: Collection[str]) -> set[str]:
    """Those of the words that stand in titles, categories or brands."""
    found: set[str] = set()
    ordered = sorted(words)
    with connection.cursor() as cursor:
        for start in range(0, len(ordered), _AT_ONCE):
            part = ordered[start : start + _AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"SELECT word FROM {TABLE} WHERE spelling IN ({marks}) AND spelling = word", part)  # noqa: S608
            found.update(word for (word,) in cursor.fetchall())
    return found


def forget(connection: BaseDatabaseWrapper) -> None:
    """Forget all words."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608


def is_unknown(word: Word, frequencies: Mapping[str, int]) -> bool:
    """Whether the catalogue does not know the word, and it is long enough to be put right."""
    if len(word.parts) == 1 and _LATIN.fullmatch(word.written):
        return len(word.written) >= LETTERS and not any(
            all(frequencies.get(token) for token in phrase) for phrase in word.parts[0]
        )
    if _HANGUL.fullmatch(word.written) and len(word.written) >= SYLLABLES:
        return any(not any(frequencies.get(token) for token in phrase) for part in word.parts for phrase in part)
    return False


def near(connection: BaseDatabaseWrapper, unknown: Collection[Word]) -> dict[str, list[Phrase]]:
    """For each of these words, as it was written, the known ones that are much alike, as tokens in a row."""
    asked = {word.written: _ways(word) for word in unknown}
    keys = {key for ways in asked.values() for _, wrong, _ in ways for key in _spellings(wrong)}
    ordered = sorted(keys)[:_AT_ONCE]
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(ordered))
        cursor.execute(f"SELECT spelling, word FROM {TABLE} WHERE spelling IN ({marks})", ordered)  # noqa: S608
        for spelling, word in cursor.fetchall():
            found.setdefault(spelling, set()).add(word)
    alike: dict[str, list[Phrase]] = {}
    for written, ways in asked.items():
        best: dict[Phrase, int] = {}
        for before, wrong, behind in ways:
            for word in {word for key in _spellings(wrong) for word in found.get(key, ())}:
                far = distance(_letters(wrong), _letters(word))
                if word != wrong and far <= (2 if len(_letters(wrong)) >= TWO_FROM else 1):
                    whole = phrase(f"{before}{word}{behind}") if _HANGUL.match(word) else (word,)
                    best[whole] = min(far, best.get(whole, far))
        if best:
            nearest = min(best.values())
            alike[written] = sorted(phrase for phrase, far in best.items() if far == nearest)
    return alike


def put_right(wanted: Query, alike: Mapping[str, list[Phrase]], frequencies: Mapping[str, int]) -> Query:
    """The query with those words in place of the unknown ones that products really hold, the commonest first."""
    words = []
    for word in wanted.words:
        held = [p for p in alike.get(word.written, ()) if all(frequencies.get(token) for token in p)]
        held.sort(key=lambda p: -min(frequencies[token] for token in p))
        if not held:
            words.append(word)
        elif len(word.parts) == 1 and _LATIN.fullmatch(word.written):
            words.append(replace(word, parts=(tuple(held[:_ALTERNATIVES]),), certainty=CERTAINTY))
        else:
            parts = tuple(((token,),) for token in dict.fromkeys(held[0]))
            words.append(replace(word, parts=parts, certainty=CERTAINTY))
    return replace(wanted, words=tuple(words))


def distance(one: str, other: str) -> int:
    """Letters to be put in, taken out, changed, or swapped with a neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, sign in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != sign))
            if before and column > 1 and letter == other[column - 2] and one[row - 2] == sign:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _ways(word: Word) -> list[tuple[str, str, str]]:
    """Where the fault may be: what stands before it, the part that is wrong, and what stands behind."""
    if not _HANGUL.fullmatch(word.written):
        # A wrong letter may change what is taken for an ending: the stem of "tumbeler" is further from "tumbler".
        return [("", wrong, "") for wrong in dict.fromkeys((word.parts[0][0][0], word.written))]
    text = word.written
    ways = [("", text, "")]
    for at in range(2, len(text) - 1):
        ways += [(text[:at], text[at:], ""), ("", text[:at], text[at:])]
    return [way for way in ways if len(way[1]) >= SYLLABLES]


def _words_of(product: Product) -> Iterable[str]:
    for text in (product.title, product.product_type, product.brand):
        folded = fold(text)
        yield from (token for token in tokens(folded) if _LATIN.fullmatch(token))
        for run in _HANGUL.findall(folded):
            yield run
            yield noun_of(run)
        yield from _SYLLABLE.findall(folded)


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word) if _HANGUL.match(word) else word


def _spellings(word: str) -> set[str]:
    """The word, and what is left of its letters when one is taken out; of one syllable nothing is left to go by."""
    if len(word) == 1:
        return {word}
    letters = _letters(word)[:_LONGEST]
    return {word, *(letters[:at] + letters[at + 1 :] for at in range(len(letters)))}
