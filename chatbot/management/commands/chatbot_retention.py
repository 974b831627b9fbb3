"""Delete conversations that are older than RETENTION_DAYS; what they cost stays in the ledger.

manage.py chatbot_retention --dry-run
manage.py chatbot_retention
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot import conf
from chatbot.assistant import retention
from chatbot.assistant.retention import Forgotten


class Command(BaseCommand):
    """The nightly task's work by hand, or what it would be."""

    help = "Delete conversations in which nobody spoke for RETENTION_DAYS days. What they cost stays in the ledger."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--dry-run", action="store_true", help="Say what would be deleted, and delete nothing.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Delete, or count."""
        now = timezone.now()
        before = retention.cutoff(now)
        if before is None:
            self.stdout.write(_("CHATBOT['RETENTION_DAYS'] is 0: conversations are kept."))
        else:
            moment = date_format(before.astimezone(conf.current().zone), "DATETIME_FORMAT")
            self.stdout.write(_("Conversations without a word since %(moment)s are too old.") % {"moment": moment})
        if options["dry_run"]:
            self.stdout.write(_("Would be deleted:"))
            self._tell(retention.would_forget(now))
        else:
            done = retention.forget(now, most_s=float("inf"))
            self.stdout.write(_("Deleted:"))
            self._tell(done)

    def _tell(self, figures: Forgotten) -> None:
        for text in (
            ngettext("%(count)s conversation", "%(count)s conversations", figures.conversations)
            % {"count": figures.conversations},
            ngettext("%(count)s turn", "%(count)s turns", figures.turns) % {"count": figures.turns},
            ngettext("%(count)s message", "%(count)s messages", figures.messages) % {"count": figures.messages},
            ngettext(
                "%(count)s visitor's pseudonym in the ledger",
                "%(count)s visitors' pseudonyms in the ledger",
                figures.pseudonyms,
            )
            % {"count": figures.pseudonyms},
            ngettext(
                "%(count)s row of budgets of single visitors or conversations",
                "%(count)s rows of budgets of single visitors or conversations",
                figures.budget_rows,
            )
            % {"count": figures.budget_rows},
            ngettext("%(count)s cached answer", "%(count)s cached answers", figures.cached_answers)
            % {"count": figures.cached_answers},
        ):
            self.stdout.write(f"  {text}")
