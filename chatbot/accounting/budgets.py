"""Budgets: a turn reserves the most that it can cost, settles for what it cost, and a task clears what was left behind.

What counts as spent in a period is the sum of its reservations, settled ones by their cost and open ones in full. So
turns that start at the same moment cannot overshoot together: the budget's row is locked while one of them reserves
(`SELECT ... FOR UPDATE` on PostgreSQL; on SQLite the IMMEDIATE transaction of the caller). The first reservation of a
period books what the ledger already holds as an opening balance, so a budget made in mid-month knows of the month.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from chatbot import conf
from chatbot.accounting import reports
from chatbot.accounting.ledger import cost_of
from chatbot.accounting.periods import BUCKET, bucket_start, period_start
from chatbot.accounting.prices import MILLION
from chatbot.errors import BudgetSpent
from chatbot.models import Attempt, Budget, Conversation, Price, Reservation, Turn

log = logging.getLogger(__name__)

NOTHING: Final = Decimal(0)
_COUNTED: Final = Sum(Coalesce("settled_usd", "reserved_usd"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A turn's part in one budget. `opening_usd` is what the period had cost before its first reservation."""

    budget: Budget
    subject: str
    start: datetime
    spent_usd: Decimal
    opening_usd: Decimal

    def after(self, amount_usd: Decimal) -> Decimal:
        return self.spent_usd + self.opening_usd + amount_usd


def upper_bound_usd(input_tokens: int, max_output_tokens: int, price: Price) -> Decimal:
    """US dollars that an attempt of so many tokens costs at most, exact: the dearer input price, the whole answer."""
    input_price = max(Decimal(price.input_per_million_usd), Decimal(price.cached_input_per_million_usd))
    return (input_tokens * input_price + max_output_tokens * Decimal(price.output_per_million_usd)) / MILLION


def any_enabled() -> bool:
    """Whether there is a budget at all; without one nothing needs to be priced before a turn."""
    return Budget.objects.filter(enabled=True).exists()


def reserve(turn: Turn, *, visitor: str, amount_usd: Decimal, now: datetime) -> None:
    """Set `amount_usd` aside in every enabled budget that the turn falls under. Without budgets this is one query.

    Raises BudgetSpent, and reserves nothing, when the amount does not fit into a budget whose action is `catalogue`;
    the caller's transaction can go on. A budget whose action is `warn` logs the reservation that crosses its limit.
    A budget of one model applies to turns whose plan begins with that model.
    """
    with transaction.atomic(savepoint=False):
        # In the order of their keys, so that two turns never wait for each other.
        budgets = list(Budget.objects.select_for_update().filter(enabled=True).order_by("pk"))
        subjects = [(budget, _subject(budget, turn, visitor)) for budget in budgets]
        claims = [_claim(budget, subject, now) for budget, subject in subjects if subject is not None]
        over = [claim for claim in claims if claim.after(amount_usd) > claim.budget.limit_usd]
        refusing = [claim for claim in over if claim.budget.action == Budget.Action.CATALOGUE]
        if claims and not refusing:
            _book(claims, turn, amount_usd, now)
    if refusing:  # raised out here: an exception that leaves `atomic` would spoil the caller's transaction
        raise BudgetSpent("; ".join(f"{claim.budget}: {claim.after(NOTHING):f} spent" for claim in refusing))
    for claim in over:
        if claim.after(NOTHING) <= claim.budget.limit_usd:
            log.warning("budget %s is over its limit: %s USD", claim.budget, claim.after(amount_usd))


def settle(turn: Turn, cost_usd: Decimal | None, now: datetime) -> None:
    """Replace the turn's open reservations by what it cost. An unknown cost (None) keeps counting as reserved."""
    for reservation in Reservation.objects.filter(turn=turn, settled_usd__isnull=True).select_related("budget"):
        of_model = reservation.budget.scope == Budget.Scope.MODEL
        _settle(reservation, cost_of(turn, model=reservation.subject) if of_model else cost_usd)


def expire(now: datetime) -> int:
    """Look after reservations whose time is over; how many were settled.

    A turn that still lives gets more time, and so does one with open attempts, of which the ledger does not know the
    cost yet. Any other is settled for what the ledger says; where that is unknown, for what was reserved.
    """
    settled = 0
    due = Reservation.objects.filter(settled_usd__isnull=True, expires_at__lte=now).select_related("turn", "budget")
    for reservation in due.order_by("expires_at"):
        turn = reservation.turn
        if turn is None:
            settled += _settle(reservation, None)
        elif _lives(turn, now):
            Reservation.objects.filter(pk=reservation.pk).update(expires_at=_expiry(now))
        else:
            of_model = reservation.budget.scope == Budget.Scope.MODEL
            settled += _settle(reservation, cost_of(turn, model=reservation.subject if of_model else ""))
    return settled


def spent_usd(budgets: Iterable[Budget], now: datetime) -> dict[int, Decimal]:
    """What is spent and reserved in the current period, by the budget's id; one query.

    Only for budgets of the shop and of a model: the others have as many amounts as visitors or conversations. A budget
    that no turn has met in this period is missing.
    """
    zone = conf.current().zone
    current = Q(pk__in=[])
    for budget in budgets:
        if budget.scope in (Budget.Scope.SHOP, Budget.Scope.MODEL):
            current |= Q(budget=budget, period_start=period_start(budget.period, now, zone))
    rows = Reservation.objects.filter(current).order_by().values_list("budget").annotate(spent=_COUNTED)
    return dict(rows)


def _subject(budget: Budget, turn: Turn, visitor: str) -> str | None:
    """Whose share of the budget the turn takes; None when the budget does not concern it."""
    match budget.scope:
        case Budget.Scope.VISITOR:
            return visitor
        case Budget.Scope.CONVERSATION:
            return str(turn.conversation_id)
        case Budget.Scope.MODEL:
            planned = turn.plan[0]["model"] if turn.plan else ""
            return planned if planned == budget.subject else None
    return ""


def _claim(budget: Budget, subject: str, now: datetime) -> _Claim:
    start = period_start(budget.period, now, conf.current().zone)
    booked = Reservation.objects.filter(budget=budget, period_start=start, subject=subject).aggregate(
        count=Count("pk"), spent=_COUNTED
    )
    opening = NOTHING if booked["count"] else _spent_before(budget, subject, start, now)
    return _Claim(
        budget=budget, subject=subject, start=start, spent_usd=booked["spent"] or NOTHING, opening_usd=opening
    )


def _spent_before(budget: Budget, subject: str, start: datetime, now: datetime) -> Decimal:
    """What the ledger holds for the budget's period. Unknown costs are not in it: nothing was reserved for them."""
    if budget.scope in (Budget.Scope.SHOP, Budget.Scope.MODEL):
        models = reports.between(start, bucket_start(now) + BUCKET)
        return sum((s.cost_usd for model, s in models.items() if subject in ("", model)), NOTHING)
    attempts = Attempt.objects.filter(opened_at__gte=start)
    if budget.scope == Budget.Scope.CONVERSATION:
        attempts = attempts.filter(conversation_id=subject)
    else:
        attempts = attempts.filter(conversation_id__in=Conversation.objects.filter(visitor=subject).values("pk"))
    return attempts.aggregate(spent=Sum("cost_usd"))["spent"] or NOTHING


def _book(claims: Iterable[_Claim], turn: Turn, amount_usd: Decimal, now: datetime) -> None:
    rows = []
    for claim in claims:
        where = {"budget": claim.budget, "subject": claim.subject, "period_start": claim.start}
        if claim.opening_usd:
            opening = claim.opening_usd
            rows.append(Reservation(**where, reserved_usd=opening, settled_usd=opening, expires_at=now))
        rows.append(Reservation(**where, turn=turn, reserved_usd=amount_usd, expires_at=_expiry(now)))
    Reservation.objects.bulk_create(rows)


def _settle(reservation: Reservation, cost_usd: Decimal | None) -> int:
    settled = reservation.reserved_usd if cost_usd is None else cost_usd
    return Reservation.objects.filter(pk=reservation.pk, settled_usd__isnull=True).update(settled_usd=settled)


def _lives(turn: Turn, now: datetime) -> bool:
    if turn.status == Turn.Status.RUNNING and turn.lease_until >= now:
        return True
    return Attempt.objects.open().filter(turn=turn).exists()


def _expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=conf.current().turn_lease_s)
