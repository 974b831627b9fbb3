"""What the lines under a heading or under the head of a list's item are about."""

import re
from collections.abc import Sequence
from typing import Final

_HEADING: Final = re.compile(r"\s*(#{1,6})\s")
_BOLD_ALONE: Final = re.compile(r"\W*\*\*[^*\n]+\*\*\W*(?:\[\[[^\]]*\]\]\s*)*")
_NUMBERED: Final = re.compile(r"(\s*)(?:\d{1,2}[.)]\s|\d\ufe0f?\u20e3)")
_MARKED: Final = re.compile(r"(\s*)(?:[-+•·▪▶►➜→‣◦]|\*(?!\*)|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)\s")
_INDENT: Final = re.compile(r"\s*")


class Heads:
    """The products that lines are headed by, from the outermost in; what stands deeper is about the innermost."""

    def __init__(self) -> None:
        self._open: list[tuple[int, int]] = []
        self.last: int | None = None
        """The product that was spoken of last."""

    def over(self, line: str) -> int | None:
        """The product that a line which begins so is about where it names none itself."""
        depth = _depth(line)
        return next((product for deep, product in reversed(self._open) if deep < depth), self.last)

    def line_ends(self, line: str, named: Sequence[int]) -> None:
        """A line is over that names these products: it heads what is deeper where it names one alone."""
        if not line.strip():
            return
        depth = _depth(line)
        self._open = [head for head in self._open if head[0] < depth]
        if len(set(named)) == 1:
            self._open.append((depth, named[0]))

    def forget(self) -> None:
        """Nothing was said."""
        self._open, self.last = [], None


def _depth(line: str) -> int:
    """How deep a line stands: headings, words in bold alone, running words, numbered items, other items."""
    if heading := _HEADING.match(line):
        return len(heading[1]) - 10
    if _BOLD_ALONE.fullmatch(line):
        return -1
    if numbered := _NUMBERED.match(line):
        return 10 + 2 * len(numbered[1])
    if marked := _MARKED.match(line):
        return 11 + 2 * len(marked[1])
    indent = _INDENT.match(line)
    return 2 * len(indent[0]) if indent else 0
