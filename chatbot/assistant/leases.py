"""Which turns are still looked after: a running turn holds a lease, and whose lease ran out has lost its process."""

from datetime import datetime, timedelta

from django.utils import timezone

from chatbot import conf
from chatbot.accounting import budgets, ledger
from chatbot.database import atomic, in_database
from chatbot.models import Turn


def lease(now: datetime) -> datetime:
    """Until when a turn that is looked after at `now` is believed to run."""
    return now + timedelta(seconds=conf.current().turn_lease_s)


@in_database
def renew_lease(turn: str) -> None:
    """Say that this process still works on the turn."""
    Turn.objects.running().filter(pk=turn).update(lease_until=lease(timezone.now()))


def give_up_abandoned(now: datetime) -> int:
    """End the turns whose process died, as incomplete; how many there were. Safe to run twice and in parallel."""
    ended = 0
    for turn in Turn.objects.abandoned(now):
        with atomic():
            ended += give_up(turn, now)
    return ended


def give_up(turn: Turn, now: datetime) -> int:
    """End one turn if its process died; 1 if it had."""
    ended = (
        Turn.objects.abandoned(now)
        .filter(pk=turn.pk)
        .update(status=Turn.Status.INCOMPLETE, error_code="abandoned", ended_at=now)
    )
    if ended:
        ledger.settle_abandoned(now)
        budgets.settle(turn, ledger.cost_of(turn), now)
    return ended
