"""Which line of the bill bills which attempt: by request id, else by model and time. Pure.

Each line and each attempt is in one pair at most. By time, first those with the very same figures are paired, then the
rest of the same model; within each, `pairing` finds the pairs with the least distance in all.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from chatbot.accounting.reconciliation.pairing import pairs
from chatbot.accounting.reconciliation.sides import Billed, Booked


@dataclass(slots=True, kw_only=True)
class Matching:
    """Indexes of lines and attempts. `twice` are further lines of what another line bills already."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    twice: list[tuple[int, int]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Lines that no attempt was found for."""
    attempts: list[int] = field(default_factory=list)
    """Attempts that no line was found for."""
    by_id: int = 0
    """So many of the pairs were found by their request ids."""


def match(billed: Sequence[Billed], booked: Sequence[Booked], within: int) -> Matching:
    """Pair the lines with the attempts. By time, `within` so many microseconds.

    Where the bill has request ids that the ledger knows, a line with an id that it does not know can only be of an
    attempt that never heard its id. A second line with an id is billed twice; without ids, that is a line like another
    one of the same time.
    """
    found = Matching()
    lines, attempts = _by_id(billed, booked, within, found)
    found.by_id = len(found.pairs)
    if found.pairs:
        with_id = {j for j in attempts if booked[j].request_id}
        lines, attempts = _by_time(billed, booked, lines, attempts, within, found, ids_tell=with_id)
    else:
        lines, attempts = _by_time(billed, booked, lines, attempts, within, found, ids_tell=None)
    found.lines, found.attempts = sorted(lines), sorted(attempts)
    return found


def _by_id(
    billed: Sequence[Billed], booked: Sequence[Booked], within: int, found: Matching
) -> tuple[list[int], list[int]]:
    attempts_of: dict[str, list[int]] = defaultdict(list)
    for j, attempt in enumerate(booked):
        if attempt.request_id:
            attempts_of[attempt.request_id].append(j)
    lines_of: dict[str, list[int]] = defaultdict(list)
    left = []
    for i, line in enumerate(billed):
        if line.request_id in attempts_of:
            lines_of[line.request_id].append(i)
        else:
            left.append(i)
    alone = [j for j, attempt in enumerate(booked) if attempt.request_id not in lines_of]
    for request_id, lines in lines_of.items():
        attempts = attempts_of[request_id]
        if len(lines) == len(attempts) == 1:
            found.pairs.append((lines[0], attempts[0]))
            continue
        further, unbilled = _best_first(billed, booked, lines, attempts, found)
        found.twice += [(i, _nearest(billed[i].at, attempts, booked)) for i in further]
        alone += unbilled
    return left, alone


def _best_first(
    billed: Sequence[Billed], booked: Sequence[Booked], lines: list[int], attempts: list[int], found: Matching
) -> tuple[list[int], list[int]]:
    """Pair lines and attempts with one id, whatever the time between them: equal ones, then the others."""
    ever = 1 << 62
    lines, attempts = _paired(billed, booked, lines, attempts, ever, found, _figures_of(billed))
    return _paired(billed, booked, lines, attempts, ever, found, lambda _: 0)


def _by_time(
    billed: Sequence[Billed],
    booked: Sequence[Booked],
    lines: list[int],
    attempts: list[int],
    within: int,
    found: Matching,
    *,
    ids_tell: set[int] | None,
) -> tuple[list[int], list[int]]:
    """`ids_tell` are the attempts whose id the bill would name if it billed them; None when ids say nothing."""
    figures = _figures_of(billed)
    if ids_tell is None:
        lines, attempts = _paired(billed, booked, lines, attempts, within, found, figures)
        lines = _without_twice(billed, lines, within, found, figures)
        return _paired(billed, booked, lines, attempts, within, found, _model)
    named = [i for i in lines if billed[i].request_id]
    nameless = [i for i in lines if not billed[i].request_id]
    for key in (figures, _model):
        nameless, attempts = _paired(billed, booked, nameless, attempts, within, found, key)
        if key is figures:
            nameless = _without_twice(billed, nameless, within, found, figures)
        known = [j for j in attempts if j in ids_tell]
        named, unknown = _paired(billed, booked, named, [j for j in attempts if j not in ids_tell], within, found, key)
        attempts = known + unknown
    return named + nameless, attempts


_Key = Callable[[Billed | Booked], Hashable]


def _model(side: Billed | Booked) -> Hashable:
    return side.model


def _figures_of(billed: Sequence[Billed]) -> _Key:
    """What a line and an attempt must share to be equal: model and tokens, or cost where the bill has no tokens."""
    has_input = bool(billed) and billed[0].input_tokens is not None
    has_output = bool(billed) and billed[0].output_tokens is not None

    def key(side: Billed | Booked) -> Hashable:
        if not (has_input or has_output):
            return side.model, side.cost_usd
        return side.model, side.input_tokens if has_input else None, side.output_tokens if has_output else None

    return key


def _paired(
    billed: Sequence[Billed],
    booked: Sequence[Booked],
    lines: list[int],
    attempts: list[int],
    within: int,
    found: Matching,
    key: _Key,
) -> tuple[list[int], list[int]]:
    """Pair those of equal `key` by time; the lines and the attempts that stay alone.

    Of those that share more than their model, as many as can be.
    """
    most = key is not _model
    lines_of: dict[Hashable, list[int]] = defaultdict(list)
    for i in lines:
        lines_of[key(billed[i])].append(i)
    attempts_of: dict[Hashable, list[int]] = defaultdict(list)
    for j in attempts:
        if (of := key(booked[j])) in lines_of:
            attempts_of[of].append(j)
    taken_lines: set[int] = set()
    taken_attempts: set[int] = set()
    for of, some in attempts_of.items():
        left = sorted(lines_of[of], key=lambda i: billed[i].at)
        right = sorted(some, key=lambda j: booked[j].at)
        for i, j in pairs([billed[i].at for i in left], [booked[j].at for j in right], within, most=most):
            found.pairs.append((left[i], right[j]))
            taken_lines.add(left[i])
            taken_attempts.add(right[j])
    return [i for i in lines if i not in taken_lines], [j for j in attempts if j not in taken_attempts]


def _without_twice(
    billed: Sequence[Billed], lines: list[int], within: int, found: Matching, figures: _Key
) -> list[int]:
    """The lines that are not like another line of the same time which has its attempt."""
    if not lines:
        return lines
    wanted = {(figures(billed[i]), billed[i].cost_usd) for i in lines if not billed[i].is_nothing}
    like: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for i, j in found.pairs:
        if (of := (figures(billed[i]), billed[i].cost_usd)) in wanted:
            like[of].append((billed[i].at, j))
    for some in like.values():
        some.sort()
    left = []
    for i in lines:
        line = billed[i]
        others = like.get((figures(line), line.cost_usd), [])
        first = bisect_left(others, (line.at - within, -1))
        last = bisect_right(others, (line.at + within, len(found.pairs) + len(billed) + 1 << 32))
        if first < last:
            found.twice.append((i, min(others[first:last], key=lambda other: abs(other[0] - line.at))[1]))
        else:
            left.append(i)
    return left


def _nearest(at: int, attempts: Sequence[int], booked: Sequence[Booked]) -> int:
    return min(attempts, key=lambda j: abs(booked[j].at - at))
