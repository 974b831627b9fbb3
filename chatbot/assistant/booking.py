"""An attempt after the first: in the ledger, and within the budgets, before its request leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from chatbot.accounting import budgets, ledger
from chatbot.assistant.closing import Settlement
from chatbot.assistant.opening import Opened, route_of
from chatbot.database import atomic, in_database
from chatbot.events import AttemptStarted
from chatbot.models import Attempt, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """What an attempt may cost at most, US dollars, and by which model."""

    model: str
    usd: Decimal


@in_database
def book_attempt(
    opened: Opened,
    started: AttemptStarted,
    estimated_input_tokens: int,
    settlements: Sequence[Settlement],
    most: Mapping[str, Most],
) -> None:
    """Write the row of a further attempt.

    With budgets, what is over already is settled first: `settlements`. Then there must be room for what all attempts of
    `most` (by id, the new one among them) cost, those that are over by their cost. Raises BudgetSpent if there is not;
    the settlements stay.
    """
    now = timezone.now()
    turn = Turn.objects.get(pk=opened.turn)
    if opened.affording:
        with atomic():
            for settlement in settlements:
                settlement.book(now)
    with atomic():
        if opened.affording:
            budgets.extend(turn, _needs(turn, most), now=now, budgets=opened.affording.budgets)
        ledger.open_attempt(
            attempt=started.attempt,
            turn=turn,
            route=route_of(opened.plan, started.endpoint, started.model),
            number=started.number,
            now=now,
            estimated_input_tokens=estimated_input_tokens,
            visitor=opened.user,
            page=opened.ask.page.get("path", ""),
        )


def _needs(turn: Turn, most: Mapping[str, Most]) -> dict[str, Decimal]:
    """US dollars by model: what is over by its cost where that is known, the rest at the most."""
    costs = {str(pk): cost for pk, cost in Attempt.objects.filter(turn=turn).values_list("pk", "cost_usd")}
    needs: dict[str, Decimal] = {}
    for attempt, each in most.items():
        cost = costs.get(attempt)
        needs[each.model] = needs.get(each.model, Decimal(0)) + (each.usd if cost is None else cost)
    return needs
