"""Which of the models that a turn plans its budgets can pay. Looks at locked rows; asks and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chatbot.accounting.spendings import NOTHING
from chatbot.models import Budget, Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model that a turn may ask, and US dollars that one attempt costs there at most."""

    model: str
    most_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What was reserved for: offers by their place, in the order to be asked.

    `is_cheaper` tells that the first one did not fit; `may_race` that two of them may be asked at once.
    """

    places: Sequence[int]
    is_cheaper: bool = False
    may_race: bool = False


def choose(rows: Sequence[Spending], offers: Sequence[Offer], *, races: bool) -> tuple[Grant | None, list[Spending]]:
    """The offers that fit, or None with the rows that refuse."""
    binding = [row for row in rows if row.budget.action != Budget.Action.WARN]
    of_model = [row for row in binding if row.budget.scope == Budget.Scope.MODEL]
    general = [row for row in binding if row.budget.scope != Budget.Scope.MODEL]
    refusing: list[Spending] = []
    left = list(range(len(offers)))

    def leave_out(row: Spending, places: Sequence[int]) -> None:
        nonlocal left
        if places:
            left = [place for place in left if place not in places]
            refusing.append(row)

    for row in of_model:
        full = [n for n in left if offers[n].model == row.subject and not has_room(row, offers[n].most_usd)]
        if row.budget.action == Budget.Action.CATALOGUE and 0 in full:
            return None, [row]
        leave_out(row, full)
    for row in general:
        if row.budget.action == Budget.Action.CHEAPER:
            leave_out(row, [n for n in left if not has_room(row, offers[n].most_usd)])
    if not left:
        return None, refusing
    if is_cheaper := 0 not in left:
        left.sort(key=lambda place: offers[place].most_usd)
    most_usd = max(offers[place].most_usd for place in left)
    if refusing := [row for row in general if not has_room(row, most_usd)]:
        return None, refusing
    granted = Grant(places=left, is_cheaper=is_cheaper, may_race=races and len(left) > 1)
    if granted.may_race and not all(has_room(row, need(row, offers, granted)) for row in binding):
        granted = Grant(places=left, is_cheaper=is_cheaper)
    return granted, []


def need(row: Spending, offers: Sequence[Offer], granted: Grant) -> Decimal:
    """What is to be set aside in `row`."""
    at_once = [offers[place] for place in granted.places[: 2 if granted.may_race else 1]]
    if row.budget.scope == Budget.Scope.MODEL:
        return sum((offer.most_usd for offer in at_once if offer.model == row.subject), NOTHING)
    dearest_usd = max(offers[place].most_usd for place in granted.places)
    return max(dearest_usd, sum((offer.most_usd for offer in at_once), NOTHING))


def has_room(row: Spending, amount_usd: Decimal) -> bool:
    """Whether so much more may be set aside; where a budget only warns, always."""
    return row.budget.action == Budget.Action.WARN or counted(row) + amount_usd <= row.budget.limit_usd


def counted(row: Spending) -> Decimal:
    """What is taken: spent, and in reserve."""
    taken: Decimal = row.spent_usd + row.reserved_usd
    return taken
