"""The demo project without its limits on how much one address may ask, and with what a benchmark passes in.

BENCH_CHATBOT is JSON that goes over the CHATBOT setting, BENCH_QUEUE the broker's queue of the benchmark's own.
"""

import json
import os

from config.settings import *  # noqa: F403
from config.settings import CHATBOT

CHATBOT = {
    **CHATBOT,
    "QUESTIONS_PER_MINUTE": 0,
    "QUESTIONS_PER_MINUTE_PER_ADDRESS": 0,
    **json.loads(os.environ.get("BENCH_CHATBOT", "{}")),
}
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("BENCH_QUEUE", "celery")
LOGGING = {"version": 1, "disable_existing_loggers": False}
