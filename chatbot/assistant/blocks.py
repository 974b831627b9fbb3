"""What a shopper's screen says, as events: blocks of words, and behind a block the cards that it asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chatbot.events import (
    ProductCard,
    ProductShown,
    TextAdded,
    TextCorrected,
    TextFinished,
    TextStarted,
    TurnEvent,
)


@dataclass(slots=True)
class Blocks:
    """The blocks of one answer, which are called t1, t2 and so on. A card is shown once."""

    open: str = ""
    """The block that words go to, empty when none is open."""
    due: list[ProductCard] = field(default_factory=list)
    """Cards that stand behind the block that is open."""
    said: list[str] = field(default_factory=list)
    """The words of the block that is open, in pieces. Whoever shows words of it without `say` adds them."""
    _begun: int = 0
    _withdrawn: int = 0
    _asked_for: set[str] = field(default_factory=set)
    """SKUs that have or had a card."""

    def say(self, text: str) -> list[TurnEvent]:
        """Further words; they open a block where none is open."""
        if self.open:
            self.said.append(text)
            return [TextAdded(text=text, block=self.open)] if text else []
        text = text.lstrip("\n")
        if not text:
            return []
        self._begun += 1
        self.open = f"t{self._begun}"
        self.said = [text]
        return [TextStarted(block=self.open), TextAdded(text=text, block=self.open)]

    def take_back(self, characters: int) -> list[TurnEvent]:
        """Take back the last `characters` of the block that is open."""
        if not self.open or characters <= 0:
            return []
        self.said = ["".join(self.said)[:-characters]]
        return [TextCorrected(block=self.open, text=self.said[0], reason="unfounded")]

    def ask_for(self, card: ProductCard) -> bool:
        """Have a card shown behind the block; whether it is the first time that it is asked for."""
        is_new = card.sku not in self._asked_for
        if is_new:
            self._asked_for.add(card.sku)
            self.due.append(card)
        return is_new

    def end(self) -> list[TurnEvent]:
        """The end of the block, and the cards behind it."""
        events: list[TurnEvent] = [TextFinished(block=self.open)] if self.open else []
        events += [ProductShown(card=card) for card in self.due]
        self.open = ""
        self.due.clear()
        return events

    def end_with(self, cards: Iterable[ProductCard]) -> list[TurnEvent]:
        """The end of the block, and behind it what is due and those of `cards` that nobody has asked for yet."""
        for card in cards:
            self.ask_for(card)
        return self.end()

    def withdraw(self, reason: str) -> list[TurnEvent]:
        """Take back the words of all blocks; cards that were shown stay: they are the shop's own."""
        self._asked_for.difference_update(card.sku for card in self.due)  # nobody has seen them
        self.due.clear()
        events = self.end()
        blocks = range(self._withdrawn + 1, self._begun + 1)
        events += [TextCorrected(block=f"t{number}", text="", reason=reason) for number in blocks]
        self._withdrawn = self._begun
        return events
