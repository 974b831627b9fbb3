"""What was expected of a question, against what came of it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from msgspec import UNSET

from chatbot.assistant.evaluation.cases import AnyOf, Case, Understood, one_of
from chatbot.catalog.asked import Question
from chatbot.catalog.text import fold, query
from chatbot.models import Turn

_OF_QUESTION: Final = {"min": "price_min", "max": "price_max"}
"""Fields of `Question` that the file calls otherwise."""
_MARKS: Final = re.compile(r"[*_`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What came of a question. `found` and `shown` are skus, `entries` titles, `code` is why no answer is whole."""

    question: Question = field(default_factory=Question)
    found: Sequence[str] = ()
    entries: Sequence[str] = ()
    shown: Sequence[str] = ()
    text: str = ""
    status: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it should be; `check` is the key of the file that asked for it, or `answer`."""

    check: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: expected {self.expected}, found {self.found}"


def differences(case: Case, observed: Observed, *, with_model: bool) -> list[Difference]:
    """All that differs. Without a model there are no words to look at, and what must be shown must be found."""
    found = list(_misunderstood(case.understood, observed.question))
    found += _missing("finds", case.finds, observed.found)
    found += _present("finds_not", case.finds_not, observed.found)
    found += _missing("entries", case.entries, observed.entries)
    if not with_model:
        return [*found, *_missing("shows", case.shows, observed.found)]
    if observed.status != Turn.Status.COMPLETE:
        status = f"{observed.status} ({observed.code})" if observed.code else observed.status
        found.append(Difference("answer", str(Turn.Status.COMPLETE), status))
    found += _missing("shows", case.shows, observed.shown)
    found += _present("shows_not", case.shows_not, observed.shown)
    text = _plain(observed.text)
    for phrases in map(one_of, case.says):
        if not any(_holds(text, phrase) for phrase in phrases):
            found.append(Difference("says", " or ".join(map(repr, phrases)), repr(observed.text)))
    for phrase in case.says_not:
        if _holds(text, phrase):
            found.append(Difference("says_not", f"not {phrase!r}", repr(observed.text)))
    return found


def _misunderstood(expected: Understood, question: Question) -> Iterator[Difference]:
    for name in expected.__struct_fields__:
        wanted = getattr(expected, name)
        if wanted is UNSET:
            continue
        found = getattr(question, _OF_QUESTION.get(name, name))
        if not _same(name, wanted, found):
            yield Difference(f"understood.{name}", _shown(wanted), _shown(found))


def _same(name: str, wanted: Any, found: Any) -> bool:  # Any: a field of each kind
    if name == "words":  # the same when they search for the same
        return set(query(wanted).words) == set(query(found).words)
    if isinstance(wanted, tuple):
        return {fold(each) for each in wanted} == {fold(each) for each in found}
    return bool(wanted == found)


def _missing(check: str, expected: Sequence[AnyOf], found: Collection[str]) -> Iterator[Difference]:
    for names in map(one_of, expected):
        if not set(names) & set(found):
            yield Difference(check, " or ".join(names), _shown(tuple(found)))


def _present(check: str, unwanted: Sequence[str], found: Collection[str]) -> Iterator[Difference]:
    for name in unwanted:
        if name in found:
            yield Difference(check, f"not {name}", _shown(tuple(found)))


def _plain(text: str) -> str:
    return " ".join(fold(_MARKS.sub("", text)).split())


def _holds(text: str, phrase: str) -> bool:
    """Whether the words stand in the text; "9,000 won" does not stand in "59,000 won"."""
    phrase = _plain(phrase)
    before = r"(?<!\d)(?<!\d[.,])" if phrase[:1].isdigit() else ""
    after = r"(?!\d)(?![.,]\d)" if phrase[-1:].isdigit() else ""
    return re.search(f"{before}{re.escape(phrase)}{after}", text) is not None


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in ("", None) else "nothing"
