"""What goes on now: running answers, the last hour, today. Small enough to be asked for every few seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatbot import conf
from chatbot.accounting import reports, sums
from chatbot.accounting.sums import Sums
from chatbot.admin import figures
from chatbot.admin.figures import Figure, LedgerLinks
from chatbot.admin.filters import LAST_HOUR, last_hour
from chatbot.models import Attempt, Turn

REFRESH_S: Final = 15
"""How often an open page asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A live figure. `key` is how the page's script finds its place."""

    key: str
    name: str
    figure: Figure
    explained: str = ""


def read(now: datetime, links: LedgerLinks, today: Sums) -> list[Reading]:
    """The figures at `now`, three queries. `today` are today's sums from a report."""
    hour = sums.total(last_hour(Attempt.objects.all(), now))
    open_attempts = reports.open_attempts()
    return [
        Reading(key="running", name=_("Running answers"), figure=figures.number(Turn.objects.running().count())),
        Reading(
            key="open",
            name=_("Open attempts"),
            figure=figures.number(open_attempts, url=links.to(state="open")),
            explained=_("Attempts whose end is not known yet. They are in no other figure until they are settled."),
        ),
        Reading(
            key="hour-questions",
            name=_("Questions in the last hour"),
            figure=figures.number(hour.questions, url=links.to(LAST_HOUR, state="questions")),
        ),
        Reading(
            key="hour-failed",
            name=_("Failed in the last hour"),
            figure=figures.number(hour.failed, url=links.to(LAST_HOUR, state="failed")),
        ),
        Reading(
            key="hour-cost",
            name=_("Cost of the last hour"),
            figure=figures.cost(hour, places=4, url=links.to(LAST_HOUR, state="settled")),
        ),
        Reading(
            key="today-cost",
            name=_("Cost today"),
            figure=figures.cost(today, places=2, url=links.to(local_day(now), state="settled")),
        ),
    ]


def local_day(now: datetime) -> str:
    """Today in the shop's time zone, as the ledger's filter writes it."""
    return str(now.astimezone(conf.current().zone).date())


def clock(now: datetime) -> str:
    """The moment that a reading is of, in the shop's time zone."""
    return date_format(now.astimezone(conf.current().zone), "H:i:s")
