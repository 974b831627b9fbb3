"""Names of goods in running words that are none of the shop's: of makers, models, versions, and names made up.

Whether an answer offers what it names so is another matter (see `invented`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, Literal, NamedTuple

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.headings import is_topic
from chatbot.assistant.claims.goods.names import level, places, words
from chatbot.assistant.claims.goods.vocabulary import (
    COMMON,
    DEVICE,
    KINDS,
    KOREAN_KINDS,
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
_UNFINISHED: Final = re.compile(rf"{_CAPITAL}(?:\s(?:{_CAPITAL}|\d[A-Za-z0-9-]*))*\s?$")
_RUN: Final = re.compile(rf"(?<![\w]){_CAPITAL}(?:\s(?:{_CAPITAL}|\d[A-Za-z0-9-]*))*")
_WORD_BEHIND: Final = re.compile(r"\s([a-z]+)(?![a-z])")
_WORD_BEFORE: Final = re.compile(r"([가-힣]+)\s$")
_NUMBERED: Final = re.compile(
    r"\s(?:[2-9]|ii|iii|iv)(?=\s(?:is|are|at|for|costs?|in|have|has|were|was)\b|\s?[-:,(]|\.?\s*$)"
)
_VARIANT: Final = re.compile(r"\b(?:pro|max|plus|lite|mini|ultra|deluxe) (?:version|edition|model|variant)\b")
_MAKES_ANOTHER: Final = frozenset({"유선", "게이밍", "미니"})
_OWNS: Final = re.compile(r"'s\b")
_COUNTED: Final = frozenset(("two", "three", "four", "five"))
_CLOCK: Final = re.compile(r"[ap]m-\d{1,2}(?:[ap]m)?")
_COUNTS: Final = re.compile(
    r"\s?(?:[ap]\.?m\b|o'clock|%|percent|days?\b|weeks?\b|months?\b|hours?\b|pairs?\b|items?\b|:\d)"
)
"""What stands behind a number that counts something, and makes no name."""
_COLOURS: Final = re.compile(r"\b(?:in|colou?rs?:?)\s(?:\w+,?\s(?:and\s|or\s)?){0,3}$")


_HEAD: Final = re.compile(
    r"\s*(?:(?:[-*+•]|\d{1,2}[.)])\s+|\|\s*)(?P<bold>\**)(?P<name>[^:：–—(|,.!?$₩€£\d\n*]{2,48}?)\**"
    r"\s?(?:[:：–—(|,$₩€£]|\s-\s|(?<=\s)\d)"
)
"""What an item of a list, or a row of a table, begins with before it says something of it."""
_HEAD_SO_FAR: Final = re.compile(r"\s*(?:(?:[-*+•]|\d{1,2}[.)]?|\|)(?:\s*\**(?:[^:：–—(|,.!?$₩€£\d\n*-]{0,32}))?)?")


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
        self._latin_kinds = frozenset({*KINDS.split(), *(kind for kind in kinds if kind.isascii())})
        self._korean_kinds = tuple(kind for kind in kinds if not kind.isascii())
        last = re.escape("".join(sorted({kind[-1] for kind in self._korean_kinds})))
        self.korean_kind = re.compile(f"[{last}]") if last else None
        """A character with which a kind of goods ends; None where the shop's goods have no Korean names."""

    def may_go_on(self, line: str) -> bool:
        """Whether the next word may go on with a name in which a line ends, and so make another one of it."""
        near = line[-NEAR:].rsplit(" ", 2)  # the word before may be a name, and the last one not whole yet
        if any(word[:1].isupper() and word[-1:].isalnum() and word.lower() not in COMMON for word in near[-2:]):
            return True
        if self.korean_kind is None or not self.korean_kind.search(line, max(0, len(line) - 4)):
            return False
        tail = level(line[-REACH:])
        return any(tail[: len(tail) - cut].rstrip(" ").endswith(self._korean_kinds) for cut in range(3))

    def is_in_head(self, line: str) -> bool:
        """Whether a line has not come further than the head of an item of a list."""
        return len(line) < NEAR and _HEAD_SO_FAR.fullmatch(line) is not None

    def unknown_head(self, line: str) -> Unknown | None:
        """The head of an item or a row if it is a name that the shop does not know; None elsewhere."""
        head = _HEAD.match(line)
        if head is None:
            return None
        name = level(head["name"])
        named = words(name)
        if len(named) < 2 or self._evidence.names.mentions(name):
            return None
        kinds = [word for word in named if word in self._latin_kinds or word in {*KOREAN_KINDS, *self._korean_kinds}]
        new = [word for word in named if word not in kinds and not self._is_quality(word)]
        is_titled = head["name"].istitle() and len(new) == len(named)
        if (kinds and new) or is_titled:
            return Unknown(head.start("name"), head.end("name"), "version")
        return None

    def _is_quality(self, word: str) -> bool:
        """Whether a word may stand in the head of an item that names no product: of how it is, or of what."""
        if word in COMMON or is_topic(word) or self._knows(word):
            return True
        return not word.isascii() and KOREAN_QUALITY.fullmatch(word) is not None

    def begins(self, line: str, text: str, at: int, *, is_final: bool) -> int:
        """Where in `text` from `at` on, behind `line`, an unknown name goes on or begins; its length when nowhere."""
        if self.is_in_head(line):  # a name is to be told from what is said of it before it is read
            so_far = line + text[at:]
            if self.unknown_head(so_far) or (so_far.strip() and not is_final and self.is_in_head(so_far)):
                return at
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
            version = KOREAN_VERSION.match(plain, one.end) or _NUMBERED.match(plain, one.end)
            if version and plain[one.start : version.end()] not in self._own:
                yield Unknown(one.start, version.end(), "version")
        for found in self._among_others(written, plain):
            if not any(one.start <= found.start and found.end <= one.end for one in mentions):
                yield found

    def _among_others(self, written: str, plain: str) -> Iterator[Unknown]:
        for match in _MODEL.finditer(plain):
            if not self._is_harmless(match[0]) or self._is_of_a_kind(match[0], plain[: match.start()]):
                words_before = words(plain[max(0, match.start() - 40) : match.start()])[-3:]
                is_of_ours = bool(self._evidence.first_words.intersection(words_before))
                yield Unknown(match.start(), match.end(), "version" if is_of_ours else "model")
        for match in _VARIANT.finditer(plain):
            if match[0] not in self._own:
                yield Unknown(match.start(), match.end(), "version")
        for match in _MAKER.finditer(plain):
            before = plain[match.start() - 1 : match.start()]
            is_word = not ("가" <= before <= "힣")
            if is_word and not self._knows(match[0]) and not DEVICE.match(plain[match.end() :]):
                yield Unknown(match.start(), match.end(), "maker")
        for match in _RUN.finditer(written):
            yield from self._in_run(match, plain)
        for kind in self._korean_kinds:
            for place in places(plain, kind):
                word = _WORD_BEFORE.search(plain, max(0, place - NEAR), place)
                if word and word[1] in _MAKES_ANOTHER and self._is_another(word[1], kind, plain[: word.start()]):
                    yield Unknown(word.start(), place + len(kind), "version")
                elif word and self._is_made_up(word[1], kind):
                    yield Unknown(word.start(), place + len(kind), "goods")

    def _in_run(self, run: re.Match[str], plain: str) -> Iterator[Unknown]:
        """What is unknown of words with capitals in a row, and of a kind of goods behind them."""
        start, end = run.span()
        if (behind := _WORD_BEHIND.match(plain, end)) and behind[1] in self._latin_kinds:
            end = behind.end()
        said = words(_OWNS.sub("", plain[start:end].replace("’", "'")))
        said = said[1:] if said[:1] and said[0] in _COUNTED else said
        is_start = _STARTS.search(run.string[:start]) is not None
        for maker in said:
            if maker in LATIN_MAKERS and not self._knows(maker) and not DEVICE.match(plain[end:]):
                if not (is_start and len(said) == 1 and maker in ("converse", "beats", "apple")):
                    yield Unknown(start, end, "maker")
                return
        if len(said) < 2 or _COLOURS.search(run.string[:start].lower()):
            return
        numbers = [word for word in said if word[0].isdigit()]
        if numbers == said[-1:] and _COUNTS.match(plain, end):
            return
        if len(said) - len(numbers) < 1 or (numbers and said[0] in COMMON and len(said) - len(numbers) == 1):
            return
        if is_start and numbers == said[1:] and said[0] not in self._evidence.first_words:
            return
        is_named = any(word in self._latin_kinds or word in VERSIONS or any(map(str.isdigit, word)) for word in said)
        new = [
            word
            for word in said
            if word not in COMMON and word not in numbers and not self._knows(word) and word not in self._latin_kinds
        ]
        if (
            is_start and new == said[:1] and len(said) == 2 and run.string[start:end].split()[-1].islower()
        ):  # capitals begin sentences
            return
        if is_named and (
            new or not (self._is_part(said, numbers) or plain[start:end] in self._own)
        ):  # digits alone make no name of other words
            yield Unknown(start, end, "version" if not new or set(new) <= VERSIONS else "title")

    def _is_part(self, said: Sequence[str], numbers: Sequence[str]) -> bool:
        """Whether words, of which the first is one that names begin with, are those of one name in order."""
        said = [word for word in said if word not in numbers]
        said = [word for word in said if word not in COMMON - QUALITIES or word in self._evidence.first_words]
        if not said or said[0] not in self._evidence.first_words:
            return True
        return any(_in_order(said, title) for title in self._titles)

    def _is_made_up(self, word: str, kind: str) -> bool:
        """Whether a Korean word before a kind of goods makes a name of it that is none of the shop's."""
        if word in self._evidence.first_words:
            return not any(_in_order([word, kind], title) for title in self._titles)
        return not KOREAN_QUALITY.fullmatch(word) and not self._knows(word) and len(word) > 1

    def _is_another(self, quality: str, kind: str, before: str) -> bool:
        """Whether a quality between the first word of names and their kind makes another product of them."""
        first = words(before[-NEAR:])[-1:]
        named = bool(first) and before[-1:] == " " and first[0] in self._evidence.first_words
        return named and not any(_in_order([first[0], quality, kind], title) for title in self._titles)

    def _is_harmless(self, token: str) -> bool:
        """Whether a word with digits is a standard, a measure, or stands in what the shop says of its goods."""
        token = token.strip("-.")
        if STANDARD.fullmatch(token) or _CLOCK.fullmatch(token):
            return True
        return self._knows(token) or (token.endswith("s") and self._knows(token[:-1]))

    def _is_of_a_kind(self, token: str, before: str) -> bool:
        """Whether a kind of goods stands before a word with digits, which makes a model of it, whatever it is else."""
        kind = words(before[-NEAR:])[-1:]
        if not kind or before[-1:] != " " or token.startswith("ip") or self._knows(token):
            return False
        return kind[0] in self._latin_kinds or kind[0] in KOREAN_KINDS or kind[0] in self._korean_kinds

    def _knows(self, word: str) -> bool:
        if self._evidence.knows([word], as_name=False) or word in self._said:
            return True
        return word.isascii() and next(places(self._own, word), None) is not None

    @cached_property
    def _own(self) -> str:
        """All that the shop says of its goods and terms."""
        return level(" ".join((*self._evidence.all_titles, self._evidence.catalogue, self._evidence.terms)))

    @cached_property
    def _said(self) -> frozenset[str]:
        """What the shopper calls things. A name of goods is not known by that (see `invented`)."""
        makers = {*LATIN_MAKERS, *KOREAN_MAKERS}
        return frozenset(word for word in self._evidence.words_said if word not in makers and word.isalpha())


def _in_order(said: Sequence[str], title: Sequence[str]) -> bool:
    rest = iter(title)
    return all(any(_is_same(word, other) for other in rest) for word in said)


def _is_same(word: str, other: str) -> bool:
    return (
        word == other or word.rstrip("s") == other.rstrip("s")
        if word.isascii()
        else word.startswith(other) or word == other
    )
