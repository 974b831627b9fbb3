"""Bills for the tests of reconciliation: written as a relay would write them, and taken in."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chatbot.accounting.reconciliation import Days, Given, examine, import_bill, reconcile, totals
from chatbot.models import Attempt, Bill, BillMatch
from tests.accounting.rows import NOON

COLUMNS = ("id", "created_at", "model", "input_tokens", "output_tokens", "cost")
PLAIN = "id,time,model,input_tokens,output_tokens,cost\na,2026-03-14T12:00:00Z,alpha,10,5,0.0025\n"
"""A file with one line."""


def written(lines: Iterable[Mapping[str, object]], columns: Iterable[str] = COLUMNS) -> bytes:
    """A CSV file with these lines."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def line(attempt: Attempt, **other: object) -> dict[str, object]:
    """The line that bills an attempt as the ledger has it."""
    return {
        "id": attempt.upstream_id,
        "created_at": attempt.opened_at.isoformat(),
        "model": attempt.served_model or attempt.requested_model,
        "input_tokens": attempt.input_tokens,
        "output_tokens": attempt.output_tokens,
        "cost": attempt.cost_usd,
        **other,
    }


def taken_in(
    content: bytes, *, days: Days | None = None, now: datetime = NOON, within_s: int = 120, **given: Any
) -> Bill:
    """The bill in the file, imported and reconciled. `given` are fields of Given."""
    file = io.BytesIO(content)
    bill = import_bill(
        file, examine(file, Given(**given)).reading, name="bill.csv", endpoint="default", now=now, days=days
    )
    reconcile(bill, now, within_s=within_s)
    bill.refresh_from_db()
    return bill


def kinds(bill: Bill) -> dict[str, int]:
    """How many findings there are of each kind."""
    return {total.kind: total.count for total in totals(bill)}


def only(bill: Bill, kind: str) -> BillMatch:
    """The one finding of a kind."""
    return bill.matches.get(kind=kind)


def adds_up(bill: Bill) -> bool:
    """Whether the findings are the bill minus the ledger, to the last place."""
    found = totals(bill)
    assert bill.billed_usd is not None
    return (
        sum(t.cost_usd for t in found) == bill.billed_usd - bill.booked_usd
        and sum(t.input_tokens for t in found) == bill.billed_input_tokens - bill.booked_input_tokens
        and sum(t.output_tokens for t in found) == bill.billed_output_tokens - bill.booked_output_tokens
    )
