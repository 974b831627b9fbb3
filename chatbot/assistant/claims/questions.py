"""Whether a claim is asked and not made, and what the answer is: Is it on sale? No. As it is on sale, why wait?"""

import re
from typing import Final, NamedTuple

from chatbot.assistant.claims.line import Claim, Line, Undecided
from chatbot.assistant.claims.terms.denials import answered

_QUOTED: Final = re.compile(r"[\"“'‘][^\"“”'‘’]*[?？][^\"”'’]{0,3}[\"”'’]|[\"“'‘][^\"“”'‘’?]*[\"”'’]\s?[?？]")
_KNOWN: Final = re.compile(
    r"\bdid you know\b|알고\s?계[셨시신]|아[셨시]나요|(?:죠|지요|잖아요|[지죠]\s?않(?:나요|을까요|아요|습니까))\W*$"
    r"|,\s(?:right|isn't it|aren't they|doesn't it|don't they)\W*$"
)
"""What asks about something that it takes for true, or only to be agreed with."""
_GOES_ON: Final = re.compile(r"[,;—]\s|\s(?:so|but|and)\s")
_OPENS: Final = re.compile(
    r"^\W*(?:is|are|do|does|did|was|were|which|what|who|how|would|could|can|should|shall|will|have|has|why|where"
    r"|when)\b"
    r"|\b(?:which|whether|wondering|how about|what about)\b"
)
_ASKS: Final = re.compile(
    r"^\W*(?:(?:is|are|was|were|does|has|have|did|do|can)\b(?!\s(?:you|i|we)\b)|which\b|what(?!\sabout)\b|how (?:much"
    r"|many)\b|who\b)"
    r"|\b(?:whether|wondering (?:if|which))\b"
)
"""What asks about the claim itself, and does not offer what it takes for true: How about the Dawn at half price?"""
_FEW_WORDS: Final = 6
_SAID_ON: Final = re.compile(r"(?:니까|으니|라서|어서|아서|해서|고|며|지만|는데|은데|인데|싼데|거든요|잖아요)(?=[,\s])")
"""How a Korean claim ends with which the sentence goes on, and that is said whatever it asks then."""
_ASKED_BEHIND: Final = re.compile(
    r"[가-힣]{0,8}\s?(?:[가-힣]{1,3})?[\"”'’*)]*\s?[?？]|[가-힣]{0,3}(?:지|냐[는고]?)(?:[은는도]|\s)"
)
_ENDS: Final = 4
"""Characters behind a Korean claim in which its ending stands."""
_OPEN: Final = re.compile(r"\b(?:which|what|who|how|when|where|why)\b|어느|어떤|무엇|뭐|뭘|언제|얼마|누구")
"""What is not to be answered with a yes or a no."""
_BEHIND: Final = re.compile(r"[\s?？!\"'”’*)]*")
_ALSO_NO: Final = re.compile(
    r"\W*(?:(?:not|sadly|unfortunately|alas|never)\b|(?:it|they|that) (?:is|are|does|do)(?:n't| not)|(?:it|they)(?:'s"
    r"|'re) not"
    r"|(?:i'm )?afraid not|아쉽|안타깝|그렇(?:지는?|진)\s?않|그건\s?아니)"
)
"""What says no as well to whether something is so."""


class Answer(NamedTuple):
    """What is said to a question, and where the sentence is over that says it."""

    is_yes: bool
    end: int


def is_asked(line: Line, claim: Claim) -> bool:
    """Whether a claim stands in a question, and not in what is said before that asks anything."""
    if (sentence := _question_of(line, claim)) is None:
        return _is_quoted(line, claim)
    if not _is_latin(line, claim):
        return not _is_said_on(line, claim)
    _, stop = line.bounds(claim)
    return _OPENS.search(sentence) is not None or _GOES_ON.search(line.text, claim.end, stop) is None


def is_asked_itself(line: Line, claim: Claim) -> bool:
    """Whether it is the claim itself that is asked, and not something else of what it says."""
    if (sentence := _question_of(line, claim)) is None:
        return _is_quoted(line, claim)
    if not _is_latin(line, claim):
        return not _is_said_on(line, claim) and _ASKED_BEHIND.match(line.text, claim.end) is not None
    return _ASKS.search(sentence) is not None or len(sentence.split()) <= _FEW_WORDS


def answer(line: Line, claim: Claim) -> Answer | None:
    """What the sentence behind a question says to what it asks; None where that is neither yes nor no.

    Raises Undecided while nothing stands behind it yet.
    """
    start, stop = line.bounds(claim)
    if line.text[stop : stop + 1] not in ("?", "？") or _OPEN.search(line.text, start, stop):
        return None
    behind = _BEHIND.match(line.text, stop)
    place = behind.end() if behind else stop
    if place == len(line.text) and not line.is_over:
        raise Undecided
    said = line.text[place:]
    is_yes = False if _ALSO_NO.match(said) else answered("?", said)
    return None if is_yes is None else Answer(is_yes, place + 1)


def _question_of(line: Line, claim: Claim) -> str | None:
    """The question that a claim stands in; None where it is none, takes the claim for true, or is quoted with it."""
    start, stop = line.bounds(claim)
    sentence = line.text[start:stop]
    if _is_quoted(line, claim) or not _is_question(line, claim) or _KNOWN.search(sentence):
        return None
    return sentence


def _is_said_on(line: Line, claim: Claim) -> bool:
    return _SAID_ON.search(line.text, claim.start, claim.end + _ENDS) is not None


def _is_quoted(line: Line, claim: Claim) -> bool:
    start, stop = line.bounds(claim)
    return any(
        one.start() < claim.start and claim.end <= one.end() for one in _QUOTED.finditer(line.text, start, stop + 2)
    )


def _is_question(line: Line, claim: Claim) -> bool:
    """Whether its sentence ends with a question mark."""
    start, stop = line.bounds(claim)
    end = line.text[start:stop].rstrip(" \"'”’)*")
    return end[-1:] in ("?", "？") or line.text[stop : stop + 1] in ("?", "？")


def _is_latin(line: Line, claim: Claim) -> bool:
    return line.text[claim.start : claim.end].isascii()
