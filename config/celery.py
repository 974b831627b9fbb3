"""The Celery application of the demo. Settings are those of `config.settings` that begin with CELERY_."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule(sender: Celery, **_: object) -> None:
    """Take over the package's schedule. It imports the tasks, so it has to wait until the applications are loaded."""
    from chatbot.tasks import BEAT_SCHEDULE

    sender.conf.beat_schedule = BEAT_SCHEDULE
