"""The demo's Celery application with a schedule of seconds: `celery -A tests.faults._beat worker --beat`."""

import django

django.setup()

from chatbot.tasks import BEAT_SCHEDULE  # noqa: E402 - tasks import models
from config.celery import app  # noqa: E402

app.conf.beat_schedule = {
    name: {**entry, "schedule": 2.0, "options": {**entry["options"], "expires": 2.0}}
    for name, entry in BEAT_SCHEDULE.items()
}
