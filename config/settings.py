"""The demo project's settings: one file, every value from the environment, every one optional.

Nothing but Python is needed: SQLite, memory and a broker made of files. With DATABASE_URL, REDIS_URL and
CELERY_BROKER_URL the same file runs on servers.
"""

import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(environment.text("SHOP_VAR", str(BASE_DIR / "var"))).resolve()
"""Everything that the demo writes: database, logs, broker, secret key. Deleting the folder is a fresh start."""
VAR.mkdir(parents=True, exist_ok=True)


def _kept_secret(path: Path) -> str:
    """A random key that survives restarts, made at the first start. Servers set DJANGO_SECRET_KEY instead."""
    path.touch(mode=0o600, exist_ok=True)
    if not path.read_text(encoding="ascii"):
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = environment.text("DJANGO_SECRET_KEY") or _kept_secret(VAR / "secret-key")
DEBUG = environment.boolean("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = environment.words("DJANGO_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "config.shop",  # first: where two apps translate the same word, the first one is heard
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "channels",
    "chatbot",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.csp.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

# --- Data ---------------------------------------------------------------------------------------------------------


def _database(url: str) -> dict[str, Any]:
    try:
        database: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as err:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read ({err}); give one such as postgres://user:password@host:5432/name."
        ) from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # WAL lets readers read while one writes. IMMEDIATE takes the write lock at the start of a transaction: one that
        # reads first and writes later is otherwise refused at once, without waiting, when another wrote in between.
        database["OPTIONS"] = {
            **database.get("OPTIONS", {}),
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    return database


DATABASES = {"default": _database(environment.text("DATABASE_URL", f"sqlite:///{VAR / 'shop.sqlite3'}"))}

REDIS_URL = environment.text("REDIS_URL")
REDIS_TIMEOUT_S = 1
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.time_zone("SHOP_TIME_ZONE", "Asia/Seoul")

# --- Files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- The assistant ------------------------------------------------------------------------------------------------

CHATBOT = {
    "ENDPOINTS": {
        "default": {
            "URL": environment.text("CHATBOT_RELAY_URL", "https://api.holysheep.ai/v1"),
            "KEY": environment.text("CHATBOT_RELAY_KEY"),
        }
    },
    "SHOP_NAME": "Darak",
    "CURRENCY": "KRW",
    "TIME_ZONE": TIME_ZONE,
    "CONTACT_URL": "/contact/",
    "REDIS_URL": REDIS_URL,
}

# --- Work behind the shop -----------------------------------------------------------------------------------------


def _broker(url: str) -> tuple[str, dict[str, Any]]:
    """Broker address and transport options, all waits bounded: a hung broker must not hold a process for long."""
    if not url:
        folder = VAR / "broker"
        control = folder / "control"
        control.mkdir(parents=True, exist_ok=True)
        options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": control}
        return "filesystem://localhost//", {name: str(path) for name, path in options.items()}
    scheme = url.partition("://")[0]
    if scheme in ("redis", "rediss"):
        return url, {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S}
    if scheme in ("amqp", "amqps"):
        return url, {"read_timeout": 5, "write_timeout": 5, "confirm_publish": True}
    raise ImproperlyConfigured(
        f"CELERY_BROKER_URL begins with {scheme!r}; use amqp://, amqps://, redis:// or rediss://."
    )


CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = _broker(environment.text("CELERY_BROKER_URL", REDIS_URL))
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = environment.integer("CELERY_TASK_TIME_LIMIT_S", 600, least=1)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
"""The demo sends no mail: what would leave is a file here."""

# --- Safety and logs ----------------------------------------------------------------------------------------------

SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
