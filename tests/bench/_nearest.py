"""Drawn vectors in PostgreSQL: `python -m tests.bench._nearest N` copies them in, indexes them, asks, prints JSON."""

import json
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import numpy as np

SEED = 20261124
NUMBERS = 384
QUESTIONS = 300
LIMIT = 50
MODEL = "drawn"
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("id_size", ">i4"),
        ("id", ">i8"),
        ("model_size", ">i4"),
        ("model", f"S{len(MODEL)}"),
        ("hash_size", ">i4"),
        ("hash", "S1"),
        ("values_size", ">i4"),
        ("head", "V20"),
        ("values", [("size", ">i4"), ("number", ">f4")], NUMBERS),
        ("moment_size", ">i4"),
        ("moment", ">i8"),
    ]
)
"""A row as PostgreSQL's COPY takes it in binary form; all of one size."""
_FLOAT_TYPE = 700


def main() -> None:
    """Fill, measure, print."""
    django.setup()
    from django.test import override_settings

    from chatbot.catalog.search import in_memory, pgvector

    count = int(sys.argv[1])
    with override_settings(CHATBOT={"EMBEDDING_MODEL": MODEL}):
        _copy_in(count)
        pgvector.install()
        began = time.perf_counter()
        pgvector.index(MODEL, NUMBERS)
        told: dict[str, Any] = {"index_s": time.perf_counter() - began}
        questions = _drawn(QUESTIONS, count).tolist()
        indexed = pgvector.indexed(MODEL)
        assert indexed is not None
        mine, told["pgvector_ms"], told["pgvector_mb"] = _asked(indexed.nearest, questions)
        right, told["numpy_ms"], told["numpy_mb"] = _asked(
            lambda vector, limit, among: in_memory.matrix().nearest(vector, limit, among), questions
        )
    told["recall"] = sum(len(one & two) for one, two in zip(mine, right, strict=True)) / (LIMIT * QUESTIONS)
    print(json.dumps(told))


def _drawn(size: int, count: int, start: int = 0) -> Any:
    """Rows around the heaps of a catalogue of `count`: fifty products a heap, heaps that are kin to each other."""
    draw = np.random.default_rng(SEED)
    kinds = draw.standard_normal((100, NUMBERS), dtype=np.float32)
    heaps = kinds[draw.integers(0, 100, count // 50)] + draw.standard_normal((count // 50, NUMBERS), dtype=np.float32)
    draw = np.random.default_rng((SEED, start, size))
    return heaps[draw.integers(0, len(heaps), size)] + draw.standard_normal((size, NUMBERS), dtype=np.float32)


def _copy_in(count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        texts = "source, title, description, link, image_link, currency, brand, gtin, mpn, product_type, item_group_id"
        more = "color, size, material, content_hash"
        cursor.execute(
            f"INSERT INTO chatbot_product (id, sku, availability, attributes, created_at, updated_at, {texts}, {more})"
            f" SELECT n, 'V-' || n, 'in_stock', '{{}}', now(), now() {', %s' * 15} FROM generate_series(1, %s) n",
            [*[""] * 15, count],
        )
        columns = 'product_id, model, text_hash, "values", updated_at'
        with cursor.copy(f"COPY chatbot_productvector ({columns}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            for start in range(0, count, 10_000):
                drawn = _drawn(min(10_000, count - start), count, start + 1)
                rows = np.zeros(len(drawn), dtype=_ROW)
                rows["fields"], rows["id_size"], rows["moment_size"], rows["hash_size"] = 5, 8, 8, 1
                rows["id"] = np.arange(start + 1, start + 1 + len(drawn))
                rows["model_size"], rows["model"], rows["hash"] = len(MODEL), MODEL, "h"
                rows["values_size"] = 20 + 8 * NUMBERS
                rows["head"] = struct.pack(">iiiii", 1, 0, _FLOAT_TYPE, NUMBERS, 1)
                rows["values"]["size"] = 4
                rows["values"]["number"] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
                copy.write(rows.tobytes())
            copy.write(struct.pack(">h", -1))
        cursor.execute("ANALYZE chatbot_product, chatbot_productvector")


def _asked(
    nearest: Callable[[list[float], int, Any], list[tuple[int, float]]], questions: list[list[float]]
) -> tuple[list[set[int]], list[float], float]:
    """What each question finds, sorted milliseconds, and by how many MB the process grew. Once unmeasured at first."""
    from chatbot.models import Product

    before, offered = _megabytes(), Product.objects.offered()
    for question in questions:
        nearest(question, LIMIT, offered)
    found, times = [], []
    for question in questions:
        began = time.perf_counter()
        found.append({pk for pk, _ in nearest(question, LIMIT, offered)})
        times.append((time.perf_counter() - began) * 1000)
    return found, sorted(times), _megabytes() - before


def _megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
