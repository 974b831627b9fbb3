"""Budgets: a turn reserves the most that it can cost, settles for what it cost, and a task clears what was left behind.

What a period has spent and reserved stands in one row (see `spendings`), which a turn locks while it reserves: turns
that start at the same moment cannot overshoot together. A reservation covers one attempt of the dearest model that is
planned, and two where a second may race for the first word. Whatever else a turn may be billed for (a retry, another
route, the rest of an answer that broke off) is set aside before that request leaves; where there is no room for it, it
does not leave. So a budget is never overshot as long as the relay keeps to the tokens that it is asked for.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Q, QuerySet

from chatbot import conf
from chatbot.accounting import alerts, spendings
from chatbot.accounting.grants import Grant, Offer, choose, counted, has_room, need
from chatbot.accounting.ledger import cost_of
from chatbot.accounting.periods import period_start
from chatbot.accounting.prices import MILLION
from chatbot.accounting.spendings import NOTHING, SHARED, Share
from chatbot.database import atomic
from chatbot.errors import BudgetSpent
from chatbot.models import Attempt, Budget, Price, Reservation, Spending, Turn
from chatbot.relay.base import ChatMessage
from chatbot.remembered import remembered

log = logging.getLogger(__name__)

FRAME_TOKENS: Final = 16
"""More than any chat format that we know puts around a message, or before the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A budget's current period."""

    period_start: datetime
    spent_usd: Decimal
    reserved_usd: Decimal

    @property
    def counted_usd(self) -> Decimal:
        """What a new turn finds taken: spent, and set aside for turns that run."""
        return self.spent_usd + self.reserved_usd


def most_tokens(messages: Iterable[ChatMessage]) -> int:
    """More input tokens than any tokenizer makes of these messages: none makes two of one byte."""
    return FRAME_TOKENS + sum(FRAME_TOKENS + len(message.content.encode()) for message in messages)


def upper_bound_usd(input_tokens: int, max_output_tokens: int, price: Price) -> Decimal:
    """US dollars that an attempt of so many tokens costs at most, exact: the dearer input price, the whole answer."""
    input_price = max(Decimal(price.input_per_million_usd), Decimal(price.cached_input_per_million_usd))
    return (input_tokens * input_price + max_output_tokens * Decimal(price.output_per_million_usd)) / MILLION


@remembered(Budget)
def enabled() -> Sequence[Budget]:
    """The budgets that hold; without one nothing needs to be priced before a turn."""
    return list(Budget.objects.filter(enabled=True).order_by("pk"))


def reserve(turn: Turn, *, visitor: str, amount_usd: Decimal, now: datetime) -> None:
    """Set `amount_usd` aside for one attempt of the first model that the turn plans; as `grant` does."""
    model = turn.plan[0]["model"] if turn.plan else ""
    grant(turn, visitor=visitor, offers=[Offer(model=model, most_usd=amount_usd)], now=now)


def grant(
    turn: Turn,
    *,
    visitor: str,
    offers: Sequence[Offer],
    now: datetime,
    races: bool = False,
    budgets: Sequence[Budget] | None = None,
) -> Grant:
    """Set the most that one attempt of the dearest of `offers` costs aside in every budget that the turn falls under.

    `races` asks for the first two at once, if there is room for both. `budgets` are the enabled ones where the caller
    has them. Without budgets this is one query, or none.

    A budget whose action is `cheaper` leaves out the offers that do not fit; where the first one is among them, the
    cheapest of the rest comes first. One of a single model concerns the offers of that model, and those that do not fit
    are left out. Raises BudgetSpent, and reserves nothing, when no offer is left, or the rest do not fit into a budget
    whose action is `catalogue`, or the first one does not fit into such a budget of its model; the caller's transaction
    can go on. A budget whose action is `warn` logs the reservation that crosses its limit.
    """
    if budgets is None:
        budgets = enabled()
    models = {offer.model for offer in offers}
    shares = [
        _share(budget, subject, now) for budget in budgets for subject in _subjects(budget, turn, visitor, models)
    ]
    refusing: list[Spending] = []
    with atomic(savepoint=False):
        rows = [row for row in spendings.lock(shares, now).values() if row.budget.enabled]
        granted, refusing = choose(rows, offers, races=races)
        if granted is not None:
            _book(rows, turn, offers, granted, now)
        else:
            least_usd = min(offer.most_usd for offer in offers)
            for row in refusing:
                alerts.note(row, now, is_full=row.spent_usd + least_usd > row.budget.limit_usd)
    if granted is None:  # raised out here: an exception that leaves `atomic` would spoil the caller's transaction
        raise BudgetSpent(_spent(refusing))
    return granted


def extend(turn: Turn, needs: Mapping[str, Decimal], *, now: datetime, budgets: Sequence[Budget] | None = None) -> None:
    """Make the turn's reservations cover `needs`: by model, what it has cost and may still cost, US dollars.

    Raises BudgetSpent, and changes nothing, where there is no room for it; a budget whose action is `warn` has always
    room. One query as long as the reservations are large enough.
    """
    if budgets is None:
        budgets = enabled()
    total_usd = sum(needs.values(), NOTHING)
    refusing: list[Spending] = []
    with atomic(savepoint=False):
        of_turn = Reservation.objects.select_for_update(of=("self",)).filter(turn=turn).select_related("budget")
        held = list(of_turn.order_by("budget_id"))
        is_over = any(each.settled_usd is not None for each in held)
        further: list[tuple[Share, Decimal, Reservation | None]] = []
        for each in held:
            wanted = needs.get(each.subject, NOTHING) if each.budget.scope == Budget.Scope.MODEL else total_usd
            if wanted > each.reserved_usd:
                further.append((_share_of(each), wanted - each.reserved_usd, each))
        own = {each.budget_id for each in held}
        further += [
            (_share(budget, budget.subject, now), needs[budget.subject], None)
            for budget in budgets
            if budget.scope == Budget.Scope.MODEL and budget.subject in needs and budget.pk not in own
        ]
        if further and not is_over:
            rows = spendings.lock([share for share, _, _ in further], now)
            refusing = [rows[share.key] for share, usd, _ in further if not _may_hold(rows.get(share.key), usd)]
            if not refusing:
                for share, usd, reservation in further:
                    _set_further_aside(rows.get(share.key), turn, usd, reservation, now)
    if is_over:
        raise BudgetSpent("the turn was settled meanwhile: its process was taken for dead")
    if refusing:
        raise BudgetSpent(_spent(refusing))


def settle(turn: Turn, cost_usd: Decimal | None, now: datetime) -> None:
    """Replace the turn's open reservations by what it cost. An unknown cost (None) keeps counting as reserved."""
    _settle(Reservation.objects.filter(turn=turn), cost_usd, now)


def expire(now: datetime) -> int:
    """Look after reservations whose time is over; how many were settled.

    A turn that still lives gets more time, and so does one with open attempts, of which the ledger does not know the
    cost yet. Any other is settled for what the ledger says; where that is unknown, for what was reserved.
    """
    settled = 0
    due = Reservation.objects.filter(settled_usd__isnull=True, expires_at__lte=now).select_related("turn")
    for reservation in due.order_by("expires_at"):
        turn = reservation.turn
        if turn is not None and _lives(turn, now):
            Reservation.objects.filter(pk=reservation.pk).update(expires_at=_expiry(now))
        else:
            settled += _settle(Reservation.objects.filter(pk=reservation.pk), cost_of(turn) if turn else None, now)
    return settled


def standings(budgets: Iterable[Budget], now: datetime) -> dict[int, Standing]:
    """How far the current period of each budget is, by the budget's id; one query.

    Only for budgets of the shop and of a model: the others have as many amounts as visitors or conversations. A budget
    that no turn has met in this period is missing.
    """
    zone = conf.current().zone
    current = Q(pk__in=[])
    for budget in budgets:
        if budget.scope in SHARED:
            current |= Q(budget=budget, period_start=period_start(budget.period, now, zone))
    return {
        row.budget_id: Standing(period_start=row.period_start, spent_usd=row.spent_usd, reserved_usd=row.reserved_usd)
        for row in Spending.objects.filter(current)
    }


def spent_usd(budgets: Iterable[Budget], now: datetime) -> dict[int, Decimal]:
    """What is spent and reserved in the current period, by the budget's id; one query. Of which see `standings`."""
    return {pk: standing.counted_usd for pk, standing in standings(budgets, now).items()}


def _subjects(budget: Budget, turn: Turn, visitor: str, models: Iterable[str]) -> Sequence[str]:
    """Whose share of the budget the turn takes; empty when the budget does not concern it."""
    match budget.scope:
        case Budget.Scope.VISITOR:
            return [visitor]
        case Budget.Scope.CONVERSATION:
            return [str(turn.conversation_id)]
        case Budget.Scope.MODEL:
            return [budget.subject] if budget.subject in models else []
    return [""]


def _share(budget: Budget, subject: str, now: datetime) -> Share:
    return Share(budget=budget, subject=subject, start=period_start(budget.period, now, conf.current().zone))


def _share_of(reservation: Reservation) -> Share:
    return Share(budget=reservation.budget, subject=reservation.subject, start=reservation.period_start)


def _may_hold(row: Spending | None, amount_usd: Decimal) -> bool:
    """Whether a turn that runs may take more: always where the budget is gone, or holds no more."""
    return row is None or not row.budget.enabled or has_room(row, amount_usd)


def _set_further_aside(
    row: Spending | None, turn: Turn, amount_usd: Decimal, reservation: Reservation | None, now: datetime
) -> None:
    if row is None:
        return
    if reservation is not None:
        amount = reservation.reserved_usd + amount_usd
        Reservation.objects.filter(pk=reservation.pk).update(reserved_usd=amount)
    elif row.budget.enabled:
        _reservation(row, turn, amount_usd, now).save(force_insert=True)
    else:
        return
    _set_aside(row, amount_usd)


def _spent(rows: Iterable[Spending]) -> str:
    return "; ".join(f"{row.budget}: {counted(row):f} spent" for row in rows)


def _book(rows: Sequence[Spending], turn: Turn, offers: Sequence[Offer], granted: Grant, now: datetime) -> None:
    first = {offers[place].model for place in granted.places[: 2 if granted.may_race else 1]}
    concerned = [row for row in rows if row.budget.scope != Budget.Scope.MODEL or row.subject in first]
    booked = []
    for row in concerned:
        amount_usd = need(row, offers, granted)
        if counted(row) <= row.budget.limit_usd < counted(row) + amount_usd:  # only one that warns goes over
            log.warning("budget %s is over its limit: %s USD", row.budget, counted(row) + amount_usd)
        _set_aside(row, amount_usd)
        booked.append(_reservation(row, turn, amount_usd, now))
    Reservation.objects.bulk_create(booked)


def _reservation(row: Spending, turn: Turn, amount_usd: Decimal, now: datetime) -> Reservation:
    return Reservation(
        budget=row.budget,
        subject=row.subject,
        period_start=row.period_start,
        turn=turn,
        reserved_usd=amount_usd,
        expires_at=_expiry(now),
    )


def _settle(reservations: QuerySet[Reservation], cost_usd: Decimal | None, now: datetime) -> int:
    """Settle those that are open; how many. What two settle at once is settled once: the second finds it done."""
    with atomic(savepoint=False):
        # A row that another settles meanwhile is looked at again after the wait for its lock, and is not open any more.
        held = list(
            reservations.filter(settled_usd__isnull=True)
            .select_for_update(of=("self",))
            .select_related("budget", "turn")
            .order_by("budget_id")
        )
        rows = spendings.lock([_share_of(each) for each in held], now, are_there=True)
        for each in held:
            cost = cost_usd
            if each.budget.scope == Budget.Scope.MODEL and each.turn is not None:
                cost = cost_of(each.turn, model=each.subject)
            settled_usd = each.reserved_usd if cost is None else cost
            if settled_usd > each.reserved_usd:
                log.warning("a turn cost %s USD and %s were set aside for it", settled_usd, each.reserved_usd)
            Reservation.objects.filter(pk=each.pk).update(settled_usd=settled_usd)
            row = rows[_share_of(each).key]
            row.spent_usd += settled_usd
            _set_aside(row, -each.reserved_usd)
            alerts.note(row, now)
    return len(held)


def _set_aside(row: Spending, amount_usd: Decimal) -> None:
    """Write the locked `row` with so much more, or less, in reserve."""
    row.reserved_usd += amount_usd
    if row.reserved_usd < 0:
        log.error("budget %s has less in reserve than its turns hold: recount it", row.budget)
        row.reserved_usd = NOTHING
    row.save(update_fields=["spent_usd", "reserved_usd"])


def _lives(turn: Turn, now: datetime) -> bool:
    if turn.status == Turn.Status.RUNNING and turn.lease_until >= now:
        return True
    return Attempt.objects.open().filter(turn=turn).exists()


def _expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=conf.current().turn_lease_s)
