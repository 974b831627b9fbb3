"""The end of a turn that was taken for dead at that very moment."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import conf
from chatbot.accounting import ledger
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.test_turn import ME, ask, attempts, read, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("routes", "goods"), pytest.mark.database]


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    while turn._tasks:
        await asyncio.gather(*turn._tasks)
    await close_clients()


async def test_a_turn_that_ends_while_it_is_taken_for_dead_does_not_wait_for_the_task_that_waits_for_it(
    simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever ends a turn locks it before its attempts."""
    simulator.script([["stall_mid:3:0.3"]])
    taken, settle_abandoned = threading.Event(), ledger.settle_abandoned

    def in_between(now: object) -> int:
        taken.set()  # the turn's row is written, its attempts' rows are not
        threading.Event().wait(0.8)
        return settle_abandoned(now)

    monkeypatch.setattr(ledger, "settle_abandoned", in_between)
    started = await turn.start(ME, ask())
    later = timezone.now() + timedelta(seconds=conf.current().turn_lease_s + 1)
    recovered = asyncio.ensure_future(in_database(turn.recover)(later))
    await read(started)
    assert await recovered == 1
    assert taken.is_set()
    assert "could not be stored" not in caplog.text
    assert (await row(started)).status == "complete"
    [attempt] = await attempts()
    assert attempt.outcome in ("abandoned", "answered")
