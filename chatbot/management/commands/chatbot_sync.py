"""Run the sources of the catalogue that CHATBOT["SOURCES"] declares.

manage.py chatbot_sync              all of them
manage.py chatbot_sync shop feed    these
manage.py chatbot_sync --due        those whose time has come, for cron where no Celery beat runs
manage.py chatbot_sync feed --shrunk    most of the feed's products are gone, and that is right
"""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chatbot.catalog import running
from chatbot.catalog.sources.configured import source_named, sources
from chatbot.errors import ConfigurationError


class Command(BaseCommand):
    """Bring the catalogue to what its sources say. Exit status 1 when one of them failed."""

    help = "Run the sources of products that CHATBOT['SOURCES'] declares."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ones."""
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help="Names; all when left away.")
        parser.add_argument("--due", action="store_true", help="Only those whose time has come.")
        parser.add_argument("--shrunk", action="store_true", help="Remove what is missing from a feed, however much.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Run and report."""
        try:
            declared = [source_named(name) for name in options["sources"]] or list(sources().values())
        except ConfigurationError as err:
            raise CommandError(str(err)) from err
        if not declared:
            raise CommandError("CHATBOT['SOURCES'] declares no source.")
        due = set(running.due(timezone.now()))
        failed = []
        for source in declared:
            if options["due"] and source.name not in due:
                continue
            begun = time.perf_counter()
            try:
                report = running.run(source, may_shrink=options["shrunk"])
            except Exception as err:  # noqa: BLE001 - told, and the next source still runs
                self.stderr.write(f"{source.name}: {err}")
                failed.append(source.name)
                continue
            if report.is_same:
                self.stdout.write(f"{source.name}: not changed")
                continue
            for rejection in report.rejections:
                column = f", {rejection.column}" if rejection.column else ""
                self.stderr.write(f"{source.name}, {rejection.sku or rejection.line}{column}: {rejection.reason}")
            counts = (f"{getattr(report, what):,} {what}" for what in ("added", "changed", "unchanged", "rejected"))
            seconds = time.perf_counter() - begun
            self.stdout.write(f"{source.name}: {', '.join(counts)}, {report.removed:,} removed in {seconds:.1f} s")
            if report.trouble:
                self.stderr.write(f"{source.name}: {report.trouble}")
                failed.append(source.name)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")
