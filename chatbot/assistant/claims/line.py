"""A line of an answer as it is judged: its sentences, the products that they name, and which one a claim is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Protocol

from chatbot.assistant.claims.goods.names import Mention, Names
from chatbot.assistant.claims.overhead import NOTHING, Overhead
from chatbot.assistant.claims.sentences import END, is_row

# The citation of a sentence stands right behind it.
_CITED_SENTENCE_END: Final = re.compile(rf"(?:{END.pattern})(?!\s*\[\[)")
_COMPARED: Final = re.compile(
    r"^\*{0,2}(?:\s?\([^()]{1,20}\))?(?:\s?\[\[p\d+\]\])?\s?(?:보다|말고|대신|와 달리|과 달리|에 비해)"
    r"|(?:than|unlike|(?<=, )like|just like|\bas\s[a-z]+\sas|instead of|compared (?:to|with)"
    r"|besides|against|versus|\bvs\.?)\s(?:the\s)?\*{0,2}$"
)
# What makes an amount describe the name that stands right behind it: 59,000원인 새벽, the $59.00 Dawn.
_DESCRIBES: Final = re.compile(
    r"\*{0,2}(?:대)?\s?(?:초반|중반|후반|정도|선|이하|미만|이상)?\s?(?:인|짜리(?:인)?|의|하는)\s\*{0,2}$"
)
_DESCRIBES_BEFORE: Final = re.compile(r"\b(?:the|our|an?|these|those|this|that)\s(?:[a-z-]+\s){0,2}\*{0,2}$")
_RIGHT_BEHIND: Final = re.compile(r"\*{0,2}\s\*{0,2}$")
# What sets an amount before all that is said of a product: At $59.00, the Dawn is the lighter one.
_SET_BEFORE: Final = re.compile(
    r"(?:^|[.!?:,;]\s|\b(?:and|while|but|or|whereas)\s)\W*(?:at|for|with)\s(?:just\s|only\s|around\s|about\s"
    r"|under\s|over\s)?\*{0,2}$"
)
_SET_BEHIND: Final = re.compile(
    r"\*{0,2},?\s(?:you(?:'d|'ll| can| could| will| would)?\s(?:also\s)?(?:get|have|buy)\s"
    r"|there(?:'s| is| are)\s)?(?:the\s|our\s)?\*{0,2}$"
)
_IN_A_ROW: Final = re.compile(
    r"\*{0,2}\s?(?:\[\[p\d+\]\])?(?:과|와|하고|이고|,|\s?[/&+]|\sand|\sor|\sagainst|\sversus|\svs\.?|\s및"
    r"|,\sand)?\s(?:\[\[p\d+\]\]\s)?(?:the\s)?\*{0,2}"
)
_IS_WHAT_BEHIND_COSTS: Final = re.compile(
    r"\*{0,2}\s(?:for|gets you|will get you|buys you|is for)\s(?:the\s|our\s)?\*{0,2}$"
)
_APART: Final = re.compile(
    r"[,;:]\s|[.!?]\s|\s(?:and|but|while|or)\s|(?<=[가-힣])(?:고|며|지만|는데"
    r"|(?<!원)(?<!원이)면|과|와)\s"
)
_BESIDE: Final = re.compile(r"\*{0,2}\s?(?:\(|at|for|[:=]|의)\s?$")
_UP_TO_A_CITATION: Final = re.compile(r"[^,;\n\d]{0,18}$")


class Undecided(Exception):
    """It is not known yet which product a claim is about: a name may still come in this line."""


class Claim(Protocol):
    """Whatever is claimed, from `start` to `end` of a line."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line so far, which is level (see `names.level`), judged from `at` on. Places count from its beginning."""

    text: str
    at: int
    mentions: Sequence[Mention]
    previous: int | None
    """The number of the product that heads the line, or that earlier lines spoke of last."""
    is_over: bool
    written: str = ""
    """The same as the model wrote it."""
    columns: Sequence[int | None] = ()
    """Of a row of a table, the numbers of the products that its head names, cell by cell."""
    over: Overhead = NOTHING

    def is_in_address(self, claim: Claim) -> bool:
        """Whether it is a part of a link."""
        before = self.text[: claim.start].rsplit(None, 1)[-1:]
        return (
            bool(before)
            and self.text[claim.start - 1 : claim.start].strip() != ""
            and ("://" in before[0] or "](" in before[0])
        )

    def sentence_around(self, claim: Claim) -> str:
        """The words of its sentence."""
        return self.text[self._sentence_start(claim.start) : self._sentence_stop(claim.end)]

    def bounds(self, claim: Claim) -> tuple[int, int]:
        """Where its sentence begins and ends."""
        return self._sentence_start(claim.start), self._sentence_stop(claim.end)

    def named_around(self, claim: Claim) -> set[int]:
        """The numbers of the products that its sentence names or cites."""
        start, stop = self._sentence_start(claim.start), self._sentence_stop(claim.end)
        return {one.product for one in self.mentions if start <= one.start < stop}

    def named_in(self, start: int, stop: int, names: Names) -> Sequence[Mention]:
        """The products that are named from `start` to `stop`, and not only cited, by name or by kind, in order.

        What stands side by side for one product is one name.
        """
        named = [one for one in self.mentions if one.is_prose and start <= one.start < stop]
        for number, begin, end in names.kind_places(self.text, start, stop):
            if all(end <= one.start or begin >= one.end for one in named):
                named.append(Mention(begin, end, number, is_prose=True))
        joined: list[Mention] = []
        for one in sorted(named, key=lambda one: one.start):
            last = joined[-1] if joined else one
            if last.product == one.product and last.end < one.start and self.text[last.end : one.start] == " ":
                joined[-1] = Mention(last.start, one.end, one.product, is_prose=True)
            else:
                joined.append(one)
        return joined

    def with_kinds(self, claim: Claim, names: Names) -> "Line":
        """The same, with what the sentence of a claim names by its kind alone among those that are named."""
        new = [one for one in self.named_in(*self.bounds(claim), names) if one not in self.mentions]
        return replace(self, mentions=sorted((*self.mentions, *new), key=lambda one: one.start)) if new else self

    def is_named_at(self, place: int) -> bool:
        """Whether the sentence at this place names or cites a product."""
        start, stop = self._sentence_start(place), self._sentence_stop(place)
        return any(start <= one.start < stop for one in self.mentions)

    def is_in_name(self, claim: Claim) -> bool:
        """Whether it is a part of a product's name, and so claims nothing."""
        return any(one.is_prose and one.start <= claim.start and claim.end <= one.end for one in self.mentions)

    def subject(self, claim: Claim) -> int | None:
        """The number of the product that `claim` is about; None when no product was named at all.

        Raises Undecided.
        """
        column = self.column_of(claim)
        if column is not None:
            return column
        sentence = self._sentence_start(claim.start)
        before = [one for one in self.mentions if one.end <= claim.start]
        after = next((one for one in self.mentions if one.start >= claim.end), None)
        read = [one for one in before if one.is_prose and not self.is_compared(one)]
        if after and after.is_prose and self.describes(claim, after):
            return after.product
        if before and before[-1].is_prose and _BESIDE.match(self.text[before[-1].end : claim.start]):
            return before[-1].product
        if read and read[-1].start >= sentence:
            return read[-1].product
        if after and not after.is_prose and _UP_TO_A_CITATION.match(self.text[claim.end : after.start]):
            return after.product
        cited = [one for one in before if not one.is_prose]
        if cited and cited[-1].start >= sentence:
            return cited[-1].product
        if after and not before and self.previous is not None and self.is_compared(after):
            return self.previous
        is_set_against = before and after and after.is_prose and self.is_compared(after)
        if after and not is_set_against and (not before or after.start < self._sentence_stop(claim.end)):
            return after.product
        if before:
            return (read or before)[-1].product
        if not self.is_over:
            raise Undecided
        return self.previous

    def column_of(self, claim: Claim) -> int | None:
        """The number of the product in whose column of a table `claim` stands, where its row names none itself."""
        cell = _cell(self.text, claim.start)
        return self.columns[cell] if not self.mentions and cell < len(self.columns) else None

    def label_of(self, claim: Claim) -> str:
        """What heads its column in a row of a table, or, where that names a product, its row; empty elsewhere."""
        if not self.over.head or not is_row(self.text):
            return ""
        heads = cells(self.over.head)
        cell = _cell(self.text, claim.start)
        is_of_a_column = self.column_of(claim) is not None
        return cells(self.text)[0] if is_of_a_column or cell >= len(heads) else heads[cell]

    def other_subject(self, claim: Claim) -> int | None:
        """The number of the product right behind `claim` that it may be about as well: both are apart from all before.

        None where there is none.
        """
        before = next((one for one in reversed(self.mentions) if one.end <= claim.start and one.is_prose), None)
        after = next((one for one in self.mentions if one.start >= claim.end), None)
        if before is None or after is None or not after.is_prose or self.is_compared(after):
            return None
        if not _APART.search(self.text, before.end, claim.start) or _APART.search(self.text, claim.end, after.start):
            return None
        return after.product

    def in_turn(self, claim: Claim, all_claims: Sequence[Claim], named: Sequence[Mention]) -> int | None:
        """The number of the product whose turn it is, where those `named` in a row are followed by as many claims.

        None where they are not: the Dawn and the Dusk cost $59.00 and $71.20.
        """
        start, stop = self._sentence_start(claim.start), self._sentence_stop(claim.end)
        said = [one for one in all_claims if start <= one.start < stop]
        if len(said) != len(named) or len(said) < 2 or named[-1].end > said[0].start:
            return None
        are_rows = all(
            _IN_A_ROW.fullmatch(self.text, one.end, other.start)
            for row in (said, named)
            for one, other in pairwise(row)
        )
        return named[[one.start for one in said].index(claim.start)].product if are_rows else None

    def is_in_a_row(self, claim: Claim, all_claims: Sequence[Claim]) -> bool:
        """Whether another claim stands beside this one, with nothing more than an "and" between them."""
        return any(
            _IN_A_ROW.fullmatch(self.text, one.end, other.start)
            for one, other in pairwise(all_claims)
            if claim.start in (one.start, other.start)
        )

    def describes(self, claim: Claim, name: Mention) -> bool:
        """Whether a claim says of the name behind it, and of no other, how it is."""
        before = self.text[self._sentence_start(claim.start) : claim.start]
        between = self.text[claim.end : name.start]
        if (
            _DESCRIBES.match(between)
            or _IS_WHAT_BEHIND_COSTS.match(between)
            or (_RIGHT_BEHIND.match(between) and _DESCRIBES_BEFORE.search(before))
        ):
            return True
        return not self.is_compared(name) and bool(_SET_BEHIND.match(between) and _SET_BEFORE.search(before))

    def is_compared(self, one: Mention) -> bool:
        """Whether another product is set against this one."""
        before, after = self.text[max(0, one.start - 32) : one.start], self.text[one.end : one.end + 32]
        return bool(_COMPARED.match(after) or _COMPARED.search(before))

    def _sentence_start(self, place: int) -> int:
        return max((found.end() for found in END.finditer(self.text, 0, place)), default=0)

    def _sentence_stop(self, place: int) -> int:
        found = _CITED_SENTENCE_END.search(self.text, place)
        return found.start() if found else len(self.text)


def columns_of(head: str, mentions: Sequence[Mention]) -> list[int | None]:
    """The numbers of the products that the cells of a table's first row name; None for a cell that names none."""
    named = {_cell(head, one.start): one.product for one in mentions}
    return [named.get(cell) for cell in range(_cell(head, len(head)))]


def cells(row: str) -> list[str]:
    """What stands in the cells of a row."""
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _cell(row: str, place: int) -> int:
    """In which cell of a row a place is, from 0 on."""
    return max(0, row.count("|", 0, place) - row.lstrip().startswith("|"))
