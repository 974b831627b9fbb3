"""What each budget has spent and holds in reserve in a period: one row, locked by whoever adds to it.

A turn reads and writes that row, however many turns the period has had. The row always equals the sums over its
reservations, settled ones by their cost and open ones in full; `differences` looks whether it does, `recount` puts it
right. The first turn of a period books what the ledger already holds as an opening balance, so a budget made in
mid-month knows of the month.

Rows are made before any is locked, and locked in the order of their keys, so that two turns never wait for each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet, Sum

from chatbot.accounting import reports
from chatbot.accounting.periods import BUCKET, bucket_start
from chatbot.database import atomic
from chatbot.models import Attempt, Budget, Conversation, Reservation, Spending

NOTHING: Final = Decimal(0)
SHARED: Final = (Budget.Scope.SHOP, Budget.Scope.MODEL)
"""Scopes with one amount a period; the others have one for each visitor or conversation."""


Key = tuple[int, datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Whose part of a budget, and in which period."""

    budget: Budget
    subject: str
    start: datetime

    @property
    def key(self) -> Key:
        """By which its row is found, and in the order of which rows are locked."""
        return self.budget.pk, self.start, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A spending that is not the sums over its reservations."""

    spending: Spending
    spent_usd: Decimal
    reserved_usd: Decimal


def lock(shares: Iterable[Share], now: datetime, *, are_there: bool = False) -> dict[Key, Spending]:
    """The spendings of `shares`, each with its budget as it is now, locked until the transaction ends.

    A budget that was deleted meanwhile has none. Two queries, one if they `are_there`; more for the first turn of a
    period.
    """
    wanted = sorted(shares, key=lambda share: share.key)
    if not wanted:
        return {}
    any_of = Q()
    for share in wanted:
        any_of |= Q(budget=share.budget, period_start=share.start, subject=share.subject)
    if not are_there:
        there = set(Spending.objects.filter(any_of).values_list("budget_id", "period_start", "subject"))
        for share in wanted:
            # A list of budgets may be a second old; a row of one that was deleted would spoil the turn at its commit.
            if share.key not in there and Budget.objects.filter(pk=share.budget.pk, enabled=True).exists():
                _open(share, now)
    found = Spending.objects.select_for_update(of=("self",)).select_related("budget").filter(any_of)
    rows = {
        (row.budget_id, row.period_start, row.subject): row
        for row in found.order_by("budget_id", "period_start", "subject")
    }
    for share in wanted:
        if are_there and share.key not in rows:  # deleted by hand
            rows[share.key] = _open(share, now)
    return rows


def differences() -> list[Difference]:
    """Spendings that are not what their reservations add up to; empty when all is well and no turn begins or ends."""
    with atomic():
        booked = {
            (row["budget_id"], row["period_start"], row["subject"]): row for row in _sums(Reservation.objects.all())
        }
        found = []
        for spending in Spending.objects.select_related("budget").iterator():
            row = booked.get((spending.budget_id, spending.period_start, spending.subject), {})
            spent, reserved = row.get("spent") or NOTHING, row.get("reserved") or NOTHING
            if (spending.spent_usd, spending.reserved_usd) != (spent, reserved):
                found.append(Difference(spending=spending, spent_usd=spent, reserved_usd=reserved))
    return found


def recount() -> int:
    """Make every spending what its reservations add up to; how many were not. Safe while turns run."""
    mended = 0
    for difference in differences():
        with atomic():
            spending = Spending.objects.select_for_update().filter(pk=difference.spending.pk).first()
            if spending is None:
                continue
            spent, reserved = _booked(spending)
            if (spending.spent_usd, spending.reserved_usd) != (spent, reserved):
                Spending.objects.filter(pk=spending.pk).update(spent_usd=spent, reserved_usd=reserved)
                mended += 1
    return mended


def _open(share: Share, now: datetime) -> Spending:
    """The row of a share that had none, with what the period has cost so far. One of two that race for it makes it."""
    row, is_new = Spending.objects.get_or_create(
        budget=share.budget,
        period_start=share.start,
        subject=share.subject,
        defaults={"spent_usd": NOTHING, "reserved_usd": NOTHING},
    )
    if not is_new:
        return row
    where = {"budget": share.budget, "period_start": share.start, "subject": share.subject}
    if Reservation.objects.filter(**where).exists():
        row.spent_usd, row.reserved_usd = _booked(row)
    elif opening := _spent_before(share, now):
        Reservation.objects.create(**where, reserved_usd=opening, settled_usd=opening, expires_at=now)
        row.spent_usd = opening
    if row.spent_usd or row.reserved_usd:
        row.save(update_fields=["spent_usd", "reserved_usd"])
    return row


def _booked(spending: Spending) -> tuple[Decimal, Decimal]:
    """What the reservations of a spending add up to: spent, and still reserved."""
    own = Reservation.objects.filter(
        budget_id=spending.budget_id, period_start=spending.period_start, subject=spending.subject
    )
    for row in _sums(own):
        return row["spent"] or NOTHING, row["reserved"] or NOTHING
    return NOTHING, NOTHING


def _sums(reservations: QuerySet[Reservation]) -> list[dict[str, Any]]:  # Any: a row of a query
    groups = reservations.order_by().values("budget_id", "period_start", "subject")
    still = Q(settled_usd__isnull=True)
    return [dict(row) for row in groups.annotate(spent=Sum("settled_usd"), reserved=Sum("reserved_usd", filter=still))]


def _spent_before(share: Share, now: datetime) -> Decimal:
    """What the ledger holds for the period. Unknown costs are not in it: nothing was reserved for them."""
    if share.budget.scope in SHARED:
        models = reports.between(share.start, bucket_start(now) + BUCKET)
        return sum((s.cost_usd for model, s in models.items() if share.subject in ("", model)), NOTHING)
    attempts = Attempt.objects.filter(opened_at__gte=share.start)
    if share.budget.scope == Budget.Scope.CONVERSATION:
        attempts = attempts.filter(conversation_id=share.subject)
    else:
        attempts = attempts.filter(conversation_id__in=Conversation.objects.filter(visitor=share.subject).values("pk"))
    return attempts.aggregate(spent=Sum("cost_usd"))["spent"] or NOTHING
