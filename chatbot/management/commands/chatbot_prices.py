"""Load a price list into the price book, compare one with it, or print the book.

manage.py chatbot_prices
manage.py chatbot_prices prices.csv --dry-run
manage.py chatbot_prices prices.json --correct
"""

from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum
from django.utils import timezone

from chatbot import conf
from chatbot.accounting import price_lists, rerating
from chatbot.accounting.price_lists import BadPriceList, Difference, Format, Line
from chatbot.models import Correction, Price

MOST_REASONS = 50


class Command(BaseCommand):
    """The price book from the terminal."""

    help = (
        "Load a price list (CSV, TSV or JSON with model, valid_from, input, cached_input, output, note; US dollars for "
        "1,000,000 tokens) into the price book, and correct the ledger where the prices concern what it has already. "
        "Without a file, print the prices that hold."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", nargs="?", help="The list.")
        parser.add_argument("--format", choices=["csv", "tsv", "json"], help="What it is; by its name when left away.")
        parser.add_argument("--dry-run", action="store_true", help="Compare with the book and write nothing.")
        parser.add_argument(
            "--correct",
            action="store_true",
            help="Correct prices that the book has with other amounts. The wrong ones stay in the book, as corrected.",
        )

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Load, compare or print."""
        if not options["file"]:
            self._print_book()
            return
        try:
            lines = price_lists.read(*_content(options["file"], options["format"]), conf.current().zone)
            if options["dry_run"]:
                self._tell(price_lists.compare(lines), options["correct"], done=False)
                return
            self._tell(price_lists.load(lines, correct=options["correct"]), options["correct"], done=True)
        except BadPriceList as err:
            reasons = [f"\n  line {number}: {reason}" for number, reason in err.reasons[:MOST_REASONS]]
            more = len(err.reasons) - MOST_REASONS
            if more > 0:
                reasons.append(f"\n  and {more} more")
            hint = "" if err.reasons or options["correct"] else " See --dry-run, and --correct."
            raise CommandError(f"{err}{hint}{''.join(reasons)}") from err
        self._rerate()

    def _tell(self, difference: Difference, correct: bool, *, done: bool) -> None:
        for line in difference.added:
            self.stdout.write(f"+ {_text(line)}")
        for line, price in difference.other:
            self.stdout.write(f"! {_text(line)}\n  the book says {_amounts(_as_line(price))}")
        would = "" if done else "would be "
        corrected = f"{would}corrected" if correct else "other amounts, to be corrected with --correct"
        self.stdout.write(
            f"{len(difference.added)} {would}added, {len(difference.unchanged)} unchanged, "
            f"{len(difference.other)} {corrected}."
        )

    def _rerate(self) -> None:
        last = Correction.objects.order_by("-id").values_list("id", flat=True).first() or 0
        written = rerating.rerate(timezone.now())
        if written:
            delta = Correction.objects.filter(id__gt=last).aggregate(usd=Sum("delta_usd"))["usd"] or Decimal(0)
            self.stdout.write(f"{written} attempts of the ledger were corrected, by {delta:+f} USD in all.")

    def _print_book(self) -> None:
        for price in Price.objects.filter(corrected_by__isnull=True).order_by("model", "valid_from"):
            self.stdout.write(_text(_as_line(price)))


def _content(file: str, said: str | None) -> tuple[bytes, Format]:
    path = Path(file)
    kind = said or path.suffix.lower().removeprefix(".")
    if kind not in ("csv", "tsv", "json"):
        raise CommandError(f"{path.name} does not say what it is; use --format csv, tsv or json.")
    try:
        with path.open("rb") as opened:
            return opened.read(price_lists.MOST_BYTES + 1), cast(Format, kind)
    except OSError as err:
        raise CommandError(f"{path} cannot be read: {err.strerror}.") from err


def _as_line(price: Price) -> Line:
    return Line(
        model=price.model,
        valid_from=price.valid_from,
        input=Decimal(price.input_per_million_usd),
        cached_input=Decimal(price.cached_input_per_million_usd),
        output=Decimal(price.output_per_million_usd),
        note=price.note,
    )


def _text(line: Line) -> str:
    since = line.valid_from.astimezone(conf.current().zone)
    return f"{line.model} from {since:%Y-%m-%d %H:%M}: {_amounts(line)}"


def _amounts(line: Line) -> str:
    amounts = (f"{amount.normalize():f}" for amount in line.amounts)
    return "{} input, {} cached input, {} output".format(*amounts)
