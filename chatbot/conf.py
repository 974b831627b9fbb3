"""The CHATBOT setting, read in one place: the rest of the app sees a frozen, typed object.

    from chatbot import conf
    conf.current().question_characters

Every key has a default except ENDPOINTS, which has one for the environment variable CHATBOT_RELAY_KEY. A key that does
not exist is a ConfigurationError that names the nearest one. `override_settings(CHATBOT=...)` takes effect at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final, cast, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from chatbot.endpoints import REFERENCE_KEY_ENV, endpoints_of
from chatbot.errors import ConfigurationError
from chatbot.meant import meant
from chatbot.relay.base import Endpoint

SOURCE_KINDS = ("MODEL", "URL", "CLASS")
SOURCE_CHARACTERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of the app. The key in `CHATBOT` is the field's name in capitals."""

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    """Relays by name: {"default": {"URL": ..., "KEY_ENV" | "KEY_FILE" | "KEY": ..., "TIMEOUTS": {"CONNECT_S": 10}}}.

    Further sources of a key: `KEY_CALLABLE`, the dotted path of a callable, async or not; `KEY_DATABASE: True`, stored
    by `manage.py chatbot_key`. It is asked for again every `REFRESH_S` seconds and when it is refused. `SIGNING_SECRET`
    (or `_ENV`, `_FILE`) signs requests; `INTEGRITY` is `off`, `if_present` or `required`.
    """
    allowed_origins: tuple[str, ...] = ()
    """Further origins whose pages may talk to the bot ("https://www.shop.example"); the site's own always may."""
    question_characters: int = 2_000
    """The longest question, in characters."""
    questions_per_minute: int = 12
    """Questions that one visitor may ask in a minute. 0 is no limit."""
    questions_per_minute_per_address: int = 60
    """Questions that may come from one network address in a minute. 0 is no limit."""
    trusted_proxies: int = 0
    """How many reverse proxies stand before the app, each of which appends to X-Forwarded-For. 0 ignores the header."""
    frame_bytes: int = 65_536
    """The largest WebSocket frame or request body that a door reads."""
    candidates: int = 8
    """Products handed to the model for one question."""
    history_messages: int = 10
    """Earlier messages of the conversation that the model sees."""
    prompt_tokens: int = 6_000
    """The most tokens of a prompt, by our estimate; older history and later candidates are cut first."""
    answer_tokens: int = 800
    """The most tokens of an answer."""
    answer_cache_s: int = 0
    """How long a question that comes again gets the answer that it got, at no cost. 0: a model answers each one anew.

    Only the very same question counts: same talk so far, same products, at the same prices and stock. A shop whose
    shoppers begin with the same few questions saves by 3600; the price is that all of them read the same words.
    """
    answer_kept_s: int = 604_800
    """How long such an answer is kept for the hours in which a budget allows no model. 0: the catalogue alone answers.

    Nothing is kept while no budget may turn questions away and ANSWER_CACHE_S is 0.
    """
    temperature: float = 0.3
    """Sampling temperature sent to the model."""
    hedge_after_ms: int = 0
    """When the first word is later than this, the plan's second route is asked too; the first word wins. 0 is off."""
    drain_s: int = 30
    """How long a stopped answer of a route whose policy is `drain` is read on unseen; shorter than TURN_LEASE_S."""
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Where products come from, by name: {"shop": {"MODEL": "shop.Good", "FIELDS": {"id": "code", "title": "name"}}}.

    `MODEL` is a Django model (keys: `chatbot.catalog.sources.model`), `URL` a feed (`chatbot.catalog.sources.remote`).
    A text is the dotted path of a source of its own: {"oscar": "chatbot.catalog.sources.oscar.OscarSource"}.
    """
    currency: str = "USD"
    """Currency of a feed price that names none (ISO 4217)."""
    display_currency: str = "USD"
    """Currency in which costs are shown beside dollars (ISO 4217), by the exchange rates that staff enter."""
    time_zone: str = ""
    """The shop's time zone, in which days of cost reports are cut. Empty is Django's TIME_ZONE."""
    shop_name: str = ""
    """The shop's name as the assistant says it."""
    contact_url: str = ""
    """Where a shopper reaches people."""
    queue_s: float = 20.0
    """How long a question may wait for a slot at a relay before another route or the catalogue answers."""
    redis_url: str = field(repr=False, default="")
    """A redis:// address: limits per minute then hold for all processes together. Empty: for each process."""
    turn_lease_s: int = 60
    """A running turn renews its lease; one whose lease ran out belongs to a process that died."""
    log_retention_s: int = 600
    """How long the events of an ended turn stay in memory for readers that come back."""
    database_threads: int = 8
    """Threads that do the database work of turns, in each process."""
    visitor_cookie: str = "chatbot_visitor"
    """Name of the signed cookie that holds an anonymous visitor's id."""
    visitor_cookie_days: int = 180
    """How long that cookie lives."""
    retention_days: int = 180
    """Days after its last word that a conversation is deleted; 0 keeps all. What it cost stays in the ledger.

    As long as VISITOR_COOKIE_DAYS: after that the shopper cannot come back to it, and who keeps personal words longer
    than they serve must say why (GDPR article 5(1)(e), Korea's PIPA article 21).
    """
    mail_from: str = ""
    """Sender of cost reports and budget alerts. Empty is Django's DEFAULT_FROM_EMAIL."""
    site_url: str = ""
    """The site's own address ("https://www.shop.example"), for links in mails. Empty: mails without links."""
    visitor_resolver: str = "chatbot.visitors.resolve"
    """Dotted path of a callable `(VisitorEvidence) -> Visitor` that says who asks."""
    embedding_model: str = ""
    """Model of EMBEDDING_ENDPOINT's `/embeddings`, by which products are also found by meaning. Empty: by words alone.

    Needs numpy (the extra `vectors`) and the task `chatbot.tasks.fill_vectors`. Choose one that knows the languages of
    the shop.
    """
    embedding_endpoint: str = "default"
    """The endpoint of ENDPOINTS that embeds."""
    embedding_wait_ms: int = 250
    """How long a question waits for its vector; after that words alone answer."""
    search: str = "chatbot.catalog.search.for_database"
    """Dotted path of a callable `() -> Search` that gives the product search."""

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone or django_settings.TIME_ZONE)


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings as they are now. Raises ConfigurationError, whose message says what to type."""
    trouble: ConfigurationError
    try:
        return read(getattr(django_settings, "CHATBOT", {}))
    except ConfigurationError as err:
        trouble = err
    # Without the frames below: they hold the setting, and with it the keys, and debug pages show them.
    raise trouble.with_traceback(None) from None


def read(raw: Mapping[str, Any]) -> Settings:  # Any: a settings dict holds anything
    """Settings out of a CHATBOT dict. Raises ConfigurationError."""
    if not isinstance(raw, Mapping):
        raise ConfigurationError(f"CHATBOT must be a dict, not {type(raw).__name__}.")
    types = get_type_hints(Settings)
    known = {f.name.upper(): f.name for f in fields(Settings)}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in known:
            raise ConfigurationError(f"CHATBOT has no key {key!r}.{meant(str(key).upper(), known)}")
        name = known[key]
        values[name] = value if name in ("endpoints", "sources") else _typed(key, value, types[name])
    values["endpoints"] = endpoints_of(values.get("endpoints", {"default": {"KEY_ENV": REFERENCE_KEY_ENV}}))
    values["sources"] = _sources(values.get("sources", {}))
    settings = Settings(**values)
    try:
        settings.zone  # noqa: B018 - the look-up is the check
    except (ZoneInfoNotFoundError, ValueError) as err:
        raise ConfigurationError(
            f"CHATBOT['TIME_ZONE'] is {settings.time_zone!r}; give an IANA name such as 'Asia/Seoul'."
        ) from err
    for field_name, (pattern, wanted) in _SHAPES.items():
        given = getattr(settings, field_name)
        for value in given if isinstance(given, tuple) else [given]:
            if not re.fullmatch(pattern, value):
                raise ConfigurationError(f"CHATBOT[{field_name.upper()!r}] is {value!r}; give {wanted}.")
    if settings.redis_url:
        # Its value stays unsaid: it may hold a password.
        if not re.match("(rediss?|unix)://.", settings.redis_url):
            raise ConfigurationError("CHATBOT['REDIS_URL'] must be an address such as 'redis://localhost:6379/0'.")
        if find_spec("redis") is None:
            raise ConfigurationError("CHATBOT['REDIS_URL'] needs: pip install 'django-shopkeeper[redis]'.")
    return settings


_SHAPES: Final = {
    "currency": ("[A-Z]{3}|[a-z]{3}", "an ISO 4217 code such as 'KRW'"),
    "display_currency": ("[A-Z]{3}", "an ISO 4217 code such as 'KRW'"),
    "allowed_origins": (
        r"https?://[^/?#@*]+/?",
        "scheme and host of one site, without a path or a star, such as 'https://www.shop.example'",
    ),
    "site_url": (r"|https?://[^/\s]+\S*", "an address such as 'https://www.shop.example'"),
    "contact_url": (
        r"|https?://[^/\s]+\S*|/(?![/\\])\S*",
        "the address of a page, with https:// or / at its beginning",
    ),
    "visitor_cookie": (r"[\w.-]+", "a name such as 'chatbot_visitor'"),
}
"""Texts that have a shape, by field: its pattern, and what to give."""


def _typed(key: str, value: object, kind: type) -> object:
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if kind is str and isinstance(value, str):
        return value
    if kind == tuple[str, ...] and isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
        return tuple(value)
    wanted = {int: "a whole number >= 0", float: "a number >= 0", str: "text"}.get(kind, "a list of texts")
    raise ConfigurationError(f"CHATBOT[{key!r}] must be {wanted}, not {value!r}.")


def _sources(raw: object) -> Mapping[str, Mapping[str, Any]]:
    """The shape only; what the keys say is the catalogue's to judge, when all models are there."""
    if not isinstance(raw, Mapping):
        raise ConfigurationError("CHATBOT['SOURCES'] must be a dict such as {'shop': {'MODEL': ..., 'FIELDS': {...}}}.")
    found = {}
    for name, value in raw.items():
        where = f"CHATBOT['SOURCES'][{name!r}]"
        if not (isinstance(name, str) and 0 < len(name) <= SOURCE_CHARACTERS):
            raise ConfigurationError(f"{where}: the name of a source is a text of 1 to {SOURCE_CHARACTERS} characters.")
        settings = {"CLASS": value} if isinstance(value, str) else value
        if not isinstance(settings, Mapping) or sum(key in settings for key in SOURCE_KINDS) != 1:
            raise ConfigurationError(f"{where} must be a dict with one of {', '.join(SOURCE_KINDS)}.")
        found[name] = settings
    return found


def load(key: str) -> Callable[..., Any]:  # Any: what integrators supply
    """The callable that the setting `key` names by dotted path. Raises ConfigurationError naming both."""
    path = getattr(current(), key.lower())
    try:
        return cast(Callable[..., Any], import_string(path))
    except ImportError as err:
        raise ConfigurationError(f"CHATBOT[{key!r}] names {path!r}, which cannot be imported: {err}") from err


def _forget(*, setting: str, **_: object) -> None:
    if setting in ("CHATBOT", "TIME_ZONE"):
        current.cache_clear()


setting_changed.connect(_forget, dispatch_uid="chatbot.conf")
