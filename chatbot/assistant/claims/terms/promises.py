"""Promises about terms: when it comes and what that costs, returns, warranty, gifts and coupons, opening hours.

A promise becomes an atom, the same for all its wordings in both languages. The shop's own entries are read by the same
eyes; what the answer promises must be among what they say, or follow from that: where delivery takes two days, it is
not there tomorrow, and what can be returned within 14 days cannot a month later.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from chatbot.assistant.claims.money.amounts import Amount
from chatbot.assistant.claims.offer.deadlines import deadlines
from chatbot.assistant.claims.overhead import NOTHING, Overhead
from chatbot.assistant.claims.sentences import is_row
from chatbot.assistant.claims.terms import hours
from chatbot.assistant.claims.terms.conditions import condition
from chatbot.assistant.claims.terms.denials import (
    WANTED,
    answer_end,
    answered,
    answered_in_cell,
    is_denied,
    is_not_given,
    open_parts,
)
from chatbot.assistant.claims.terms.gifts import gifts
from chatbot.assistant.claims.terms.postage import labelled, postages
from chatbot.assistant.claims.terms.times import Limit, is_of_what_expires, refusals, times
from chatbot.assistant.claims.terms.topics import Piece, asked_in, pieces, topics, topics_in
from chatbot.assistant.claims.terms.unmarked import unmarked
from chatbot.assistant.claims.terms.wordings import SAID

Atom = tuple[str, str]

# Whom to ask about it: no promise, unless a number says how it is.
_REFERRED: Final = re.compile(
    r"문의|확인해 주|확인 부탁|확인하시|참고해|please (?:check|ask|contact|see)|(?:ask|contact|check with) (?:our"
    r"|the)"
)
_CLAUSE: Final = re.compile(r"[,;]\s|\s(?:and|but|while|whereas)\s(?!\d)|(?<=[가-힣])(?:고|며|지만|는데)(?:,|\s)")
_TURNED: Final = re.compile(r"\W*(is|are|do|does|can|could|will|would|may)\s(.+)")
_DENIALS: Final = (("returns", "none"), ("delivery", "none"), ("delivery", "unconditional"))
"""Atoms that say themselves what is not."""
_ALL_SAID: Final = frozenset(("offer", "price", "payment", "trial", "warranty", "restock"))
"""What nobody but the shop's entries promises: to say that it is not there promises nothing."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise from `start` to `end`. `over` is the amount from which on it holds, None when it always does."""

    start: int
    end: int
    atom: Atom
    over: Amount | None = None
    is_wanted: bool = False
    """Whether it repeats what the shopper wishes for."""
    is_denied: bool = False
    """Whether it is said not to hold."""
    limit: Limit = ""
    """What else its time is than the one that is promised."""
    is_common: bool = False
    """Whether it says what a fee is, and not that it is due."""
    asked: str = ""
    """The question that it answers by no more than yes or no."""


def promises(text: str, at: int = 0, *, over: Overhead = NOTHING, is_ours: bool = False) -> Iterator[Promise]:
    """Every promise in `text`, which is level (see `names.level`), from `at` on.

    `over` is what stands over it; `is_ours`: a shop's entry, where all counts.
    """
    bare = unmarked(text)
    begin = next((place for place, whole in enumerate(bare.places) if whole >= at), len(bare.text))
    for piece in pieces(bare.text, begin, over):
        for found in _in_piece(piece, is_ours=is_ours, is_cell=is_row(bare.text)):
            start, end = piece.start + max(0, found.start), piece.start + max(1, found.end)
            yield replace(found, start=bare.start(start), end=bare.end(end))


def is_asked(line: str, over: Overhead) -> bool:
    """Whether a line so far ends with a question about terms, so that a mere yes or no promises something.

    So does a line that has hardly begun below such a question.
    """
    asked = asked_in(unmarked(line).text, over)
    return asked != "" and any(True for _ in _claimed(Piece(_stated(asked), 0, "", "", ""), is_ours=False))


def _stated(asked: str) -> str:
    """A question as what it asks about would be said; an English one with its verb wherever it may stand then."""
    bare = asked.rstrip("?\"'”’*_) ")
    if (turned := _TURNED.match(bare)) is None:
        return bare
    verb, words = turned[1], turned[2].split()
    orders = (f"{' '.join(words[:place])} {verb} {' '.join(words[place:])}" for place in range(1, min(5, len(words))))
    return "; ".join((turned[2], *orders)) if verb in ("is", "are") else turned[2]


def _in_piece(piece: Piece, *, is_ours: bool, is_cell: bool) -> Iterator[Promise]:
    """What a piece promises itself, and what it makes of the question that it answers."""
    is_true = (answered_in_cell if is_cell else lambda said: answered(piece.asked, said))(piece.said)
    if piece.asked and is_true is not None:
        end = answer_end(piece.said)
        asked = Piece(_stated(piece.asked), 0, "", "", "")
        for found in _claimed(asked, is_ours=False):
            yield from _answered(replace(found, start=0, end=end, asked=piece.asked), is_true=is_true)
    parts = [] if is_ours else open_parts(piece.said)
    wanted = WANTED.search(piece.said) is not None
    for found in _claimed(piece, is_ours=is_ours):
        if not any(start <= found.start < stop for start, stop in parts):
            yield replace(found, is_wanted=wanted)


def _answered(found: Promise, *, is_true: bool) -> Iterator[Promise]:
    """What is promised where a question whether it is so is answered by yes or no."""
    if is_true:
        yield found
    elif found.atom in (("delivery", "free"), ("delivery", "charged")):
        yield replace(found, atom=("delivery", "charged" if found.atom[1] == "free" else "free"), is_common=False)
    elif found.atom[0] == "returns" and not found.limit:
        yield replace(found, is_denied=True)


def _claimed(piece: Piece, *, is_ours: bool) -> Iterator[Promise]:
    said = piece.said
    about = topics(piece)
    is_referred = not is_ours and _REFERRED.search(said) is not None
    over = condition(said)
    if not is_referred:
        yield from _fees(piece, over)
        yield from _worded(said, about, is_ours=is_ours)
        if not is_ours:
            found = (span for span in gifts(said) if not is_not_given(said, *span))
            yield from (Promise(start, end, ("offer", "gift")) for start, end in found)
    else:  # what is refused is refused, whatever one is to look at
        yield from (found for found in _worded(said, about, is_ours=False) if found.atom == ("returns", "none"))
    for time in times(piece, about, is_ours=is_ours):
        yield Promise(time.start, time.end, (time.topic, time.value), limit=time.limit)
    for start, end, hour in hours.hours(said, f"{piece.before} {piece.over}"):
        yield Promise(start, end, ("hours", hour))


def _fees(piece: Piece, over: Amount | None) -> Iterator[Promise]:
    """What is said of what delivery costs, or what sending something back does."""
    label = labelled(piece.said, piece.asked or piece.over)
    at = max(piece.said.rfind(": "), piece.said.rfind("： ")) + 2 if label else 0
    at = at if at > 1 else len(piece.said) - len(piece.said.lstrip())
    for found in postages(f"{piece.said[:at]}{label}{piece.said[at:]}"):
        start, end = (place - min(len(label), max(0, place - at)) for place in (found.start, found.end))
        if found.start < at + len(label) and found.end <= at + len(label):
            continue  # what stands over it, and is not said here
        end = max(end, start + 1)
        clause, _ = _clause(piece.said, start, end)
        if "returns" in topics(piece._replace(said=clause, before="", asked="", over="")) or topics_in(piece.over) == [
            "returns"
        ]:
            if not is_not_given(piece.said, start, end):
                yield Promise(start, end, ("returns", "free" if found.is_free else "fee"))
        else:
            atom = ("delivery", "free" if found.is_free else "charged")
            yield Promise(start, end, atom, over if found.is_free else None, is_common=found.is_common)


def _worded(said: str, about: list[str], *, is_ours: bool) -> Iterator[Promise]:
    """What is promised by wordings that need no number."""
    for atom, pattern in SAID:
        if atom in (("returns", "condition"), ("returns", "fee")) and "returns" not in about:
            continue
        if atom == ("returns", "none") and is_of_what_expires(said):
            continue  # what holds no longer: how long it did is judged by its time
        for match in pattern.finditer(said):
            start, end = match.span()
            is_not = atom not in _DENIALS and is_denied(said, start, end)
            if not is_ours and (is_not or (_is_only_given(atom) and is_not_given(said, start, end))):
                continue
            yield Promise(start, end, atom, is_denied=is_not)
    for start, end in deadlines(said):
        if is_ours or not (is_denied(said, start, end) or is_not_given(said, start, end)):
            yield Promise(start, end, ("offer", "deadline"))
    if "returns" in about:
        for start, end in refusals(said):
            yield Promise(start, end, ("returns", "none"))


def _is_only_given(atom: Atom) -> bool:
    """Whether it is what a shop may give, and to say that it does not promises nothing."""
    return atom[0] in _ALL_SAID or (atom[0] == "returns" and atom[1] != "none")


def _clause(said: str, start: int, end: int) -> tuple[str, int]:
    """The clause that words stand in, and where it begins."""
    begin = max((found.end() for found in _CLAUSE.finditer(said, 0, start)), default=0)
    stop = _CLAUSE.search(said, end)
    return said[begin : stop.start() if stop else len(said)], begin
