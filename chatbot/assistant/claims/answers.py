"""What an answer makes of the question before it: a yes or a no, or whom it names, says what was only asked.

Whether something is asked at all is told in `questions`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Literal, TypeVar

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Claim, Line, Undecided
from chatbot.assistant.claims.questions import is_asked_itself
from chatbot.assistant.claims.sentences import END

AnyClaim = TypeVar("AnyClaim", bound=Claim)
Answer = Literal["yes", "no"]

_MARK: Final = re.compile(r"\?[?!]*[*\"'”’)\]]*(?:\s?\[\[[^\]]*\]\])*(?=\s|$|(?<=[\"'”’])[가-힣])\s*")
_ANY: Final = re.compile(
    r"\b(?:anything|any(?: of)?|something|which|what)\b|(?:게|것이?|(?:상품|제품|모델|물건)[이도]?)\s$|어떤|뭐|무엇"
)
_LABEL: Final = re.compile(r"[\W_]*(?:a\d?|답변?)?[\W_]*")
_YES: Final = re.compile(
    r"[\W_]*(?:a\d?\s?[.:)]\W*|답변?\s?[.:)]\W*)?(?:(?:unfortunately|sadly|happily|luckily|why|oh|well|아쉽게도"
    r"|안타깝게도"
    r"|다행히도?)\b,?\s)?"
    r"(?:yes|yep|yeah|sure|certainly|absolutely|definitely|of course|indeed|it (?:is|does|can)\b|they (?:are|do"
    r"|can)\b|correct"
    r"|good news|exactly|that's right|네|예|넵|응|그럼|그렇|물론|당연|맞아|맞습|가능|있어|있습|됩니다|돼요)"
)
_NO: Final = re.compile(
    r"[\W_]*(?:a\d?\s?[.:)]\W*|답변?\s?[.:)]\W*)?(?:(?:unfortunately|sadly|happily|luckily|oh|well|아쉽게도"
    r"|안타깝게도|다행히도?"
    r"|죄송하지만|아쉽지만)\b,?\s)?"
    r"(?:no\b|nope|not\b|neither\b|nothing\b|i'm afraid not|it (?:isn't|doesn't|is not)|they (?:aren't|don't)|아니"
    r"|아뇨|없어|없습"
    r"|안\s|불가)"
)


def answer_to(claim: Claim, line: Line) -> Answer | Literal["asserted", "open"]:
    """Whether `claim` is said, or only asked, and what is answered then; `open` where nothing is.

    Raises Undecided while an answer may still come.
    """
    _, stop = line.bounds(claim)
    mark = _MARK.search(line.text, claim.end, min(len(line.text), stop + 1) if stop < len(line.text) else stop)
    if mark is None or not is_asked_itself(line, claim):
        return "asserted"
    end = behind_mark(line.text, mark.start())
    if end == len(line.text) and not line.is_over:
        raise Undecided
    return answer_in(line.text[end:]) or "open"


def asks_for_any(before: str) -> bool:
    """Whether the words before a claim that is asked (see `names.level`) ask of whom it holds: is anything sold out?"""
    return _ANY.search(before) is not None


def behind_mark(text: str, mark: int) -> int:
    """Where what follows the question begins whose mark stands at `mark`."""
    found = _MARK.match(text, mark)
    return found.end() if found else len(text)


def answer_in(text: str) -> Answer | None:
    """The yes or no with which `text` (see `names.level`) begins."""
    if _YES.match(text):
        return "yes"
    return "no" if _NO.match(text) else None


def unless_asked(
    check: Callable[[AnyClaim, Line, Evidence], Fix | None],
) -> Callable[[AnyClaim, Line, Evidence], Fix | None]:
    """The same judgement, where a claim that is only asked is none, and one that is answered is what the answer says.

    A no to what is true of a product that the question names is as wrong as a yes to what is not.
    """

    def judged(claim: AnyClaim, line: Line, evidence: Evidence) -> Fix | None:
        answer = answer_to(claim, line)
        if answer == "asserted":
            return check(claim, line, evidence)
        start, stop = line.bounds(claim)
        is_of_any = asks_for_any(line.text[start : claim.start])
        begin = behind_mark(line.text, line.text.find("?", claim.end))
        end = END.search(line.text, begin)
        named = line.named_in(begin, end.start() if end else len(line.text), evidence.names)
        if answer == "open" and not (is_of_any and named):
            return None
        fix = check(claim, line, evidence)
        if answer == "no":
            is_known = is_of_any or bool(line.named_in(start, stop, evidence.names))
            fix = Fix(claim.start, claim.end, "stock") if fix is None and is_known else None
        return fix and replace(fix, end=min(begin + 1, len(line.text)), is_whole=True)

    return judged


def check_answer(
    asked: str, line: Line, evidence: Evidence, *kinds: tuple[Callable[..., Any], Callable[..., Any]]
) -> Fix | None:
    """What has to stand in place of an answer to the question of the line before; None where it is true or none.

    `kinds` find claims and judge them.
    """
    text = f"{asked}\n{line.text}"
    both = Line(text, 0, evidence.names.mentions(text), line.previous, True, text)
    for find, check in kinds:
        for claim in find(asked):
            if answer_to(claim, both) != "asserted" and (fix := check(claim, both, evidence)):
                return Fix(line.at, len(line.text), fix.kind, fix.product, is_whole=True)
    return None


def is_label(text: str) -> bool:
    """Whether words (see `names.level`) only say that an answer follows: A:"""
    return _LABEL.fullmatch(text) is not None


def asks(line: str) -> bool:
    """Whether a line (see `names.level`) ends with a question."""
    return line.rstrip(" *_\"'”’)")[-1:] == "?"
