"""When Celery beat is to do what, for the site's Celery application:

    from chatbot.schedule import BEAT_SCHEDULE
    app.conf.beat_schedule = {**BEAT_SCHEDULE, ...}

Only names: nothing here imports a task, and so no model, and `celery.py` may read it before the apps are loaded.

Periods are seconds, also where once a day would do: a beat that is restarted with each deployment and forgets when it
last ran would never come to the end of a day. What is not due costs one query.
"""

from typing import Any, Final

_PUBLISHING: Final = {"max_retries": 3, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 1.0}


def _every(task: str, seconds: float) -> dict[str, Any]:  # Any: Celery's own
    # Without `retry`, which a site may have switched off for the sake of its web processes, a beat whose connection to
    # RabbitMQ broke once never publishes again (seen with Celery 5.7): only a retry opens a new connection.
    options = {"expires": seconds, "retry": True, "retry_policy": _PUBLISHING}
    return {"task": f"chatbot.tasks.{task}", "schedule": seconds, "options": options}


BEAT_SCHEDULE: Final[dict[str, dict[str, Any]]] = {  # Any: Celery's own
    "chatbot-recover-turns": _every("recover_turns", 60.0),
    "chatbot-settle-abandoned": _every("settle_abandoned", 60.0),
    "chatbot-expire-reservations": _every("expire_reservations", 60.0),
    "chatbot-send-alerts": _every("send_alerts", 60.0),
    "chatbot-rerate": _every("rerate", 300.0),
    "chatbot-roll-up": _every("roll_up", 300.0),
    "chatbot-sync-sources": _every("sync_sources", 600.0),
    "chatbot-fill-vectors": _every("fill_vectors", 600.0),
    "chatbot-send-reports": _every("send_reports", 900.0),
    "chatbot-forget-conversations": _every("forget_conversations", 3600.0),
}
"""Name, task and period in seconds."""
