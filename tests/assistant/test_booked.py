"""What the ledger holds of a turn beside its tokens: who asked, where, and how long it took until a request left."""

from time import perf_counter

import pytest

from chatbot import visitors
from chatbot.assistant import turn
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.turns import ME, ask, attempts, read

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


async def test_every_attempt_says_who_asked_where_and_how_long_its_request_waited(simulator: RunningSimulator) -> None:
    simulator.script([["500"], []])
    began = perf_counter()
    page = {"path": "/p/E-1/?utm_source=mail#reviews", "sku": "E-1", "language": "ko"}
    await read(await turn.start(ME, ask(page=page)))
    took_ms = (perf_counter() - began) * 1000
    rows = await attempts()
    assert [row.outcome for row in rows] == ["failed", "answered"]
    assert {row.visitor for row in rows} == {visitors.pseudonym(ME)}
    assert {row.page for row in rows} == {"/p/E-1/"}
    waits = [row.queued_ms for row in rows]
    assert all(wait is not None for wait in waits)
    # Each wait ends when a request leaves, and the next begins when that attempt is over: together they fit in.
    assert sum(waits) + sum(row.total_ms for row in rows) <= took_ms + 2


async def test_a_page_that_no_browser_would_name_is_booked_as_far_as_it_can_be(simulator: RunningSimulator) -> None:
    await read(await turn.start(ME, ask(page={"path": "/상품/\u202e이어폰\n/" + "x" * 300})))
    (row,) = await attempts()
    assert row.page == ("/상품/이어폰/" + "x" * 300)[:200]
