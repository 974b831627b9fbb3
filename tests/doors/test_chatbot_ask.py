"""`manage.py chatbot_ask`."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from chatbot.models import Budget, Conversation, Message, Product, Route, Spending, Turn
from chatbot.simulator.testing import RunningSimulator

QUESTION = "무선 이어폰 추천해줘"


def ask(question: str = QUESTION, **options: Any) -> tuple[str, str]:
    """What the command wrote to stdout and to stderr."""
    out, err = io.StringIO(), io.StringIO()
    call_command("chatbot_ask", question, stdout=out, stderr=err, no_color=True, **options)
    return out.getvalue(), err.getvalue()


@pytest.mark.usefixtures("routes", "goods")
def test_the_answer_streams_with_cards_as_lines(simulator: RunningSimulator) -> None:
    simulator.say("Take this: [[p1]]")
    out, err = ask()
    turn = Turn.objects.get()
    title = Product.objects.get(sku=Message.objects.get(role="assistant").parts[1]["id"]).title

    assert out.startswith("Take this: ")
    assert f"  - {title}  59,000원  " in out
    assert f"turn {turn.pk}" in err
    assert "ending complete  code -" in err


@pytest.mark.usefixtures("routes", "goods")
def test_json_is_one_part_a_line(simulator: RunningSimulator) -> None:
    out, _ = ask(json=True)
    parts = [json.loads(line) for line in out.splitlines() if line]

    assert [part["seq"] for part in parts] == list(range(1, len(parts) + 1))
    assert [parts[0]["type"], parts[-1]["type"]] == ["start", "finish"]


@pytest.mark.usefixtures("routes", "goods")
def test_a_talk_goes_on(simulator: RunningSimulator) -> None:
    ask()
    conversation = Conversation.objects.get()
    ask("더 싼 것은?", conversation=str(conversation.pk), language="ko")

    assert Turn.objects.filter(conversation=conversation).count() == 2


@pytest.mark.parametrize("conversation", ["shopper", "unknown", "nonsense"])
@pytest.mark.usefixtures("routes")
def test_a_shoppers_talk_is_not_opened(conversation: str, simulator: RunningSimulator) -> None:
    shoppers = Conversation.objects.create(visitor="0" * 32, updated_at="2026-01-01T00:00:00Z")
    ids = {"shopper": str(shoppers.pk), "unknown": "00000000-0000-4000-8000-000000000000", "nonsense": "x"}
    with pytest.raises(CommandError, match="no longer available"):
        ask(conversation=ids[conversation])


def _endpoint(**more: str) -> Any:
    return override_settings(CHATBOT={**settings.CHATBOT, "ENDPOINTS": {"default": more}})


@pytest.mark.parametrize("with_goods", [True, False])
def test_no_key_says_where_to_put_one(
    with_goods: bool, simulator: RunningSimulator, routes: list[Route], request: pytest.FixtureRequest
) -> None:
    if with_goods:
        request.getfixturevalue("goods")
    with _endpoint(URL=simulator.url), pytest.raises(CommandError, match="No key") as failed:
        ask()

    assert simulator.url in str(failed.value)
    assert failed.value.returncode == 1


@pytest.mark.parametrize("with_goods", [True, False])
def test_a_wrong_key_says_so_without_showing_it(
    with_goods: bool, simulator: RunningSimulator, routes: list[Route], request: pytest.FixtureRequest
) -> None:
    if with_goods:
        request.getfixturevalue("goods")
    wrong = _endpoint(URL=simulator.url, KEY="sk-wrong-key-1234")
    with wrong, pytest.raises(CommandError, match="does not accept the key") as failed:
        ask()

    assert "sk-wrong" not in str(failed.value)


@pytest.mark.usefixtures("goods")
def test_an_unreachable_relay_says_which(simulator: RunningSimulator, routes: list[Route]) -> None:
    nobody = _endpoint(URL="http://127.0.0.1:9/v1", KEY="k")
    with nobody, pytest.raises(CommandError, match="cannot be reached") as failed:
        ask()

    assert "http://127.0.0.1:9/v1" in str(failed.value)


@pytest.mark.usefixtures("goods")
def test_no_route_says_where_to_add_one(simulator: RunningSimulator, routes: list[Route]) -> None:
    Route.objects.all().delete()
    with pytest.raises(CommandError, match="No route is active"):
        ask()


@pytest.mark.parametrize(("question", "says"), [("  ", "write a question"), ("x" * 100_000, "too long")])
@pytest.mark.usefixtures("transactional_db")
def test_a_question_that_is_none_is_refused(question: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        ask(question)

    assert not Turn.objects.exists()


@pytest.mark.usefixtures("routes", "goods")
def test_ctrl_c_stops_the_turn_and_keeps_the_words(simulator: RunningSimulator, tmp_path: Path) -> None:
    simulator.script([["say_chars:SGVsbG8gdGhlcmU", "stall_mid:3:30"]])
    # A process of its own, on this test's database and upstream.
    script = f"""
import sys
from django.conf import settings
import tests.settings as project
project.DATABASES["default"]["NAME"] = {str(connection.settings_dict["NAME"])!r}
project.CHATBOT["ENDPOINTS"] = {{"default": {{"URL": {simulator.url!r}, "KEY": {simulator.key!r}}}}}
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "chatbot_ask", "earphones"])
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        seen = b""
        while b"Hel" not in seen:
            byte = process.stdout.read(1)
            assert byte, process.stderr.read().decode()
            seen += byte
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert b"ending stopped" in err
    assert Turn.objects.get().status == "stopped"
    assert Message.objects.get(role="assistant").text == "Hel"


@pytest.mark.database
@pytest.mark.usefixtures("routes", "goods")
def test_a_site_whose_rows_are_in_another_database_than_the_default_is_answered(simulator: RunningSimulator) -> None:
    Budget.objects.create(
        scope=Budget.Scope.SHOP, period=Budget.Period.DAY, limit_usd=5, action=Budget.Action.CATALOGUE
    )
    script = f"""
import sys
from django.conf import settings
import tests.settings as project

class Router:
    def db_for_read(self, model, **hints):
        return "shop"
    db_for_write = db_for_read

project.DATABASES["shop"] = {{**project.DATABASES["default"], "NAME": {str(connection.settings_dict["NAME"])!r}}}
project.DATABASES["default"] = {{}}
project.DATABASE_ROUTERS = [Router()]
project.CHATBOT["ENDPOINTS"] = {{"default": {{"URL": {simulator.url!r}, "KEY": {simulator.key!r}}}}}
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "chatbot_ask", "earphones"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "ending complete  code -" in done.stderr
    assert (done.returncode, "Error" in done.stderr) == (0, False), done.stderr
    turn = Turn.objects.get()
    assert turn.status == "complete"
    assert Message.objects.get(role="assistant").turn == turn
    assert Spending.objects.get().spent_usd > 0
