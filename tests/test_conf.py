"""The CHATBOT setting: typed, complete, and clear about what is wrong."""

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from chatbot import conf
from chatbot.errors import ConfigurationError

WRONG: dict[str, tuple[Any, str]] = {
    "not a dict": ([], "must be a dict, not list"),
    "an unknown key": ({"QUESTION_CHARACTER": 3}, "Did you mean 'QUESTION_CHARACTERS'?"),
    "a key like no other": ({"XYZZY": 3}, "Known: ALLOWED_ORIGINS"),
    "a key in small letters": ({"candidates": 3}, "CHATBOT has no key 'candidates'. Did you mean 'CANDIDATES'?"),
    "a negative number": ({"CANDIDATES": -1}, "CHATBOT['CANDIDATES'] must be a whole number >= 0, not -1"),
    "a truth where a number belongs": ({"CANDIDATES": True}, "must be a whole number"),
    "one text where a list belongs": ({"ALLOWED_ORIGINS": "https://a.example"}, "must be a list of texts"),
    "a number below zero": ({"TEMPERATURE": -1}, "CHATBOT['TEMPERATURE'] must be a number >= 0, not -1"),
    "an origin without a scheme": (
        {"ALLOWED_ORIGINS": ["www.a.example"]},
        "['ALLOWED_ORIGINS'] is 'www.a.example'; give",
    ),
    "an origin with a path": ({"ALLOWED_ORIGINS": ["https://a.example/shop/"]}, "scheme and host of one site"),
    "an origin for all": ({"ALLOWED_ORIGINS": ["https://*.a.example"]}, "without a path or a star"),
    "a site without a scheme": (
        {"SITE_URL": "www.a.example"},
        "CHATBOT['SITE_URL'] is 'www.a.example'; give an address",
    ),
    "a contact that is no page": (
        {"CONTACT_URL": "help@a.example"},
        "['CONTACT_URL'] is 'help@a.example'; give the ad",
    ),
    "a contact on a site left open": ({"CONTACT_URL": "//a.example"}, "with https:// or / at its beginning"),
    "a cookie without a name": ({"VISITOR_COOKIE": ""}, "CHATBOT['VISITOR_COOKIE'] is ''; give a name"),
    "a currency by its name": ({"CURRENCY": "Won"}, "CHATBOT['CURRENCY'] is 'Won'; give an ISO 4217 code"),
    "an endpoint without a name": ({"ENDPOINTS": {"URL": "https://a", "KEY_ENV": "K"}}, "holds relays by name"),
    "an address with the path of a request": (
        {"ENDPOINTS": {"default": {"URL": "https://a.example/v1/chat/completions"}}},
        "['URL'] must end before '/chat/completions'",
    ),
    "a timeout in words": (
        {"ENDPOINTS": {"default": {"TIMEOUTS": {"CONNECT_S": "5s"}}}},
        "['TIMEOUTS']['CONNECT_S'] must be a number of seconds above 0, not '5s'",
    ),
    "no endpoint": ({"ENDPOINTS": {}}, "CHATBOT['ENDPOINTS'] must be a dict such as"),
    "an endpoint that is no dict": ({"ENDPOINTS": {"default": "https://a"}}, "must be a dict with URL and KEY_ENV"),
    "an unknown endpoint key": (
        {"ENDPOINTS": {"default": {"ULR": "x"}}},
        "['default'] has no key 'ULR'. Did you mean 'URL'?",
    ),
    "an address without a scheme": ({"ENDPOINTS": {"default": {"URL": "api.example/v1"}}}, "['URL'] must be an http"),
    "an unknown dialect": (
        {"ENDPOINTS": {"default": {"DIALECT": "latin"}}},
        "['DIALECT'] must be one of 'openai', 'anthropic', 'gemini'",
    ),
    "an unknown timeout": ({"ENDPOINTS": {"default": {"TIMEOUTS": {"READ": 1}}}}, "takes CONNECT_S, FIRST_TOKEN_S"),
    "a rate that is none": (
        {"ENDPOINTS": {"default": {"TOKENS_PER_MINUTE": 0.5}}},
        "['TOKENS_PER_MINUTE'] must be a wh",
    ),
    "a key file that is not there": (
        {"ENDPOINTS": {"default": {"KEY_FILE": "/no/such"}}},
        "['KEY_FILE'] cannot be read",
    ),
    "a currency by its sign": ({"DISPLAY_CURRENCY": "₩"}, "give an ISO 4217 code such as 'KRW'"),
    "a time zone of no place": ({"TIME_ZONE": "Asia/Busan"}, "give an IANA name such as 'Asia/Seoul'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_says_what_is_wrong(name: str) -> None:
    raw, sentence = WRONG[name]
    with pytest.raises(ConfigurationError) as caught:
        conf.read(raw)
    assert sentence in str(caught.value)


def test_nothing_set_reaches_for_the_reference_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_RELAY_KEY", "from-the-environment")
    endpoint = conf.read({}).endpoints["default"]
    assert (endpoint.url, endpoint.key) == ("https://api.holysheep.ai/v1", "from-the-environment")


def test_a_key_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file\n")
    raw = {"ENDPOINTS": {"default": {"KEY_FILE": str(tmp_path / "key")}}}
    assert conf.read(raw).endpoints["default"].key == "from-a-file"


def test_timeouts_are_seconds_of_their_own() -> None:
    raw = {"ENDPOINTS": {"default": {"TIMEOUTS": {"FIRST_TOKEN_S": 3}}}}
    timeouts = conf.read(raw).endpoints["default"].timeouts
    assert (timeouts.first_token_s, timeouts.connect_s) == (3.0, 10.0)


def test_limits_per_minute_are_of_an_endpoint() -> None:
    raw = {"ENDPOINTS": {"default": {"REQUESTS_PER_MINUTE": 60, "TOKENS_PER_MINUTE": 9000}}}
    endpoint = conf.read(raw).endpoints["default"]
    assert (endpoint.requests_per_minute, endpoint.tokens_per_minute) == (60, 9000)


@pytest.mark.parametrize(
    "raw",
    [
        {"CONTACT_URL": "/contact/"},
        {"CONTACT_URL": "https://help.a.example/new?topic=shop"},
        {"ALLOWED_ORIGINS": ["http://localhost:3000", "https://a.example/"]},
        {"CURRENCY": "krw"},
        {"SITE_URL": "https://a.example/shop"},
        {"REDIS_URL": "rediss://:canary@localhost:6380/0"},
        {"REDIS_URL": "unix:///run/redis.sock"},
        {"ENDPOINTS": {"URL": {"URL": "https://a.example/v1"}, "b": {}}},
    ],
)
def test_what_is_right_is_taken(raw: dict[str, Any]) -> None:
    conf.read(raw)


@pytest.mark.parametrize("address", ["localhost:6379/canary", "http://:canary@localhost"])
def test_an_address_of_redis_that_is_none_is_told_without_its_password(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\['REDIS_URL'\] must be an address such as") as caught:
        conf.read({"REDIS_URL": address})
    assert "canary" not in str(caught.value)


def test_redis_without_its_package_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conf, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"needs: pip install 'django-shopkeeper\[redis\]'"):
        conf.read({"REDIS_URL": "redis://localhost"})


def test_the_address_of_redis_never_shows() -> None:
    assert "canary" not in repr(conf.read({"REDIS_URL": "redis://:canary@localhost"}))


def test_a_key_never_shows() -> None:
    settings = conf.read({"ENDPOINTS": {"default": {"KEY": "canary-key"}}})
    assert "canary-key" not in repr(settings) + str(settings) + repr(settings.endpoints)


def test_overriding_the_setting_takes_effect_at_once() -> None:
    with override_settings(CHATBOT={"CANDIDATES": 3}):
        assert conf.current().candidates == 3
    assert conf.current().candidates == 8


def test_a_dotted_path_of_nothing_names_setting_and_path() -> None:
    with override_settings(CHATBOT={"SEARCH": "shop.nowhere"}), pytest.raises(ConfigurationError) as caught:
        conf.load("SEARCH")
    assert "CHATBOT['SEARCH'] names 'shop.nowhere'" in str(caught.value)
