"""Oscar as its documentation sets it up, plus what this package's README says."""

import os
import tempfile
from pathlib import Path

from oscar import INSTALLED_APPS as OSCAR_APPS
from oscar.defaults import *  # noqa: F403 - that is how Oscar is set up

SECRET_KEY = "tests-only"
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
ALLOWED_HOSTS = ["testserver"]
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [*OSCAR_APPS, "rest_framework", "channels", "chatbot"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
ROOT_URLCONF = "tests.catalog.sources.oscar_shop.urls"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
STATIC_URL, MEDIA_URL = "/static/", "/media/"
MEDIA_ROOT = tempfile.mkdtemp(prefix="oscar-shop-")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
_file = str(Path(tempfile.gettempdir()) / f"oscar-shop-{os.getpid()}.sqlite3")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _file,
        "TEST": {"NAME": _file},
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
# Oscar's tables as its models say: its hundred migrations are its own to test.
MIGRATION_MODULES = dict.fromkeys(
    (
        "address", "analytics", "basket", "catalogue", "communication", "customer", "offer", "order", "partner",
        "payment", "reviews", "shipping", "voucher", "wishlists",
    )
)  # fmt: skip

CHATBOT = {
    "ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1", "KEY": "tests-key"}},
    "SOURCES": {"oscar": "chatbot.catalog.sources.oscar.OscarSource"},
}
OSCAR_THUMBNAILER = "tests.catalog.sources.oscar_shop.pictures.Plain"
