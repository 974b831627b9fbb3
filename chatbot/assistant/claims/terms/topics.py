"""What words about terms are about, where they do not say it themselves: the question before, a label, a heading."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from chatbot.assistant.claims.overhead import NOTHING, Overhead
from chatbot.assistant.claims.sentences import is_row
from chatbot.assistant.claims.terms.wordings import DELIVERY, RESTOCK, RETURNS, STARTS, WARRANTY

SENTENCE: Final = re.compile(r"[^\n.!?。]+(?:\.(?=\S)[^\n.!?。]*|(?<=[ap]\.m)\.[^\n.!?。]*)*[.!?。]*")
_TOPICS: Final = (("delivery", DELIVERY), ("returns", RETURNS), ("warranty", WARRANTY), ("restock", RESTOCK))
_RECEIVED: Final = dict(STARTS)["received"]
_SENT_BACK: Final = re.compile(r"\b(?:send|sent|give|ship|mail|post|bring|take)\w*\s(?:[\w'-]+\s){0,5}?back\b")
_OF_GOODS: Final = re.compile(
    r"배터리|재생|충전|통화|대기|사용|연속|작동|착용|수명|무게|음질|방수|소리|음악|케이스"
    r"|batter|play|charg|\btalk|standby|listen|music|lasts?\b|\bwear|\buse[ds]?\b|run\s?time|weigh|waterproof"
)
"""What is said of goods and not of terms, whatever stands over it."""
_FEW_WORDS: Final = 4
_GOES_ON: Final = re.compile(
    rf"{dict(STARTS)['received'].pattern}|^\W*(?:단|다만|하지만|however|but|just)[,\s]|신청|접수|보내\s?주|\bapply\b"
    r"|let us know"
)
"""What is about what the sentence before was about."""
_SPEAKER: Final = re.compile(r"[\W_]*(?:[qa]|질문|답변?|question|answer)?[\W_]*")
"""Before what is asked or answered."""
_ASKS: Final = re.compile(r"\?[\"'”’)\s]*$")


class Piece(NamedTuple):
    """A sentence, or a cell of a table, from `start` of a text on."""

    said: str
    start: int
    before: str
    """The sentence before."""
    asked: str
    """The question that it may answer, empty where there is none."""
    over: str
    """What stands over or before it and says what it is about."""


def pieces(text: str, at: int = 0, over: Overhead = NOTHING) -> Iterator[Piece]:
    """The sentences of `text` (see `unmarked`) from `at` on, or the cells of a row."""
    if is_row(text):
        yield from _cells(text, over)
        return
    before = ""
    is_first = True
    for sentence in SENTENCE.finditer(text):
        said, start = sentence[0], sentence.start()
        if _SPEAKER.fullmatch(said):
            continue
        if sentence.end() > at:
            asked = before if _ASKS.search(before) else over.heading if is_first and _ASKS.search(over.heading) else ""
            yield Piece(said[max(0, at - start) :], max(at, start), before, asked, over.heading)
        before, is_first = said, False


def asked_in(line: str, over: Overhead) -> str:
    """The question that what comes next in a line may answer; empty where there is none."""
    said = [sentence[0] for sentence in SENTENCE.finditer(line) if not _SPEAKER.fullmatch(sentence[0])]
    if said:
        return said[-1] if _ASKS.search(said[-1]) else ""
    return over.heading if _ASKS.search(over.heading) else ""


def topics(piece: Piece) -> list[str]:
    """What a piece is about."""
    if (named := topics_in(piece.said)) or _OF_GOODS.search(piece.said):
        return named
    goes_on = len(piece.said.split()) <= _FEW_WORDS or _GOES_ON.search(piece.said)
    if goes_on and (named := topics_in(piece.before)):
        return named  # more of the same
    return topics_in(piece.asked) or topics_in(piece.over) or _named(piece.said)


def topics_in(text: str) -> list[str]:
    """The topics that words (see `names.level`) name themselves: 14 days after delivery are none of delivery's."""
    return _named(_RECEIVED.sub("", text))


def _named(said: str) -> list[str]:
    found = [name for name, pattern in _TOPICS if pattern.search(said)]
    if "restock" in found and "returns" in found and not RESTOCK.search(_SENT_BACK.sub("", said)):
        found.remove("restock")
    return found


def _cells(row: str, over: Overhead) -> Iterator[Piece]:
    """Each is about what the first one of its row and the head of its column say."""
    place, label = 0, ""
    for number, cell in enumerate(row.split("|")):
        if number == 1:
            label = cell
        head = head_of(row, over.head, place)
        about = (head if topics_in(head) else label) if number > 1 else ""
        if cell.strip():
            yield Piece(cell, place, "", about if _ASKS.search(about) else "", about)
        place += len(cell) + 1


def head_of(row: str, head: str, place: int) -> str:
    """What the head of a table says of the column in which a place of a row is."""
    number, heads = row.count("|", 0, place), head.split("|")
    return heads[number] if number < len(heads) else ""
