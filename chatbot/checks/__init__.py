"""System checks: what is wrong with the site's configuration, each with an id, a sentence, and a hint of what to type.

| id | what | level |
|---|---|---|
| chatbot.E001 | the CHATBOT setting cannot be read | error |
| chatbot.E002 | an endpoint has no key | error, in `check --deploy` only |
| chatbot.E003 | the database is neither PostgreSQL nor SQLite | error |
| chatbot.E004 | a source of products is declared wrongly | error |
| chatbot.E005 | USE_TZ is off | error |
| chatbot.E006 | the site's users are in another database | error |
| chatbot.E007 | a dotted path of the CHATBOT setting cannot be imported | error |
| chatbot.W001 | an endpoint's key would travel over plain http to another machine | warning |
| chatbot.W002 | a needed app is not in INSTALLED_APPS | warning |
| chatbot.W003 | a route that is in use names an endpoint that the settings lack | warning, with `check --database` |
| chatbot.W004 | a model that is in use has no price | warning, with `check --database` |
| chatbot.W005 | SQLite transactions begin without the write lock | warning |
| chatbot.W006 | an endpoint has no key | warning, outside of `check --deploy` too |
| chatbot.W007 | `chatbot.urls` is included nowhere | warning |
| chatbot.W008 | the storage of static files throws away what the widget's modules import | warning |
| chatbot.W009 | products are to be found by meaning, and numpy or the endpoint is missing | warning |

An error stops every management command. A missing key must not: images are built and databases migrated without it.
"""

from chatbot.checks.declared import check_keys, check_paths, check_settings, check_sources, check_vectors
from chatbot.checks.site import check_apps, check_static, check_urls, check_zone
from chatbot.checks.tables import check_engine, check_routes, check_users

__all__ = [
    "check_apps",
    "check_engine",
    "check_keys",
    "check_paths",
    "check_routes",
    "check_settings",
    "check_sources",
    "check_static",
    "check_urls",
    "check_users",
    "check_vectors",
    "check_zone",
]
