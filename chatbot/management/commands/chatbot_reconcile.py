"""Hold a relay's bill against the ledger, and say what each difference is.

manage.py chatbot_reconcile march.csv --month 2026-03
manage.py chatbot_reconcile usage.tsv.gz --map at=created --map cost=charge --zone America/New_York --unit cents

The exit status is 0 when both agree or what differs needs nobody (estimates, rounding, the edge of the period), 1 when
something is to be looked at, 2 when the bill cannot be read.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries
from django.utils import timezone

from chatbot import conf
from chatbot.accounting.csv_export import stream_csv
from chatbot.accounting.periods import Month
from chatbot.accounting.reconciliation import (
    FIELDS,
    WITHIN_S,
    BillError,
    Days,
    Given,
    Imported,
    Rejected,
    Total,
    examine,
    import_bill,
    is_explained,
    reconcile,
    totals,
)
from chatbot.accounting.reconciliation.columns import rate_of, zone_of
from chatbot.accounting.reconciliation.exporting import table
from chatbot.models import Bill, BillMatch

_NAME_WIDTH = 44


class Command(BaseCommand):
    """Import a bill, reconcile it, report."""

    help = "Hold a relay's bill (CSV or TSV, as it is or gzipped) against the ledger and explain each difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", help="The bill.")
        parser.add_argument("--endpoint", default="", help="Whose bill it is, where CHATBOT['ENDPOINTS'] has several.")
        days = parser.add_mutually_exclusive_group()
        days.add_argument("--month", default="", metavar="2026-03", help="The month that the bill speaks of.")
        days.add_argument(
            "--days",
            nargs=2,
            default=(),
            metavar=("FIRST", "LAST"),
            help="The first and the last day that it speaks of; left away, those of its first and last line.",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"The column that holds a field, where it has another name. Fields: {', '.join(FIELDS)}.",
        )
        parser.add_argument(
            "--zone", default="UTC", help="Of times that name no zone, and in which the relay cuts days."
        )
        parser.add_argument("--currency", default="USD", help="Of the amounts; other than USD it needs --rate.")
        parser.add_argument("--rate", default="1", help="Units of that currency for one dollar.")
        parser.add_argument(
            "--unit", choices=["dollars", "cents"], default="dollars", help="What amounts are counted in."
        )
        parser.add_argument("--per", choices=["request", "day"], help="What a line is; found out when left away.")
        parser.add_argument("--delimiter", default="", help="Between columns; found out when left away.")
        parser.add_argument("--encoding", default="", help="Of the file; found out when left away.")
        parser.add_argument("--decimal", choices=[".", ","], help="Before decimals; found out when left away.")
        parser.add_argument(
            "--within",
            type=int,
            default=WITHIN_S,
            metavar="SECONDS",
            help="How far a line may be from the attempt that it is taken for, where there is no request id.",
        )
        parser.add_argument("--skip-bad-lines", action="store_true", help="Go on without lines that cannot be read.")
        parser.add_argument("--replace", action="store_true", help="Read a file anew that was imported before.")
        parser.add_argument(
            "--show", type=int, default=5, metavar="N", help="Differences shown of each kind; 0 is none."
        )
        parser.add_argument("--csv", default="", metavar="PATH", help="Write all findings there.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Import, compare, report. Raises SystemExit(1) when something is to be looked at."""
        now = timezone.now()
        try:
            with Path(options["file"]).open("rb") as file:
                bill = self._imported(file, options, now)
            reconcile(bill, now, within_s=max(0, options["within"]))
        except OSError as err:
            raise CommandError(f"{options['file']} cannot be read: {err.strerror or err}.", returncode=2) from err
        except Rejected as err:
            for rejection in err.rejections:
                self.stderr.write(_shown(f"line {rejection.line}: {rejection.reason}"))
            if err.count > len(err.rejections):
                self.stderr.write(f"... and {err.count - len(err.rejections):,} more")
            raise CommandError("Nothing was imported. --skip-bad-lines goes on without them.", returncode=2) from err
        except BillError as err:
            raise CommandError(_shown(str(err)), returncode=2) from err
        bill.refresh_from_db()
        found = totals(bill)
        if options["verbosity"]:
            self._tell(bill, found, options["show"])
        if options["csv"]:
            with Path(options["csv"]).open("wb") as out:
                out.writelines(stream_csv(table(bill)))
        if not is_explained(bill):
            raise SystemExit(1)

    def _imported(self, file: BinaryIO, options: dict[str, Any], now: datetime) -> Bill:
        given = Given(
            columns=dict(map(_pair, options["map"])),
            zone=options["zone"],
            currency=options["currency"],
            per_usd=rate_of(options["rate"]),
            unit=options["unit"],
            per=options["per"],
            delimiter=options["delimiter"].replace("\\t", "\t"),
            encoding=options["encoding"],
            decimal=options["decimal"],
        )
        reading = examine(file, given).reading
        try:
            return import_bill(
                file,
                reading,
                name=Path(options["file"]).name,
                endpoint=_endpoint(options["endpoint"]),
                now=now,
                days=_days(options),
                skip_bad_lines=options["skip_bad_lines"],
                replace_older=options["replace"],
                progress=lambda _lines: reset_queries(),  # with DEBUG on Django remembers the text of each statement
            )
        except Imported as err:
            self.stderr.write(f"{_shown(str(err))} It is compared again as it was read then; --replace reads it anew.")
            return err.bill

    def _tell(self, bill: Bill, found: Sequence[Total], show: int) -> None:
        relay_zone, shop_zone = bill.reading["zone"], conf.current().zone.key
        first = bill.covers_from.astimezone(zone_of(relay_zone)).date()
        last = (bill.covers_until - timedelta(seconds=1)).astimezone(zone_of(relay_zone)).date()
        self.stdout.write(
            f"{_shown(bill.name)}, {bill.endpoint}: {first} to {last}, on the bill in {relay_zone}, here in {shop_zone}"
        )
        self.stdout.write(f"{'':{_NAME_WIDTH}} {'count':>9} {'input tokens':>15} {'output tokens':>15} {'dollars':>24}")
        billed = (bill.billed_input_tokens, bill.billed_output_tokens, bill.billed_usd)
        booked = (bill.booked_input_tokens, bill.booked_output_tokens, bill.booked_usd)
        self._row("bill (lines)", bill.billed_lines, *billed)
        self._row("ledger (attempts)", bill.booked_attempts, *booked)
        difference = [None if a is None or b is None else a - b for a, b in zip(billed, booked, strict=True)]
        self._row("bill minus ledger", None, *difference)
        self.stdout.write("")
        for total in found:
            name = str(BillMatch.Kind(total.kind).label) + ("" if total.is_explained else " *")
            self._row(name, total.count, total.input_tokens, total.output_tokens, total.cost_usd)
        if bill.lines_rejected:
            self.stdout.write(f"{bill.lines_rejected:,} lines could not be read and are no part of this *")
            for line, reason in bill.rejections[:show]:
                self.stdout.write(_shown(f"  line {line}: {reason}"))
        for total in found:
            if total.kind != BillMatch.Kind.EQUAL and show > 0:
                self._some(bill, total, show)
        self.stdout.write("")
        self.stdout.write("Every difference is explained." if is_explained(bill) else "* is to be looked at.")

    def _row(self, name: str, count: int | None, *figures: int | Decimal | None) -> None:
        cells = [f"{figure:,}" if isinstance(figure, int) else _dollars(figure) for figure in figures]
        counted = "" if count is None else f"{count:,}"
        self.stdout.write(f"{name:{_NAME_WIDTH}} {counted:>9} {cells[0]:>15} {cells[1]:>15} {cells[2]:>24}".rstrip())

    def _some(self, bill: Bill, total: Total, show: int) -> None:
        self.stdout.write(f"\n{BillMatch.Kind(total.kind).label}")
        matches = bill.matches.filter(kind=total.kind).select_related("line", "attempt").order_by("at", "pk")
        for match in matches[:show]:
            where = f"line {match.line.number}" if match.line else "no line"
            request = (match.line and match.line.request_id) or (match.attempt and match.attempt.upstream_id) or ""
            model = match.line.model if match.line else match.model
            amount = "" if match.cost_usd is None else f" {_dollars(match.cost_usd)} dollars"
            tokens = f" {match.input_tokens or 0:+,} in {match.output_tokens or 0:+,} out" if match.input_tokens else ""
            self.stdout.write(_shown(f"  {where}, {match.at:%Y-%m-%d %H:%M:%S}Z {model} {request}:{amount}{tokens}"))
        if total.count > show:
            self.stdout.write(f"  ... and {total.count - show:,} more")


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (equals and field):
        raise BillError(f"--map takes FIELD=COLUMN, not {text!r}.")
    return field.strip(), column.strip()


def _endpoint(name: str) -> str:
    known = list(conf.current().endpoints)
    if name and name not in known:
        raise BillError(f"There is no endpoint {name!r}; there are {', '.join(known)}.")
    if not name and len(known) > 1:
        raise BillError(f"Say with --endpoint whose bill it is: {', '.join(known)}.")
    return name or known[0]


def _days(options: dict[str, Any]) -> Days | None:
    try:
        if options["month"]:
            year, month = options["month"].split("-")
            return Days.of_month(Month(year=int(year), month=date(int(year), int(month), 1).month))
        if options["days"]:
            first, last = map(date.fromisoformat, options["days"])
            return Days(start=first, end=last + timedelta(days=1))
    except ValueError as err:
        raise BillError("A month is written like 2026-03, a day like 2026-03-14.") from err
    return None


def _dollars(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:,.12f}"


def _shown(text: str) -> str:
    """Text of the file without what would steer the terminal."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
