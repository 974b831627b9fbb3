"""Alerts: a budget that has reached half, four fifths, or all of its limit says so once in a period.

What counts is what was spent, not what is set aside for a moment; and a budget that turns a question away because not
even what is set aside would help has reached all of it. The row is written in the transaction that reaches the mark, so
it is there if and only if that money is. Mailing it is a task's (see `unsent`).
"""

import logging
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from chatbot.models import BudgetAlert, Spending

log = logging.getLogger(__name__)

PERCENTS: Final = (50, 80, 100)


def note(spending: Spending, now: datetime, *, is_full: bool = False) -> None:
    """Write the alerts that `spending` has reached and nobody has noted. Its row must be locked by the caller.

    Below half of the limit there is no query. `is_full`: no further turn fits, whatever is given back.
    """
    limit = spending.budget.limit_usd
    reached = {p for p in PERCENTS if limit > 0 and spending.spent_usd * 100 >= limit * p}
    if is_full:
        reached.add(PERCENTS[-1])
    if not reached:
        return
    where = {"budget_id": spending.budget_id, "period_start": spending.period_start, "subject": spending.subject}
    noted = set(BudgetAlert.objects.filter(**where).values_list("percent", flat=True))
    new = sorted(reached - noted)
    BudgetAlert.objects.bulk_create(
        [BudgetAlert(**where, percent=percent, spent_usd=spending.spent_usd, created_at=now) for percent in new],
        ignore_conflicts=True,
    )
    for percent in new:
        log.warning("%s %% reached: %s USD spent of budget %s", percent, spending.spent_usd, spending.budget)


def unsent() -> QuerySet[BudgetAlert]:
    """Alerts that no mail has told yet, with their budgets, the oldest first."""
    return BudgetAlert.objects.filter(sent_at__isnull=True).select_related("budget").order_by("created_at", "pk")
