"""A million products on PostgreSQL: how long a search takes, and a sync of ten thousand that changed.

PRODUCTS=100000 makes it a smaller matter. The database goes when it is done.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.databases import postgresql
from tests.bench.figures import Figure, benchmark

PRODUCTS = int(os.environ.get("PRODUCTS", "1000000"))


@benchmark("goods", "scale")
def measure() -> Iterator[Figure]:
    """Rows copied in; then 10,000 synced; then 40 questions in two languages asked five times each."""
    with postgresql() as env:
        command = [sys.executable, "-m", "tests.bench._goods_million", str(PRODUCTS)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
    told = json.loads(done.stdout)
    print(f"    filled in {told['fill_s']:.0f} s; slowest: {told['slowest']}", file=sys.stderr)
    for name in ("search", "whole"):
        times = told[f"{name}_ms"]
        yield Figure(
            area="goods",
            name=f"scale_{name}_p95",
            value=times[int(0.95 * len(times))],
            unit="ms",
            goal="<= 50",
            n=len(times),
            note=f"PostgreSQL, {PRODUCTS:,} products; p50 {times[len(times) // 2]:.1f} ms",
        )
    yield Figure(
        area="goods",
        name="scale_sync_10000",
        value=told["sync_s"],
        unit="s",
        goal="<= 60",
        note=f"changed titles and prices, PostgreSQL, {PRODUCTS:,} products",
    )
