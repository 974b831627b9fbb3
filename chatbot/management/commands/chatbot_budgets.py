"""How far each budget is, and whether its books are right.

manage.py chatbot_budgets
manage.py chatbot_budgets --recount
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot.accounting import budgets, spendings
from chatbot.models import Budget


class Command(BaseCommand):
    """Exit status 1 when a budget's books are not what its reservations add up to, and `--recount` is not given."""

    help = "Show how far each budget is spent, and check that what is counted is what its reservations add up to."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--recount", action="store_true", help="Put right what does not add up.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Show, then check."""
        self._show()
        if options["recount"]:
            mended = spendings.recount()
            self.stdout.write(
                ngettext("%(count)s amount put right.", "%(count)s amounts put right.", mended) % {"count": mended}
            )
            return
        found = spendings.differences()
        for each in found:
            self.stdout.write(
                _("%(budget)s: %(counted)s USD are counted, its reservations add up to %(sums)s USD.")
                % {
                    "budget": each.spending.budget,
                    "counted": f"{(each.spending.spent_usd + each.spending.reserved_usd).normalize():f}",
                    "sums": f"{(each.spent_usd + each.reserved_usd).normalize():f}",
                }
            )
        if found:
            raise CommandError(
                _("Turns that begin or end meanwhile show up here too. Put right the rest by --recount.")
            )
        self.stdout.write(_("All budgets add up."))

    def _show(self) -> None:
        rows = list(Budget.objects.order_by("pk"))
        standings = budgets.standings(rows, timezone.now())
        for budget in rows:
            name = f"{budget} {budget.subject}".rstrip()
            standing = standings.get(budget.pk)
            if standing is None:
                self.stdout.write(name)
                continue
            spent, reserved = standing.spent_usd.normalize(), standing.reserved_usd.normalize()
            said = _("%(budget)s: %(spent)s USD spent, %(reserved)s USD set aside")
            self.stdout.write(said % {"budget": name, "spent": f"{spent:f}", "reserved": f"{reserved:f}"})
