"""Import and search of the shared product sets, scored by the scorer that comes with them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.bench.figures import Figure, benchmark
from tests.bench.processes import ICECAT, KOREAN, SHARED, import_options, manage

SCORER = SHARED / "icecat" / "score.py"
GOALS = {"icecat": ">= 0.68", "korean": ">= 0.93"}
JUDGEMENTS = {
    "icecat": (ICECAT, SHARED / "icecat" / "queries_dev.tsv", SHARED / "icecat" / "qrels_dev_full.tsv"),
    "korean": (KOREAN, SHARED / "korean" / "queries_dev.tsv", SHARED / "korean" / "qrels_dev.tsv"),
}


@benchmark("main", "goods")
def measure() -> Iterator[Figure]:
    """Each set imported into a fresh SQLite file, its development queries searched and scored."""
    for name, (products, queries, qrels) in JUDGEMENTS.items():
        with _project() as env:
            began = perf_counter()
            manage(["chatbot_import", str(products), *import_options(products)], env)
            seconds = perf_counter() - began
            if products == ICECAT:
                yield Figure(
                    area="main",
                    name="import_19406",
                    value=seconds,
                    unit="s",
                    goal="<= 30",
                    note="SQLite, start included",
                )
                times = _search_times_ms(queries, env)
                yield Figure(
                    area="main",
                    name="search_p95",
                    value=times[int(0.95 * len(times))],
                    unit="ms",
                    goal="<= 10",
                    n=len(times),
                    note=f"SQLite, 19,406 products; p50 {times[len(times) // 2]:.1f} ms",
                )
            run = Path(env["RUN"])
            manage(["chatbot_search", "--queries", str(queries), "--run", str(run)], env)
            scores = subprocess.run(
                [sys.executable, str(SCORER), str(qrels), str(run)], check=True, capture_output=True, text=True
            ).stdout
            found = dict(re.findall(r"^(\S+)\t([\d.]+)", scores, re.MULTILINE))
            yield Figure(
                area="main",
                name=f"ndcg10_{name}",
                value=float(found["ndcg@10"]),
                unit="",
                goal=GOALS[name],
                n=sum(1 for _ in queries.open(encoding="utf-8")) - 1,
                note=f"judged@10 {found['judged@10']}, recall@50 {found['recall@50']}, {qrels.name}",
            )


@contextmanager
def _project() -> Iterator[dict[str, str]]:
    with TemporaryDirectory(prefix="chatbot-bench-") as folder:
        env = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
            "RUN": f"{folder}/run.tsv",
        }
        manage(["migrate", "-v", "0"], env)
        yield env


def _search_times_ms(queries: Path, env: Mapping[str, str]) -> list[float]:
    """Sorted. In a fresh process with the shop's settings, not in the benchmark's."""
    command = [sys.executable, "-m", "tests.bench._timed_search", str(queries)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
    return list(json.loads(done.stdout))
