"""Where the secrets of an endpoint come from: the settings, the environment, a file, a callable, the database.

No error here repeats a secret, and neither does the repr of anything that can give one.
"""

import os
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, cast

from django.utils.module_loading import import_string

from chatbot.errors import ConfigurationError
from chatbot.relay.base import TokenProvider

KEYS: Final = ("KEY", "KEY_ENV", "KEY_FILE", "KEY_CALLABLE", "KEY_DATABASE")
SIGNING_SECRETS: Final = ("SIGNING_SECRET", "SIGNING_SECRET_ENV", "SIGNING_SECRET_FILE")

_STORED: Final = "chatbot.keys.stored_key"

_Raw = Mapping[str, Any]  # Any: a settings dict holds anything


@dataclass(frozen=True, slots=True)
class FileKey:
    """A `TokenProvider`: what stands in a file now."""

    path: str

    def __call__(self) -> str:
        """The text without the white space around it. Raises OSError."""
        return Path(self.path).read_text(encoding="utf-8").strip()


@dataclass(frozen=True, slots=True)
class ImportedKey:
    """A `TokenProvider` by its dotted path, imported when it is first asked: settings are read before apps are."""

    path: str
    arguments: tuple[str, ...] = ()

    def __call__(self) -> Awaitable[str] | str:
        """What the callable gives. Raises ImportError and whatever it raises."""
        return cast("Awaitable[str] | str", import_string(self.path)(*self.arguments))


def key_of(where: str, name: str, raw: _Raw) -> tuple[str, TokenProvider | None]:
    """The key of the endpoint `name` as far as it is known now, and who knows the next one. Raises ConfigurationError.

    A file is read again at every refresh; the environment of a process does not change.
    """
    source = _only_one(where, raw, KEYS)
    if source == "KEY_DATABASE":
        if find_spec("cryptography") is None:
            raise ConfigurationError(f"{where}['KEY_DATABASE'] needs: pip install 'django-shopkeeper[encryption]'.")
        return "", ImportedKey(_STORED, (name,))
    if source == "KEY_CALLABLE":
        path = raw[source]
        if not isinstance(path, str) or "." not in path:
            raise ConfigurationError(f"{where}['KEY_CALLABLE'] must be a dotted path such as 'shop.relay.key'.")
        return "", ImportedKey(path)
    key = _text(where, raw, source)
    return key, FileKey(str(raw[source])) if source == "KEY_FILE" else None


def signing_secret_of(where: str, raw: _Raw) -> str:
    """The secret that requests are signed with, empty for none. Raises ConfigurationError."""
    return _text(where, raw, _only_one(where, raw, SIGNING_SECRETS))


def _only_one(where: str, raw: _Raw, names: tuple[str, ...]) -> str:
    given = [name for name in names if raw.get(name)]
    if len(given) > 1:
        raise ConfigurationError(f"{where} has {' and '.join(given)}: give one of them.")
    return given[0] if given else ""


def _text(where: str, raw: _Raw, source: str) -> str:
    if not source:
        return ""
    value = raw[source]
    if source.endswith("_ENV"):
        return os.environ.get(str(value), "").strip()
    if not source.endswith("_FILE"):
        return str(value)
    try:
        return FileKey(str(value))()
    except OSError as err:
        trouble = err.strerror
    except UnicodeDecodeError:
        trouble = "it is not UTF-8"
    raise ConfigurationError(f"{where}[{source!r}] cannot be read: {trouble}.")
