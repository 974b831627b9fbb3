"""A line of an answer as it is judged: its sentences, the products that they name, and which one a claim is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chatbot.assistant.claims.names import Mention
from chatbot.assistant.claims.sentences import END

# The citation of a sentence stands right behind it.
_CITED_SENTENCE_END: Final = re.compile(rf"(?:{END.pattern})(?!\s*\[\[)")
_COMPARED: Final = re.compile(
    r"^\*{0,2}\s?(?:보다|말고|대신|와 달리|과 달리|에 비해)|(?:than|unlike|instead of|compared (?:to|with)"
    r"|besides)\s(?:the\s)?\*{0,2}$"
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
    """The number of the product that earlier lines spoke of last."""
    is_over: bool
    written: str = ""
    """The same as the model wrote it."""

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
        sentence = self._sentence_start(claim.start)
        before = [one for one in self.mentions if one.end <= claim.start]
        after = next((one for one in self.mentions if one.start >= claim.end), None)
        read = [one for one in before if one.is_prose and not self._is_compared(one)]
        if before and before[-1].is_prose and _BESIDE.match(self.text[before[-1].end : claim.start]):
            return before[-1].product
        if read and read[-1].start >= sentence:
            return read[-1].product
        if after and not after.is_prose and _UP_TO_A_CITATION.match(self.text[claim.end : after.start]):
            return after.product
        cited = [one for one in before if not one.is_prose]
        if cited and cited[-1].start >= sentence:
            return cited[-1].product
        if after and (not before or after.start < self._sentence_stop(claim.end)):
            return after.product
        if before:
            return (read or before)[-1].product
        if not self.is_over:
            raise Undecided
        return self.previous

    def _is_compared(self, one: Mention) -> bool:
        """Whether another product is compared with this one."""
        before, after = self.text[max(0, one.start - 20) : one.start], self.text[one.end : one.end + 12]
        return bool(_COMPARED.match(after) or _COMPARED.search(before))

    def _sentence_start(self, place: int) -> int:
        return max((found.end() for found in END.finditer(self.text, 0, place)), default=0)

    def _sentence_stop(self, place: int) -> int:
        found = _CITED_SENTENCE_END.search(self.text, place)
        return found.start() if found else len(self.text)
