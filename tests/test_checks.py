"""The system checks: quiet where all is right, and what is said of each wrong setting."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from chatbot.checks import declared
from chatbot.errors import ConfigurationError
from chatbot.models import Route
from tests.accounting import rows

LOOPBACK = {"URL": "http://127.0.0.1:9/v1", "KEY": "k"}


def ids(*, deploy: bool = False, databases: list[str] | None = None) -> set[str]:
    found = run_checks(include_deployment_checks=deploy, databases=databases)
    return {message.id for message in found if message.id and message.id.startswith("chatbot.")}


def test_a_right_configuration_is_quiet():
    assert ids() == set()


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ({"QUESTION_CHARACTER": 3}, {"chatbot.E001"}),
        ({"ENDPOINTS": {}}, {"chatbot.E001"}),
        ({"TIME_ZONE": "Asia/Soul"}, {"chatbot.E001"}),
        ({"ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1"}}}, {"chatbot.W006"}),
        ({"ENDPOINTS": {"default": LOOPBACK}}, set()),
        ({"ENDPOINTS": {"default": {"URL": "http://[::1]:9/v1", "KEY": "k"}}}, set()),
        ({"ENDPOINTS": {"default": {"URL": "http://localhost/v1", "KEY": "k"}}}, set()),
        ({"ENDPOINTS": {"default": {"URL": "https://relay.example/v1", "KEY": "k"}}}, set()),
        ({"ENDPOINTS": {"default": {"URL": "http://relay.example/v1", "KEY": "k"}}}, {"chatbot.W001"}),
        ({"ENDPOINTS": {"default": {"URL": "http://127.0.0.1.example/v1", "KEY": "k"}}}, {"chatbot.W001"}),
        ({"ENDPOINTS": {"default": {"URL": "http://192.168.0.9/v1", "KEY": "k"}}}, {"chatbot.W001"}),
    ],
)
def test_wrong_settings_are_named(settings, configured, expected):
    settings.CHATBOT = configured
    assert ids() == expected


def test_a_wrong_setting_is_told_with_the_right_word(settings):
    settings.CHATBOT = {"QUESTION_CHARACTER": 3}
    (message,) = (m for m in run_checks() if m.id == "chatbot.E001")
    assert "QUESTION_CHARACTERS" in message.msg


def test_going_live_without_a_key_is_an_error_and_says_what_to_type(settings):
    settings.CHATBOT = {"ENDPOINTS": {"default": {"URL": "https://relay.example/v1"}}}
    assert ids(deploy=True) == {"chatbot.E002", "chatbot.W006"}
    (message,) = (m for m in run_checks(include_deployment_checks=True) if m.id == "chatbot.E002")
    assert "export CHATBOT_RELAY_KEY=" in message.hint


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ({"KEY_ENV": "MY_RELAY_KEY"}, "export MY_RELAY_KEY=..."),
        ({"URL": "https://relay.example/v1"}, '"KEY_ENV": "CHATBOT_RELAY_KEY" in that dict, and export CHATBOT_RELAY'),
    ],
)
def test_where_the_key_belongs_is_what_the_endpoint_says(settings, endpoint, words):
    settings.CHATBOT = {"ENDPOINTS": {"default": endpoint}}
    (message,) = (m for m in run_checks() if m.id == "chatbot.W006")
    assert message.hint.startswith(words)
    assert "manage.py chatbot_simulator" in message.hint


def test_without_any_endpoint_the_key_is_that_of_the_reference_relay(settings, monkeypatch):
    monkeypatch.delenv("CHATBOT_RELAY_KEY", raising=False)
    settings.CHATBOT = {}
    (message,) = (m for m in run_checks() if m.id == "chatbot.W006")
    assert message.hint.startswith("export CHATBOT_RELAY_KEY=...")


@pytest.mark.parametrize(
    "configured",
    [
        {"VISITOR_RESOLVER": "tests.nowhere.who"},
        {"SEARCH": "tests.settings.nothing"},
        {"ENDPOINTS": {"default": {"KEY_CALLABLE": "tests.nowhere.key"}}},
    ],
)
def test_a_dotted_path_to_nothing_is_named(settings, configured):
    settings.CHATBOT = {"ENDPOINTS": {"default": LOOPBACK}, **configured}
    (message,) = (m for m in run_checks() if m.id == "chatbot.E007")
    assert "tests." in message.msg
    assert "cannot be imported" in message.msg
    assert ids() == {"chatbot.E007"}


def test_vectors_without_numpy_are_told_what_to_install(settings, monkeypatch):
    settings.CHATBOT = {"ENDPOINTS": {"default": LOOPBACK}, "EMBEDDING_MODEL": "bge-m3"}
    assert ids() == set()
    monkeypatch.setattr(declared, "find_spec", lambda name: None)
    assert ids() == {"chatbot.W009"}


def test_vectors_of_an_endpoint_that_is_not_there_are_told_the_one_that_is(settings):
    settings.CHATBOT = {
        "ENDPOINTS": {"default": LOOPBACK},
        "EMBEDDING_MODEL": "bge-m3",
        "EMBEDDING_ENDPOINT": "defualt",
    }
    (message,) = (m for m in run_checks() if m.id == "chatbot.W009")
    assert message.hint == "Did you mean 'default'?"


def test_addresses_that_are_not_included_are_named(settings):
    settings.ROOT_URLCONF = (path("", lambda request: HttpResponse()),)
    (message,) = (m for m in run_checks() if m.id == "chatbot.W007")
    assert message.hint == 'urlpatterns += [path("chat/", include("chatbot.urls"))]'
    with pytest.raises(ConfigurationError, match=r"chatbot_widget %\} needs its addresses: urlpatterns \+="):
        engines["django"].from_string("{% load chatbot %}{% chatbot_widget %}").render({})


class Thrifty(ManifestStaticFilesStorage):
    """As WhiteNoise's storages say whether they keep the files under their own names."""

    @property
    def keep_only_hashed_files(self):
        raise NotImplementedError


class ThriftyAggregated(Thrifty):
    support_js_module_import_aggregation = True


@pytest.mark.parametrize(
    ("storage", "hashed_only", "expected"),
    [
        ("tests.test_checks.Thrifty", False, set()),
        ("tests.test_checks.Thrifty", True, {"chatbot.W008"}),
        ("tests.test_checks.ThriftyAggregated", True, set()),
        ("django.contrib.staticfiles.storage.ManifestStaticFilesStorage", True, set()),
        ("tests.nowhere.Storage", True, set()),
    ],
)
def test_a_storage_that_throws_the_widgets_modules_away_is_named(settings, storage, hashed_only, expected):
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    settings.WHITENOISE_KEEP_ONLY_HASHED_FILES = hashed_only
    settings.STATIC_ROOT = None
    assert ids() == expected


def test_moments_without_a_zone_stop_the_start(settings):
    settings.USE_TZ = False
    assert ids() == {"chatbot.E005"}


class UsersElsewhere:
    def db_for_write(self, model, **_):
        return "people" if model._meta.app_label == "auth" else None


def test_users_in_another_database_are_told_before_anything_is_migrated(settings):
    settings.DATABASE_ROUTERS = [UsersElsewhere()]
    (message,) = (m for m in run_checks() if m.id == "chatbot.E006")
    assert "'chatbot' into 'default' and the site's users into 'people'" in message.msg


def test_the_key_is_in_no_message(settings):
    settings.CHATBOT = {"ENDPOINTS": {"default": {"URL": "http://relay.example/v1", "KEY": "sk-canary"}}}
    assert "sk-canary" not in "".join(map(str, run_checks(include_deployment_checks=True)))


@pytest.mark.django_db
def test_a_site_without_a_key_still_migrates(settings):
    settings.CHATBOT = {"ENDPOINTS": {"default": {"URL": "https://relay.example/v1"}}}
    call_command("migrate", "chatbot", "--check", stdout=StringIO(), stderr=StringIO(), skip_checks=False)


@pytest.mark.parametrize("app", ["rest_framework", "channels"])
def test_a_missing_app_is_named(settings, app):
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != app]
    assert ids() == {"chatbot.W002"}


def test_an_unsupported_database_is_named(monkeypatch):
    monkeypatch.setattr(type(connections["default"]), "vendor", "mysql")
    assert ids() == {"chatbot.E003"}


def test_sqlite_without_immediate_transactions_is_named(monkeypatch):
    default = connections["default"]
    monkeypatch.setattr(type(default), "vendor", "sqlite")
    monkeypatch.setitem(default.settings_dict, "OPTIONS", {"timeout": 20})
    assert ids() == {"chatbot.W005"}


@pytest.mark.django_db
def test_a_route_to_nowhere_and_a_model_without_a_price_are_named():
    Route.objects.all().delete()
    rows.price("alpha", valid_from=datetime(2025, 1, 1, tzinfo=UTC))
    rows.route("alpha")
    assert ids(databases=["default"]) == set()
    free = rows.route("unpriced")
    assert ids(databases=["default"]) == {"chatbot.W004"}
    Route.objects.filter(pk=free.pk).update(enabled=False)
    assert ids(databases=["default"]) == set()
    endpoint = rows.route("alpha").endpoint
    endpoint.name = "elsewhere"
    endpoint.save()
    assert ids(databases=["default"]) == {"chatbot.W003"}
    assert ids() == set()


@pytest.mark.django_db
def test_the_checks_wait_for_the_tables(monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chatbot_route RENAME TO chatbot_route_hidden")
    assert ids(databases=["default"]) == set()
