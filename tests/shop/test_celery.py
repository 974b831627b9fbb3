"""The demo's Celery application: it knows the tasks, keeps the schedule, and never waits long for a broker."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.shop.conftest import ROOT

SCHEDULE = """
from celery import current_app
from config.celery import app
assert current_app._get_current_object() is app
app.loader.import_default_modules()
from chatbot.tasks import BEAT_SCHEDULE
assert app.conf.beat_schedule == BEAT_SCHEDULE and len(BEAT_SCHEDULE) >= 4
missing = {entry["task"] for entry in BEAT_SCHEDULE.values()} - set(app.tasks)
assert not missing, missing
"""

PUBLISH = """
from chatbot.tasks import roll_up
from kombu.exceptions import OperationalError
try:
    roll_up.delay()
except OperationalError:
    print("refused")
"""


def python(code: str, var: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, as the web server would: Django first."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "SHOP_VAR": str(var), **extra}
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_schedule_is_the_packages_and_every_task_in_it_is_known(tmp_path: Path) -> None:
    done = python(SCHEDULE, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_task_is_published_into_the_broker_made_of_files(tmp_path: Path) -> None:
    done = python("from chatbot.tasks import roll_up; roll_up.delay()", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((tmp_path / "broker").glob("*.msg"))) == 1


@pytest.mark.parametrize("address", ["redis://127.0.0.1:{port}/0", "amqp://127.0.0.1:{port}//"])
def test_a_broker_that_hangs_is_given_up_within_seconds(tmp_path: Path, address: str) -> None:
    """It takes the connection and never says a word. The bound holds for the start of Python too."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        done = python(PUBLISH, tmp_path, CELERY_BROKER_URL=address.format(port=silent.getsockname()[1]))
        assert done.stdout.strip() == "refused", done.stderr
        assert time.monotonic() - started < 15
