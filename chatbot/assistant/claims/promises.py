"""Promises about terms: when it comes and what that costs, returns, warranty, gifts and coupons, opening hours.

A promise becomes an atom, the same for all its wordings in both languages. The shop's own entries are read by the same
eyes; what the answer promises must be among what they say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chatbot.assistant.claims import hours
from chatbot.assistant.claims.amounts import Amount, amounts
from chatbot.assistant.claims.spans import dates, spans
from chatbot.assistant.claims.wordings import DELIVERY, RESTOCK, RETURNS, SAID, STARTS, WARRANTY

Atom = tuple[str, str]

_SENTENCE: Final = re.compile(r"[^\n.!?。]+(?:\.(?=\S)[^\n.!?。]*|(?<=[ap]\.m)\.[^\n.!?。]*)*[.!?。]*")
_CLAUSE: Final = re.compile(r"[,;]\s|\s(?:and|but|while)\s(?!\d)|(?<=[가-힣])(?:고|며|지만|는데)(?:,|\s)")
_OVER_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:이상|초과|[을를이도]?\s?(?:넘(?!지(?!만))|채우)|부터|만\s?넘|어치|or more|or over|or above|and up"
    r"|and over|and above|minimum|upwards)"
)
_OVER_BEFORE: Final = re.compile(
    r"(?:over|above|more than|at least|minimum(?: of)?|exceed(?:s|ing)?|from|spend(?:ing)?|reach(?:es)?"
    r"|starting at)\s\*{0,2}$"
)
_UNDER_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:이하|미만|아래|[이가도]?\s?(?:채\s)?안\s?(?:되|돼|됩|넘)|[을를이]\s?넘지\s?않|에\s?못\s?미치"
    r"|보다\s(?:적|작)|or less|or under|or below)"
)
_UNDER_BEFORE: Final = re.compile(r"(?:under|below|less than|up to|at most)\s\*{0,2}$")
# Said of the product in question, and not only in general: 5만원도 넘어요, because it's above $50.
_MET_AFTER: Final = re.compile(
    r"\*{0,2}[을를이도은]?\s?(?:(?:훌쩍|조금|살짝|이미|충분히|거뜬히)\s)?(?:넘(?:어요|어서|었|습니다|으니|으므로|고|기\s?때문"
    r"|는\s(?:제품|상품|가격|금액))|초과(?:해|하니|하므로|합니다)|이상(?:이라|이어서|이니|이므로|이에요|입니다))"
)
_MET_BEFORE: Final = re.compile(
    r"\b(?:it|they|this|that|these|those|which)(?:'s|'re|\s(?:is|are))?\s(?:\w+\s){0,2}?(?:over|above|more than"
    r"|at least|exceeds?)\s\*{0,2}$"
)
# Not promised but asked or left open.
_OPEN: Final = re.compile(
    r"여부|인지|(?<!하)는지|모르|알 수 없|알기 어려|확인이 (?:필요|어려)|약속드릴 수 없|(?:드리|말씀드리|확인하"
    r"|안내하)기\s?(?:는\s)?어려"
    r"|안내받은\s?(?:것|바|내용|정보)[이가은는]?\s?없|정보[가는]\s?(?:\S+\s)?없|안내[가는]\s?없|알려진\s?바"
    r"|whether|not sure|don't know|do not know|can(?:no|')t (?:say|promise|confirm|tell|guarantee|check|give|commit)"
    r"|cannot (?:say|promise"
    r"|confirm|tell|guarantee|check|give|commit)|(?:unable|not able) to|no (?:information|details)|(?:don't"
    r"|do not) have (?:any )?(?:information|details|data|exact)"
    r"|(?:나요|까요|가요|세요|신지요)\s?\?|^\s*(?:do|does|would|will|when|is|are|shall|can|could|need|may)\b[^.!]*\?"
)
# Whom to ask about it: no promise, unless a number says how it is.
_REFERRED: Final = re.compile(
    r"문의|확인해 주|확인 부탁|확인하시|참고해|please (?:check|ask|contact|see)|(?:ask|contact|check with) (?:our"
    r"|the)"
)
_DENIED: Final = re.compile(
    r"\s*(?:[은는이가도]|은 아|대상이)?\s*(?:아니|아닙|않|안 |안돼|불가|제공하지|없)|\s*(?:is|are)?\s*(?:not"
    r"|n't|unavailable)\b"
)
_DENIED_BEFORE: Final = re.compile(r"(?:\bno|\bnot|n't|without|never)\s+(?:\w+\s){0,2}$")
_DENIALS: Final = (("returns", "none"), ("delivery", "none"), ("delivery", "unconditional"), ("delivery", "free"))
"""Atoms that say themselves what is not."""
_EXPIRED: Final = re.compile(r"지나|지난|넘[으은어기]|이후|\bafter\b|\bpast\b|beyond|later than|once|unless")
_FEW_WORDS: Final = 4
_WANTED: Final = re.compile(
    r"찾으시|원하시|필요하시|말씀하신|물어보신|you(?:'re| are)? (?:need|want|ask|look)|looking for|as you"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise from `start` to `end`. `over` is the amount from which on it holds, None when it always does."""

    start: int
    end: int
    atom: Atom
    over: Amount | None
    is_wanted: bool
    """Whether it repeats what the shopper wishes for."""
    is_denied: bool = False
    """Whether it is said not to hold."""


def promises(text: str, at: int = 0, *, is_ours: bool = False) -> Iterator[Promise]:
    """Every promise in `text`, which is level (see `names.level`), from `at` on.

    `is_ours`: a shop's entry, where all counts.
    """
    for sentence in _SENTENCE.finditer(text, at):
        said, begin = sentence[0], sentence.start()
        if not is_ours and _OPEN.search(said):
            continue
        over = condition(said)
        wanted = _WANTED.search(said) is not None
        is_referred = not is_ours and _REFERRED.search(said) is not None
        for start, end, atom in _found(said, text[:begin], is_referred=is_referred):
            denied = atom not in _DENIALS[:3] and _is_denied(said, start, end)
            if denied and not is_ours and atom not in _DENIALS:
                continue
            yield Promise(begin + start, begin + end, atom, over if atom[1] == "free" else None, wanted, denied)


def alike(one: Atom, other: Atom) -> bool:
    """Whether two atoms promise the same."""
    return one == other or (one[0] == other[0] == "hours" and hours.alike(one[1], other[1]))


def is_left_open(text: str) -> bool:
    """Whether a sentence asks, or says that it does not know."""
    return _OPEN.search(text) is not None


def is_condition(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is one from which on something holds."""
    return bool(_OVER_AFTER.match(text, amount.end) or _OVER_BEFORE.search(text, 0, amount.start))


def is_met(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is said to be reached by what the text speaks of."""
    return bool(_MET_AFTER.match(text, amount.end) or _MET_BEFORE.search(text, 0, amount.start))


def is_limit(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is one up to which something holds."""
    return bool(_UNDER_AFTER.match(text, amount.end) or _UNDER_BEFORE.search(text, 0, amount.start))


def condition(said: str) -> Amount | None:
    """The amount from which on it holds."""
    return next((amount for amount in amounts(said) if is_condition(said, amount)), None)


def _is_denied(said: str, start: int, end: int) -> bool:
    return bool(_DENIED.match(said, end) or _DENIED_BEFORE.search(said, 0, start))


def _found(said: str, before: str, *, is_referred: bool) -> Iterator[tuple[int, int, Atom]]:
    topics = _topics(said)
    if not topics and len(said.split()) <= _FEW_WORDS:  # an answer to what the sentence before asks, or more of it
        asked = _SENTENCE.findall(before)[-1:]
        topics = _topics(asked[0]) if asked else []
    timed = list(spans(said)) if topics else []
    for atom, pattern in SAID if not is_referred else ():
        for match in pattern.finditer(said):
            if atom == ("returns", "none") and timed and _EXPIRED.search(said):
                continue  # what holds no longer: how long it did is judged below
            if atom in (("returns", "condition"), ("returns", "fee")) and "returns" not in topics:
                continue
            if atom == ("delivery", "free") and _is_limited(said):
                atom = ("delivery", "free below")
            yield match.start(), match.end(), atom
    for match, values in timed:
        # Of several topics a span is said of those in its clause; where there are none or more, of each.
        clause, at = _clause(said, match)
        about = (len(topics) > 1 and _topics(clause)) or topics
        for topic in about:
            for value in values:
                yield match.start(), match.end(), (topic, value)
            for start, end, event in _starts(clause):
                yield at + start, max(at + end, match.end()), (f"{topic} from", event)
    for topic in ("delivery", "restock"):
        if topic in topics:
            for start, end, value in dates(said):
                yield start, end, (topic, value)
    for start, end, hour in hours.hours(said, before):
        yield start, end, ("hours", hour)


def _is_limited(said: str) -> bool:
    """Whether it holds up to an amount only."""
    named = amounts(said)
    return any(is_limit(said, amount) for amount in named) and not any(is_condition(said, amount) for amount in named)


def _starts(clause: str) -> Iterator[tuple[int, int, str]]:
    for event, pattern in STARTS:
        for match in pattern.finditer(clause):
            yield match.start(), match.end(), event


def _topics(said: str) -> list[str]:
    named = (("delivery", DELIVERY), ("returns", RETURNS), ("warranty", WARRANTY), ("restock", RESTOCK))
    return [name for name, pattern in named if pattern.search(said)]


def _clause(said: str, match: re.Match[str]) -> tuple[str, int]:
    """The clause that a match stands in, and where it begins."""
    start = max((found.end() for found in _CLAUSE.finditer(said, 0, match.start())), default=0)
    stop = _CLAUSE.search(said, match.end())
    return said[start : stop.start() if stop else len(said)], start
