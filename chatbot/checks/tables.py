"""The database: whether ours can be in it, and what is in it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.db.utils import DatabaseError
from django.utils import timezone

from chatbot import conf
from chatbot.accounting.prices import price_at
from chatbot.errors import ConfigurationError
from chatbot.models import Attempt, Route

Messages = list[CheckMessage]


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


@register
def check_users(**_: object) -> Messages:
    """E006: foreign keys to the site's users, which no database has beyond itself."""
    try:
        users = router.db_for_write(get_user_model())
    except ImproperlyConfigured:
        return []  # Django's own checks say so
    ours = router.db_for_write(Attempt)
    if users == ours:
        return []
    return [
        Error(
            f"DATABASE_ROUTERS put the app 'chatbot' into {ours!r} and the site's users into {users!r}.",
            hint=f"Let the router give {users!r} for the app label 'chatbot': its tables refer to users.",
            id="chatbot.E006",
        )
    ]


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
