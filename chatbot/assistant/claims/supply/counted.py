"""Whom a claim is about that counts products: two of the three, only one, all others, neither, the last.

A claim with a number, an "only" or an "all" says something of several products at once, and mostly of those that it
does not name as well. `counted` reads which of the candidates are said to be so, and which are said not to be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chatbot.assistant.claims.answers import asks_for_any
from chatbot.assistant.claims.around import Around
from chatbot.assistant.claims.clauses import clauses, word_end
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.goods.rows import BLANK, rows_of
from chatbot.assistant.claims.line import Claim, Line
from chatbot.assistant.claims.money.numbers import NATIVE, small
from chatbot.assistant.claims.sentences import END
from chatbot.assistant.claims.supply import counting


@dataclass(frozen=True, slots=True)
class Counted:
    """Of the candidates `among` whom it speaks, those that are said to be `so`, and those said to be not.

    `least` and `most` are how many may be so; `is_denied`: all that is said not to hold.
    """

    among: frozenset[int]
    so: frozenset[int] = frozenset()
    but: frozenset[int] = frozenset()
    least: int = 0
    most: int | None = None
    is_denied: bool = False

    def holds(self, is_so: Callable[[int], bool]) -> bool:
        """Whether it is true where `is_so` says of each candidate whether it is so."""
        those = {number for number in self.among | self.so | self.but if is_so(number)}
        count = len(those & self.among)
        is_true = self.so <= those and not self.but & those and count >= self.least
        return (is_true and (self.most is None or count <= self.most)) is not self.is_denied


def counted(claim: Claim, line: Line, evidence: Evidence) -> Counted | None:
    """Whom `claim` is about; None where it counts nobody and names no more than one."""
    start, stop = line.bounds(claim)
    names = line.named_in(0, len(line.text), evidence.names)
    rows = rows_of(line, names)
    everyone = frozenset(range(len(evidence.cards)))
    all_clauses = list(clauses(line.text, start, stop))
    own = next(number for number, (_, end) in enumerate(all_clauses) if claim.start < end or end == stop)
    stop = max(claim.end, all_clauses[own][1])
    clause = Around(line, claim, all_clauses[own][0], stop, names, rows, everyone)
    for rule in _RULES:
        if (found := rule(clause)) is not None:
            return found
    # A clause that names nobody goes on about those of the one before it, and not about how it counts.
    for begin, _ in reversed(all_clauses[:own]):
        if clause.named_rows:
            break
        clause = replace(clause, start=begin)
        if not counting.SINGLE.match(line.text, all_clauses[own][0]):
            inherited = (rule(clause) for rule in ((_together,) if clause.named_rows else _INHERITED))
            if found := next(filter(None, inherited), None):
                return found
    return None


def counts_products(text: str, claim: Claim, named: Sequence[Mention]) -> bool:
    """Whether the number with which a claim begins is one of products, and not of pieces of one: two of the three."""
    found = counting.OF.match(text, claim.start) or counting.OF_GOODS.match(text, claim.start)
    if found is None or any(claim.start <= one.start < claim.end for one in named):
        return False
    return found.re is counting.OF_GOODS or bool(found["m"] or found["n3"])


def _listed(clause: Around) -> Counted | None:
    """In stock: this one, that one."""
    text = clause.line.text
    label = counting.COLON.match(text, clause.claim.end)
    if label is None or not counting.LABELS.search(clause.before):
        return None
    stop = counting.LIST_END.search(text, label.end())
    named = clause.named(label.end(), stop.start() if stop else len(text))
    return Counted(clause.everyone, so=named) if named else None


def _of_such(clause: Around) -> Counted | None:
    """Of those in stock the Dawn: who is named behind is one of them; otherwise nothing is said of anyone."""
    text = clause.line.text
    if not (counting.OF_SUCH_BEHIND.match(clause.after) or counting.OF_SUCH.search(clause.before)):
        return None
    _, stop = clause.line.bounds(clause.claim)
    row = next((row for row in clause.rows if clause.claim.end <= row.start < stop), None)
    is_only = row and (counting.ONLY_BEHIND.match(text, row.end) or counting.ONLY_BEFORE.search(text, 0, row.start))
    return None if is_only else Counted(clause.everyone, so=row.products if row else frozenset())


def _described(clause: Around) -> Counted | None:
    """The sold-out speaker, two in-stock models: of the one that is named behind, or of so many."""
    text = clause.line.text
    end = word_end(text, clause.claim.end)
    if not counting.ATTRIBUTE.search(text[clause.claim.start : end]):
        return None
    name = next((one for one in clause.names if one.start >= end), None)
    if name and BLANK.fullmatch(text, end, name.start):
        return Counted(clause.everyone, so=frozenset({name.product}))
    number = counting.NUMBER_BEFORE.search(clause.before) if counting.DESCRIBED.match(text, clause.claim.end) else None
    number = number or counting.NUMBER_BEHIND.match(text, end)
    if number and (count := _value(number["n"])):
        return Counted(clause.everyone, least=count, most=count)
    return None


def _excepted(clause: Around) -> Counted | None:
    """Everything but the speaker."""
    text = clause.line.text
    for row in clause.named_rows:
        is_excepted = counting.EXCEPT.search(text, clause.start, row.start) or counting.EXCEPTED.match(text, row.end)
        is_of_others = any(each.search(clause.text) for each in (counting.ALL, counting.NONE, counting.REST))
        if is_excepted and (is_of_others or clause.named_rows == [row]):
            rest = clause.everyone - row.products
            if counting.NONE.search(clause.before):
                return Counted(clause.everyone, so=row.products, but=rest)
            return Counted(clause.everyone, so=rest, but=row.products)
    return None


def _not_all(clause: Around) -> Counted | None:
    """Not all of them; and what holds of all is said not to."""
    if counting.NOT_ALL.search(clause.before):
        return Counted(clause.everyone, so=clause.all_of(), is_denied=True)
    said = clause.line.text[clause.claim.start : clause.claim.end]
    if counting.ALL.search(clause.before) and counting.NOT_SO.search(said):  # the claim is of those that are not
        return Counted(clause.all_of(), least=1)
    return None


def _none(clause: Around) -> Counted | None:
    """Neither of them."""
    if counting.NOT_ONE.search(clause.before):
        return Counted(clause.everyone, so=clause.all_of())
    if counting.NEITHER.search(clause.before) and len(clause.all_of()) != 2:
        return Counted(clause.everyone, most=max(0, len(clause.everyone) - 2))
    if counting.NONE.search(clause.before) or counting.THERE_IS_NONE.match(clause.after):
        return Counted(clause.everyone, but=clause.all_of())
    return None


def _rest(clause: Around) -> Counted | None:
    """All others: than those that were spoken of before."""
    for found in counting.REST.finditer(clause.line.text, clause.start, clause.claim.start):
        if clause.named(found.end(), clause.claim.start):
            continue
        count = _value(found["n"] or found["k"] or found["l"])
        rests = [clause.everyone - named for named in clause.named_before(found.start())]
        rests = [rest for rest in rests if rest and count in (None, len(rest))]
        if rests:
            return Counted(clause.everyone, so=rests[0])
        return Counted(clause.everyone, least=count) if count else None
    return None


def _only(clause: Around) -> Counted | None:
    """Only this one, and no other."""
    text = clause.line.text
    is_described = counting.DESCRIBED.match(clause.after) is not None
    among, of = clause.among()
    for row in clause.named_rows:
        if row is of:
            continue
        if (
            counting.ONLY_BEFORE.search(text, clause.start, row.start)
            or counting.ONLY_BEHIND.match(text, row.end)
            or (is_described and row in clause.rows_after and counting.SO_MANY_BEHIND.match(text, row.end))
        ):
            return Counted(among, so=row.products, but=among - row.products)
    if counting.THE_ONLY.search(clause.text):
        rows = [row for row in (*clause.rows_after[:1], *clause.rows_before[-1:]) if row is not of]
        if rows:
            return Counted(among, so=rows[0].products, but=among - rows[0].products)
    return None


def _some(clause: Around) -> Counted | None:
    """Two of the three; who stands behind it in apposition is among them."""
    for found in counting.OF.finditer(clause.text):
        count = _value(found["n"] or found["n2"] or found["n3"] or found["n4"])
        total = _value(found["m"] or found["m2"] or found["m4"])
        if count is None:
            continue
        begin = clause.start + found.end()
        named = clause.named(begin, max(begin, clause.claim.start)) or clause.named(clause.claim.end, clause.stop)
        named = named if len(named) == count else frozenset()
        if total is not None and total < len(clause.everyone):
            return Counted(clause.everyone, so=named, least=count)
        is_exact = bool(total or found["only"] or found["only3"])
        least = count if total in (None, len(clause.everyone)) else len(clause.everyone) + 1
        return Counted(clause.everyone, so=named, least=least, most=count if is_exact else None)
    if bare := counting.BARE.search(clause.before):
        return Counted(clause.everyone, least=_value(bare["n"] or bare["k"]) or 0)
    if are := counting.ARE.match(clause.after):
        count = _value(are["n"])
        return Counted(clause.everyone, least=count or 0, most=count)
    return None


def _placed(clause: Around) -> Counted | None:
    """The first two, the last: in the order in which they were named."""
    for found in reversed(list(counting.PLACE.finditer(clause.before))):
        if clause.named(clause.start + found.end(), clause.claim.start):
            continue
        order = clause.in_order(clause.start + found.start())
        count = _value(found["n"] or found["k"] or found["l"]) or 1
        place = 0 if found["front"] or found["fore"] else -1
        place = counting.PLACES[found["place"] or found["nth"]] if found["place"] or found["nth"] else place
        meant = order[place : place + count] if place >= 0 else order[-count:]
        if len(meant) == count:
            return Counted(clause.everyone, so=frozenset(meant))
    return None


def _all(clause: Around) -> Counted | None:
    """All of them, both, the three."""
    said = f"{clause.before}{clause.line.text[clause.claim.start : clause.claim.end]}"
    if (found := counting.THE.search(clause.before)) and (count := _value(found["n"] or found["k"] or found["l"])):
        nearer = clause.named(clause.start + found.end(), clause.claim.start)
        if nearer and len(nearer) != count:
            return None
        if len(named := nearer or clause.named_near()) == count:
            return Counted(clause.everyone, so=named)
        return Counted(clause.everyone, least=count) if count > 1 else None
    if not counting.ALL.search(said):
        return None
    if counting.PAIR.search(said) and len(clause.named_near()) != 2:
        return Counted(clause.everyone, least=2)
    return Counted(clause.everyone, so=clause.all_of())


def _asked_of_any(clause: Around) -> Counted | None:
    """Is anything sold out? That one: whoever is named in the answer, or somebody at least."""
    text = clause.line.text
    _, stop = clause.line.bounds(clause.claim)
    mark = text.find("?", clause.claim.end, stop + 1)
    if mark < 0 or not asks_for_any(clause.before) or clause.named_rows:
        return None
    end = END.search(text, mark + 1)
    answered = clause.named(mark, end.start() if end else len(text))
    return Counted(clause.everyone, so=answered, least=1)


def _together(clause: Around) -> Counted | None:
    """Several that are named in a row."""
    row = next(reversed(clause.rows_before), None)
    if row is None and (behind := next(iter(clause.rows_after), None)):
        between = clause.line.text[clause.claim.end : behind.start]
        row = behind if counting.LISTED_BEHIND.fullmatch(between) else None
    return Counted(clause.everyone, so=row.products) if row and len(row.products) > 1 else None


_RULES: Final = (
    _asked_of_any,
    _listed,
    _of_such,
    _described,
    _excepted,
    _not_all,
    _none,
    _rest,
    _only,
    _some,
    _placed,
    _all,
    _together,
)

_INHERITED: Final = (_rest, _some, _placed, _all)


def _value(number: str | None) -> int | None:
    if not number:
        return None
    if number in ("both", "half"):
        return 2 if number == "both" else None
    return NATIVE[number] if number in NATIVE else small(number)
