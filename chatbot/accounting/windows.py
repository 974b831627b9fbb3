"""Stretches of quarters of an hour that are rolled up in one transaction, and the rows in them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet

from chatbot import conf
from chatbot.accounting.periods import day_start
from chatbot.models import Attempt, Correction, Uncounted


@dataclass(frozen=True, slots=True)
class Window:
    """Quarters of an hour, all of the one day of the shop that begins at `day`."""

    day: datetime
    start: datetime
    end: datetime

    @property
    def rows(self) -> Q:
        """What counts in it."""
        return Q(counts_at__gte=self.start, counts_at__lt=self.end)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is counted in one transaction: of the window, what waits under ids up to `last`."""

    window: Window
    last: int

    def waiting(self, alias: str) -> QuerySet[Uncounted]:
        """The marks of its rows."""
        return Uncounted.objects.using(alias).filter(self.window.rows, pk__lte=self.last)

    def rows(self, alias: str) -> Q:
        """Its attempts, or its corrections."""
        window = self.window
        of_batch = Q(
            uncounted__counts_at__gte=window.start, uncounted__counts_at__lt=window.end, uncounted__pk__lte=self.last
        )
        # Said twice for PostgreSQL, which then meets both by their indexes. SQLite looks each row up by its key.
        return of_batch & window.rows if connections[alias].vendor == "postgresql" else of_batch


def day_of(moment: datetime) -> Window:
    """The day of the shop that `moment` is in."""
    zone = conf.current().zone
    day: date = moment.astimezone(zone).date()
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    if moment < start:  # midnight comes twice, and this is the hour before the second one
        start, end = day_start(day - timedelta(days=1), zone), start
    elif moment >= end:
        start, end = end, day_start(day + timedelta(days=2), zone)
    return Window(start, start, end)


def counted(alias: str, after: int | None = None) -> tuple[QuerySet[Attempt], QuerySet[Correction]]:
    """The settled attempts and the corrections that do not wait; with `after`, what waits under ids up to it, too."""
    waiting = Uncounted.objects.using(alias)
    if after is not None:
        waiting = waiting.filter(pk__gt=after)
    # The moment is the same in both. SQLite looks each row up by it: there is no index by attempt.
    waiting = waiting.filter(counts_at=OuterRef("counts_at"))
    attempts = Attempt.objects.using(alias).filter(settled_at__isnull=False)
    return (
        attempts.filter(~Exists(waiting.filter(attempt=OuterRef("pk")))),
        Correction.objects.using(alias).filter(~Exists(waiting.filter(correction=OuterRef("pk")))),
    )
