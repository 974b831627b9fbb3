"""Names of goods in running words that are none of the shop's: of makers, models, versions, and names made up.

Whether an answer offers what it names so is another matter (see `invented`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, Literal, NamedTuple

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.names import level, words
from chatbot.assistant.claims.vocabulary import (
    COMMON,
    DEVICE,
    KINDS,
    KOREAN_MAKERS,
    KOREAN_QUALITY,
    KOREAN_VERSION,
    LATIN_MAKERS,
    QUALITIES,
    STANDARD,
    VERSIONS,
)

REACH: Final = 90
"""Characters before a word in which the name can have begun that it goes on with."""
NEAR: Final = 40
"""Characters in which the last word of a line stands."""
_CAPITAL: Final = r"[A-Z][A-Za-z0-9&'’+-]*"
_MODEL: Final = re.compile(r"(?<![a-z0-9.])(?=[a-z-]*\d)(?=[0-9-]*[a-z])[a-z][a-z0-9-]*\d[a-z0-9-]*")
_MAKER: Final = re.compile("|".join(sorted(map(re.escape, KOREAN_MAKERS), key=len, reverse=True)))
_STARTS: Final = re.compile(r"(?:^|[.!?:。|]\s*|\n|^\s*(?:[-*+•]|\d{1,2}[.)])\s+)[\"'“‘*(]*$")
_UNFINISHED: Final = re.compile(rf"{_CAPITAL}(?:\s(?:{_CAPITAL}|\d[\w-]*))*\s?$")
_COLOURS: Final = re.compile(r"\b(?:in|colou?rs?:?)\s(?:\w+,?\s(?:and\s|or\s)?){0,3}$")


class Unknown(NamedTuple):
    """A name from `start` to `end` that is none of the shop's. A `version` would be one of a candidate's."""

    start: int
    end: int
    kind: Literal["maker", "model", "version", "title", "goods"]


class Naming:
    """What is known of names in an answer."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._titles = [words(level(title)) for title in evidence.all_titles]
        kinds = evidence.names.kinds
        latin = "|".join(sorted({*KINDS.split(), *(kind for kind in kinds if kind.isascii())}, key=len, reverse=True))
        korean = sorted((kind for kind in kinds if not kind.isascii()), key=len, reverse=True)
        self._run = re.compile(rf"(?<![\w]){_CAPITAL}(?:\s(?:{_CAPITAL}|\d[\w-]*))*(?:\s(?:{latin})(?![A-Za-z]))?")
        self._kinds = frozenset(latin.split("|"))
        last = "".join(sorted({kind[-1] for kind in korean}))
        self.korean_kind = re.compile(f"[{last}]") if last else None
        """A character with which a kind of goods ends; None where the shop's goods have no Korean names."""
        self._goods = re.compile(rf"(?:([가-힣]+)\s)?({'|'.join(korean)})") if korean else None
        self._goods_end = re.compile(
            rf"(?:{'|'.join(map(re.escape, (*korean, *evidence.names.titles)))})\s?[가-힣]{{0,2}}$"
        )

    def may_go_on(self, line: str) -> bool:
        """Whether the next word may go on with a name in which a line ends, and so make another one of it."""
        last = line[-NEAR:].rstrip(" ").rpartition(" ")[2]
        if last[:1].isupper() and last[-1:].isalnum() and last.lower() not in COMMON:
            return True
        if self.korean_kind is None or not self.korean_kind.search(line, max(0, len(line) - 4)):
            return False
        return self._goods_end.search(level(line[-REACH:])) is not None

    def begins(self, line: str, text: str, at: int, *, is_final: bool) -> int:
        """Where in `text` from `at` on, behind `line`, an unknown name goes on or begins; its length when nowhere."""
        before = (line + text[:at])[-REACH:]
        both, first = before + text[at:], len(before)
        starts = [found.start for found in self.unknown(both, level(both)) if found.end > first]
        if starts:
            return max(at, min(starts) - first + at)
        open_ = None if is_final else _UNFINISHED.search(both, 0 if len(both) < REACH else len(both) - REACH)
        if open_ and " " in open_[0].strip() and open_.end() > first:
            return max(at, open_.start() - first + at)
        return len(text)

    def over(self, line: str, plain: str, mark: int, *, is_final: bool) -> int | None:
        """Where a name is over that begins at `mark`, if it is one that may stand; None when it is not, or no name."""
        if maker := _MAKER.match(plain, mark):
            return maker.end() if self._knows(maker[0]) or DEVICE.match(plain[maker.end() :]) else None
        if not plain[mark : mark + 1].isdigit():
            return None
        before = level(line[-REACH:]) + plain[:mark]
        if not re.search(r"[a-z]-?$", before):
            return None
        rest = re.compile(r"[a-z0-9.-]*[a-z0-9]").match(plain, mark)
        begin = re.search(r"[a-z0-9][a-z0-9-]*$", before)
        if rest is None or begin is None or (rest.end() == len(plain) and not is_final):
            return None
        return rest.end() if self._is_harmless(begin[0] + rest[0]) else None

    def unknown(self, written: str, plain: str) -> Iterator[Unknown]:
        """Every name in `written` (`plain`: see `names.level`) that the shop does not know, in no order."""
        mentions = [one for one in self._evidence.names.mentions(plain) if one.is_prose]
        for one in mentions:
            version = KOREAN_VERSION.match(plain, one.end)
            if version and not self._is_in_a_title(plain[one.start : version.end()]):
                yield Unknown(one.start, version.end(), "version")
        for match in _MODEL.finditer(plain):
            if not self._is_harmless(match[0]):
                words_before = plain[max(0, match.start() - 40) : match.start()].split()[-3:]
                is_of_ours = bool(self._evidence.first_words.intersection(words_before))
                yield Unknown(match.start(), match.end(), "version" if is_of_ours else "model")
        for match in _MAKER.finditer(plain):
            before = plain[match.start() - 1 : match.start()]
            is_word = not ("가" <= before <= "힣")
            if is_word and not self._knows(match[0]) and not DEVICE.match(plain[match.end() :]):
                yield Unknown(match.start(), match.end(), "maker")
        for match in self._run.finditer(written):
            yield from self._in_run(match, plain)
        for match in self._goods.finditer(plain) if self._goods else ():
            if match[1] and self._is_made_up(match[1], match[2]):
                yield Unknown(match.start(), match.end(), "goods")

    def _in_run(self, run: re.Match[str], plain: str) -> Iterator[Unknown]:
        """What is unknown of words with capitals in a row."""
        start, end = run.span()
        said = [word.removesuffix("'s") for word in words(plain[start:end].replace("’", "'"))]
        is_start = _STARTS.search(run.string[:start]) is not None
        for maker in said:
            if maker in LATIN_MAKERS and not self._knows(maker) and not DEVICE.match(plain[end:]):
                if not (is_start and len(said) == 1 and maker in ("converse", "beats", "apple")):
                    yield Unknown(start, end, "maker")
                return
        if len(said) < 2 or _COLOURS.search(run.string[:start].lower()):
            return
        numbers = [word for word in said if word[0].isdigit()]
        if len(said) - len(numbers) < 1 or (numbers and said[0] in COMMON and len(said) - len(numbers) == 1):
            return
        if is_start and numbers == said[1:] and said[0] not in self._evidence.first_words:
            return
        is_named = any(word in self._kinds or word in VERSIONS or any(map(str.isdigit, word)) for word in said)
        new = [
            word
            for word in said
            if word not in COMMON and word not in numbers and not self._knows(word) and word not in self._kinds
        ]
        if is_start and new == said[:1] and len(said) == 2 and run[0].split()[-1].islower():  # capitals begin sentences
            return
        if is_named and (new or not self._is_part(said)):  # digits alone make no name of other words
            yield Unknown(start, end, "version" if not new or set(new) <= VERSIONS else "title")

    def _is_in_a_title(self, said: str) -> bool:
        return any(said in level(title) for title in self._evidence.all_titles)

    def _is_part(self, said: Sequence[str]) -> bool:
        """Whether words, of which the first is one that names begin with, are those of one name in order."""
        said = [word for word in said if word not in COMMON - QUALITIES or word in self._evidence.first_words]
        if not said or said[0] not in self._evidence.first_words:
            return True
        return any(_in_order(said, title) for title in self._titles)

    def _is_made_up(self, word: str, kind: str) -> bool:
        """Whether a Korean word before a kind of goods makes a name of it that is none of the shop's."""
        if word in self._evidence.first_words:
            return not any(_in_order([word, kind], title) for title in self._titles)
        return not KOREAN_QUALITY.fullmatch(word) and not self._knows(word) and len(word) > 1

    def _is_harmless(self, token: str) -> bool:
        """Whether a word with digits is a standard, a measure, or stands in what the shop says of its goods."""
        token = token.strip("-.")
        return STANDARD.fullmatch(token) is not None or self._knows(token)

    def _knows(self, word: str) -> bool:
        return self._evidence.knows([word], as_name=False) or word in self._said

    @cached_property
    def _said(self) -> frozenset[str]:
        """What the shopper calls things. A name of goods is not known by that (see `invented`)."""
        return frozenset(word for word in self._evidence.words_said if word not in LATIN_MAKERS and word.isalpha())


def _in_order(said: Sequence[str], title: Sequence[str]) -> bool:
    rest = iter(title)
    return all(any(_is_same(word, other) for other in rest) for word in said)


def _is_same(word: str, other: str) -> bool:
    return (
        word == other or word.rstrip("s") == other.rstrip("s")
        if word.isascii()
        else word.startswith(other) or word == other
    )
