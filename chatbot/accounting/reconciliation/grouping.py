"""Bills that add up requests by day and model: each line held against the sum of its attempts. Pure.

One sum against another names no single attempt, so a difference is put down to what the group holds: estimates, if it
has any; then a number of requests that differs, if the bill says one; else tokens, or price.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chatbot.accounting.reconciliation.explaining import ZERO, Finding, Frame, Kind, why_alone
from chatbot.accounting.reconciliation.sides import Billed, Booked
from chatbot.models import Attempt

DayOf = Callable[[int], int]
"""A moment in microseconds since 1970 to the beginning of its day, as the relay cuts days."""


@dataclass(slots=True)
class _Sum:
    """Attempts added up."""

    attempts: int = 0
    estimated: int = 0
    unmeasured: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = ZERO

    def add(self, attempt: Booked) -> None:
        self.attempts += 1
        self.estimated += attempt.source == Attempt.Source.ESTIMATED
        self.unmeasured += attempt.source == Attempt.Source.UNKNOWN or attempt.cost_usd is None
        self.input_tokens += attempt.input_tokens or 0
        self.output_tokens += attempt.output_tokens or 0
        self.cost_usd += attempt.cost_usd or ZERO


_Group = tuple[int, str]


def grouped(billed: Sequence[Billed], booked: Iterable[Booked], frame: Frame, day_of: DayOf) -> Iterator[Finding]:
    """What is to be said of each line, and of each group of attempts that has none."""
    lines: dict[_Group, list[Billed]] = defaultdict(list)
    for line in billed:
        lines[day_of(line.at), line.model].append(line)
    inside: dict[_Group, _Sum] = defaultdict(_Sum)
    outside: dict[_Group, _Sum] = defaultdict(_Sum)
    alone: dict[tuple[_Group, Kind], _Sum] = defaultdict(_Sum)
    for attempt in booked:
        group = (day_of(attempt.at), attempt.model)
        if attempt.is_nothing:
            continue
        if group in lines:
            (inside if frame.holds(attempt.at) else outside)[group].add(attempt)
        elif frame.holds(attempt.at):
            alone[group, why_alone(attempt, frame)].add(attempt)
    for group, some in lines.items():
        yield from _lines(some, inside[group], outside[group], frame)
    for ((day, model), kind), booked_sum in alone.items():
        yield _booked(kind, day, model, booked_sum, frame)


def _lines(lines: list[Billed], inside: _Sum, outside: _Sum, frame: Frame) -> Iterator[Finding]:
    first, *others = lines
    rest: list[Billed] = []
    for line in others:
        if not line.is_nothing and any(line._replace(pk=0) == other._replace(pk=0) for other in (first, *rest)):
            yield _billed(Kind.TWICE, [line], _Sum(), frame)
        else:
            rest.append(line)
    kept = [first, *rest]
    whole = _added(inside, outside)
    if not whole.attempts:
        for line in kept:
            yield _billed(Kind.MISSING_HERE, [line], whole, frame)
        return
    if outside.attempts:
        yield _booked(Kind.TIME_ZONE, first.at, first.model, outside, frame, sign=1, line=first.pk)
    found = _billed(Kind.EQUAL, kept, whole, frame)
    yield found._replace(kind=_why(kept, whole, found, frame), attempts=inside.attempts)


def _why(lines: list[Billed], whole: _Sum, found: Finding, frame: Frame) -> Kind:
    other_tokens = bool(found.input_tokens or found.output_tokens)
    if not other_tokens and not found.cost_usd:
        return Kind.EQUAL
    says_tokens = frame.has_input or frame.has_output
    if other_tokens or not says_tokens:
        if whole.estimated:
            return Kind.ESTIMATED
        if whole.unmeasured:
            return Kind.UNMEASURED
        requests = [line.requests for line in lines if line.requests is not None]
        if requests and sum(requests) != whole.attempts:
            return Kind.MISSING_HERE if sum(requests) > whole.attempts else Kind.MISSING_THERE
        if says_tokens:
            return Kind.TOKENS
    if whole.unmeasured:
        return Kind.UNMEASURED
    return Kind.ROUNDED if abs(found.cost_usd or ZERO) < frame.step_usd * len(lines) else Kind.PRICE


def _billed(kind: Kind, lines: list[Billed], of: _Sum, frame: Frame) -> Finding:
    """Lines of one group minus the sum of its attempts."""
    return Finding(
        kind=kind,
        line=lines[0].pk,
        attempt=None,
        model=lines[0].model,
        at=lines[0].at,
        attempts=of.attempts,
        input_tokens=sum(line.input_tokens or 0 for line in lines) - of.input_tokens if frame.has_input else None,
        output_tokens=sum(line.output_tokens or 0 for line in lines) - of.output_tokens if frame.has_output else None,
        cost_usd=sum((line.cost_usd or ZERO for line in lines), ZERO) - of.cost_usd if frame.has_cost else None,
        booked_usd=of.cost_usd if of.attempts else None,
    )


def _booked(
    kind: Kind, day: int, model: str, of: _Sum, frame: Frame, *, sign: int = -1, line: int | None = None
) -> Finding:
    return Finding(
        kind=kind,
        line=line,
        attempt=None,
        model=model,
        at=day,
        attempts=of.attempts,
        input_tokens=sign * of.input_tokens if frame.has_input else None,
        output_tokens=sign * of.output_tokens if frame.has_output else None,
        cost_usd=sign * of.cost_usd if frame.has_cost else None,
        booked_usd=of.cost_usd,
    )


def _added(one: _Sum, other: _Sum) -> _Sum:
    return _Sum(*(getattr(one, name) + getattr(other, name) for name in _Sum.__slots__))
