"""The figures of the catalogue on the two shared product sets: import time, search latency, retrieval quality.

Plain functions that expect an empty, migrated database; tests and benchmarks call them.
"""

import csv
import runpy
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.utils import timezone

from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.catalog.search import configured
from chatbot.catalog.sources.feed import open_feed
from chatbot.catalog.sources.mapping import Mapping
from chatbot.catalog.sync import Report, sync

SHARED = Path(__file__).parents[2].parent / "shared"


@dataclass(frozen=True, slots=True)
class DataSet:
    """A shared product set: its feed, queries and judgements."""

    feed: Path
    mapping: Mapping
    queries: Path
    judgements: Path


ICECAT = DataSet(
    feed=SHARED / "icecat" / "products.tsv.gz",
    mapping=Mapping(
        fields={"id": "product_id", "description": "short_description", "mpn": "model", "price": "price_cents"},
        currency="USD",
        hundredths=True,
    ),
    queries=SHARED / "icecat" / "queries_dev.tsv",
    judgements=SHARED / "icecat" / "qrels_dev_full.tsv",
)
KOREAN = DataSet(
    feed=SHARED / "korean" / "products.tsv",
    mapping=Mapping(
        fields={"id": "product_id", "product_type": "category", "price": "price_krw"},
        currency="KRW",
    ),
    queries=SHARED / "korean" / "queries_dev.tsv",
    judgements=SHARED / "korean" / "qrels_dev.tsv",
)


def imported(data: DataSet) -> tuple[Report, float]:
    """Import the set. Returns the report and the seconds that it took."""
    started = time.perf_counter()
    with open_feed(data.feed, mapping=data.mapping) as feed:
        report = sync(feed, source=data.feed.parent.name)
    return report, time.perf_counter() - started


def questions(data: DataSet) -> list[str]:
    """The development queries."""
    with data.queries.open(encoding="utf-8", newline="") as lines:
        return [row["query"] for row in csv.DictReader(lines, delimiter="\t")]


def latencies_ms(data: DataSet, *, rounds: int = 5, limit: int = 10, whole: bool = False) -> list[float]:
    """Milliseconds of each query, sorted; the first round only warms up.

    `whole` adds understanding the question and fetching the products.
    """
    search = configured()
    taken = []
    for turn in range(rounds + 1):
        for text in questions(data):
            started = time.perf_counter()
            if whole:
                candidates(understand(text), limit=limit, now=timezone.now(), search=search)
            else:
                search.search(text, limit=limit)
            if turn:
                taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


def scores(data: DataSet) -> dict[str, float]:
    """What the given scorer says of the development queries: "ndcg@10", "judged@10", "recall@50"..."""
    with TemporaryDirectory() as folder:
        run = Path(folder) / "run.tsv"
        call_command("chatbot_search", queries=str(data.queries), run=str(run), stdout=StringIO())
        said = StringIO()
        arguments, sys.argv = sys.argv, ["score.py", str(data.judgements), str(run)]
        try:
            with redirect_stdout(said):
                runpy.run_path(str(SHARED / "icecat" / "score.py"), run_name="__main__")
        finally:
            sys.argv = arguments
    rows = (line.split("\t") for line in said.getvalue().splitlines())
    return {name: float(value) for name, value, _ in rows}
