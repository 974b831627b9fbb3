"""SQLite takes fitting indexes without statistics: nobody runs ANALYZE on a shop's file. PostgreSQL gathers its own."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.accounting import latency, reports, rollups, tops
from chatbot.models import Attempt
from tests.accounting.rows import NOON, settled

pytestmark = pytest.mark.django_db  # not `database`: these are the plans of SQLite

MARCH = (date(2026, 3, 1), date(2026, 4, 1), ZoneInfo("Asia/Seoul"))
READ = {
    "report": reports.read,
    "pages": tops.pages,
    "conversations": tops.conversations,
    "outcomes": tops.outcomes,
    "latencies by model": latency.by_model,
    "latencies by day": lambda *period: latency.by_day(*period, latency.Kind.TOTAL),
}


def plans(work, verb="SELECT") -> list[str]:
    """The steps that touch our tables, or alone stand for one in a subquery."""
    with CaptureQueriesContext(connection) as captured:
        work()
    steps = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].lstrip().upper().startswith(verb):
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"))
                steps += [row[-1] for row in cursor.fetchall() if "chatbot_" in row[-1] or " U0 " in row[-1]]
    return steps


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_what_staff_read_goes_through_rollups_and_waiting_rows_only(read):
    steps = plans(lambda: read(*MARCH))
    assert steps
    for step in steps:
        assert step.startswith("SEARCH")
        assert "chatbot_usagebucket" not in step  # days of the shop have a table of their own
        if "chatbot_attempt " in step:
            assert "(id=?)" in step
        if "chatbot_uncounted " in step:
            assert "chatbot_uncounted_counts (counts_at" in step
        if "chatbot_daytotal" in step:
            assert "starts_at" in step.partition("(")[2]


def test_a_rollup_finds_what_waits_without_sorting():
    steps = plans(lambda: rollups.roll_up(NOON))
    assert all("chatbot_uncounted_counts" in step for step in steps)
    assert len(steps) == 1


def test_a_rollup_tells_what_waits_from_what_is_counted_without_reading_all_that_waits():
    Attempt.objects.bulk_create([settled(NOON)])
    steps = plans(lambda: rollups.roll_up(NOON), "INSERT")
    looked_up = [step for step in steps if " U0 " in step]
    assert looked_up
    assert all("chatbot_uncounted_counts (counts_at=?" in step for step in looked_up)
