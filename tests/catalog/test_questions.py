"""The written questions of `questions` are understood as they should be."""

import pytest

from tests.catalog.questions import asked, differences, expected, lines

GOAL = 0.95


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nearly_all_written_questions_are_understood_exactly(language: str) -> None:
    rows = [row for row in lines() if row["language"] == language]
    wrong = {}
    for row in rows:
        if different := differences(asked(row["context"], language, row["question"]), expected(row["expected"])):
            wrong[f"{row['context']} | {row['question']}"] = different
    assert len(rows) >= 100
    assert len(wrong) <= (1 - GOAL) * len(rows), wrong
