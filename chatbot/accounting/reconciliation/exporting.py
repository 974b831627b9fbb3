"""Findings as rows of a table, for a CSV file that `csv_export` makes safe to open."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from chatbot.accounting.csv_export import Cell
from chatbot.models import Bill, BillMatch

_FIELDS = (
    "kind",
    "line__number",
    "at",
    "line__model",
    "model",
    "line__request_id",
    "attempt__upstream_id",
    "attempt",
    "attempts",
    "line__input_tokens",
    "line__output_tokens",
    "line__cost_usd",
    "booked_usd",
    "input_tokens",
    "output_tokens",
    "cost_usd",
)


def table(bill: Bill, kinds: Sequence[str] = ()) -> Iterator[Sequence[Cell]]:
    """A row of headings, and a row for each finding of these kinds, of all without; never all in memory.

    Times are UTC, amounts dollars with all their places, differences the bill's figure minus the ledger's.
    """
    yield [
        _("finding"),
        _("line of the file"),
        _("time"),
        _("model"),
        _("request id"),
        _("attempt"),
        _("attempts"),
        _("input tokens billed"),
        _("output tokens billed"),
        _("dollars billed"),
        _("dollars in the ledger"),
        _("difference of input tokens"),
        _("difference of output tokens"),
        _("difference in dollars"),
    ]
    found = bill.matches.order_by("kind", "at", "pk").values_list(*_FIELDS)
    if kinds:
        found = found.filter(kind__in=kinds)
    names = {kind.value: str(kind.label) for kind in BillMatch.Kind}
    for kind, number, at, billed_model, model, request_id, upstream_id, attempt, *figures in found.iterator(
        chunk_size=2_000
    ):
        yield [
            names[kind],
            number,
            at,
            billed_model or model,
            request_id or upstream_id or "",
            str(attempt) if attempt else None,
            *figures,
        ]
