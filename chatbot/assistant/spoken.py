"""The line of an answer that is being written: what the model wrote of it, and how much of that a shopper sees."""

from dataclasses import dataclass, field
from typing import Final

from chatbot.assistant.citations import Citations
from chatbot.assistant.claims.goods.names import BRACKETED, CITATION, Names, level
from chatbot.assistant.claims.money.plainly import is_filling

_REACH: Final = 160
"""Characters before a citation in which the product that it is about is named."""


@dataclass(slots=True)
class Spoken:
    """A line so far. Words without brackets may be added to `line` as they are."""

    citations: Citations
    names: Names
    line: str = ""
    """As the model wrote it and as it was corrected, its citations among it."""
    _filled: list[tuple[int, int]] = field(default_factory=list)
    """Behind which brackets of the line how many characters more are shown than stand there."""

    def say(self, text: str) -> str:
        """Go on with the line, and what is shown of that: its citations carried out."""
        pieces: list[str] = []
        at = 0
        for bracketed in BRACKETED.finditer(text):
            written = self._meant(bracketed[0], f"{self.line}{text[: bracketed.start()]}")
            shown = self.citations.carried_out(written)
            pieces += [text[at : bracketed.start()], shown]
            at = bracketed.end()
            self._filled.append((len(self.line) + at, len(shown) - len(bracketed[0])))
        self.line += text
        return "".join((*pieces, text[at:]))

    def _meant(self, bracketed: str, before: str) -> str:
        """A citation as it stands in for a fact of the product that is named right before it, whatever it cites.

        "The Dusk costs [[p1.price]]" would else give it the price of another product.
        """
        of_product = CITATION.fullmatch(bracketed)
        if of_product is None or (of_product[2] or "").lower() not in ("price", "stock"):
            return bracketed
        said = level(before[-_REACH:])
        named = max(self.names.mentions(said), key=lambda one: one.end, default=None)
        if named is None or named.product == int(of_product[1]) - 1 or not named.is_prose:
            return bracketed
        if not is_filling(said[named.end :]):
            return bracketed
        shown = f"[[p{named.product + 1}.{of_product[2]}]]"
        self.citations.interventions.append({"kind": "price", "text": bracketed, "shown": shown})
        return shown

    def unsay(self, characters: int) -> tuple[str, int]:
        """Take back the last characters of the line: what they were, and how many of them a shopper sees."""
        if characters <= 0:
            return "", 0
        start = len(self.line) - characters
        taken, self.line = self.line[start:], self.line[:start]
        shown = characters + sum(more for place, more in self._filled if place > start)
        self._filled = [filled for filled in self._filled if filled[0] <= start]
        self.citations.unsay(taken)
        return taken, shown

    def begin(self) -> None:
        """A new line."""
        self.line = ""
        self._filled.clear()
