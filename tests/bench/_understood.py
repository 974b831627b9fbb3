"""How many of the written questions are understood exactly: `python -m tests.bench._understood` prints JSON."""

import json
import os

import django


def main() -> None:
    """Right and all, by language."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tests.catalog.questions import asked, differences, expected, lines

    told = {}
    for language in ("en", "ko"):
        rows = [row for row in lines() if row["language"] == language]
        right = [
            row
            for row in rows
            if not differences(asked(row["context"], language, row["question"]), expected(row["expected"]))
        ]
        told[language] = (len(right), len(rows))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
