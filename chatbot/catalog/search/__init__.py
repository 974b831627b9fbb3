"""Product search: the port, and the engine that suits the shop's database.

from chatbot.catalog.search import configured
hits = configured().search("wireless headphones", limit=5)
"""

from typing import cast

from django.db import connections, router

from chatbot import conf
from chatbot.catalog.search.base import Hit, Search
from chatbot.catalog.search.hybrid import HybridSearch
from chatbot.catalog.search.in_memory import numpy
from chatbot.catalog.search.postgresql import PostgresSearch
from chatbot.catalog.search.sqlite import SqliteSearch
from chatbot.errors import ConfigurationError
from chatbot.models import Product

__all__ = ["Hit", "HybridSearch", "PostgresSearch", "Search", "SqliteSearch", "configured", "for_database"]


def configured() -> Search:
    """The search that CHATBOT['SEARCH'] names. Raises ConfigurationError."""
    return cast(Search, conf.load("SEARCH")())


def for_database() -> Search:
    """The engine for the database that holds the products. Raises ConfigurationError where there is none for it."""
    vendor = connections[router.db_for_write(Product)].vendor
    engine = {"sqlite": SqliteSearch, "postgresql": PostgresSearch}.get(vendor)
    if engine is not None:
        return HybridSearch(engine()) if conf.current().embedding_model and numpy() else engine()
    raise ConfigurationError(
        f"There is no product search for the database {vendor!r}. Use PostgreSQL or SQLite, or set CHATBOT['SEARCH'] "
        "to the dotted path of a callable that returns a search of your own."
    )
