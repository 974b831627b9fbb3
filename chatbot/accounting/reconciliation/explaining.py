"""What is to be said of a pair, or of who stayed alone; and how it adds up. Pure.

Each finding has the bill's figures minus the ledger's. Over all findings of a bill they add up to the whole bill minus
the ledger of its period, exactly: every line and every attempt of the period counts in once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chatbot.accounting.reconciliation.matching import Matching
from chatbot.accounting.reconciliation.sides import Billed, Booked
from chatbot.models import Attempt, BillMatch

Kind = BillMatch.Kind
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the two sides speak of, in microseconds since 1970, ends excluded.

    `step_usd` is the smallest amount that the bill can tell apart. `within` is how far a moment of the bill may be off.
    """

    covers: tuple[int, int]
    period: tuple[int, int]
    within: int
    step_usd: Decimal
    has_cost: bool
    has_input: bool
    has_output: bool

    def holds(self, at: int) -> bool:
        """Whether an attempt of this moment is in the ledger's period."""
        return self.period[0] <= at < self.period[1]

    def is_billable(self, at: int) -> bool:
        """Whether an attempt of this moment must be on this bill: well inside its days, as the relay cuts them."""
        return self.covers[0] + self.within <= at < self.covers[1] - self.within


class Finding(NamedTuple):
    """A row to be: see `BillMatch`."""

    kind: Kind
    line: int | None
    attempt: UUID | None
    model: str
    at: int
    attempts: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None
    booked_usd: Decimal | None


def explained(
    billed: Sequence[Billed], booked: Sequence[Booked], matching: Matching, frame: Frame
) -> Iterator[Finding]:
    """Every line, and every attempt of the period that is not known to have used nothing, with what is to be said."""
    for i, j in matching.pairs:
        yield from _pair(billed[i], booked[j], frame)
    for i, j in matching.twice:
        yield _line(Kind.TWICE, billed[i], frame, attempt=booked[j].pk)
    for i in matching.lines:
        yield _line(Kind.MISSING_HERE, billed[i], frame)
    for j in matching.attempts:
        attempt = booked[j]
        if frame.holds(attempt.at) and not attempt.is_nothing:
            yield _attempt(why_alone(attempt, frame), attempt, frame)


def why_alone(attempt: Booked, frame: Frame) -> Kind:
    """What is to be said of an attempt that the bill does not have."""
    if not frame.is_billable(attempt.at):
        return Kind.TIME_ZONE
    if attempt.source == Attempt.Source.ESTIMATED:
        return Kind.ESTIMATED
    if attempt.source == Attempt.Source.UNKNOWN or attempt.cost_usd is None:
        return Kind.UNMEASURED
    return Kind.MISSING_THERE


def why_different(line: Billed, attempt: Booked, frame: Frame) -> Kind:
    """What is to be said of a line beside its attempt."""
    if _unmeasured(line, attempt):
        return Kind.UNMEASURED
    same_tokens = all(
        theirs is None or ours is None or theirs == ours
        for theirs, ours in (
            (line.input_tokens, attempt.input_tokens),
            (line.output_tokens, attempt.output_tokens),
            (line.cached_input_tokens, attempt.cached_input_tokens),
        )
    )
    difference = ZERO if line.cost_usd is None or attempt.cost_usd is None else line.cost_usd - attempt.cost_usd
    if same_tokens and not difference:
        return Kind.EQUAL
    if attempt.source == Attempt.Source.ESTIMATED:
        return Kind.ESTIMATED
    if not same_tokens:
        return Kind.TOKENS
    return Kind.ROUNDED if abs(difference) < frame.step_usd else Kind.PRICE


def _unmeasured(line: Billed, attempt: Booked) -> bool:
    """Whether the bill says something that nothing is known of here."""
    return (
        (line.cost_usd is not None and attempt.cost_usd is None)
        or (line.input_tokens is not None and attempt.input_tokens is None)
        or (line.output_tokens is not None and attempt.output_tokens is None)
    )


def _pair(line: Billed, attempt: Booked, frame: Frame) -> Iterator[Finding]:
    kind = why_different(line, attempt, frame)
    outside = not frame.holds(attempt.at)
    if outside:
        # It is on this bill, and in the ledger of the period before or after.
        yield _attempt(Kind.TIME_ZONE, attempt, frame, sign=1, line=line.pk)
        if kind is Kind.EQUAL:
            return
    yield Finding(
        kind=kind,
        line=line.pk,
        attempt=attempt.pk,
        model=line.model,
        at=line.at,
        attempts=0 if outside else 1,
        input_tokens=(line.input_tokens or 0) - (attempt.input_tokens or 0) if frame.has_input else None,
        output_tokens=(line.output_tokens or 0) - (attempt.output_tokens or 0) if frame.has_output else None,
        cost_usd=(line.cost_usd or ZERO) - (attempt.cost_usd or ZERO) if frame.has_cost else None,
        booked_usd=attempt.cost_usd,
    )


def _line(kind: Kind, line: Billed, frame: Frame, attempt: UUID | None = None) -> Finding:
    return Finding(
        kind=kind,
        line=line.pk,
        attempt=attempt,
        model=line.model,
        at=line.at,
        attempts=0,
        input_tokens=line.input_tokens if frame.has_input else None,
        output_tokens=line.output_tokens if frame.has_output else None,
        cost_usd=line.cost_usd if frame.has_cost else None,
        booked_usd=None,
    )


def _attempt(kind: Kind, attempt: Booked, frame: Frame, *, sign: int = -1, line: int | None = None) -> Finding:
    return Finding(
        kind=kind,
        line=line,
        attempt=attempt.pk,
        model=attempt.model,
        at=attempt.at,
        attempts=1,
        input_tokens=sign * (attempt.input_tokens or 0) if frame.has_input else None,
        output_tokens=sign * (attempt.output_tokens or 0) if frame.has_output else None,
        cost_usd=sign * (attempt.cost_usd or ZERO) if frame.has_cost else None,
        booked_usd=attempt.cost_usd,
    )
