"""The tasks through real brokers: published, taken by a worker, done; and a turn that never meets a broker."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging
from django.utils import timezone

from chatbot import tasks
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.events import TextAdded, TurnEnded
from chatbot.models import Attempt, UsageBucket
from tests import services
from tests.assistant.turns import ME, ask, read


def broker(url: Callable[[], str]) -> str:
    try:
        return url()
    except services.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=[services.redis, services.rabbitmq], ids=["redis", "rabbitmq"])
def application(request: pytest.FixtureRequest) -> Iterator[Celery]:
    """A Celery application on a queue of its own at a real broker, with a worker in a thread."""
    app = Celery("tests", broker=broker(request.param), set_as_current=False)
    app.conf.task_default_queue = f"chatbot-tests-{uuid4()}"
    app.conf.broker_connection_retry_on_startup = False
    app.task(name="roll_up")(tasks.roll_up.run)

    def leave_logging_alone(**_: object) -> None:
        """A worker would set the level of the root logger for the rest of the run."""

    setup_logging.connect(leave_logging_alone)
    try:
        with start_worker(app, perform_ping_check=False, pool="solo", shutdown_timeout=60):
            yield app
    finally:
        setup_logging.disconnect(leave_logging_alone)
    with app.connection_for_write() as connection:
        connection.default_channel.queue_delete(app.conf.task_default_queue)
    app.close()


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_a_task_goes_through_the_broker_and_is_done(application: Celery) -> None:
    now = timezone.now()
    Attempt.objects.create(
        endpoint="default",
        requested_model="gpt-4.1",
        outcome="answered",
        source="reported",
        input_tokens=10,
        output_tokens=5,
        cost_usd=Decimal("0.000120000001"),
        opened_at=now - timedelta(hours=1),
        counts_at=now - timedelta(hours=1),
        settled_at=now,
    )
    for _ in range(2):  # delivered twice, counted once
        application.send_task("roll_up")
    wait_until(lambda: not Attempt.objects.not_rolled_up().exists())
    [bucket] = UsageBucket.objects.all()
    assert (bucket.attempts, bucket.cost_usd) == (1, Decimal("0.000120000001"))


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the worker did not do it in time"
        time.sleep(0.05)


@pytest.fixture
def silent_broker() -> Iterator[socket.socket]:
    """The current Celery application's broker takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        app = Celery("shop", broker=f"redis://127.0.0.1:{listening.getsockname()[1]}/0", set_as_current=True)
        yield listening
        app.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ended_turns", "simulator", "routes", "goods")
async def test_a_turn_never_meets_the_broker(silent_broker: socket.socket) -> None:
    """From the question to the settled row; `make faults ROW=P3` asks a whole shop."""
    heard = [event for _, event in await read(await turn.start(ME, ask()))]
    assert any(isinstance(event, TextAdded) for event in heard)
    assert isinstance(heard[-1], TurnEnded)
    assert await in_database(lambda: Attempt.objects.not_rolled_up().count())() == 1
    with pytest.raises(BlockingIOError):
        silent_broker.accept()
