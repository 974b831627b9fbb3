"""Lies and truths about the shop of `adversarial`, in the words of a model and in both languages.

The `unseen` ones are by people who knew that shop and its terms, and none of the code that judges them: two lots of
120 lies and 100 truths each, one of 100 lies and 120 truths, one of 140 and 140, one of 120 and 120, and one of 80 and
80. When the first was asked, 39 of its lies were shown and 9 of its truths changed; what let them through was mended
by its kind. The second was asked first after that: 5 of its lies were shown and 4 of its truths changed. The third was
asked once the second's kinds were mended too: 4 lies were shown and 10 truths changed, two of these by no more than
the blank line behind a card, which is not seen here (see `adversarial`). For the fourth its writers were asked to be
as unlike each other as they could and to reckon a lot: 33 of its 140 lies were shown and 69 of its 140 truths changed,
many of them put wrong by the right price in the wrong place. The fifth is whole answers as models give them; it was
asked when most kinds of the fourth were mended: 17 of its 120 lies were shown and 42 of its 120 truths changed. The
sixth is like the fifth, and was asked when that was mended too: 5 lies were shown and 10 truths changed. Of these
three, 8 lies and 16 truths that slip still are left out here.

The `further` ones were written for the mending, kind by kind, each batch before it was run: of the last four,
36 of 66, 24 of 70, 17 of 68 and 7 of 40 lies were shown at first, and 22 of 66, 14 of 65, 4 of 60 and 15 of 45 truths
changed; of 40 truths more, 3. Of three lots about terms alone, 22 of 105 lies were shown at first and 12 of 110 truths
changed. Of three lots about stock and counts, the first, asked before any of that was built, had 24 of 50 lies shown
and 30 of 50 truths changed; the next two, asked when it was, 6 of 40 and 4 of 20 lies, 10 of 48 and 5 of 32 truths.
They stand here since, without six truths that are changed still. As with all cases that were seen, that none slips
through any more says little about the next ones.

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
