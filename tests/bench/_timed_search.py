"""Search latency in a process of its own: `python -m tests.bench._timed_search QUERIES` prints milliseconds as JSON."""

import csv
import json
import sys
import time

import django

ROUNDS = 10


def main() -> None:
    """All queries once to warm up, then ten times each, timed."""
    django.setup()
    from chatbot.catalog.search import configured  # the settings must be there first

    with open(sys.argv[1], encoding="utf-8") as file:
        queries = [row["query"] for row in csv.DictReader(file, delimiter="\t")]
    search = configured()
    for query in queries:
        search.search(query, limit=10)
    times_ms = []
    for _ in range(ROUNDS):
        for query in queries:
            began = time.perf_counter()
            search.search(query, limit=10)
            times_ms.append((time.perf_counter() - began) * 1000)
    print(json.dumps(sorted(times_ms)))


if __name__ == "__main__":
    main()
