"""Both shared product sets through the whole room. Speed is a benchmark's matter, not a test's."""

import pytest

from chatbot.catalog.question import understand
from chatbot.catalog.search import configured
from tests.catalog.figures import ICECAT, KOREAN, imported, questions, scores

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.database,
    pytest.mark.skipif(not ICECAT.feed.exists(), reason="the shared product sets are not beside the project"),
]


def test_the_korean_set_is_imported_searched_and_found() -> None:
    report, _ = imported(KOREAN)
    assert (report.added, report.rejected) == (120, 0)
    assert [text for text in questions(KOREAN) if not configured().search(understand(text).words)] == []
    assert scores(KOREAN)["ndcg@10"] >= 0.93


def test_the_icecat_set_is_imported_searched_and_found() -> None:
    report, _ = imported(ICECAT)
    assert (report.added, report.rejected) == (19_406, 0)
    found = scores(ICECAT)
    assert found["ndcg@10"] >= 0.68
    assert found["judged@10"] >= 0.9
