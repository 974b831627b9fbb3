"""Where in streaming words a claim may begin, and where the sentence that makes it is over."""

import re
from functools import lru_cache
from typing import Final, Literal

from chatbot.assistant.claims.goods.names import BRACKETED_SO_FAR, level
from chatbot.assistant.claims.goods.vocabulary import COMMON, KOREAN_MAKERS
from chatbot.assistant.claims.links import ENDINGS
from chatbot.assistant.claims.sentences import END, behind
from chatbot.assistant.claims.triggers import (
    COUNTED,
    KOREAN,
    KOREAN_ONLY_WITH,
    LATIN,
    LATIN_ONLY_WITH,
    NEW_WORD,
    NUMBERS,
    NUMERAL,
    SINO,
    SINO_DIGITS,
)

LONGEST: Final = 600
"""Characters of a sentence that are waited for; a longer one is judged as far as it has come."""


def _watched() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]], dict[str, re.Pattern[str]]]:
    """What finds the characters by which anything begins, what may follow, by one character and by two, and what may
    be the beginning of something where a text ends.

    One pattern of all that may begin would try some hundred branches at every character of an answer.
    """
    korean, latin, numbers = [*KOREAN.split(), *KOREAN_MAKERS], LATIN.split(), NUMBERS.split()
    where = dict.fromkeys(KOREAN_MAKERS, NEW_WORD)
    where |= {word: NEW_WORD for word, pattern in KOREAN_ONLY_WITH.items() if pattern.startswith(NEW_WORD)}
    following: dict[str, list[str]] = {}
    last: dict[str, list[str]] = {"*": [""], "]": [""], "@": [""]}
    for character in "$€£¥₩":
        following[character] = [""]
    following["**"], following["!["], following["]("], following["@"] = [""], [""], [""], [r"@[a-z0-9]"]
    following["."] = [rf"\.{ENDINGS}(?![a-z])", r"\.[a-z]{2,6}(?:/|$)"]
    for numeral in SINO_DIGITS:
        following[numeral] = [SINO]
    whole = [(word, where.get(word, "") + re.escape(word)) for word in (*korean, *latin)]
    whole += [*KOREAN_ONLY_WITH.items(), *LATIN_ONLY_WITH.items()]
    whole += [(number, f"{number}{COUNTED}") for number in numbers]
    for word, pattern in whole:
        following.setdefault(word[:2], []).append(pattern.replace("~", "[a-z]{0,8}$"))
    for word in (*korean, *KOREAN_ONLY_WITH, *latin, *LATIN_ONLY_WITH, *numbers):
        if len(word) > 1:
            last.setdefault(word[0], []).append(where.get(word, ""))
        if len(word) > 2:
            following[word[:2]].append(where.get(word, "") + _so_far(word))
    for word in (*LATIN_ONLY_WITH, *numbers):
        following[word[:2]].append(f"{re.escape(word)}$")
    for character, patterns in following.items():
        if len(character) == 1:
            last.setdefault(character, []).extend(patterns)
    # A Latin letter begins something only where a word begins.
    characters = re.escape("".join(sorted({each[0] for each in (*following, *last)})))
    first = re.compile(rf"[\d{characters}](?<![a-z][a-z])")
    return first, _compiled(following), _compiled(last)


def _compiled(patterns: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {each: re.compile("|".join(dict.fromkeys(some))) for each, some in patterns.items()}


def _so_far(word: str) -> str:
    """A pattern of the beginnings of `word`, of two letters or more, at the end of a text. Not the whole."""
    pattern = "$"
    for character in reversed(word[2:-1]):
        pattern = f"(?:{re.escape(character)}{pattern}|$)"
    return re.escape(word[:2]) + pattern


_FIRST, _FOLLOWING, _LAST = _watched()
_DIGITS: Final = frozenset("0123456789")
_NUMERALS: Final = re.compile(NUMERAL)
_NAMED: Final = re.compile(r"(?<![A-Za-z])[A-Z][\w'-]*")
_ITEM_MARK: Final = re.compile(r"\s*(?:[-+*•|]|\d{1,2}[.)])")
"""With what an item of a list, or a row of a table, begins."""
_NO_LETTER: Final = re.compile(r"[^a-z]")
_SENTENCE_END: Final = re.compile(rf"{END.pattern}|\n")
_END_IN_SIGHT: Final = re.compile(r"[.!?。…]+[*\"'”)\]]*(?:\s|\Z)|。|\n")
_ENDS_IN_BRACKET: Final = re.compile(rf"{BRACKETED_SO_FAR.pattern}$")


def glance(text: str, line: str) -> Literal["plain", "open", "mark"]:
    """What a piece of an answer is, behind what its `line` says so far.

    `plain`: nothing begins in it. `open`: perhaps a claim begins with it, the next words will show. `mark`: it has to
    be read.
    """
    if text[:1] != " " and text[:1].isascii() and goes_on(line, text):
        return "mark"
    look = _glance(text, False)
    return look if look == "plain" or not is_in_word(line) else _glance(text, True)


@lru_cache(maxsize=8192)
def _glance(text: str, is_in_word: bool) -> Literal["plain", "open", "mark"]:
    """Words come again and again, and looking is dear."""
    if "[" in text or "?" in text or not text.isprintable() or _ITEM_MARK.fullmatch(text):
        return "mark"  # a citation, a question that may be answered, a line's end, an item of a list
    plain = level(text)
    mark = may_begin(plain, word_end(plain) if is_in_word else 0)
    if mark == len(plain):
        is_named = plain is not text and any(word.lower() not in COMMON for word in _NAMED.findall(text))
        return "mark" if is_named else "plain"
    return "open" if text[:mark] in ("", " ") and not has_begun(plain, mark) else "mark"


def is_in_word(line: str) -> bool:
    """Whether the next words may go on with the line's last one, which was shown already: nothing begins in there."""
    last = line[-1:]
    return last.isascii() and last.isalpha()


def goes_on(line: str, text: str) -> bool:
    """Whether `text` makes an address or a model's name of what was shown already: a dot or a letter before it."""
    first, last = text[:1], line[-1:]
    if last == ".":
        return first.isalpha() and first.isascii() and line[-2:-1].isalnum()
    return first.isdigit() and ((last.isalpha() and last.isascii()) or (last == "-" and line[-2:-1].isalpha()))


def word_end(text: str) -> int:
    """Where the Latin word with which `text` (level) begins is over; 0 when it begins with none."""
    rest = _NO_LETTER.search(text)
    return rest.start() if rest else len(text)


def may_begin(text: str, at: int) -> int:
    """Where in `text` (level) from `at` on a claim may begin, or begin to begin; its length when nowhere."""
    last = len(text) - 1
    for first in _FIRST.finditer(text, at):
        start = first.start()
        two = text[start : start + 2]
        following = _FOLLOWING.get(two)
        if following is not None and following.match(text, start):
            return start
        following = (_LAST if start == last else _FOLLOWING).get(two[0], _NUMERALS if two[0] in _DIGITS else None)
        if following is not None and following.match(text, start):
            return start
    return len(text)


def has_begun(text: str, at: int) -> bool:
    """Whether a claim begins at `at`, however the text goes on."""
    return may_begin(f"{text}\0", at) == at


def sentence_end(text: str, at: int, *, is_final: bool) -> int | None:
    """Where the sentence around `at` is over, its citations included; None when that is not known yet.

    A line's end is the next character then.
    """
    if found := _SENTENCE_END.search(text, at):
        if found[0] == "\n":
            return found.start()
        end = behind(text, found.end())
        if end == len(text):
            return end if is_final else None
        if text[end] == "[" and _ENDS_IN_BRACKET.match(text, end) and not is_final:
            return None
        return end
    if is_final or len(text) - at > LONGEST:
        return len(text)
    return None


def ends_later(text: str) -> bool:
    """Whether a sentence that goes on with `text` is not over in it, nor perhaps with its last character."""
    return _END_IN_SIGHT.search(text) is None
