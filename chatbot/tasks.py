"""What Celery does behind the shop: each task is one call into a room. The hot path never waits for any of them.

A run that fails, comes twice or comes late does no harm: the next one finds the same rows. So nothing is retried, and a
run that nobody fetched in time expires instead of piling up. When each is due is in `schedule`.
"""

from typing import Final

from celery import shared_task
from django.utils import timezone

from chatbot.accounting import budgets, ledger, rerating, rollups
from chatbot.accounting.mails import budget_alerts, sending
from chatbot.assistant import retention, turn
from chatbot.catalog import running
from chatbot.catalog.search import vectors
from chatbot.schedule import BEAT_SCHEDULE

__all__ = ["BEAT_SCHEDULE"]

SOFT_LIMIT_S: Final = 240
HARD_LIMIT_S: Final = 270
"""A run is over before the next rollup is due, even after a long backlog: each bucket is kept as it is done."""


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def roll_up() -> None:
    """Add the settled rows of the ledger up into their buckets."""
    rollups.roll_up(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def rerate() -> None:
    """Write what late and corrected prices change in the costs of settled attempts."""
    rerating.rerate(timezone.now())


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


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def send_alerts() -> None:
    """Tell staff by mail which budgets are running out."""
    budget_alerts.send_new(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def send_reports() -> None:
    """Send the reports of costs whose day, week or month is over."""
    sending.send_due(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def forget_conversations() -> None:
    """Delete what was said longer ago than RETENTION_DAYS."""
    retention.forget(timezone.now())


SYNC_SOFT_LIMIT_S: Final = 3_300
SYNC_HARD_LIMIT_S: Final = 3_400
"""A large catalogue takes its time. A source that still runs is not begun again, so runs do not pile up."""


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SYNC_SOFT_LIMIT_S, time_limit=SYNC_HARD_LIMIT_S)
def sync_sources() -> None:
    """Run the sources of products whose time has come."""
    running.run_due(timezone.now())


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=SOFT_LIMIT_S, time_limit=HARD_LIMIT_S)
def fill_vectors() -> None:
    """Embed products that are new or changed, where the settings name a model; each batch is kept as it is done."""
    vectors.fill()
