"""A stored bill against the ledger: both sides read, paired, explained and written down, in one transaction.

The bill's side is all of its lines. The ledger's side is the attempts at its endpoint whose request left in the bill's
period (see `Bill`), each with all its corrections, also those that closed months made adjustments of later ones.
Attempts up to 26 hours around are looked at too: that is how far two time zones can be apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Count, Sum

from chatbot.accounting.periods import day_start
from chatbot.accounting.reconciliation.columns import Reading
from chatbot.accounting.reconciliation.explaining import ZERO, Finding, Frame, explained
from chatbot.accounting.reconciliation.grouping import grouped
from chatbot.accounting.reconciliation.matching import match
from chatbot.accounting.reconciliation.sides import Billed, Booked, plain_model
from chatbot.accounting.reconciliation.writing import insert
from chatbot.database import atomic
from chatbot.models import Attempt, Bill, BillMatch, Correction

WITHIN_S: Final = 120
"""How far, by default, a time of the bill may be from ours for the two to be one request."""

_EDGE: Final = timedelta(hours=26)
_BATCH: Final = 5_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The findings of one kind. `count` are lines and attempts; None is what the bill has no column for."""

    kind: str
    count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None

    @property
    def is_explained(self) -> bool:
        """Whether nobody needs to look at it; see `BillMatch.EXPLAINED`."""
        return self.kind in BillMatch.EXPLAINED


def reconcile(bill: Bill, now: datetime, *, within_s: int = WITHIN_S) -> None:
    """Hold the bill against the ledger as it stands, in place of what was found before.

    The bill's row then has the sums of both sides; `totals` adds up to their difference, to the last place.
    """
    with atomic():
        bill = Bill.objects.select_for_update().get(pk=bill.pk)
        bill.matches.all()._raw_delete(bill.matches.db)
        reading = Reading.from_json(bill.reading)
        billed = _billed(bill)
        frame = _frame(bill, reading, billed, within_s)
        names = {line.model for line in billed}
        ledger = _Sums()
        booked = _booked(bill, names, ledger)
        if reading.per == "day":
            findings: Iterable[Finding] = list(grouped(billed, booked, frame, _days(reading)))
        else:
            attempts = list(booked)
            findings = explained(billed, attempts, match(billed, attempts, frame.within), frame)
        found = _Sums()
        # By now all is read: no query may run while PostgreSQL copies.
        insert(BillMatch, _FIELDS, (_row(bill, found.add(finding)) for finding in findings))
        bill.unexplained = bill.matches.exclude(kind__in=BillMatch.EXPLAINED).count()
        _keep(bill, found, billed, ledger, frame, now, within_s)


def totals(bill: Bill) -> list[Total]:
    """The findings by kind, in the order of `BillMatch.Kind`; kinds that were not found are left out."""
    sums = (
        bill.matches.order_by()
        .values_list("kind")
        .annotate(Count("pk"), Sum("input_tokens"), Sum("output_tokens"), Sum("cost_usd"))
    )
    found = {
        kind: Total(kind=kind, count=count, input_tokens=tokens_in, output_tokens=tokens_out, cost_usd=cost)
        for kind, count, tokens_in, tokens_out, cost in sums
    }
    return [found[kind] for kind in BillMatch.Kind.values if kind in found]


def is_explained(bill: Bill) -> bool:
    """Whether all lines could be read and nothing was found that somebody has to look at."""
    return not bill.lines_rejected and not bill.unexplained


def _billed(bill: Bill) -> list[Billed]:
    rows = bill.lines.order_by("number").values_list(
        "pk",
        "request_id",
        "model",
        "at",
        "requests",
        "input_tokens",
        "cached_input_tokens",
        "output_tokens",
        "cost_usd",
    )
    plain = lru_cache(plain_model)
    return [
        Billed(pk, request_id, plain(model), _micros(at), requests, tokens_in, cached, tokens_out, cost)
        for pk, request_id, model, at, requests, tokens_in, cached, tokens_out, cost in rows.iterator(_BATCH)
    ]


def _booked(bill: Bill, names: set[str], sums: "_Sums") -> Iterator[Booked]:
    """Attempts that the bill may speak of, by the bill's name of their model. Those of the period go into `sums`."""
    start, end = min(bill.covers_from, bill.starts_at) - _EDGE, max(bill.covers_until, bill.ends_at) + _EDGE
    corrected: dict[UUID, Decimal] = defaultdict(Decimal)
    corrections = Correction.objects.filter(
        attempt__endpoint=bill.endpoint, attempt__opened_at__gte=start, attempt__opened_at__lt=end
    )
    for attempt, delta in corrections.order_by().values_list("attempt", "delta_usd").iterator(chunk_size=_BATCH):
        corrected[attempt] += delta
    rows = (
        Attempt.objects.filter(endpoint=bill.endpoint, opened_at__gte=start, opened_at__lt=end)
        .order_by("opened_at")
        .values_list(
            "pk",
            "upstream_id",
            "served_model",
            "requested_model",
            "opened_at",
            "source",
            "input_tokens",
            "cached_input_tokens",
            "output_tokens",
            "cost_usd",
        )
    )
    plain = lru_cache(plain_model)
    for pk, request_id, served, requested, at, source, tokens_in, cached, tokens_out, cost in rows.iterator(_BATCH):
        model = plain(served) if served and plain(served) in names else plain(requested)
        if pk in corrected:
            cost = (cost or ZERO) + corrected[pk]
        booked = Booked(pk, request_id, model, _micros(at), source, tokens_in, cached, tokens_out, cost)
        if bill.starts_at <= at < bill.ends_at:
            sums.add(booked)
        yield booked


def _frame(bill: Bill, reading: Reading, billed: Sequence[Billed], within_s: int) -> Frame:
    step = Decimal(1).scaleb(-int(bill.reading.get("places", 0))) / reading.units_per_usd
    return Frame(
        covers=(_micros(bill.covers_from), _micros(bill.covers_until)),
        period=(_micros(bill.starts_at), _micros(bill.ends_at)),
        within=within_s * 1_000_000,
        step_usd=step,
        has_cost="cost" in reading.columns,
        has_input="input_tokens" in reading.columns,
        has_output="output_tokens" in reading.columns,
    )


def _days(reading: Reading) -> Callable[[int], int]:
    zone = reading.tz

    @lru_cache(maxsize=4096)
    def start_of(hour: int) -> int:
        return _micros(day_start(_moment(hour * 900_000_000).astimezone(zone).date(), zone))

    return lambda at: start_of(at // 900_000_000)  # every zone's day begins on a quarter of an hour


_Figures = TypeVar("_Figures", Billed, Booked, Finding)


class _Sums:
    """Figures of one side, or of the findings, added up as they go by."""

    def __init__(self) -> None:
        self.count = 0
        self.input_tokens = 0
        self.output_tokens = 0
        self.cost_usd = ZERO

    def add(self, figures: _Figures) -> _Figures:
        self.count += 1
        self.input_tokens += figures.input_tokens or 0
        self.output_tokens += figures.output_tokens or 0
        self.cost_usd += figures.cost_usd or ZERO
        return figures


def _keep(
    bill: Bill, found: _Sums, billed: Sequence[Billed], ledger: _Sums, frame: Frame, now: datetime, within_s: int
) -> None:
    """Write both sides' sums, which the findings must add up to."""
    theirs = _Sums()
    for line in billed:
        theirs.add(line)
    if (
        (frame.has_cost and found.cost_usd != theirs.cost_usd - ledger.cost_usd)
        or (frame.has_input and found.input_tokens != theirs.input_tokens - ledger.input_tokens)
        or (frame.has_output and found.output_tokens != theirs.output_tokens - ledger.output_tokens)
    ):
        raise AssertionError(f"bill {bill.pk}: the findings are not the bill minus the ledger")
    bill.reconciled_at = now
    bill.reading["within_s"] = within_s
    bill.billed_input_tokens = theirs.input_tokens if frame.has_input else None
    bill.billed_output_tokens = theirs.output_tokens if frame.has_output else None
    bill.billed_usd = theirs.cost_usd if frame.has_cost else None
    bill.booked_attempts = ledger.count
    bill.booked_input_tokens = ledger.input_tokens
    bill.booked_output_tokens = ledger.output_tokens
    bill.booked_usd = ledger.cost_usd
    bill.save()


_FIELDS: Final = ("bill", *Finding._fields)


def _row(bill: Bill, finding: Finding) -> Sequence[object]:
    return (
        bill.pk,
        finding.kind.value,
        finding.line,
        finding.attempt,
        finding.model[:100],
        _moment(finding.at),
        *finding[Finding._fields.index("at") + 1 :],
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _moment(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND
