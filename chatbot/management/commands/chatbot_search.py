"""Search the catalogue as the assistant does.

manage.py chatbot_search "wireless headphones under $50" -k 5
manage.py chatbot_search --queries queries.tsv --run run.tsv
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language

from chatbot.assistant.cards import price_text
from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.question import understand

_HEADER = ["query_id", "query"]


class Command(BaseCommand):
    """Search from the terminal, one question or a file of them."""

    help = "Search the catalogue for the words of a question, or for each query of a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("words", nargs="?", help="What to search for.")
        parser.add_argument("-k", type=int, help="How many products: 10 on the screen, 50 in a run.")
        parser.add_argument("--json", action="store_true", help="One JSON object a line.")
        parser.add_argument("--queries", metavar="FILE", help="Lines of query_id<TAB>query.")
        parser.add_argument("--run", metavar="FILE", help="Where to write query_id<TAB>product_id<TAB>score.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Search and print, or search and write the run."""
        if options["k"] is not None and options["k"] < 1:
            raise CommandError("-k takes a number from 1 up.")
        if bool(options["queries"]) != bool(options["run"]):
            raise CommandError("--queries and --run belong together.")
        if bool(options["queries"]) == bool(options["words"]):
            raise CommandError("Give words to search for, or --queries FILE --run FILE.")
        if options["queries"]:
            self._run(Path(options["queries"]), Path(options["run"]), options["k"] or 50)
        else:
            self._show(_find(options["words"], options["k"] or 10), as_json=options["json"])

    def _show(self, found: Candidates, *, as_json: bool) -> None:
        now = timezone.now()
        if not found and not as_json:
            self.stdout.write("Nothing suitable in the catalogue.")
        if found.missing and not as_json:
            self.stdout.write(f"None of them is “{found.missing}”; these come closest:")
        if found.relaxed and not as_json:
            self.stdout.write(f"Nothing fulfils all of it; without the {' and the '.join(found.relaxed)}:")
        for product, score in zip(found.products, found.scores, strict=True):
            price = product.price_at(now)
            if as_json:
                line = json.dumps(
                    {
                        "id": product.sku,
                        "title": product.title,
                        "price": None if price is None else f"{price.normalize():f}",
                        "currency": product.currency,
                        "availability": product.availability,
                        "score": round(score, 6),
                        "missing": found.missing,
                        "relaxed": list(found.relaxed),
                    },
                    ensure_ascii=False,
                )
            else:
                amount = "" if price is None else f"  {price_text(price, product.currency, get_language() or 'en')}"
                line = f"{score:8.3f}  {product.sku}  {product.title}{amount}  {product.get_availability_display()}"
            self.stdout.write(line)

    def _run(self, queries: Path, run: Path, limit: int) -> None:
        searched = written = 0
        try:
            with run.open("w", encoding="utf-8") as output:
                for query_id, text in _queries(queries):
                    searched += 1
                    found = _find(text, limit)
                    for product, score in zip(found.products, found.scores, strict=True):
                        output.write(f"{query_id}\t{product.sku}\t{score:.6f}\n")
                        written += 1
        except OSError as err:
            raise CommandError(f"{err.filename} cannot be opened: {err.strerror}.") from err
        self.stdout.write(f"{searched:,} queries, {written:,} products written to {run}")


def _find(text: str, limit: int) -> Candidates:
    return candidates(understand(text), limit=limit, now=timezone.now())


def _queries(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                cells = line.rstrip("\r\n").split("\t")
                if (number == 1 and cells[:2] == _HEADER) or cells == [""]:
                    continue
                if len(cells) < 2:
                    raise CommandError(f"{path}, line {number}: want query_id<TAB>query.")
                yield cells[0], cells[1]
    except UnicodeDecodeError as err:
        raise CommandError(f"{path} is not UTF-8.") from err
