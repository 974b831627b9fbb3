"""The model's words against the shop's catalogue, while they stream.

The model never says a price, a stock state or which product exists. It cites: `[[p1]]` asks for the card of the first
candidate, `[[p1.price]]`, `[[p1.stock]]` and `[[p1.title]]` for a fact in the middle of a sentence. Cards stand after
the line that cites them. A citation of anything that is not a candidate is dropped and counted. Text is held back only
while a citation is incomplete.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from chatbot.assistant.sentences import price_unknown, spoken
from chatbot.events import (
    ProductCard,
    ProductShown,
    TextAdded,
    TextCorrected,
    TextFinished,
    TextStarted,
    TurnEvent,
)

_CITATION: Final = re.compile(r"\[\[\s*p(\d{1,3})\s*(?:\.\s*(price|stock|title)\s*)?\]\]", re.IGNORECASE)
_ABOUT_A_PRODUCT: Final = re.compile(r"\[\[\s*p\d", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\[\[[^\[\]\n]{1,40}\]\]")
_BRACKETED_SO_FAR: Final = re.compile(r"\[(?:\[[^\[\]\n]{0,40}\]?)?")
"""Held back until it is clear what it is; longer than this it is text."""


@dataclass(slots=True)
class Grounding:
    """Words in, events out. `cards[0]` is what `p1` cites; facts in sentences are written in `language`."""

    cards: Sequence[ProductCard]
    language: str
    interventions: list[dict[str, str]] = field(default_factory=list)
    _held: str = ""
    _block: int = 0
    _void: int = 0
    _open: str = ""
    """The block that words go to, empty when none is open."""
    _due: list[ProductCard] = field(default_factory=list)
    _shown: set[str] = field(default_factory=set)

    def passes(self, said: TextAdded) -> bool:
        """Whether these further words are shown as they are: then `feed` would give an event that is equal to them."""
        return said.block == self._open and not self._held and not self._due and "[" not in said.text

    def feed(self, text: str) -> list[TurnEvent]:
        """The events that these further words of the model allow to be shown."""
        if not self._held and not self._due and "[" not in text:
            return self._say(text)
        return self._read(self._held + text, final=False)

    def close(self) -> list[TurnEvent]:
        """The rest: what was held back, the cards that are due, the end of the block."""
        events = self._read(self._held, final=True)
        events += self._end_block()
        return events

    def withdraw(self, reason: str) -> list[TurnEvent]:
        """Take back all words so far; what is fed next begins a new block. Cards stay: they are the shop's own."""
        self._held = ""
        self._due.clear()
        events = self._end_block()
        blocks = range(self._void + 1, self._block + 1)
        events += [TextCorrected(block=f"t{number}", text="", reason=reason) for number in blocks]
        self._void = self._block
        self.interventions.append({"kind": "withdrawn", "text": reason})
        return events

    def catalogue(self, sentence: str, cards: Sequence[ProductCard]) -> list[TurnEvent]:
        """The shop's own answer: a block of its words, and those of `cards` that do not stand in the answer yet."""
        events = self._say(sentence)
        self._due = [card for card in cards if card.sku not in self._shown]
        return events + self._end_block()

    def _read(self, text: str, *, final: bool) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        said: list[str] = []
        self._held = ""
        at = 0
        while at < len(text):
            mark = self._next_mark(text, at)
            said.append(text[at:mark])
            if mark == len(text):
                break
            if text[mark] == "\n":  # cards are due: they stand after this line
                events += self._say("".join(said)) + self._end_block()
                said, at = [], mark + 1
                continue
            if bracketed := _BRACKETED.match(text, mark):
                said.append(self._cited(bracketed[0]))
                at = bracketed.end()
            elif not final and _BRACKETED_SO_FAR.fullmatch(text, mark):
                self._held = text[mark:]
                break
            else:
                said.append(text[mark])
                at = mark + 1
        return events + self._say("".join(said))

    def _next_mark(self, text: str, at: int) -> int:
        """Where the next thing to decide begins: an opening bracket or, with cards due, the end of the line."""
        bracket = text.find("[", at)
        bracket = len(text) if bracket < 0 else bracket
        line_end = text.find("\n", at, bracket) if self._due else -1
        return line_end if line_end >= 0 else bracket

    def _cited(self, citation: str) -> str:
        """The words that stand in place of `citation`."""
        match = _CITATION.fullmatch(citation)
        if match is None:
            return self._dropped(citation) if _ABOUT_A_PRODUCT.match(citation) else citation
        number = int(match[1])
        if not 1 <= number <= len(self.cards):
            return self._dropped(citation)
        cited = self.cards[number - 1]
        match (match[2] or "").lower():
            case "price":
                if text := cited.sale_price_text or cited.price_text:
                    return text
                with spoken(self.language):
                    return price_unknown()
            case "stock":
                return cited.availability_text
            case "title":
                return cited.title
        if cited.sku not in self._shown:
            self._shown.add(cited.sku)
            self._due.append(cited)
        return ""

    def _dropped(self, citation: str) -> str:
        self.interventions.append({"kind": "citation_dropped", "text": citation})
        return ""

    def _say(self, text: str) -> list[TurnEvent]:
        if not self._open:
            text = text.lstrip("\n")
        if not text:
            return []
        events: list[TurnEvent] = []
        if not self._open:
            self._block += 1
            self._open = f"t{self._block}"
            events.append(TextStarted(block=self._open))
        events.append(TextAdded(text=text, block=self._open))
        return events

    def _end_block(self) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        if self._open:
            events.append(TextFinished(block=self._open))
            self._open = ""
        events += [ProductShown(card=due) for due in self._due]
        self._due.clear()
        return events
