"""The smallest project that can run the app."""

import os
from pathlib import Path

from tests import services

VAR = Path(__file__).resolve().parent.parent / "var"
VAR.mkdir(exist_ok=True)

SECRET_KEY = "tests-only"
DEBUG = False
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어")]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "shop.example"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "channels",
    "chatbot",
    "tests.catalog.sources.goods",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tests.urls"
STATIC_URL = "/static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

POSTGRESQL_MISSING = ""
TEST_DATABASE = os.environ.get("TEST_DATABASE") or "sqlite"
"""Or "postgresql", or "pgvector": a PostgreSQL with the extension."""
if TEST_DATABASE != "sqlite":
    try:
        server = {"postgresql": services.postgresql, "pgvector": services.pgvector}[TEST_DATABASE]()
    except services.Missing as missing:
        POSTGRESQL_MISSING, server = str(missing), {}
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "TEST": {"NAME": f"test_chatbot_{os.getpid()}"},
            **server,
        }
    }
else:
    # A file, not memory: turns work from several threads, each with a connection of its own.
    name = str(VAR / f"tests-{os.getpid()}.sqlite3")
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "TEST": {"NAME": name},
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }

CHATBOT = {
    "ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1", "KEY": "tests-key"}},
    "QUESTIONS_PER_MINUTE": 0,
    "QUESTIONS_PER_MINUTE_PER_ADDRESS": 0,
}
