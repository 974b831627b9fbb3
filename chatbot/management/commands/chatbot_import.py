"""Import products from a merchant feed.

manage.py chatbot_import products.xml
manage.py chatbot_import goods.tsv.gz --map id=product_id --map price=price_cents --price-unit cents --currency USD
"""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries

from chatbot.catalog.sources.feed import Feed, open_feed
from chatbot.catalog.sources.mapping import Mapping
from chatbot.catalog.sources.rows import FeedError
from chatbot.catalog.sync import Report, sync

_BAR = 30
_REDRAW_S = 0.1


class Command(BaseCommand):
    """Bring the catalogue to what a feed says."""

    help = "Import products from a merchant feed: CSV, TSV or XML (RSS, Atom), as it is or gzipped."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", help="The feed.")
        parser.add_argument("--format", choices=["csv", "tsv", "xml"], help="What it is; found out when left away.")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help="The column that holds a field, where it has another name: --map price=price_krw. May be repeated.",
        )
        parser.add_argument("--currency", default="", help="Of prices that name none; CHATBOT['CURRENCY'] otherwise.")
        parser.add_argument(
            "--price-unit",
            choices=["major", "cents"],
            default="major",
            help="What prices are counted in: 12.95 (major) or 1295 (cents).",
        )
        parser.add_argument("--source", default="feed", help="A name for where these products come from.")
        parser.add_argument(
            "--remove-missing", action="store_true", help="Take away products of this source that the feed leaves out."
        )
        parser.add_argument("--dry-run", action="store_true", help="Report what would happen and write nothing.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Import and report."""
        started = time.perf_counter()
        if options["file"].casefold().startswith(("http://", "https://")):
            raise CommandError(
                "A feed at an address is a source: CHATBOT['SOURCES'] = {'feed': {'URL': ...}}, then chatbot_sync."
            )
        try:
            mapping = Mapping(
                fields=dict(map(_pair, options["map"])),
                currency=options["currency"].upper(),
                hundredths=options["price_unit"] == "cents",
            )
            with open_feed(options["file"], format=options["format"], mapping=mapping) as feed:
                bar = _Bar(feed) if sys.stderr.isatty() and options["verbosity"] else None
                report = sync(
                    feed,
                    source=options["source"],
                    remove_missing=options["remove_missing"],
                    dry_run=options["dry_run"],
                    progress=bar or _Quiet(),
                )
                if bar:
                    bar.clear()
        except FeedError as err:
            raise CommandError(str(err)) from err
        except ValueError as err:
            raise CommandError(f"{err}.") from err
        self._tell(report, time.perf_counter() - started, options)
        if report.rows == report.rejected:
            raise CommandError("No product could be read.")

    def _tell(self, report: Report, seconds: float, options: dict[str, Any]) -> None:
        for rejection in report.rejections:
            column = f", {rejection.column}" if rejection.column else ""
            self.stderr.write(f"line {rejection.line}{column}: {rejection.reason}")
        if report.rejected > len(report.rejections):
            self.stderr.write(f"... and {report.rejected - len(report.rejections):,} more rejected rows")
        if not options["verbosity"]:
            return
        counts = f"{report.added:,} added, {report.changed:,} changed, {report.unchanged:,} unchanged"
        removed = f", {report.removed:,} removed" if options["remove_missing"] else ""
        self.stdout.write(f"{counts}, {report.rejected:,} rejected{removed} in {seconds:.1f} s")
        if options["dry_run"]:
            self.stdout.write("Nothing was written (--dry-run).")
        if options["remove_missing"] and not report.complete:
            self.stdout.write("Nothing was removed: the feed could not be read to its end.")


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (equals and field and column):
        raise ValueError(f"--map takes FIELD=COLUMN, not {text!r}")
    return field.strip(), column.strip()


class _Quiet:
    """No progress bar."""

    def __call__(self, report: Report) -> None:
        # With DEBUG on Django remembers the text of thousands of statements, each a batch of products.
        reset_queries()


class _Bar(_Quiet):
    """A progress bar on the terminal, by bytes of the file."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._drawn = 0.0

    def __call__(self, report: Report) -> None:
        super().__call__(report)
        now = time.monotonic()
        if now - self._drawn < _REDRAW_S:
            return
        self._drawn = now
        share = min(1.0, self._feed.position / self._feed.size) if self._feed.size else 0.0
        full = round(share * _BAR)
        sys.stderr.write(f"\r[{'#' * full}{'.' * (_BAR - full)}] {share:4.0%} {report.rows:,} products")
        sys.stderr.flush()

    def clear(self) -> None:
        sys.stderr.write("\r\033[K")
