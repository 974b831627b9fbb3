"""The line of an answer that is being written: what the model wrote of it, and how much of that a shopper sees."""

from dataclasses import dataclass, field

from chatbot.assistant.citations import Citations
from chatbot.assistant.claims.names import BRACKETED


@dataclass(slots=True)
class Spoken:
    """A line so far. Words without brackets may be added to `line` as they are."""

    citations: Citations
    line: str = ""
    """As the model wrote it and as it was corrected, its citations among it."""
    _filled: list[tuple[int, int]] = field(default_factory=list)
    """Behind which brackets of the line how many characters more are shown than stand there."""

    def say(self, text: str) -> str:
        """Go on with the line, and what is shown of that: its citations carried out."""
        pieces: list[str] = []
        at = 0
        for bracketed in BRACKETED.finditer(text):
            shown = self.citations.carried_out(bracketed[0])
            pieces += [text[at : bracketed.start()], shown]
            at = bracketed.end()
            self._filled.append((len(self.line) + at, len(shown) - len(bracketed[0])))
        self.line += text
        return "".join((*pieces, text[at:]))

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
