"""Rows of the ledger for a file: everything that is known of an attempt, for whoever wants to check a figure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet

from chatbot.accounting import ledger
from chatbot.accounting.csv_export import Cell
from chatbot.models import Attempt

COLUMNS: Final = (
    "id",
    "turn_id",
    "conversation_id",
    "visitor",
    "page",
    "endpoint",
    "requested_model",
    "served_model",
    "number",
    "upstream_id",
    "outcome",
    "error_code",
    "source",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "price_id",
    "cost_usd",
    "corrected_usd",
    "known_cost_usd",
    "queued_ms",
    "first_word_ms",
    "total_ms",
    "opened_at",
    "counts_at",
    "adjusts",
    "settled_at",
)
"""Names of fields. `cost_usd` is what was booked, `known_cost_usd` that with `corrected_usd`; empty is unknown."""
AT_A_TIME: Final = 2_000


def rows(attempts: QuerySet[Attempt]) -> Iterator[Sequence[Cell]]:
    """The headings, then a row for each attempt, fetched a few thousand at a time. Moments are in UTC."""
    yield COLUMNS
    for row in ledger.with_cost(attempts).values_list(*COLUMNS).iterator(chunk_size=AT_A_TIME):
        yield [_cell(value) for value in row]


def _cell(value: object) -> Cell:
    match value:
        case datetime():
            return value.astimezone(UTC)
        case None | str() | int() | Decimal():
            return value
    return str(value)  # an id
