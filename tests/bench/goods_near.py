"""The nearest products among 100,000 vectors of 384 numbers: by pgvector beside numpy, on the same database.

PRODUCTS=20000 makes it a smaller matter. The database goes when it is done.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests import services
from tests.bench.databases import postgresql
from tests.bench.figures import Figure, benchmark

PRODUCTS = int(os.environ.get("PRODUCTS", "100000"))


@benchmark("goods", "near")
def measure() -> Iterator[Figure]:
    """Vectors in heaps, as products have them; the nearest 50 of 300 questions, and how many pgvector found of them."""
    with postgresql(services.pgvector) as env:
        command = [sys.executable, "-m", "tests.bench._nearest", str(PRODUCTS)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
    told = json.loads(done.stdout)
    for name, goal in (("pgvector", "<= 20"), ("numpy", "")):
        times, grown = told[f"{name}_ms"], told[f"{name}_mb"]
        yield Figure(
            area="goods",
            name=f"near_{name}_p95",
            value=times[int(0.95 * len(times))],
            unit="ms",
            goal=goal,
            n=len(times),
            note=f"{PRODUCTS:,} vectors of 384; p50 {times[len(times) // 2]:.1f} ms; {grown:.0f} MB in the process",
        )
    yield Figure(
        area="goods",
        name="near_pgvector_recall",
        value=100 * told["recall"],
        unit="%",
        goal=">= 95",
        n=len(told["pgvector_ms"]),
        note=f"of numpy's nearest 50; index made in {told['index_s']:.0f} s",
    )
