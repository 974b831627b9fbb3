"""Tells staff which budgets have reached a half, four fifths or all of what they may spend: one mail for what is new.

An alert is told when at least one reader was sent it. While nobody subscribes, alerts stay untold and are seen in the
admin; a reader is told of those that came after the subscription.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot import conf
from chatbot.accounting import alerts
from chatbot.accounting.mails import amounts, posting, readers
from chatbot.accounting.mails.posting import Mail, link
from chatbot.accounting.mails.readers import Kind, Reader
from chatbot.database import atomic
from chatbot.models import Budget, BudgetAlert

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 1000
"""Alerts of one mail: budgets of each visitor can have thousands in an hour. The next run tells the next ones."""
MOST_SHOWN: Final = 40
"""Lines of one mail; the rest is a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One alert as a reader sees it. `bar` is the share that is spent, 100 at the most."""

    percent: int
    budget: str
    since: str
    spent: str
    limit: str
    consequence: str
    bar: int


def send_new(now: datetime) -> int:
    """Tell the readers of alerts of what they were not told yet; how many alerts were told."""
    listening = list(readers.of_kinds(Kind.ALERTS))
    if not listening:
        return 0
    since = min(reader.subscription.created_at for reader in listening)
    claimed = _claim(since, now)
    if not claimed:
        return 0
    mine = BudgetAlert.objects.filter(pk__in=[alert.pk for alert in claimed], claimed_until=now + posting.CLAIM)
    told: set[int] = set()
    for reader in listening:
        new = [alert for alert in claimed if alert.created_at >= reader.subscription.created_at]
        if new and _send(reader, new):
            told.update(alert.pk for alert in new)
    mine.filter(pk__in=told).update(sent_at=now, claimed_until=None)
    mine.update(claimed_until=None)
    return len(told)


def _claim(since: datetime, now: datetime) -> list[BudgetAlert]:
    """Untold alerts that are from here on ours to tell, the oldest first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    with atomic():
        # Rows that another worker is claiming are skipped; SQLite's IMMEDIATE transaction lets in one worker at a time.
        untold = alerts.unsent().filter(free, created_at__gte=since).select_for_update(skip_locked=True, of=("self",))
        claimed = list(untold[:MOST_AT_ONCE])
        BudgetAlert.objects.filter(pk__in=[alert.pk for alert in claimed]).update(claimed_until=now + posting.CLAIM)
    return claimed


def _send(reader: Reader, new: Sequence[BudgetAlert]) -> bool:
    try:
        with translation.override(reader.language):
            posting.send(compose(new, to=reader.address, key=f"{reader.subscription.pk} {new[0].pk}"))
    except Exception:
        # Whatever a mail backend raises: one reader's mail must not stop the next one's.
        log.exception("subscription %s: %s budget alerts were not sent", reader.subscription.pk, len(new))
        return False
    return True


def compose(new: Sequence[BudgetAlert], *, to: str, key: str) -> Mail:
    """The mail about these alerts in the active language, not sent yet. The highest share comes first."""
    ordered = sorted(new, key=lambda alert: (-alert.percent, alert.created_at))
    lines = [_line(alert) for alert in ordered[:MOST_SHOWN]]
    context = {
        "lines": lines,
        "more": len(ordered) - len(lines),
        "zone": conf.current().zone.key,
        "budgets_url": link("admin:chatbot_budget_changelist"),
        "subscriptions_url": link("admin:chatbot_reportsubscription_changelist"),
    }
    first = lines[0]
    subject = (
        _("Budget alert: %(share)s of %(budget)s") % {"share": f"{first.percent} %", "budget": first.budget}
        if len(ordered) == 1
        else ngettext("%(count)s budget alert", "%(count)s budget alerts", len(ordered)) % {"count": len(ordered)}
    )
    return Mail(key=key, to=to, subject=subject, template="chatbot/mail/alerts", context=context)


def _line(alert: BudgetAlert) -> Line:
    budget = alert.budget
    start = alert.period_start.astimezone(conf.current().zone)
    return Line(
        percent=alert.percent,
        budget=_named(budget, alert.subject),
        since=date_format(start, "DATETIME_FORMAT" if budget.period == Budget.Period.HOUR else "DATE_FORMAT"),
        spent=amounts.dollars(alert.spent_usd),
        limit=amounts.dollars(budget.limit_usd, places=2),
        consequence=_consequence(budget, alert.percent),
        bar=int(min(alert.percent, 100)),
    )


def _named(budget: Budget, subject: str) -> str:
    """The budget in words: whose money, for how long."""
    whose = {
        Budget.Scope.SHOP: _("the whole shop"),
        Budget.Scope.MODEL: _("the model %(name)s"),
        Budget.Scope.VISITOR: _("the visitor %(name)s"),
        Budget.Scope.CONVERSATION: _("the conversation %(name)s"),
    }[Budget.Scope(budget.scope)] % {"name": subject or budget.subject}
    return _("%(whose)s per %(period)s") % {"whose": whose, "period": budget.get_period_display()}


def _consequence(budget: Budget, percent: int) -> str:
    """What the assistant does from here on; empty while there is room."""
    if percent < 100:
        return ""
    return {
        Budget.Action.WARN: _("The assistant goes on as before."),
        Budget.Action.CHEAPER: _("The assistant asks cheaper models."),
        Budget.Action.CATALOGUE: _("The assistant answers from the cache and the catalogue alone."),
    }[Budget.Action(budget.action)]
