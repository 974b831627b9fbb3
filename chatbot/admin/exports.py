"""The Costs page as a file: CSV and Excel by day, model, endpoint and source; FOCUS for finance tools.

Amounts in CSV and FOCUS are exact, with all 12 places. Excel calculates with about 15 digits, so there each amount
stands twice: rounded to 6 places as a number to calculate with, and exact as text to check against.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot.accounting import focus, reports
from chatbot.accounting.csv_export import Cell, stream_csv
from chatbot.accounting.focus import Charge
from chatbot.accounting.sums import Sums, added_by_key
from chatbot.admin.selection import Selection
from chatbot.admin.streaming import attachment
from chatbot.models import Price

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final = (
    "day",
    "endpoint",
    "model",
    "tokens_from",
    "adjusts_month",
    "attempts",
    "questions",
    "answered",
    "from_cache",
    "retries",
    "failed",
    "cost_not_measured",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cost_usd",
    "corrections",
    "corrected_usd",
)
"""Names for programs, the same in every language. An amount that nobody measured is an empty cell."""

_SIX: Final = Decimal("0.000001")


def offered() -> Iterator[tuple[str, str, str]]:
    """Name in the address, name on the page, and what is in it."""
    yield "csv", "CSV", _("By day, model, endpoint and source; amounts exact to 12 places")
    if is_available("xlsx"):
        yield "xlsx", "Excel", _("The same as a workbook: rounded numbers to calculate with, exact amounts as text")
    yield (
        "focus",
        "FOCUS",
        _("FinOps cost and usage columns, version %(version)s; attempts of unknown cost are left out")
        % {"version": focus.VERSION},
    )


@cache
def is_available(form: str) -> bool:
    """Whether what the form needs is installed: Excel needs the extra `xlsx`."""
    return form != "xlsx" or find_spec("openpyxl") is not None


def table(charges: Iterable[Charge]) -> Iterator[Sequence[Cell]]:
    """The headings, then a row for each day, endpoint, model, source and adjusted month."""
    yield COLUMNS
    for (day, endpoint, model, source, adjusts), sums in _joined(charges):
        measured = sums.is_measured or bool(sums.corrections)
        yield (
            day,
            endpoint,
            model,
            source,
            adjusts,
            sums.attempts,
            sums.questions,
            sums.answered,
            sums.cached,
            sums.retries,
            sums.failed,
            sums.unpriced,
            *(
                _known(sums, name)
                for name in ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
            ),
            sums.cost_usd if measured else None,
            sums.corrections,
            sums.corrected_usd,
        )


def _csv(request: HttpRequest, asked: Selection, zone: ZoneInfo) -> HttpResponseBase:
    return attachment(request, stream_csv(table(charges(asked, zone))), name=_name(asked, "csv"), kind=CSV)


def _focus(request: HttpRequest, asked: Selection, zone: ZoneInfo) -> HttpResponseBase:
    rows = focus.rows(charges(asked, zone), Price.objects.in_bulk(), zone)
    return attachment(request, stream_csv(rows), name=_name(asked, "focus.csv"), kind=CSV)


def _xlsx(request: HttpRequest, asked: Selection, zone: ZoneInfo) -> HttpResponseBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    workbook(file, asked, zone, charges(asked, zone))
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=_name(asked, "xlsx"),
        content_type=XLSX,
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )


FORMS: Final[dict[str, Callable[[HttpRequest, Selection, ZoneInfo], HttpResponseBase]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "focus": _focus,
}


def charges(asked: Selection, zone: ZoneInfo) -> Iterator[Charge]:
    """What the selection is made of, in the order of days."""
    for group, price, sums in reports.charges(asked.start, asked.end, zone, **asked.narrowed):
        yield Charge(
            day=group.day,
            endpoint=group.endpoint,
            model=group.model,
            source=group.source,
            price=price,
            adjusts=group.adjusts,
            sums=sums,
        )


def workbook(file: IO[bytes], asked: Selection, zone: ZoneInfo, given: Iterable[Charge]) -> None:
    """Write the Excel file: a sheet of rows, written as they come, and a sheet that says what they are."""
    from openpyxl import Workbook  # the extra `xlsx`
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Costs"))
    sheet.freeze_panes = "A2"
    for n, _name_of in enumerate((*COLUMNS, "", "")):
        sheet.column_dimensions[chr(ord("A") + n)].width = 24 if n in (2, 17, 18, 19, 20) else 14

    def cell(value: Cell, *, bold: bool = False, form: str = "") -> Any:  # Any: a cell of openpyxl
        # openpyxl takes a text that begins with "=" for a formula; a cell of the type "s" is never one.
        made = WriteOnlyCell(sheet, value=None if isinstance(value, str) else value)  # type: ignore[arg-type]  # Decimal and date too
        if isinstance(value, str):
            made.value, made.data_type = _printable(value), "s"
        if bold:
            made.font = Font(bold=True)
        if form:
            made.number_format = form
        return made

    headings: list[str] = []
    amounts: set[int] = set()
    for row in table(_counted(given, add := _Total())):
        if not headings:
            headings = [str(name) for name in row]
            amounts = {n for n, name in enumerate(headings) if name.endswith("_usd")}
            named = [
                each
                for n, name in enumerate(headings)
                for each in ((name, f"{name}_exact") if n in amounts else (name,))
            ]
            sheet.append([cell(name, bold=True) for name in named])
            continue
        cells = []
        for n, value in enumerate(row):
            if n in amounts:
                exact = value if isinstance(value, Decimal) else None
                rounded = exact.quantize(_SIX, ROUND_HALF_EVEN) if exact is not None else None
                cells += [cell(rounded, form="0.000000"), cell("" if exact is None else f"{exact:.12f}")]
            else:
                cells.append(cell(value))
        sheet.append(cells)
    about = book.create_sheet(_("About"))
    about.column_dimensions["A"].width = 36
    about.column_dimensions["B"].width = 60
    for name, text in _about(asked, zone, add.sums):
        about.append([cell(name, bold=True), cell(text)])
    book.save(file)


class _Total:
    """Adds up what runs through it."""

    def __init__(self) -> None:
        self.sums = Sums()


def _counted(given: Iterable[Charge], total: _Total) -> Iterator[Charge]:
    for charge in given:
        total.sums += charge.sums
        yield charge


def _about(asked: Selection, zone: ZoneInfo, total: Sums) -> Iterator[tuple[str, str]]:
    yield _("Period"), f"{asked.start} – {asked.last}"
    yield _("Time zone"), zone.key
    for name in asked.narrowed:
        yield name, getattr(asked, name)
    yield _("Written"), timezone.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield _("Attempts"), str(total.attempts)
    yield _("Cost not measured"), str(total.unpriced)
    yield _("Known cost in US dollars, exact"), f"{total.cost_usd:.12f}" if total.is_measured else _("not measured")
    yield (
        _("Rounding"),
        _("Columns ending in _usd are rounded to 6 places for calculating; those ending in _exact are the amounts."),
    )


def _joined(given: Iterable[Charge]) -> Iterator[tuple[tuple[date, str, str, str, str], Sums]]:
    """Charges of a day added up over price versions, day by day, so that no more than a day is held."""
    for _day, of_day in groupby(given, key=attrgetter("day")):
        lines = added_by_key(((c.day, c.endpoint, c.model, c.source, c.adjusts), c.sums) for c in of_day)
        yield from sorted(lines.items(), key=itemgetter(0))


def _known(sums: Sums, name: str) -> int | None:
    """Tokens; of attempts whose tokens nobody knows none at all, which is not 0."""
    value: int = getattr(sums, name)
    return value if value or sums.unknown < sums.attempts or not sums.attempts else None


def _printable(text: str) -> str:
    """Without the control characters that XML cannot carry."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")


def _name(asked: Selection, ending: str) -> str:
    return f"chatbot-costs-{asked.start}-{asked.last}.{ending}"
