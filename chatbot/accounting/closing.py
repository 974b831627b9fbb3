"""Closing the books of a month: from then on its report never changes.

What comes later, a settlement or a correction, counts in the month in which it comes and says which month it adjusts;
see `months`. Months are closed in their order, each when it is over and none of its attempts is open.
"""

from datetime import datetime
from typing import Any, Final

from django.db import OperationalError, connections, router, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot import conf
from chatbot.accounting import ledger, reports, rollups
from chatbot.accounting.periods import Month, day_start
from chatbot.accounting.sums import added
from chatbot.models import Attempt, ClosedMonth, Correction

LOCK_TIMEOUT_S: Final = 5
"""How long closing waits for writers on PostgreSQL. New writers wait behind it, and shoppers behind them."""


class MonthNotClosable(ValueError):
    """Why a month cannot be closed now, as a sentence for staff."""


def is_closed(month: Month) -> bool:
    """Whether the books of `month` are closed."""
    return ClosedMonth.objects.filter(first=month.first).exists()


def next_month(now: datetime) -> Month | None:
    """The month to be closed next; None while it is not over, or when the ledger is empty."""
    month = _following()
    return month if month is not None and day_start(month.end, conf.current().zone) <= now else None


def close_month(month: Month, *, now: datetime, by: Any = None) -> ClosedMonth:  # Any: the site's own user model
    """Close the books of `month` and return its row, with what the month came to. `by` is the one who closes it.

    Abandoned attempts are settled and the ledger is rolled up before. Raises MonthNotClosable.
    """
    ends_at = day_start(month.end, conf.current().zone)
    if ends_at > now:
        raise MonthNotClosable(_("%(month)s is not over yet.") % {"month": month})
    _check_order(month)
    ledger.settle_abandoned(now)
    rollups.roll_up(now)
    alias = router.db_for_write(ClosedMonth)
    try:
        with transaction.atomic(using=alias):
            _keep_writers_out(alias)
            _check_order(month)
            return _close(month, ends_at, now, by)
    except OperationalError as err:  # the lock did not come in time
        raise MonthNotClosable(_("The ledger is busy; try again in a minute.")) from err


def _close(month: Month, ends_at: datetime, now: datetime, by: Any) -> ClosedMonth:  # Any: a user
    open_attempts = Attempt.objects.open().filter(opened_at__lt=ends_at).count()
    if open_attempts:
        sentence = ngettext(
            "%(count)s attempt is not settled yet; try again in a minute.",
            "%(count)s attempts are not settled yet; try again in a minute.",
            open_attempts,
        )
        raise MonthNotClosable(sentence % {"count": open_attempts})
    before = ClosedMonth.objects.order_by("-ends_at").first()
    start = before.ends_at if before else day_start(month.first, conf.current().zone)
    total = added(reports.between(start, ends_at).values())
    return ClosedMonth.objects.create(
        first=month.first,
        ends_at=ends_at,
        attempts=total.attempts,
        unpriced=total.unpriced,
        cost_usd=total.cost_usd,
        closed_at=now,
        closed_by=by,
    )


def _check_order(month: Month) -> None:
    following = _following()
    if is_closed(month):
        raise MonthNotClosable(_("%(month)s is closed already.") % {"month": month})
    if following is None:
        raise MonthNotClosable(_("The ledger is empty: there is nothing to close."))
    if month != following:
        raise MonthNotClosable(_("Months are closed in their order: %(month)s is next.") % {"month": following})


def _following() -> Month | None:
    """The month after the last closed one; without one, the first in the ledger."""
    last = ClosedMonth.objects.order_by("-first").first()
    if last is not None:
        return Month.of(last.first).shifted(1)
    earliest = Attempt.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    return None if earliest is None else Month.of(earliest.astimezone(conf.current().zone).date())


def _keep_writers_out(alias: str) -> None:
    """Nobody writes to the ledger from here to the end of the transaction."""
    connection = connections[alias]
    attempts, corrections, months = (table._meta.db_table for table in (Attempt, Correction, ClosedMonth))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
            cursor.execute(f"LOCK TABLE {attempts}, {corrections} IN SHARE ROW EXCLUSIVE MODE")
        else:  # the first statement of the transaction is a write: it takes SQLite's lock
            cursor.execute(f"UPDATE {months} SET closed_at = closed_at WHERE false")  # noqa: S608
