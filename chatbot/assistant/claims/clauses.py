"""Where in a sentence one clause is over and the next begins, and whether a clause only supposes what it says."""

import re
from collections.abc import Iterator
from typing import Final

from chatbot.assistant.claims.line import Claim, Line

_VERB: Final = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|can|could|will|would|costs?|comes?|sells?|does|do|did|remains?|makes?"
    r"|takes?|gets?|offers?|want|choose|fits?|cannot)\b|n't\b"
    r"|\b(?:it|that|there|here|they|we|you|who|what|i|one|else)'(?:s|re|ve|d|ll|m)\b"
)
_BREAK: Final = re.compile(
    r"[;:]\s+|\s?—\s?|\s-{1,2}\s|,\s(?:which|who|so|as|while|whereas|though|although|because|since|but|yet)\s"
    r"|(?<!everything)(?<!anything)(?<!nothing)(?<!\ball)(?<!\bnone)\sbut\s|\s(?:while|whereas|because|though"
    r"|although|which)\s|(?P<joined>,?\s(?:and|or)\s(?:so\s)?)"
    r"|(?<=[가-힣])(?:(?<!재)(?<!그리)(?<!빼)(?<!말)(?<!하)고|(?<=하)고(?!\s?있|\s?계)|(?<!제외)(?<=하)고|고요"
    r"|지만|는데요?|은데요?|인데요?|으며|이며|하며|면서|[어아해여]서|으?니까?|(?:이|아니)라서?"
    r"|(?<=이)라),?\s(?!있|계)"
)
_SUPPOSES: Final = re.compile(
    r"\b(?:if|whether|unless|until|in case|as soon as|once)\s"
    r"(?:(?:it|they|this|that|we|you)\b)?"
    r"(?:(?!\b(?:it|they|this|that|we|you)(?:'s|'re|\sis|\sare|\shave|\scan)\b)[^,;:.!?—])*$"
    r"|\bhad\s[^,;:.!?—]{0,70}\bbeen\s(?:\w+\s)?$|\bwere\s(?:it|the|they)\s(?!not)[^,;:.!?—]{0,40}$"
)
_SUPPOSED: Final = re.compile(r"[가-힣]*(?:으면|이면|다면|라면|거든|을지)(?![가-힣])")
_WONDERS: Final = re.compile(
    r"\b(?:wonder(?:ing)?|curious|(?:want|like|asking)(?: to know)?) (?:if|whether)\s[^,;:.!?]*$"
)
_TO_THE_MARK: Final = re.compile(r"[^.!?\n]*\?")
_ENDING: Final = re.compile(r"[가-힣]*")


def clauses(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where each clause of the sentence from `start` to `stop` of `text` (see `names.level`) begins and ends.

    Things that are joined ("the Dawn, and the Dusk") stand in one; what follows a verb is joined to the whole before.
    """
    begin = start
    for found in _BREAK.finditer(text, start, stop):
        if found["joined"] and not (
            _VERB.search(text, begin, found.start()) and _VERB.search(text, found.end(), min(stop, found.end() + 60))
        ):
            continue
        yield begin, found.end()
        begin = found.end()
    yield begin, stop


def statement(line: Line, claim: Claim) -> tuple[int, int]:
    """Where the clause begins and ends in which a claim stands."""
    start, stop = line.bounds(claim)
    return next((begin, end) for begin, end in clauses(line.text, start, stop) if claim.start < end or end == stop)


def is_supposed(text: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` of `text` is a condition, or asked of somebody else."""
    if _WONDERS.search(text, 0, start) and _TO_THE_MARK.match(text, end):
        return False
    return bool(_SUPPOSED.search(text, start, word_end(text, end)) or _SUPPOSES.search(text, 0, start))


def word_end(text: str, end: int) -> int:
    """Where the Korean word is over that goes on at `end`."""
    rest = _ENDING.match(text, end)
    return rest.end() if rest else end
