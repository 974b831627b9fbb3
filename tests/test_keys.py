"""Where keys come from, how they lie in the database, and that they show nowhere."""

import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.urls import NoReverseMatch, reverse
from django.views.debug import ExceptionReporter

from chatbot import conf, keys
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.errors import ConfigurationError, NotFound
from chatbot.events import TurnEnded
from chatbot.models import EndpointKey
from chatbot.relay.auth import Credentials
from chatbot.relay.base import Endpoint
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator
from tests import settings as project
from tests.assistant import turns

CANARY = "sk-canary-4b1d"


def read(**endpoint: object) -> Endpoint:
    return conf.read({"ENDPOINTS": {"default": endpoint}}).endpoints["default"]


def shown(endpoint: Endpoint) -> Credentials:
    return Credentials(endpoint, lambda token: {"Authorization": token})


async def token_of(endpoint: Endpoint) -> str:
    return (await shown(endpoint).present("/", b"{}")).token


def a_key() -> str:
    return CANARY


async def an_async_key() -> str:
    return CANARY


def no_key() -> str:
    raise PermissionError(CANARY)


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "two sources": ({"KEY": "a", "KEY_ENV": "B"}, "['default'] has KEY and KEY_ENV: give one of them."),
    "two secrets": ({"SIGNING_SECRET": "a", "SIGNING_SECRET_FILE": "b"}, "SIGNING_SECRET and SIGNING_SECRET_FILE"),
    "a callable of no path": ({"KEY_CALLABLE": "key"}, "['KEY_CALLABLE'] must be a dotted path"),
    "no integrity": ({"INTEGRITY": "maybe", "SIGNING_SECRET": "s"}, "must be one of 'off', 'if_present', 'required'."),
    "integrity of no secret": ({"INTEGRITY": "required"}, "which needs SIGNING_SECRET_ENV"),
    "no time": ({"REFRESH_S": 0}, "['REFRESH_S'] must be a number of seconds above 0."),
    "a truth for a time": ({"REFRESH_S": True}, "['REFRESH_S'] must be a number of seconds above 0."),
    "a secret file that is not there": ({"SIGNING_SECRET_FILE": "/no/such"}, "['SIGNING_SECRET_FILE'] cannot be read"),
}


A_WRONG_SETTING = {"ENDPOINTS": {"default": {"KEY": CANARY, "SIGNING_SECRET": CANARY, "DIALECT": "latin"}}}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_setting_says_what_is_wrong(name: str) -> None:
    raw, sentence = WRONG[name]
    with pytest.raises(ConfigurationError) as caught:
        read(**raw)
    assert sentence in str(caught.value)


def test_a_wrong_setting_shows_no_key_in_its_frames() -> None:
    with override_settings(CHATBOT=A_WRONG_SETTING):
        try:
            conf.current()
        except ConfigurationError as err:
            found = "".join(traceback.TracebackException.from_exception(err, capture_locals=True).format())
            page = ExceptionReporter(RequestFactory().get("/"), *sys.exc_info()).get_traceback_html()
    assert "'latin'" in found
    assert CANARY not in found
    assert CANARY not in page


async def test_a_file_is_read_again_at_every_refresh(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("first\n")
    keeps = shown(read(KEY_FILE=str(path)))
    path.write_text("second\n")
    assert (await keeps.present("/", b"{}")).token == "first"
    assert await keeps.refused("first")
    assert (await keeps.present("/", b"{}")).token == "second"


@pytest.mark.parametrize("name", ["a_key", "an_async_key"])
async def test_a_callable_gives_the_key(name: str) -> None:
    endpoint = read(KEY_CALLABLE=f"tests.test_keys.{name}", REFRESH_S=60)
    assert endpoint.has_key
    assert endpoint.refresh_s == 60
    assert await token_of(endpoint) == CANARY


def test_secrets_come_from_environment_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_SECRET", CANARY)
    (tmp_path / "secret").write_text(f"{CANARY}\n")
    endpoints = [read(SIGNING_SECRET_ENV="RELAY_SECRET"), read(SIGNING_SECRET_FILE=str(tmp_path / "secret"))]
    assert [each.signing_secret for each in endpoints] == [CANARY, CANARY]
    assert CANARY not in repr(endpoints)


# In the database


@pytest.fixture
def stored(transactional_db: None) -> Iterator[None]:
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": {"KEY_DATABASE": True}}}):
        yield


def run(*arguments: str, stdin: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    out = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    call_command("chatbot_key", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.database
@pytest.mark.usefixtures("stored")
async def test_a_stored_key_is_the_endpoints_key() -> None:
    await in_database(keys.set_key)("default", CANARY)
    assert await token_of(conf.current().endpoints["default"]) == CANARY


@pytest.mark.database
@pytest.mark.usefixtures("stored")
def test_the_command_sets_shows_and_deletes_without_showing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = run("set", "default", stdin=f"{CANARY}\n", monkeypatch=monkeypatch) + run("show", "default")
    first = run("show", "default")
    assert "fingerprint" in first
    run("set", "default", stdin="another\n", monkeypatch=monkeypatch)
    assert run("show", "default").rpartition(" ")[2] != first.rpartition(" ")[2]
    said += run("delete", "default")
    assert CANARY not in said
    assert CANARY[-4:] not in said
    for action in ("show", "delete"):
        with pytest.raises(CommandError, match="No key is stored for 'default'"):
            run(action, "default")


@pytest.mark.database
@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (["set", "nobody"], "key\n", "has no endpoint 'nobody'"),
        (["set", "default"], "\n", "No key came on standard input"),
        (["set"], "key\n", "take the name of an endpoint"),
        (["rotate", "default"], "", "rotate takes all of them"),
    ],
)
def test_the_command_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], stdin: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments, stdin=stdin, monkeypatch=monkeypatch)


@pytest.mark.database
@pytest.mark.usefixtures("stored")
def test_a_key_outlives_a_change_of_the_secret_key() -> None:
    keys.set_key("default", CANARY)
    before = keys.describe("default").set_at
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["tests-only"]):
        assert keys._opened(EndpointKey.objects.get()) == CANARY
        assert run("rotate") == "1 key(s) encrypted under SECRET_KEY.\n"
    with override_settings(SECRET_KEY="new"):
        assert keys.describe("default").set_at == before
    with override_settings(SECRET_KEY="lost"), pytest.raises(CommandError, match="SECRET_KEY_FALLBACKS"):
        run("show", "default")


@pytest.mark.database
@pytest.mark.usefixtures("stored")
def test_what_is_not_stored_is_not_found() -> None:
    with pytest.raises(NotFound):
        keys.delete_key("default")


@pytest.mark.database
@pytest.mark.usefixtures("stored")
def test_the_database_and_its_dump_hold_only_ciphertext() -> None:
    keys.set_key("default", CANARY)
    out = io.StringIO()
    call_command("dumpdata", "chatbot", stdout=out)
    assert json.loads(out.getvalue())
    assert CANARY not in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM chatbot_endpointkey")
        assert CANARY not in repr(cursor.fetchall())


# Everywhere else


@pytest.mark.database
@pytest.mark.usefixtures("routes", "goods")
@pytest.mark.parametrize("fault", ["", "401", "500", "cut:3"])
async def test_no_sink_ever_holds_a_key(
    simulator: RunningSimulator, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = {"URL": simulator.url, "KEY": simulator.key, "SIGNING_SECRET": CANARY}
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        simulator.script([[fault] if fault else []], repeat=True)
        started = await turn.start(turns.ME, turns.ask())
        events = await turns.read(started)
        await close_clients()
    sinks = caplog.text + repr(events) + repr(caplog.records) + repr([record.args for record in caplog.records])
    for secret in (simulator.key, CANARY):
        assert secret not in sinks


@pytest.mark.database
@pytest.mark.usefixtures("routes", "goods")
async def test_a_turn_without_a_key_is_answered_by_the_catalogue_and_costs_nothing(
    simulator: RunningSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = {"URL": simulator.url, "KEY_CALLABLE": "tests.test_keys.no_key"}
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        started = await turn.start(turns.ME, turns.ask())
        events = await turns.read(started)
    assert events[-1][1] == TurnEnded(ending="catalogue", code="key_unavailable")
    booked = await turns.attempts()
    assert booked
    assert {(each.input_tokens, each.output_tokens) for each in booked} == {(0, 0)}
    assert simulator.bill()["totals"]["requests"] == 0
    assert "failed with PermissionError" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.database
def test_no_page_of_the_staff_and_no_check_shows_a_key(admin_client: Client, goods: object, routes: object) -> None:
    endpoint = {"KEY": CANARY, "SIGNING_SECRET": f"{CANARY}-2", "URL": "http://relay.example/v1"}
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        pages = 0
        for model in apps.get_app_config("chatbot").get_models():
            try:
                url = reverse(f"admin:chatbot_{model._meta.model_name}_changelist")
            except NoReverseMatch:
                continue
            answer: Any = admin_client.get(url)
            assert answer.status_code == 200
            assert CANARY not in answer.content.decode()
            pages += 1
        out = io.StringIO()
        call_command("check", "--deploy", stdout=out, stderr=out)
    assert pages > 3
    assert "relay.example" in out.getvalue()
    assert CANARY not in out.getvalue()
