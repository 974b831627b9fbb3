"""A bill's file read as lines of a bill: `examine` finds out how, `read_lines` does it, a line at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from chatbot.accounting.reconciliation import records
from chatbot.accounting.reconciliation.columns import (
    BillError,
    Given,
    Per,
    Reading,
    guessed,
    normal_name,
    zone_of,
)
from chatbot.accounting.reconciliation.records import Record, Rejection
from chatbot.accounting.reconciliation.values import (
    SHOWN,
    Unfit,
    in_dollars,
    mark_of,
    places_of,
    read_amount,
    read_moment,
    read_tokens,
)

SAMPLE_LINES: Final = 500

_COUNTS: Final = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
_AMOUNTS: Final = ("cost", "input_tokens", "cached_input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a bill. None is what the bill has no column for. `places` are the decimals that its cost writes."""

    number: int
    at: datetime
    request_id: str
    model: str
    requests: int | None
    input_tokens: int | None
    cached_input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """How a file would be read, and what it has to choose from: its columns, and its first lines as they stand."""

    reading: Reading
    header: Sequence[str]
    sample: Sequence[Sequence[str]]


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of what is in the file, unzipped, in hexadecimal."""
    digest = sha256()
    whole = records.bytes_of(file)
    while data := whole.read(1 << 20):
        digest.update(data)
    return digest.hexdigest()


def examine(file: BinaryIO, given: Given) -> Examined:
    """How to read the file, as far as `given` leaves it open. Raises BillError.

    Without a request id, and with times that are days, its lines are groups of requests by day and model.
    """
    sample = records.sample_of(file)
    encoding = given.encoding or records.encoding_of(sample)
    try:
        text = sample.decode(encoding, "replace").removeprefix("\ufeff")
    except LookupError as err:
        raise BillError(_("There is no encoding %(name)s.") % {"name": repr(given.encoding[:SHOWN])}) from err
    line, header, delimiter = records.header_of(text, dict(given.columns), given.delimiter)
    columns = guessed(header, given.columns)
    named = {normal_name(name) for name in header}
    for name, column in given.columns.items():
        if column and normal_name(column) not in named:
            values = {"column": repr(column[:SHOWN]), "columns": ", ".join(name[:SHOWN] for name in header)}
            raise BillError(_("The file has no column %(column)s; its columns are %(columns)s.") % values)
        if column and list(columns.values()).count(columns[name]) > 1:
            raise BillError(_("Column %(column)s cannot be two things.") % {"column": repr(column[:SHOWN])})
    found = islice(records.records(records.text_of(file, encoding), delimiter), SAMPLE_LINES + line)
    below = [each for each in found if isinstance(each, Record) and each.line > line]
    rows = [list(each.cells) for each in below if len(each.cells) == len(header)]
    cells = {name: [row[header.index(column)].strip() for row in rows] for name, column in columns.items()}
    if "at" in columns and "model" in columns and not {"cost", "input_tokens", "output_tokens"} & columns.keys():
        raise BillError(_("The file has no column with a cost or with tokens."))
    reading = Reading(
        columns=columns,
        header=line,
        delimiter=delimiter,
        encoding=encoding,
        decimal=given.decimal or mark_of([cell for name in _AMOUNTS for cell in cells.get(name, ())]),
        zone=given.zone,
        currency=given.currency.upper(),
        per_usd=given.per_usd,
        unit=given.unit,
        per=given.per or _per(cells, given),
    )
    return Examined(reading=reading, header=header, sample=rows)


def read_lines(file: BinaryIO, reading: Reading) -> Iterator[Line | Rejection]:
    """Every filled line below the header, read or rejected. Raises BillError when a needed column is not named."""
    if "at" not in reading.columns:
        raise BillError(_("Say which column holds the time of a line (the field “at”)."))
    if "model" not in reading.columns:
        raise BillError(_("Say which column holds the model (the field “model”)."))
    header: list[str] = []
    index: dict[str, int] = {}
    for record in records.records(records.text_of(file, reading.encoding), reading.delimiter):
        if record.line < reading.header:
            continue
        if isinstance(record, Rejection):
            yield record
        elif record.line == reading.header:
            header = [cell.strip().removeprefix("\ufeff") for cell in record.cells]
            index = {name: header.index(column) for name, column in reading.columns.items()}
        elif len(record.cells) != len(header):
            values = {"found": len(record.cells), "named": len(header)}
            yield Rejection(record.line, _("%(found)s columns where the header names %(named)s") % values)
        else:
            yield _line(record, index, reading)


def _line(record: Record, index: dict[str, int], reading: Reading) -> Line | Rejection:
    cells = {name: record.cells[place].strip() for name, place in index.items()}
    if records.is_garbled("".join(record.cells)):
        return Rejection(record.line, _("the line is not written in the file's encoding"))

    field = "at"
    try:
        moment = read_moment(cells["at"], reading.tz)
        field = "model"
        if not cells["model"]:
            raise Unfit(_("the cell is empty"))
        tokens: dict[str, int | None] = {}
        for field in _COUNTS:
            tokens[field] = read_tokens(cells[field], reading.decimal) if field in cells else None
        field, cost, places = "cost", None, 0
        if "cost" in cells:
            amount = read_amount(cells["cost"], reading.decimal, reading.currency)
            cost = in_dollars(amount, reading.units_per_usd)
            places = places_of(cells["cost"], reading.decimal)
    except Unfit as unfit:
        return Rejection(record.line, f"{reading.columns[field]}: {unfit}")
    return Line(
        number=record.line,
        at=moment.at,
        request_id=cells.get("request_id", "")[:200],
        model=cells["model"][:100],
        cost_usd=cost,
        places=places,
        **tokens,
    )


def _per(cells: dict[str, list[str]], given: Given) -> Per:
    if "request_id" in cells or not cells.get("at"):
        return "request"
    zone = zone_of(given.zone)
    for cell in cells["at"]:
        try:
            if not read_moment(cell, zone).is_day:
                return "request"
        except Unfit:
            continue
    return "day"


def first_lines(file: BinaryIO, reading: Reading, count: int) -> list[Line | Rejection]:
    """So many lines from the top. Raises BillError."""
    return list(islice(read_lines(file, reading), count))
