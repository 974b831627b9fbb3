"""Turns whose process died: given up once, their attempts settled, their conversation free again."""

import asyncio
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import conf
from chatbot.accounting import ledger
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import TurnEnded
from chatbot.models import Turn
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.turns import ME, ask, attempts, read, read_a_word, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


async def test_a_turn_whose_process_died_is_ended_and_its_attempt_settled(simulator: RunningSimulator) -> None:
    simulator.script([["stall_mid:3:30"]])
    started = await turn.start(ME, ask())
    await read_a_word(started)
    later = timezone.now() + timedelta(seconds=conf.current().turn_lease_s + 1)
    assert await in_database(turn.recover)(later) == 1
    assert await in_database(turn.recover)(later) == 0
    stored = await row(started)
    assert (stored.status, stored.error_code) == ("incomplete", "abandoned")
    assert all(attempt.settled_at for attempt in await attempts())
    await turn.stop(ME, started.turn)


async def test_a_dead_turn_does_not_block_the_conversation(simulator: RunningSimulator) -> None:
    first = await turn.start(ME, ask())
    await read(first)
    now = timezone.now()
    await in_database(Turn.objects.filter(pk=first.turn).update)(
        status="running", ended_at=None, lease_until=now - timedelta(seconds=1)
    )
    second = await turn.start(ME, ask(conversation=first.conversation))
    assert (await read(second))[-1][1] == TurnEnded(ending="complete")
    assert (await row(first)).status == "incomplete"


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
