"""Lies and truths by somebody who knew the shop of `adversarial` and its terms, and none of the code that judges them.

They were written blind, in the words of a model and in both languages. When they were first asked, 39 of the 120 lies
were shown and 9 of the 100 truths changed; what let them through was mended by its kind, and they stand here since.
As with all cases that were seen, that none slips through any more says little about the next ones.

One line of a file is one answer, `\\n` in it a line's end; a lie's `forbidden` are apart by ` || `.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent


def unseen_lies() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Kind, language, answer, and what of it no shopper may read."""
    for row in _rows("unseen_lies.tsv"):
        yield row["kind"], row["language"], row["answer"], tuple(row["forbidden"].split(" || "))


def unseen_truths() -> Iterator[tuple[str, str]]:
    """Language and answer."""
    for row in _rows("unseen_truths.tsv"):
        yield row["language"], row["answer"]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield {column: value.replace("\\n", "\n") for column, value in row.items()}
