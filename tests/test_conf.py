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
    "a key like no other": ({"XYZZY": 3}, "Known keys: ALLOWED_ORIGINS"),
    "a negative number": ({"CANDIDATES": -1}, "CHATBOT['CANDIDATES'] must be a whole number >= 0, not -1"),
    "a truth where a number belongs": ({"CANDIDATES": True}, "must be a whole number"),
    "one text where a list belongs": ({"ALLOWED_ORIGINS": "https://a.example"}, "must be a list of texts"),
    "no endpoint": ({"ENDPOINTS": {}}, "CHATBOT['ENDPOINTS'] must be a dict such as"),
    "an endpoint that is no dict": ({"ENDPOINTS": {"default": "https://a"}}, "must be a dict with URL and KEY_ENV"),
    "an unknown endpoint key": ({"ENDPOINTS": {"default": {"ULR": "x"}}}, "['default'] has no key 'ULR'"),
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
