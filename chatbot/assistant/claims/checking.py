"""The judgement on a sentence: what it claims, of which product, and what has to stand there instead.

A claim is true when the product's card bears it out, the shop's own entries do, or it repeats the shopper's words as
the shopper's ("under 50,000 won"). A wrong price, share or stock state is replaced by the right one where the product
is known; whatever nobody bears out is withheld.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from chatbot.assistant.claims.answers import check_answer, unless_asked
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.goods.invented import check_products
from chatbot.assistant.claims.goods.names import Mention, level
from chatbot.assistant.claims.goods.naming import Naming
from chatbot.assistant.claims.line import Claim, Line, Undecided
from chatbot.assistant.claims.links import check_link, links
from chatbot.assistant.claims.money.amounts import Amount, amounts
from chatbot.assistant.claims.money.prices import check_amount
from chatbot.assistant.claims.money.roles import is_of_delivery, is_price, is_wished_of
from chatbot.assistant.claims.offer.compared import check_comparison
from chatbot.assistant.claims.offer.comparisons import comparisons
from chatbot.assistant.claims.offer.discounted import check_discount
from chatbot.assistant.claims.offer.discounts import discounts
from chatbot.assistant.claims.overhead import NOTHING, Overhead
from chatbot.assistant.claims.sentences import extent, is_item, is_row
from chatbot.assistant.claims.supply.absences import absences, check_absence, is_of_an_absence
from chatbot.assistant.claims.supply.assortment import check_assortment
from chatbot.assistant.claims.supply.availability import check_stock
from chatbot.assistant.claims.supply.labelled import labelled_stocks
from chatbot.assistant.claims.supply.stock import stocks
from chatbot.assistant.claims.terms.delivered import Delivered, is_of_delivery_by_context
from chatbot.assistant.claims.terms.promises import Promise, promises

_ALL: Final = re.compile(r"모두|전부|둘 다|(?<!\S)다 |both|all\b|each|every")

_CLAUSE_END: Final = re.compile(r"[,;]\s")

AnyClaim = TypeVar("AnyClaim", bound=Claim)
Judged = tuple[Claim, Fix | None]
"""A claim, and what has to stand in its place; None where it is true."""


def check(
    evidence: Evidence,
    naming: Naming,
    before: str,
    sentence: str,
    previous: int | None,
    columns: Sequence[int | None] = (),
    over: Overhead = NOTHING,
    *,
    is_over: bool,
    asked: str = "",
) -> list[Fix] | None:
    """What has to change in `sentence`, in order; None while it is not known which product a claim in it is about.

    `before` is its line so far, `previous` the product that earlier lines spoke of last; `columns` the products that
    the head of its table names, cell by cell; `over` is what stands over the line, `is_over`: the line is. `asked` is
    the question that the line before ended with.
    """
    text = level(before) + level(sentence)
    line = Line(text, len(before), evidence.names.mentions(text), previous, is_over, before + sentence, columns, over)
    if invented := check_products(line, evidence, naming):
        return _in_sentence([_of_sentence(invented, line)], line)
    kinds = ((discounts, check_discount), (stocks, unless_asked(check_stock)))
    if asked and (fix := check_answer(asked, line, evidence, *kinds)):
        return _in_sentence([fix], line)
    try:
        return _in_sentence(_apart(list(_judged(line, evidence)), line), line)
    except Undecided:
        return None


def _judged(line: Line, evidence: Evidence) -> Iterator[Judged]:
    """All that the sentence claims, one kind after the other. Raises Undecided."""

    begin, _ = extent(line.text, line.at, line.at)

    def of_kind(
        find: Callable[[str, int], Iterable[AnyClaim]], check: Callable[[AnyClaim, Line, Evidence], Fix | None]
    ) -> Iterator[Judged]:
        claims = find(line.text, begin)
        return ((claim, check(claim, line, evidence)) for claim in claims if claim.end > line.at or find is promised)

    def promised(text: str, at: int) -> Iterator[Promise]:
        return promises(text, at, over=line.over)

    yield from of_kind(amounts, _check_amount)
    yield from of_kind(absences, check_absence)
    yield from of_kind(discounts, check_discount)
    yield from of_kind(comparisons, check_comparison)
    yield from of_kind(stocks, unless_asked(check_stock))
    yield from ((found, check_stock(found, line, evidence)) for found in labelled_stocks(line) if found.end > line.at)
    yield from check_assortment(line, evidence, begin)
    yield from of_kind(promised, _check_promise)
    yield from of_kind(links, check_link)


def _apart(judged: Sequence[Judged], line: Line) -> list[Fix]:
    """The fixes in order, none over another; what nobody bears out takes its sentence along.

    In a row of a table it takes what is left of its cell.
    """
    fixes = [fix for claim, fix in judged if fix and (fix.kind == "link" or not line.is_in_name(claim))]
    if is_row(line.text):
        fixes = [_in_cell(fix, line) for fix in fixes]
    else:
        fixes = [_of_sentence(fix, line) if _is_unfounded(fix, line) else fix for fix in fixes]
    found: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: (fix.start, -fix.end)):
        if fix.end <= line.at or (found and fix.end <= found[-1].end):
            continue
        if found and fix.start < found[-1].end:  # the longer one, whichever says that a sentence goes
            fix = replace(found.pop(), end=fix.end)
        found.append(fix)
    return found


def _is_unfounded(fix: Fix, line: Line) -> bool:
    """Whether no fact can stand in place of the claim. Those of stock read well only in a list."""
    if fix.kind == "stock" and not is_item(line.text):
        return True
    return fix.is_whole or fix.kind in ("terms", "product") or (fix.product is None and fix.kind != "link")


def _of_sentence(fix: Fix, line: Line) -> Fix:
    """The same for all of the sentence around it, and for the one product that this names."""
    start, end = extent(line.text, fix.start, fix.end)
    named = {one.product for one in line.mentions if start <= one.start < end}
    return replace(fix, start=start, end=end, is_whole=True, product=named.pop() if len(named) == 1 else None)


def _in_cell(fix: Fix, line: Line) -> Fix:
    """The same for no more than the cell that it stands in."""
    if fix.kind != "terms":
        return replace(fix, is_whole=False)
    stop = line.text.find("|", fix.end)
    return replace(fix, end=len(line.text) if stop < 0 else stop, is_whole=False)


def _in_sentence(fixes: Sequence[Fix], line: Line) -> list[Fix]:
    """The same with places that count from the beginning of the sentence."""
    return [replace(fix, start=fix.start - line.at, end=fix.end - line.at) for fix in fixes]


def _check_amount(amount: Amount, line: Line, evidence: Evidence) -> Fix | None:
    """The same as `check_amount`, where the words around it do not say themselves what it is about.

    A price for whoever wishes for it is that of the product named right behind it. The price in a sentence that speaks
    of delivery too is that of the product before, and no fee.
    """
    if is_of_an_absence(amount, line, evidence) or is_of_delivery_by_context(amount, line, evidence):
        return None
    start, _ = line.bounds(amount)
    named_before = max((one.end for one in line.mentions if start < one.end <= amount.start), default=None)
    is_apart = named_before is None or _CLAUSE_END.search(line.text, named_before, amount.start)
    behind = next((one for one in line.mentions if one.start >= amount.end), None)
    between = line.text[amount.end : behind.start] if behind and behind.is_prose else ""
    if behind and is_apart and is_wished_of(line.text[start : amount.start], between):
        return check_amount(amount, replace(line, mentions=[behind]), evidence)
    if not line.is_named_at(amount.start) and is_of_delivery(line.sentence_around(amount)):
        before = [one.product for one in line.mentions if one.end <= start]
        meant = before[-1] if before else line.previous
        if meant is not None and is_price(line.text[start : amount.start]):
            named = (*line.mentions, Mention(start, start, meant, is_prose=True))
            line = replace(line, mentions=sorted(named, key=lambda one: one.start))
    return check_amount(amount, line, evidence)


def _check_promise(found: Promise, line: Line, evidence: Evidence) -> Fix | None:
    if found.atom in (("delivery", "free"), ("delivery", "charged")):
        is_free = found.atom[1] == "free"
        is_kept = Delivered(found, line, evidence, is_free, found.is_common, found.asked).is_true()
    else:
        is_kept = evidence.keeps(found) is not found.is_denied
    return None if is_kept else Fix(found.start, found.end, "terms")
