"""Which products a piece of an answer names: by citation, by title, or by brand and model."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.events import ProductCard

CITATION: Final = re.compile(r"\[\[\s*p(\d{1,3})\s*(?:\.\s*(price|stock|title)\s*)?\]\]", re.IGNORECASE)
CITED: Final = re.compile(r"\[\[\s*p\d{1,3}\s*\]\]", re.IGNORECASE)
"""A citation that asks for a card and nothing more."""
BRACKETED: Final = re.compile(r"\[\[[^\[\]\n]{1,40}\]\]")
BRACKETED_SO_FAR: Final = re.compile(r"\[(?:\[[^\[\]\n]{0,40}\]?)?")
"""What may become a citation; longer than this it is text."""
# One character each, so that places in the text stay what they are.
_LEVEL: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    0xFFE6: "₩",
    0xFFE1: "£",
    0xFFE5: "¥",
    0x00A0: " ",
    0x202F: " ",
    0x2009: " ",
    0x3000: " ",
    0x2019: "'",
    0x2011: "-",
    0x2013: "-",
}
_UNEVEN: Final = re.compile(f"[{''.join(map(chr, _LEVEL))}]")
_ALONE: Final = re.compile(r"(?:은|는|이|가|의|도|을|를|만|과|와)?(?![\w가-힣])")
"""Behind a word that stands for a product: a Korean particle at the most."""
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*|[가-힣]+")
_MODEL: Final = re.compile(r"(?=[a-z0-9-]*\d)(?=[a-z0-9-]*[a-z])[a-z0-9][a-z0-9-]{3,}")
_MEASURE: Final = re.compile(r"[\d.-]+(?:[a-z]{1,3}|inch|hours?|pack|pcs|watts?)")
_TAIL: Final = re.compile(r"\s*[(,/|].*$|\s+[-–—]\s.*$")
_WORDS_OF_A_NAME: Final = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """Product number `product` (from 0) is named from `start` to `end`; `is_prose` when a reader sees its name."""

    start: int
    end: int
    product: int
    is_prose: bool


def level(text: str) -> str:
    """`text` in lower case with full-width forms made plain, every character at its old place."""
    lower = text.lower()
    if text.isascii():
        return lower
    plain = lower if len(lower) == len(text) else text
    return plain.translate(_LEVEL) if _UNEVEN.search(plain) else plain


def visible(text: str) -> str:
    """`text` without the format characters by which words hide from people; joiners inside emoji stay."""
    if text.isprintable():
        return text
    return "".join(
        character
        for place, character in enumerate(text)
        if unicodedata.category(character) != "Cf"
        or (
            character in "\u200c\u200d"
            and place > 0
            and ord(text[place - 1]) >= 0x2190
            and not text[place - 1].isalnum()
        )
    )


def words(text: str) -> list[str]:
    """The words of `text` (see `level`), Latin or Korean, in order."""
    return _WORD.findall(text)


class Names:
    """The names of a turn's candidates.

    `others` are titles of products that are none: where one is said, no candidate is meant by a part of it.
    """

    def __init__(self, cards: Sequence[ProductCard], others: Sequence[str] = ()) -> None:
        self.count = len(cards)
        owners: dict[str, set[int]] = {}
        for number, card in enumerate(cards):
            for alias in _aliases(level(card.title), level(card.brand)):
                owners.setdefault(alias, set()).add(number)
        # What two candidates are called names neither; a whole title stands for all that share it.
        titles = {level(card.title): number for number, card in reversed(list(enumerate(cards)))}
        known: dict[str, int | None] = {level(title): None for title in others if title}
        known |= {
            alias: titles.get(alias, min(numbers))
            for alias, numbers in owners.items()
            if len(numbers) == 1 or alias in titles
        }
        self._aliases = sorted(known.items(), key=lambda name: -len(name[0]))

        self._of_a_kind = _kinds([(level(card.title), level(card.brand)) for card in cards])
        self._begins = _firsts([level(card.title) for card in cards], but=self._of_a_kind)
        self.titles = [level(card.title) for card in cards]

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of goods that the candidates are."""
        return self._of_a_kind.keys()

    def of_kind(self, kind: str) -> Sequence[int]:
        """The numbers of the candidates that are of this kind of goods."""
        return self._of_a_kind.get(kind, ())

    def kind_places(self, text: str, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Where from `start` to `stop` one of them is spoken of in short: the number, the beginning, the end.

        By its kind of goods, or by the first word of its title, where no other candidate has the same.
        """
        for first, number in self._begins.items():
            for place in places(text[:stop], first):
                if place >= start and _ALONE.match(text, place + len(first)):
                    yield number, place, place + len(first)
        for kind, numbers in self._of_a_kind.items():
            if len(numbers) == 1:
                for place in places(text[:stop], kind):
                    if place >= start:
                        yield numbers[0], place, place + len(kind)

    def kinds_in(self, text: str) -> set[int]:
        """The numbers of the candidates that alone are of a kind of goods of which `text` (see `level`) speaks."""
        alone = ((kind, numbers[0]) for kind, numbers in self._of_a_kind.items() if len(numbers) == 1)
        return {number for kind, number in alone if next(places(text, kind), None) is not None}

    def mentions(self, text: str) -> list[Mention]:
        """Where `text` (see `level`) names a candidate, in order; a longer name goes before one inside it."""
        found = [
            Mention(match.start(), match.end(), int(match[1]) - 1, match[2] == "title")
            for match in CITATION.finditer(text)
            if 1 <= int(match[1]) <= self.count
        ]
        taken: list[tuple[int, int]] = []
        for alias, number in self._aliases:
            for start in places(text, alias):
                end = start + len(alias)
                if all(end <= left or start >= right for left, right in taken):
                    taken.append((start, end))
                    if number is not None:
                        found.append(Mention(start, end, number, is_prose=True))
        return sorted(found, key=lambda mention: mention.start)


def _aliases(title: str, brand: str) -> set[str]:
    """The title, and what stands for it: without its tail, brand and model, the first words. Never a kind of goods."""
    short = _TAIL.sub("", title)
    words = short.split()
    found = {title}
    if len(words) > 1 and short != brand:
        found.add(short)
    for model in _MODEL.findall(title):
        found |= {model, f"{brand} {model}"} if not _MEASURE.fullmatch(model) else set()
    first = " ".join(words[:_WORDS_OF_A_NAME])
    if len(words) > _WORDS_OF_A_NAME and ((brand and first.startswith(f"{brand} ")) or _MODEL.search(first)):
        found.add(first)
    return {alias.strip() for alias in found if len(alias.strip()) >= 2 and not alias.strip().isdecimal()}


def _kinds(titles: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """Kinds of goods and who is of them: the last word of a title that is no brand and no model."""
    found: dict[str, list[int]] = {}
    for number, (title, brand) in enumerate(titles):
        named = [word for word in _WORD.findall(_TAIL.sub("", title)) if word not in brand.split() and len(word) > 1]
        named = [word for word in named if not any(map(str.isdigit, word))]
        for kind in _forms(named[-1]) if named else ():
            found.setdefault(kind, []).append(number)
    return found


def _firsts(titles: Sequence[str], *, but: Collection[str]) -> dict[str, int]:
    """The first words that one title alone begins with, and its number; no kinds of goods."""
    found: dict[str, list[int]] = {}
    for number, title in enumerate(titles):
        for word in _WORD.findall(title)[:1]:
            found.setdefault(word, []).append(number)
    return {
        word: numbers[0] for word, numbers in found.items() if len(numbers) == 1 and len(word) > 1 and word not in but
    }


def _forms(kind: str) -> set[str]:
    """A kind of goods in the singular and in the plural."""
    if not kind.isascii():
        return {kind}
    return {kind, kind[:-1]} if kind.endswith("s") else {kind, f"{kind}s"}


def places(text: str, alias: str) -> Iterator[int]:
    """Where `alias` stands as a word in `text`, both level; a Korean one may have particles behind it."""
    start = text.find(alias)
    while start >= 0:
        end = start + len(alias)
        before, after = text[start - 1 : start], text[end : end + 1]
        # Korean particles follow a name without a space; Latin letters and digits would make it another word.
        begins = not (before.isalnum() and (before.isascii() or not alias[0].isascii()))
        if begins and not (after.isascii() and after.isalnum() and alias[-1].isascii()):
            yield start
        start = text.find(alias, end)
