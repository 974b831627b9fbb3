"""A bill taken in: all of its lines or none, once for each file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot import conf
from chatbot.accounting.periods import Month, day_start
from chatbot.accounting.reconciliation.columns import BillError, Reading
from chatbot.accounting.reconciliation.reading import Line, digest_of, read_lines
from chatbot.accounting.reconciliation.records import Rejection
from chatbot.accounting.reconciliation.writing import insert
from chatbot.database import atomic
from chatbot.models import Bill, BillLine

MOST_LINES: Final = 1_000_000
REJECTIONS_KEPT: Final = 100

PROGRESS_LINES: Final = 5_000
"""How often an import tells how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days that a bill speaks of: from `start` to before `end`."""

    start: date
    end: date

    @classmethod
    def of_month(cls, month: Month) -> "Days":
        """A whole month."""
        return cls(start=month.first, end=month.end)

    def cut(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """When they begin and end in a time zone."""
        return day_start(self.start, zone), day_start(self.end, zone)


class Rejected(BillError):
    """Lines of the bill cannot be read, and it was not said to go on without them. Nothing was written."""

    def __init__(self, count: int, rejections: list[Rejection]) -> None:
        super().__init__(
            ngettext(
                "%(count)s line cannot be read; nothing was imported. The first: line %(line)s, %(reason)s.",
                "%(count)s lines cannot be read; nothing was imported. The first: line %(line)s, %(reason)s.",
                count,
            )
            % {"count": f"{count:,}", "line": rejections[0].line, "reason": rejections[0].reason}
        )
        self.count = count
        self.rejections = rejections


class Imported(BillError):
    """The same file is here already."""

    def __init__(self, bill: Bill) -> None:
        super().__init__(
            _("This file was imported on %(day)s as “%(name)s”.")
            % {"day": f"{bill.imported_at.astimezone(conf.current().zone):%Y-%m-%d}", "name": bill.name}
        )
        self.bill = bill


def import_bill(
    file: BinaryIO,
    reading: Reading,
    *,
    name: str,
    endpoint: str,
    now: datetime,
    days: Days | None = None,
    skip_bad_lines: bool = False,
    replace_older: bool = False,
    user: Any = None,  # Any: the project's user model
    progress: Callable[[int], None] = lambda lines: None,
) -> Bill:
    """Store the bill and its lines in one transaction.

    `days` are those that it speaks of, cut by the relay in its zone and held against the same days of the shop's
    reports; without them, the days of its first to its last line, cut in the relay's zone for both. `replace_older`
    takes a bill of the same file away first. `progress` hears the number of lines so far.

    Raises BillError: Rejected for lines that cannot be read unless `skip_bad_lines`, Imported for a file that is here.
    """
    digest = digest_of(file)
    with atomic():
        older = Bill.objects.filter(digest=digest).first()
        if older is not None:
            if not replace_older:
                raise Imported(older)
            delete_bill(older)
        if days is not None and not days.start < days.end:
            raise BillError(_("The bill's last day is before its first."))
        # The days are known when the last line is read.
        covers = (days or Days(start=now.date(), end=now.date() + timedelta(days=1))).cut(reading.tz)
        bill = Bill.objects.create(
            endpoint=endpoint,
            name=name[:200],
            digest=digest,
            reading=reading.as_json(),
            covers_from=covers[0],
            covers_until=covers[1],
            starts_at=covers[0],
            ends_at=covers[1],
            imported_at=now,
            imported_by=user,
        )
        taken = _Taken()
        rows = (_row(bill, line) for line in taken.good(read_lines(file, reading), progress))
        insert(BillLine, _FIELDS, rows)
        if taken.rejected and not skip_bad_lines:
            raise Rejected(taken.rejected, taken.rejections)
        if taken.first is None or taken.last is None:
            raise BillError(_("The bill has no line that can be read."))
        if days is None:
            first, last = taken.first.astimezone(reading.tz).date(), taken.last.astimezone(reading.tz).date()
            bill.covers_from, bill.covers_until = Days(start=first, end=last + timedelta(days=1)).cut(reading.tz)
            bill.starts_at, bill.ends_at = bill.covers_from, bill.covers_until
        else:
            bill.starts_at, bill.ends_at = days.cut(conf.current().zone)
        bill.billed_lines = taken.count
        bill.lines_rejected = taken.rejected
        bill.rejections = [[each.line, each.reason] for each in taken.rejections]
        bill.reading = {**reading.as_json(), "places": taken.places}
        bill.save()
    return bill


def delete_bill(bill: Bill) -> None:
    """Take the bill away with its lines and matches. The ledger is not touched."""
    with atomic():
        # By hand: Django's own cascade would fetch every line first. Nothing else refers to these rows.
        bill.matches.all()._raw_delete(bill.matches.db)
        bill.lines.all()._raw_delete(bill.lines.db)
        bill.delete()


class _Taken:
    """What went by: good lines counted, bad ones kept up to a number."""

    def __init__(self) -> None:
        self.count = 0
        self.rejected = 0
        self.rejections: list[Rejection] = []
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.places = 0

    def good(self, lines: Iterator[Line | Rejection], progress: Callable[[int], None]) -> Iterator[Line]:
        for line in lines:
            if isinstance(line, Rejection):
                self.rejected += 1
                if len(self.rejections) < REJECTIONS_KEPT:
                    self.rejections.append(replace(line, reason=line.reason[:300]))
                continue
            self.count += 1
            self.first = line.at if self.first is None else min(self.first, line.at)
            self.last = line.at if self.last is None else max(self.last, line.at)
            self.places = max(self.places, line.places)
            if self.count > MOST_LINES:
                raise BillError(
                    _("The bill has over %(count)s lines; split it by days.") % {"count": f"{MOST_LINES:,}"}
                )
            if self.count % PROGRESS_LINES == 0:
                progress(self.count)
            yield line


_FIELDS: Final = (
    "bill",
    "number",
    "request_id",
    "model",
    "at",
    "requests",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "cost_usd",
)


def _row(bill: Bill, line: Line) -> Sequence[object]:
    return (
        bill.pk,
        line.number,
        line.request_id,
        line.model,
        line.at,
        line.requests,
        line.input_tokens,
        line.cached_input_tokens,
        line.output_tokens,
        line.cost_usd,
    )
