"""The relays of `CHATBOT["ENDPOINTS"]`: addresses, keys, limits and times. `conf` reads the rest of the setting."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, get_args
from urllib.parse import urlsplit

from chatbot import keyring
from chatbot.errors import ConfigurationError
from chatbot.meant import meant
from chatbot.relay.base import DialectName, Endpoint, Integrity, Timeouts

REFERENCE_URL: Final = "https://api.holysheep.ai/v1"
REFERENCE_KEY_ENV: Final = "CHATBOT_RELAY_KEY"
PER_MINUTE: Final = ("REQUESTS_PER_MINUTE", "TOKENS_PER_MINUTE")
KEYS: Final = (
    "URL",
    "DIALECT",
    "TIMEOUTS",
    "REFRESH_S",
    "INTEGRITY",
    *PER_MINUTE,
    *keyring.KEYS,
    *keyring.SIGNING_SECRETS,
)
PATHS: Final = ("/chat/completions", "/messages", "/embeddings")
"""What clients add to the address of a relay, not the shop."""


def endpoints_of(raw: object) -> Mapping[str, Endpoint]:
    """Relays by name. Raises ConfigurationError."""
    if not isinstance(raw, Mapping) or not raw:
        raise ConfigurationError(
            "CHATBOT['ENDPOINTS'] must be a dict such as {'default': {'URL': ..., 'KEY_ENV': ...}}."
        )
    if all(isinstance(key, str) and key in KEYS for key in raw):
        raise ConfigurationError(
            "CHATBOT['ENDPOINTS'] holds relays by name: {'default': {'URL': ..., 'KEY_ENV': ...}}, one dict deeper."
        )
    return {str(name): _endpoint(str(name), value) for name, value in raw.items()}


def _endpoint(name: str, raw: object) -> Endpoint:
    where = f"CHATBOT['ENDPOINTS'][{name!r}]"
    if not isinstance(raw, Mapping):
        raise ConfigurationError(f"{where} must be a dict with URL and KEY_ENV.")
    for key in raw:
        if key not in KEYS:
            raise ConfigurationError(f"{where} has no key {key!r}.{meant(str(key).upper(), KEYS)}")
    url = str(raw.get("URL", REFERENCE_URL)).rstrip("/")
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or not split.hostname:
        raise ConfigurationError(f"{where}['URL'] must be an http(s) address such as {REFERENCE_URL!r}.")
    for path in PATHS:
        if split.path.endswith(path):
            raise ConfigurationError(f"{where}['URL'] must end before {path!r}, which is added to it.")
    dialect = raw.get("DIALECT", "openai")
    if dialect not in get_args(DialectName):
        spoken = ", ".join(map(repr, get_args(DialectName)))
        raise ConfigurationError(f"{where}['DIALECT'] must be one of {spoken}, not {dialect!r}.")
    key, token = keyring.key_of(where, name, raw)
    signing_secret = keyring.signing_secret_of(where, raw)
    refresh_s = raw.get("REFRESH_S", 3600)
    if isinstance(refresh_s, bool) or not isinstance(refresh_s, (int, float)) or not refresh_s > 0:
        raise ConfigurationError(f"{where}['REFRESH_S'] must be a number of seconds above 0.")
    integrity = raw.get("INTEGRITY", "off")
    if integrity not in get_args(Integrity):
        raise ConfigurationError(f"{where}['INTEGRITY'] must be one of {', '.join(map(repr, get_args(Integrity)))}.")
    if integrity != "off" and not signing_secret:
        raise ConfigurationError(f"{where}['INTEGRITY'] is {integrity!r}, which needs SIGNING_SECRET_ENV or another.")
    for key_name in PER_MINUTE:
        per_minute = raw.get(key_name, 0)
        if isinstance(per_minute, bool) or not isinstance(per_minute, int) or per_minute < 0:
            raise ConfigurationError(f"{where}[{key_name!r}] must be a whole number >= 0; 0 is no limit.")
    return Endpoint(
        name=name,
        url=url,
        dialect=dialect,
        key=key,
        token=token,
        refresh_s=float(refresh_s),
        signing_secret=signing_secret,
        integrity=integrity,
        requests_per_minute=raw.get("REQUESTS_PER_MINUTE", 0),
        tokens_per_minute=raw.get("TOKENS_PER_MINUTE", 0),
        timeouts=_timeouts(f"{where}['TIMEOUTS']", raw.get("TIMEOUTS", {})),
    )


def _timeouts(where: str, raw: object) -> Timeouts:
    allowed = {f.name.upper(): f.name for f in fields(Timeouts)}
    if not isinstance(raw, Mapping) or set(raw) - set(allowed):
        raise ConfigurationError(f"{where} takes {', '.join(allowed)}, in seconds.")
    for key, value in raw.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise ConfigurationError(f"{where}[{key!r}] must be a number of seconds above 0, not {value!r}.")
    return Timeouts(**{allowed[key]: float(value) for key, value in raw.items()})
