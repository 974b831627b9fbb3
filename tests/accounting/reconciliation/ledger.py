"""The ledger's side of a reconciliation: attempts of a day, as they were booked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chatbot.models import Attempt
from tests.accounting import rows
from tests.accounting.rows import NOON

SEOUL = ZoneInfo("Asia/Seoul")
HOUR = timedelta(hours=1)


def settled(at: datetime, cost: str | None, **fields: object) -> Attempt:
    """A settled row without cached tokens, not saved yet."""
    return rows.settled(at, cost, **({} if cost is None else {"cached_input_tokens": 0}) | fields)


def booked(*attempts: Attempt) -> Sequence[Attempt]:
    """These rows, saved."""
    return Attempt.objects.bulk_create(attempts)


def attempt(number: int = 0, cost: str | None = "0.0025", **fields: object) -> Attempt:
    """The number-th attempt of a day, an hour after the one before."""
    at = NOON - timedelta(hours=6) + number * HOUR
    return settled(at, cost, **{"upstream_id": f"req-{number}", **fields})
