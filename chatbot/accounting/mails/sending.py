"""Sends the reports that are due: each period of each subscription once, whoever else is sending at the same time.

A worker claims a subscription by a conditional update before it sends, and notes the period as sent after the mail
server has taken the mail. A server that refuses gives the claim back, and the next run tries again; a worker that dies
leaves a claim that runs out. See `posting` for the one moment in which a mail may leave twice.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import translation

from chatbot.accounting.mails import cost_report, posting, readers, spans
from chatbot.accounting.mails.readers import Kind, Reader
from chatbot.accounting.mails.spans import Span
from chatbot.models import ReportSubscription

log = logging.getLogger(__name__)

MOST_S: Final = 120.0
"""No further mail is begun after so many seconds: the next run goes on."""


def send_due(now: datetime, *, most_s: float = MOST_S, clock: Callable[[], float] = time.monotonic) -> int:
    """Send every report that is due; how many left.

    A mail that fails is logged and tried again by the next run; it stops nobody else's.
    """
    sent, began = 0, clock()
    for reader in readers.of_kinds(Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY):
        for span in spans.due(reader.subscription, now):
            if clock() - began > most_s:
                return sent
            if not _claim(reader.subscription, span, now):
                break  # another worker has it, or had it; what is due after it is left to the next run
            if not _send(reader, span):
                break
            sent += 1
    return sent


def _send(reader: Reader, span: Span) -> bool:
    subscription = reader.subscription
    mine = ReportSubscription.objects.filter(pk=subscription.pk, claimed_until=subscription.claimed_until)
    try:
        with translation.override(reader.language):
            posting.send(cost_report.compose(span, to=reader.address, key=f"{subscription.pk} {span.kind} {span.slug}"))
    except Exception:
        # Whatever a mail backend raises: one reader's mail must not stop the next one's.
        log.exception("subscription %s: the report to %s was not sent; it is tried again", subscription.pk, span.end)
        mine.update(claimed_until=None)
        return False
    mine.update(sent_until=span.end, claimed_until=None)
    return True


def _claim(subscription: ReportSubscription, span: Span, now: datetime) -> bool:
    """Take the subscription for this period, if the period was not sent and nobody else has it."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    unsent = Q(sent_until__isnull=True) | Q(sent_until__lt=span.end)
    subscription.claimed_until = now + posting.CLAIM
    taken = ReportSubscription.objects.filter(free & unsent, pk=subscription.pk)
    return bool(taken.update(claimed_until=subscription.claimed_until))
