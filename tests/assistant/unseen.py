"""Lies and truths about the shop of `adversarial`, in the words of a model and in both languages.

The `unseen` ones are by somebody who knew that shop and its terms, and none of the code that judges them. When they
were first asked, 39 of the 120 lies were shown and 9 of the 100 truths changed; what let them through was mended by its
kind, and they stand here since. The `further` ones were written for that, kind by kind, each batch before it was run:
of the third, 19 of 80 lies were shown at first and 2 of 79 truths changed. As with all cases that were seen, that none
slips through any more says little about the next ones.

One line of a file is one answer, `\\n` in it a line's end; what is forbidden in a lie is apart by ` || `.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent


def unseen_lies() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Kind, language, answer, and what of it no shopper may read."""
    for name in ("unseen", "further"):
        for row in _rows(f"{name}_lies.tsv"):
            kind = f"{name} {row.get('kind', '')}".rstrip()
            yield kind, row["language"], row["answer"], tuple(row["forbidden"].split(" || "))


def unseen_truths() -> Iterator[tuple[str, str]]:
    """Language and answer."""
    for name in ("unseen", "further"):
        for row in _rows(f"{name}_truths.tsv"):
            yield row["language"], row["answer"]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield {column: value.replace("\\n", "\n") for column, value in row.items()}
