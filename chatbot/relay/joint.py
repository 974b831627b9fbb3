"""The joint between a text that broke off and its continuation by another model.

A model that is asked to go on repeats, now and then, the last words, the sentence that it is in, or all of the text,
and puts white space before it. What is repeated is cut off, by a rule and not by a guess of meaning:

- The longest beginning of the continuation that is an end of the text counts, white space of any kind being equal.
- It must begin where a word begins (any Han or Kana character does), and not inside a grapheme.
- It must be more than chance: two words, 8 characters, 4 Han or Kana characters, a citation, or one word with at least
  two letters. So "hel" + "lo" stays whole, and so do "1" + "1 hours" and "the bo" + "ok".

The beginning is held back only while it can still turn out to be repeated.
"""

import re
import unicodedata
from typing import Final

_SPACE: Final = re.compile(r"\s+")
_DENSE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_OPEN_CITATION: Final = re.compile(r"\[\[[^\[\]\n]{0,40}\]?\Z")
_ZERO_WIDTH_JOINER: Final = "\u200d"
_CHANCE: Final = 8  # characters; Han and Kana count twice
_LETTERS: Final = 2


class Joint:
    """Feed the continuation of `said`; what comes back is what may be added to it. `close` gives what is left."""

    __slots__ = ("_end", "_held", "_open", "_said", "_spaces")

    def __init__(self, said: str) -> None:
        stripped = said.rstrip()
        self._spaces = said[len(stripped) :]
        self._said = _SPACE.sub(" ", stripped)
        self._end = len(self._said)
        cut = _OPEN_CITATION.search(self._said) if not self._spaces else None
        self._open = self._end - cut.start() if cut else 0
        self._held = ""

    def feed(self, text: str) -> tuple[str, bool]:
        """What may be added to the text now, and whether the joint is made: whatever follows needs no look."""
        self._held += text
        start = _SPACE.sub(" ", self._held.lstrip())
        if not start:
            return "", False
        at = self._said.find(start)
        if at >= 0 and at + len(start) < self._end:
            return "", False  # it is in the text; its end may come, or the words part
        at = self._repeated()
        if self._spaces and not self._held[at:].strip():
            return "", False  # the white space that follows may be what the text ends with
        return self.close(), True

    def close(self) -> str:
        """What is left when nothing more comes."""
        at = self._repeated()
        held, self._held = self._held, ""
        return self._after_spaces(held[at:], is_repeated=at > 0)

    def _repeated(self) -> int:
        """How much of what is held repeats the end of the text, in characters."""
        start = _SPACE.sub(" ", self._held.lstrip())
        for length in range(min(len(start), self._end), 0, -1):
            if self._said.endswith(start[:length]) and self._is_repeated(start[:length]):
                return _raw_length(self._held, length)
        return 0

    def _is_repeated(self, words: str) -> bool:
        begin = self._end - len(words)
        if self._open:
            if len(words) == self._open:
                return True  # the citation that broke off, from its beginning
            if len(words) < self._open:
                return False
        if not _begins_a_word(self._said, begin):
            return False
        if " " in words.strip() or "[[" in words:
            return True
        dense = len(_DENSE.findall(words))
        letters = sum(character.isalpha() for character in words)
        return len(words) + dense >= _CHANCE or letters - dense >= _LETTERS

    def _after_spaces(self, rest: str, *, is_repeated: bool) -> str:
        """`rest` without the white space that the text already ends with."""
        if not self._spaces:
            return rest
        words = rest.lstrip()
        spaces = rest[: len(rest) - len(words)]
        if is_repeated:  # the words before it are the same, so it is the same white space again
            if spaces.startswith(self._spaces):
                return spaces[len(self._spaces) :] + words
            return rest if "\n" in spaces and "\n" not in self._spaces else words
        if "\n" not in self._spaces + spaces:
            return words
        # The other part of an empty line or of an indentation; more than one empty line is nobody's meaning.
        return rest if (self._spaces + spaces).count("\n") <= 2 else words


def _begins_a_word(text: str, at: int) -> bool:
    first = text[at]
    if first == _ZERO_WIDTH_JOINER or unicodedata.category(first).startswith("M"):
        return False
    if at == 0:
        return True
    before = text[at - 1]
    if before == _ZERO_WIDTH_JOINER:
        return False
    return not (before.isalnum() and first.isalnum()) or bool(_DENSE.match(before) or _DENSE.match(first))


def _raw_length(text: str, length: int) -> int:
    """How much of `text` makes the first `length` characters once its white space is put in order."""
    at = len(text) - len(text.lstrip())
    for _ in range(length):
        run = _SPACE.match(text, at)
        at = run.end() if run else at + 1
    return at
