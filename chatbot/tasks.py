"""What Celery does behind the shop: each task is one call into a room. The hot path never waits for any of them.

A run that fails, comes twice or comes late does no harm: the next one finds the same rows. So nothing is retried, and a
run that nobody fetched in time expires instead of piling up. `BEAT_SCHEDULE` is for the site's Celery application:

    app.conf.beat_schedule = {**BEAT_SCHEDULE, ...}
"""

from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from chatbot.accounting import budgets, ledger, rollups
from chatbot.assistant import turn

SOFT_LIMIT_S: Final = 240
HARD_LIMIT_S: Final = 270
"""A run is over before the next rollup is due, even after a long backlog: each bucket is kept as it is done."""


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def roll_up() -> None:
    """Add the settled rows of the ledger up into their buckets."""
    rollups.roll_up(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def recover_turns() -> None:
    """End the turns whose process died."""
    turn.recover(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def settle_abandoned() -> None:
    """Settle the attempts that no process speaks for any more."""
    ledger.settle_abandoned(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def expire_reservations() -> None:
    """Give back, or book, the money that dead turns had set aside."""
    budgets.expire(timezone.now())


def _every(task: Any, seconds: float) -> dict[str, Any]:  # Any: Celery's own
    return {"task": task.name, "schedule": seconds, "options": {"expires": seconds}}


BEAT_SCHEDULE: Final[dict[str, dict[str, Any]]] = {  # Any: Celery's own
    "chatbot-recover-turns": _every(recover_turns, 60.0),
    "chatbot-settle-abandoned": _every(settle_abandoned, 60.0),
    "chatbot-expire-reservations": _every(expire_reservations, 60.0),
    "chatbot-roll-up": _every(roll_up, 300.0),
}
"""Name, task and period in seconds."""
