"""The demo project without its limits on how much one address may ask, and with what a benchmark passes in."""

from config.settings import *  # noqa: F403
from config.settings import CHATBOT

CHATBOT = {**CHATBOT, "QUESTIONS_PER_MINUTE": 0, "QUESTIONS_PER_MINUTE_PER_ADDRESS": 0}
LOGGING = {"version": 1, "disable_existing_loggers": False}
