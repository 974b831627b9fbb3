"""The demo's own set of questions, asked of the demo's assistant with the real simulator."""

import io
import json
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from chatbot.models import Attempt, Conversation, Route, ShopEntry
from chatbot.simulator.testing import RunningSimulator
from config.shop.management.commands.shop_prepare import ENTRIES
from tests.shop.conftest import ROOT

QUESTIONS = ROOT / "config" / "shop" / "questions.jsonl"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def run(*arguments: str) -> str:
    """What the command wrote. That something differs is not raised, so that a failing test shows what."""
    out = io.StringIO()
    with suppress(SystemExit):
        call_command("chatbot_evaluate", str(QUESTIONS), *arguments, stdout=out, no_color=True)
    return out.getvalue()


@pytest.fixture
def staffed(routes: list[Route], shop: None, simulator_thread: RunningSimulator) -> None:
    """The demo with its terms, its routes and a relay."""
    simulator_thread.reset()
    ShopEntry.objects.bulk_create(ShopEntry(**entry) for entry in json.loads(ENTRIES.read_text("utf-8")))


@pytest.mark.usefixtures("staffed")
def test_the_demos_questions_are_all_answered_as_they_should_be(simulator_thread: RunningSimulator) -> None:
    endpoint = {"URL": simulator_thread.url, "KEY": simulator_thread.key}
    with override_settings(CHATBOT={**settings.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        out = run()

    assert "Questions: 20, ok: 20, with differences: 0." in out
    assert Attempt.objects.filter(cost_usd__gt=0).count() == 20
    assert not Conversation.objects.exists()


@pytest.mark.usefixtures("staffed")
def test_without_a_model_they_are_understood_and_found(simulator_thread: RunningSimulator) -> None:
    out = run("--no-model")

    assert "Questions: 20, ok: 20, with differences: 0." in out
    assert not simulator_thread.requests()
    assert not Attempt.objects.exists()
