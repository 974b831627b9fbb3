"""Where in a line one sentence is over and the next begins."""

import re
from typing import Final

from chatbot.assistant.claims.goods.names import BRACKETED

_EMOJI: Final = "[\U0001f300-\U0001faff\u2600-\u2793][\ufe0f\u200d\U0001f300-\U0001faff\u2600-\u2793]*"
END: Final = re.compile(rf"{_EMOJI}(?=\s)|(?:(?<![ap]\.m)(?<!\b[ei]\.[ge])(?<!\bvs)[.!?…]+|。)[*\"'”)\]]*(?=\s)|。")
_AFTER: Final = re.compile(rf"[ \t]*(?:{BRACKETED.pattern}[ \t]*)*")
_MARKER: Final = re.compile(r"\s*(?:(?:[-*+•>]|#{1,6}|\d{1,2}[.)])\s+)*")
_ROW: Final = re.compile(r"\s*\|")
_ITEM: Final = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s")


def behind(text: str, place: int) -> int:
    """Where what belongs to the sentence that is over at `place` is over too: its citations and spaces."""
    after = _AFTER.match(text, place)
    return after.end() if after else place


def extent(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence or sentences begin and end that stand around `start` to `end` of a line."""
    marker = _MARKER.match(text)
    begin = marker.end() if marker else 0
    for found in END.finditer(text, 0, start):
        begin = max(begin, behind(text, found.end()))
    stop = END.search(text, max(start, end - 1))
    return min(begin, start), behind(text, stop.end()) if stop else len(text)


def is_row(text: str) -> bool:
    """Whether a line is a row of a table."""
    return _ROW.match(text) is not None


def is_item(text: str) -> bool:
    """Whether a line is an item of a list."""
    return _ITEM.match(text) is not None
