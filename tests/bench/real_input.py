"""The whole run on real input: both shared catalogues, all their development queries, fifty of them asked."""

import asyncio
import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.bench.figures import Figure, benchmark
from tests.bench.processes import ICECAT, KOREAN, SHARED, Shop, import_options, manage, shop
from tests.bench.shopper import Answered, ask, socket

ASKED = 50
SETS = ("icecat", "korean")


@benchmark("main", "real_input")
def measure() -> Iterator[Figure]:
    """Errors are answers that did not end as complete. The ledger is held against the simulator's bill."""
    with shop(catalogue=ICECAT, tokens_per_second=0) as running:
        manage(["chatbot_import", str(KOREAN), "--source", "korean", *import_options(KOREAN)], running.env)
        found = {name: _searched(running, SHARED / name / "queries_dev.tsv") for name in SETS}
        questions = [query for name in SETS for query in _queries(SHARED / name / "queries_dev.tsv")]
        spread = questions[:: max(1, len(questions) // ASKED)][:ASKED]
        answers = asyncio.run(_ask_all(running, spread))
        bill = httpx.get(f"{running.simulator.url}/bill", trust_env=False).json()["totals"]
        ledger = _ledger(running)
    for name, hits in found.items():
        empty = sum(not each for each in hits.values())
        yield Figure(
            area="main",
            name=f"searched_{name}",
            value=len(hits),
            unit="queries",
            n=len(hits),
            note=f"{empty} found nothing",
        )
    errors = sum(answer.last["type"] != "finish" or _ending(answer) != "complete" for answer in answers)
    cards = sum(answer.cards > 0 for answer in answers)
    yield Figure(
        area="main",
        name="asked_errors",
        value=errors,
        unit="answers",
        goal="== 0",
        n=len(answers),
        note=f"{cards} of {len(answers)} answers show a card",
    )
    missing = abs(ledger[0] - bill["input_tokens"]) + abs(ledger[1] - bill["output_tokens"])
    yield Figure(
        area="main",
        name="ledger_minus_bill",
        value=missing,
        unit="tokens",
        goal="== 0",
        n=len(answers),
        note=f"{bill['input_tokens']} in, {bill['output_tokens']} out",
    )


async def _ask_all(running: Shop, questions: list[str]) -> list[Answered]:
    async with socket(running.server) as opened:
        return [await ask(opened, question) for question in questions]


def _ending(answer: Answered) -> str:
    return str(answer.last["messageMetadata"]["ending"])


def _queries(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [row["query"] for row in csv.DictReader(file, delimiter="\t")]


def _searched(running: Shop, queries: Path) -> dict[str, int]:
    """How many products each query finds, by `chatbot_search --queries`."""
    run = Path(running.env["DATABASE_URL"].removeprefix("sqlite:///")).with_name(f"{queries.parent.name}.tsv")
    manage(["chatbot_search", "--queries", str(queries), "--run", str(run)], running.env)
    with queries.open(encoding="utf-8") as file:
        found = {row["query_id"]: 0 for row in csv.DictReader(file, delimiter="\t")}
    for line in run.read_text(encoding="utf-8").splitlines():
        found[line.split("\t")[0]] += 1
    return found


def _ledger(running: Shop) -> tuple[int, int]:
    path = running.env["DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        row = database.execute("SELECT SUM(input_tokens), SUM(output_tokens) FROM chatbot_attempt").fetchone()
    return int(row[0]), int(row[1])
