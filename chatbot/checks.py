"""System checks: what is wrong with the site's configuration, each with an id, a sentence, and a hint of what to type.

| id | what | level |
|---|---|---|
| chatbot.E001 | the CHATBOT setting cannot be read | error |
| chatbot.E002 | an endpoint has no key | error, in `check --deploy` only |
| chatbot.E003 | the database is neither PostgreSQL nor SQLite | error |
| chatbot.E004 | a source of products is declared wrongly | error |
| chatbot.W001 | an endpoint's key would travel over plain http to another machine | warning |
| chatbot.W002 | a needed app is not in INSTALLED_APPS | warning |
| chatbot.W003 | a route that is in use names an endpoint that the settings lack | warning, with `check --database` |
| chatbot.W004 | a model that is in use has no price | warning, with `check --database` |
| chatbot.W005 | SQLite transactions begin without the write lock | warning |
| chatbot.W006 | an endpoint has no key | warning, outside of `check --deploy` too |

An error stops every management command. A missing key must not: images are built and databases migrated without it.
"""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections, router
from django.db.utils import DatabaseError
from django.utils import timezone

from chatbot import conf
from chatbot.accounting.prices import price_at
from chatbot.catalog.sources.configured import sources
from chatbot.catalog.sources.model import ModelSource
from chatbot.conf import Settings
from chatbot.endpoints import REFERENCE_KEY_ENV
from chatbot.errors import ConfigurationError
from chatbot.models import Attempt, Route

Messages = list[CheckMessage]


@register
def check_settings(**_: object) -> Messages:
    """E001, W001, W006: the CHATBOT setting."""
    try:
        settings = conf.current()
    except ConfigurationError as err:
        return [Error(str(err), hint="Correct CHATBOT in the settings module.", id="chatbot.E001")]
    found: Messages = []
    for endpoint in settings.endpoints.values():
        where = f"CHATBOT['ENDPOINTS'][{endpoint.name!r}]"
        split = urlsplit(endpoint.url)
        if split.scheme == "http" and not _is_loopback(split.hostname or ""):
            found.append(
                Caution(
                    f"{where}['URL'] is plain http: whoever is on the way to {split.hostname} reads the key.",
                    hint="Use https://, or a relay on this machine.",
                    id="chatbot.W001",
                )
            )
    return found + [Caution(text, hint=hint, id="chatbot.W006") for text, hint in _keyless(settings)]


@register
def check_sources(**_: object) -> Messages:
    """E004: the sources that CHATBOT["SOURCES"] declares."""
    try:
        for source in sources().values():
            if isinstance(source, ModelSource):
                source.check()
    except ConfigurationError as err:
        if _is_readable():
            return [Error(str(err), hint="Correct CHATBOT['SOURCES'] in the settings module.", id="chatbot.E004")]
    return []


def _is_readable() -> bool:
    """Whether the CHATBOT setting can be read at all; E001 says where it cannot."""
    try:
        conf.current()
    except ConfigurationError:
        return False
    return True


@register(deploy=True)
def check_keys(**_: object) -> Messages:
    """E002: a site that goes live without a key."""
    try:
        settings = conf.current()
    except ConfigurationError:
        return []  # E001 says so
    return [Error(text, hint=hint, id="chatbot.E002") for text, hint in _keyless(settings)]


@register
def check_apps(**_: object) -> Messages:
    """W002: the apps that the doors stand on."""
    missing = [name for name in ("rest_framework", "channels") if not apps.is_installed(name)]
    return [
        Caution(
            f"{name!r} is not in INSTALLED_APPS.",
            hint=f'INSTALLED_APPS += ["{name}"]',
            id="chatbot.W002",
        )
        for name in missing
    ]


@register
def check_engine(**_: object) -> Messages:
    """E003, W005: the database that our rows are in. It is not talked to."""
    alias = router.db_for_write(Attempt)
    connection = connections[alias]
    where = f"DATABASES[{alias!r}]"
    if connection.vendor not in ("postgresql", "sqlite"):
        return [
            Error(
                f"{where} is {connection.display_name}; use PostgreSQL or SQLite.",
                hint='"ENGINE": "django.db.backends.postgresql"',
                id="chatbot.E003",
            )
        ]
    options: dict[str, Any] = connection.settings_dict.get("OPTIONS", {})  # Any: a settings dict
    if connection.vendor == "sqlite" and str(options.get("transaction_mode", "")).upper() not in (
        "IMMEDIATE",
        "EXCLUSIVE",
    ):
        return [
            Caution(
                f"{where} begins transactions without the write lock: of two turns that start at the same moment one "
                'is refused as "database is locked", without waiting.',
                hint='"OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, '
                '"init_command": "PRAGMA journal_mode=WAL;"}',
                id="chatbot.W005",
            )
        ]
    return []


@register(Tags.database)
def check_routes(databases: Sequence[str] | None = None, **_: object) -> Messages:
    """W003, W004: the routes in the database, against the settings and the price book."""
    if router.db_for_read(Route) not in (databases or ()):
        return []
    try:
        endpoints = conf.current().endpoints
        routes = list(Route.objects.usable())
        found = list(_unknown_endpoints(routes, endpoints))
        return found + list(_without_price(routes))
    except ConfigurationError:
        return []  # E001 says so
    except DatabaseError:
        return []  # not migrated yet


def _keyless(settings: Settings) -> Iterable[tuple[str, str]]:
    for endpoint in settings.endpoints.values():
        if not endpoint.has_key:
            where = f"CHATBOT['ENDPOINTS'][{endpoint.name!r}]"
            yield (
                f"{where} has no key: no model can be asked, the catalogue alone answers.",
                f"export {REFERENCE_KEY_ENV}=... (or what KEY_ENV or KEY_FILE of {where} names)",
            )


def _unknown_endpoints(routes: Iterable[Route], endpoints: Iterable[str]) -> Iterable[CheckMessage]:
    for name in sorted({route.endpoint.name for route in routes} - set(endpoints)):
        yield Caution(
            f"Routes use the endpoint {name!r}, which CHATBOT['ENDPOINTS'] lacks: they are never tried.",
            hint=f"Add {name!r} to CHATBOT['ENDPOINTS'] or disable the endpoint in the admin.",
            id="chatbot.W003",
        )


def _without_price(routes: Iterable[Route]) -> Iterable[CheckMessage]:
    now = timezone.now()
    for model in sorted({route.model for route in routes}):
        if price_at(model, now) is None:
            yield Caution(
                f"The price book has no price for the model {model!r}: its costs are unknown and no budget holds them.",
                hint="Add a price in the admin.",
                id="chatbot.W004",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
