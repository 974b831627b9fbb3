"""The file of an evaluation: JSON Lines, one question a line with what is expected of its answer.

Only `question` must be given. What is left away may be anything; in `understood` an empty value must be empty.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from chatbot.catalog.choices import Choice
from chatbot.catalog.references import Kind
from chatbot.catalog.wishes import Sort
from chatbot.models import Product

AnyOf = str | tuple[str, ...]
"""A text, or several of which one is enough."""
_UNKNOWN_KEY: Final = re.compile(r"unknown field `(?P<key>.*?)`(?P<inside> - at `\$\.understood`)?")


class Understood(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is to be understood of a question, in the terms of `catalog.asked.Question`. `min` and `max` are prices."""

    words: str | UnsetType = UNSET
    min: Decimal | UnsetType | None = UNSET
    max: Decimal | UnsetType | None = UNSET
    currency: str | UnsetType = UNSET
    brands: tuple[str, ...] | UnsetType = UNSET
    colors: tuple[str, ...] | UnsetType = UNSET
    sizes: tuple[str, ...] | UnsetType = UNSET
    category: str | UnsetType = UNSET
    without: tuple[str, ...] | UnsetType = UNSET
    sort: Sort | UnsetType = UNSET
    gift: bool | UnsetType = UNSET
    recipient: str | UnsetType = UNSET
    reference: Kind | UnsetType = UNSET
    about: tuple[str, ...] | UnsetType = UNSET
    asks: Choice | UnsetType = UNSET


class Case(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A question with what is expected. Products are named by sku, entries of the shop by title."""

    question: str
    note: str = ""
    """For people; nothing reads it."""
    continues: bool = False
    """Asked in the talk of the line before, not in a new one."""
    language: str = ""
    """Of the shop's page; by default that of the talk so far, else the site's."""
    page: dict[str, str] = {}
    """What the widget would say of the open page: `sku`, `category`, `cart`, `path`."""
    understood: Understood = Understood()
    finds: tuple[AnyOf, ...] = ()
    """Products that the search must hand to the model."""
    finds_not: tuple[str, ...] = ()
    entries: tuple[AnyOf, ...] = ()
    """Entries that the search must hand to the model."""
    shows: tuple[AnyOf, ...] = ()
    """Products that must be among the answer's cards."""
    shows_not: tuple[str, ...] = ()
    says: tuple[AnyOf, ...] = ()
    """Words that the answer must hold. Case, accents and the grouping of digits do not matter."""
    says_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A case and the number of its line, from 1."""

    line: int
    case: Case


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line; number 0 is the file as a whole."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


class Faulty(Exception):
    """The file cannot be used. `faults` are all that is wrong with it, in the order of the lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read(content: bytes) -> list[Numbered]:
    """The cases of a file. Empty lines, and those that begin with `#`, are passed over. Raises Faulty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise Faulty([Fault(content[: err.start].count(b"\n") + 1, "This is not UTF-8.")]) from err
    cases: list[Numbered] = []
    faults: list[Fault] = []
    for line, written in enumerate(text.split("\n"), 1):  # `splitlines` would cut at marks that JSON may hold as well
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        try:
            case = msgspec.json.decode(written, type=Case)
        except msgspec.ValidationError as err:
            faults.append(Fault(line, f"{err}.{_nearest(str(err))}"))
        except msgspec.DecodeError as err:
            faults.append(Fault(line, f"This is not JSON. {err}."))
        else:
            if reason := _reason(case, is_first=not cases and not faults):
                faults.append(Fault(line, reason))
            cases.append(Numbered(line, case))
    if not cases and not faults:
        faults.append(Fault(0, "The file holds no question."))
    if faults:
        raise Faulty(faults)
    return cases


def refuse_unknown_products(cases: Iterable[Numbered]) -> None:
    """Raises Faulty for products that the catalogue has never held: that they are not shown would say nothing."""
    named = [(numbered.line, sku) for numbered in cases for sku in dict.fromkeys(_skus(numbered.case))]
    known = set(Product.objects.filter(sku__in={sku for _, sku in named}).values_list("sku", flat=True))
    if faults := [Fault(line, f"The catalogue has no product {sku!r}.") for line, sku in named if sku not in known]:
        raise Faulty(faults)


def one_of(expected: AnyOf) -> tuple[str, ...]:
    """The texts of which one is enough."""
    return (expected,) if isinstance(expected, str) else expected


def _reason(case: Case, *, is_first: bool) -> str:
    if not case.question.strip():
        return "The question is empty."
    if case.continues and is_first:
        return "Nothing comes before the first question that it could continue."
    for name in ("finds", "finds_not", "entries", "shows", "shows_not", "says", "says_not"):
        texts = [one_of(expected) for expected in getattr(case, name)]
        if not all(each and all(text.strip() for text in each) for each in texts):
            return f"There is an empty text in `{name}`."
    return ""


def _skus(case: Case) -> list[str]:
    lists = (*case.finds, *case.finds_not, *case.shows, *case.shows_not)
    return [sku for expected in lists for sku in one_of(expected)]


def _nearest(message: str) -> str:
    found = _UNKNOWN_KEY.search(message)
    if found is None:
        return ""
    known = (Understood if found["inside"] else Case).__struct_fields__
    near = difflib.get_close_matches(found["key"], known, n=1)
    return f" Did you mean `{near[0]}`?" if near else f" Known are: {', '.join(known)}."
