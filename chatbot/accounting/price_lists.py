"""Price lists: files of prices, compared with the price book and written into it, all or nothing.

A list is CSV or TSV with a header, or a JSON array of objects, with these fields; amounts are US dollars for 1,000,000
tokens, with at most six places:

    model, valid_from, input, cached_input, output, note

`valid_from` is a day, whose first moment in the shop's time zone is meant, or a moment (ISO 8601). Without
`cached_input`, cached tokens cost as much as others. `note` says where the price comes from, and may be left away.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from django.db import IntegrityError, router, transaction

from chatbot.accounting.periods import day_start
from chatbot.models import Price

COLUMNS: Final = ("model", "valid_from", "input", "cached_input", "output", "note")
AMOUNTS: Final = ("input", "cached_input", "output")
MOST: Final = Decimal(100_000_000)
"""Amounts from here on do not fit into the book."""
MOST_BYTES: Final = 16 * 2**20
Format = Literal["csv", "tsv", "json"]


class BadPriceList(ValueError):
    """A list that cannot be used, as a sentence, with `reasons` by line where single lines are wrong."""

    def __init__(self, message: str, reasons: Sequence[tuple[int, str]] = ()) -> None:
        """`reasons` are (number of the line or of the JSON object, what is wrong)."""
        super().__init__(message)
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A price of a list. Two lines are equal when they say the same, wherever they stand."""

    model: str
    valid_from: datetime
    input: Decimal
    cached_input: Decimal
    output: Decimal
    note: str = ""

    def says(self, price: Price) -> bool:
        """Whether the amounts are those of a row of the book."""
        return self.amounts == (
            Decimal(price.input_per_million_usd),
            Decimal(price.cached_input_per_million_usd),
            Decimal(price.output_per_million_usd),
        )

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Dollars for a million tokens: input, cached input, output."""
        return self.input, self.cached_input, self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A list against the book: prices that it lacks, that it has, and that it has with other amounts."""

    added: tuple[Line, ...]
    unchanged: tuple[Line, ...]
    other: tuple[tuple[Line, Price], ...]


def read(data: bytes, kind: Format, zone: tzinfo) -> list[Line]:
    """The lines of a list. Raises BadPriceList, with every wrong line and why."""
    if len(data) > MOST_BYTES:
        raise BadPriceList(f"The list has more than {MOST_BYTES // 2**20} MiB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise BadPriceList(f"The list is not UTF-8: {err.reason} at byte {err.start}.") from err
    rows = _objects(text) if kind == "json" else _rows(text, "\t" if kind == "tsv" else ",")
    lines: dict[int, Line] = {}
    reasons: list[tuple[int, str]] = []
    seen: dict[tuple[str, datetime], int] = {}
    for number, row in rows:
        try:
            line = _line(row, zone)
            before = seen.setdefault((line.model, line.valid_from), number)
            if before != number:
                raise ValueError(f"model and moment are those of line {before}")
        except ValueError as err:
            reasons.append((number, str(err)))
        else:
            lines[number] = line
    if reasons:
        raise BadPriceList("Some lines cannot be read; nothing was written.", reasons)
    if not lines:
        raise BadPriceList("The list has no prices.")
    return list(lines.values())


def compare(lines: Iterable[Line]) -> Difference:
    """`lines` against the prices that hold; one query."""
    lines = list(lines)
    held: dict[tuple[str, datetime], Price] = {}
    for price in Price.objects.filter(model__in={line.model for line in lines}).order_by("id"):
        held[price.model, price.valid_from] = price  # the last one of a moment holds
    added, unchanged, other = [], [], []
    for line in lines:
        price_held = held.get((line.model, line.valid_from))
        if price_held is None:
            added.append(line)
        elif line.says(price_held):
            unchanged.append(line)
        else:
            other.append((line, price_held))
    return Difference(added=tuple(added), unchanged=tuple(unchanged), other=tuple(other))


def load(lines: Iterable[Line], *, correct: bool = False) -> Difference:
    """Write what the book lacks, in one transaction, and say what that was; the same list again writes nothing.

    A price that the book has with other amounts is corrected by a further row if `correct` says so; else nothing is
    written and BadPriceList is raised. The ledger is another matter: see `rerating`.
    """
    try:
        with transaction.atomic(using=router.db_for_write(Price)):
            difference = compare(lines)
            if difference.other and not correct:
                raise BadPriceList("The book has prices of the same moments with other amounts; nothing was written.")
            for line in difference.added:
                _write(line, None)
            for line, wrong in difference.other:
                _write(line, wrong)
    except IntegrityError as err:
        raise BadPriceList("Somebody else is writing prices of the same moments; nothing was written.") from err
    return difference


def _write(line: Line, wrong: Price | None) -> None:
    Price.objects.create(
        model=line.model,
        valid_from=line.valid_from,
        input_per_million_usd=line.input,
        cached_input_per_million_usd=line.cached_input,
        output_per_million_usd=line.output,
        corrects=wrong,
        note=line.note,
    )


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", strict=True)
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        _check_names(header)
        missing = [name for name in ("model", "valid_from", "input", "output") if name not in header]
        if missing:
            raise BadPriceList(f"The header lacks {', '.join(missing)}; a list has {', '.join(COLUMNS)}.")
        reader.fieldnames = header
        for row in reader:
            if "" in row:
                yield reader.line_num, {"": "more fields than the header"}
            else:
                yield reader.line_num, {name: (value or "").strip() for name, value in row.items()}
    except csv.Error as err:
        raise BadPriceList(f"Line {reader.line_num} is not CSV: {err}.") from err


def _objects(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        # Amounts as they are written: 0.1 must not become a float on the way.
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as err:
        raise BadPriceList(f"The list is not JSON: {err}.") from err
    if not isinstance(found, list):
        raise BadPriceList("The list must be a JSON array of objects.")
    for number, row in enumerate(found, 1):
        if not isinstance(row, dict) or not all(value is None or isinstance(value, str) for value in row.values()):
            yield number, {"": "not an object of texts and numbers"}
            continue
        _check_names(row)
        yield number, {name: (value or "").strip() for name, value in row.items()}


def _check_names(names: Iterable[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise BadPriceList(f"There is no column {unknown[0]!r}; a list has {', '.join(COLUMNS)}.")


def _line(row: Mapping[str, str], zone: tzinfo) -> Line:
    if "" in row:
        raise ValueError(row[""])
    model = row.get("model", "")
    if not 0 < len(model) <= 100 or not model.isprintable():
        raise ValueError("model must have 1 to 100 printable characters")
    note = row.get("note", "")
    if len(note) > 200 or not note.isprintable():
        raise ValueError("note must have at most 200 printable characters")
    amounts = {name: _amount(name, row.get(name, "")) for name in AMOUNTS if name != "cached_input" or row.get(name)}
    return Line(
        model=model,
        valid_from=_moment(row.get("valid_from", ""), zone),
        **{"cached_input": amounts["input"]} | amounts,
        note=note,
    )


def _amount(name: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not text.isascii() or "_" in text or not amount.is_finite() or not 0 <= amount < MOST:
        raise ValueError(f"{name} must be dollars from 0 on such as 2.50, not {text!r}")
    if amount != round(amount, 6):
        raise ValueError(f"{name} has more than six places: {text}")
    return amount.quantize(Decimal("0.000001"))


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        if len(text) == 10:
            return day_start(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"valid_from must be a day or a moment such as 2026-03-01, not {text!r}") from None
