"""Products that an answer names in a row: the earphones, the headphones and the speaker."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.line import Line

# What stands between names that are said together.
_JOINED: Final = re.compile(
    r"[*)\"'”]*(?:\s?\([^()]{0,24}\)|\s?\[\[[^\]]*\]\])?(?:,|\s?[/·&+]|과|와|이랑|랑|하고|도|이나|나(?=\s)|이든|든|"
    r"\s(?:및|그리고|and|or|nor|plus|as well as)(?=\s))+(?:\s(?:both|the|our|and|or|nor|그리고|또|또한))*[\s*\"'“(]*"
)
_AND: Final = re.compile(r"[/&+]|\b(?:and|or|nor|plus|as)\b")
BLANK: Final = re.compile(r"[\s*]*")


@dataclass(frozen=True, slots=True)
class Row:
    """Products named together, from `start` to `end`."""

    start: int
    end: int
    products: frozenset[int]


def rows_of(line: Line, mentions: Sequence[Mention]) -> list[Row]:
    """Names that stand in a row are one; in English there is an "and" before the last."""
    rows: list[Row] = []
    is_joined = False
    for one in reversed(mentions):
        last = rows[-1] if rows else None
        between = line.text[one.end : last.start] if last else ""
        if last and one.product in last.products and BLANK.fullmatch(between):
            rows[-1] = replace(last, start=one.start)
            continue
        joined = _JOINED.fullmatch(between)
        is_joined = joined is not None and (is_joined or not between.isascii() or _AND.search(between) is not None)
        if last and is_joined:
            rows[-1] = Row(one.start, last.end, last.products | {one.product})
        else:
            rows.append(Row(one.start, one.end, frozenset({one.product})))
    return rows[::-1]
