"""Close the books of a month.

manage.py chatbot_close_month 2026-03
manage.py chatbot_close_month --list
"""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chatbot import conf
from chatbot.accounting import closing
from chatbot.accounting.closing import MonthNotClosable
from chatbot.accounting.periods import Month
from chatbot.models import ClosedMonth


class Command(BaseCommand):
    """Close a month, or say which are closed."""

    help = (
        "Close the books of a month: its report never changes again, and what comes later counts as an adjustment in "
        "the month in which it comes. Months are closed in their order. This cannot be undone."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("month", nargs="?", help="The month, such as 2026-03, in the shop's time zone.")
        parser.add_argument("--list", action="store_true", help="Say which months are closed, and which is next.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Close and report."""
        if options["list"]:
            self._list()
            return
        try:
            row = closing.close_month(_month(options["month"] or ""), now=timezone.now())
        except MonthNotClosable as err:
            raise CommandError(str(err)) from err
        self.stdout.write(_line(row))

    def _list(self) -> None:
        for row in ClosedMonth.objects.order_by("first"):
            self.stdout.write(_line(row))
        following = closing.next_month(timezone.now())
        self.stdout.write(f"{following} can be closed." if following else "No month can be closed now.")


def _month(text: str) -> Month:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) or text < "0001":
        raise CommandError("Say which month, such as 2026-03.")
    return Month(year=int(text[:4]), month=int(text[5:]))


def _line(row: ClosedMonth) -> str:
    unknown = f", {row.unpriced} of them of unknown cost" if row.unpriced else ""
    closed = row.closed_at.astimezone(conf.current().zone)
    came_to = f"{row.cost_usd:f} USD, {row.attempts} attempts{unknown}"
    return f"{row.first:%Y-%m} is closed since {closed:%Y-%m-%d %H:%M}: {came_to}."
